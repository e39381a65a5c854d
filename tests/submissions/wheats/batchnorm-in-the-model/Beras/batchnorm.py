import numpy as np

from .core import Diffable


class BatchNorm(Diffable):

    def __init__(self, size, momentum=0.9, epsilon=1e-5):
        super().__init__()
        self.momentum = momentum
        self.epsilon = epsilon
        self.training = True
        self.gamma = np.ones((1, size), dtype=np.float32)
        self.beta = np.zeros((1, size), dtype=np.float32)
        self.weights = [self.gamma, self.beta]
        self.running_mean = np.zeros((1, size))
        self.running_var = np.ones((1, size))

    def forward(self, x):
        self.x = x
        self.is_training = self.training
        if self.training:
            B = x.shape[0]
            self.mean = np.mean(x, axis=0, keepdims=True)
            self.var = np.var(x, axis=0, keepdims=True)             # biased, for the batch itself
            unbiased = self.var * B / max(B - 1, 1)                 # for the running one
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * self.mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * unbiased
        else:
            self.mean = self.running_mean
            self.var = self.running_var
        self.std = np.sqrt(self.var + self.epsilon)
        self.x_hat = (x - self.mean) / self.std
        return self.gamma * self.x_hat + self.beta

    def input_gradients(self):
        # only the direct part, mean and variance are treated in compose_to_input
        return np.ones_like(self.x) * self.gamma / self.std

    def weight_gradients(self):
        return self.x_hat, np.ones_like(self.x_hat)

    def compose_to_input(self, J):
        if not self.is_training:
            return J * self.input_gradients()
        B = len(J)
        dx_hat = J * self.gamma
        dvar = np.sum(dx_hat * (self.x - self.mean) * -0.5 * self.std ** -3, axis=0, keepdims=True)
        dmean = np.sum(-dx_hat / self.std, axis=0, keepdims=True)
        return dx_hat / self.std + dvar * 2 * (self.x - self.mean) / B + dmean / B

    def compose_to_weight(self, J):
        return [np.mean(J * self.x_hat, axis=0, keepdims=True), np.mean(J, axis=0, keepdims=True)]
