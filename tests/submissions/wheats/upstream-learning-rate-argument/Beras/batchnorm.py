import numpy as np

from .core import Diffable


class BatchNorm(Diffable):
    def __init__(self, size, momentum=0.9, epsilon=1e-5):
        super().__init__()
        self.momentum = momentum
        self.epsilon = epsilon
        self.training = True
        self.gamma = np.ones(size)
        self.beta = np.zeros(size)
        self.weights = [self.gamma, self.beta]
        self.running_mean = np.zeros(size)
        self.running_var = np.ones(size)

    def forward(self, x):
        if self.training:
            self.mean = x.mean(axis=0)
            self.var = x.var(axis=0)
            self.running_mean = self.running_mean * self.momentum + self.mean * (1 - self.momentum)
            self.running_var = self.running_var * self.momentum + self.var * (1 - self.momentum)
        else:
            self.mean = self.running_mean
            self.var = self.running_var
        self.constant_statistics = not self.training
        self.centered = x - self.mean
        self.inverse_std = (self.var + self.epsilon) ** -0.5
        return self.gamma * self.centered * self.inverse_std + self.beta

    def input_gradients(self, grad):
        d_normalized = grad * self.gamma
        if self.constant_statistics:
            return d_normalized * self.inverse_std
        # along the three arrows of the graph: x directly, x -> var, x -> mean
        B = len(grad)
        d_var = np.sum(d_normalized * self.centered, axis=0) * -0.5 * self.inverse_std ** 3
        d_mean = -np.sum(d_normalized, axis=0) * self.inverse_std
        return d_normalized * self.inverse_std + d_var * 2 * self.centered / B + d_mean / B

    def weight_gradients(self, grad):
        return np.mean(grad * self.centered * self.inverse_std, axis=0), np.mean(grad, axis=0)

    def compose_to_input(self, J):
        return self.input_gradients(J)

    def compose_to_weight(self, J):
        return list(self.weight_gradients(J))
