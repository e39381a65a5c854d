import numpy as np

from .core import Diffable


class BatchNorm(Diffable):
    def __init__(self, size, momentum=0.9, epsilon=1e-5):
        super().__init__()
        self.momentum = momentum
        self.epsilon = epsilon
        self.training = True
        self.gamma = np.ones(size, dtype=np.float32)
        self.beta = np.zeros(size, dtype=np.float32)
        self.weights = [self.gamma, self.beta]
        self.running_mean = np.zeros(size)
        self.running_var = np.ones(size)

    def forward(self, x):
        self.used_batch = self.training
        if self.training:
            mean, var = np.mean(x, axis=0), np.var(x, axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mean, var = self.running_mean, self.running_var
        self.inv_std = 1 / np.sqrt(var + self.epsilon)
        self.x_hat = (x - mean) * self.inv_std
        return self.gamma * self.x_hat + self.beta

    def input_gradients(self, eta):
        d_hat = eta * self.gamma
        if not self.used_batch:
            return d_hat * self.inv_std
        B = len(eta)
        return self.inv_std / B * (B * d_hat - d_hat.sum(axis=0) - self.x_hat * (d_hat * self.x_hat).sum(axis=0))

    def weight_gradients(self, eta):
        return (eta * self.x_hat).sum(axis=0), eta.sum(axis=0)

    def compose_to_input(self, eta):
        return self.input_gradients(eta)

    def compose_to_weight(self, eta):
        return list(self.weight_gradients(eta))
