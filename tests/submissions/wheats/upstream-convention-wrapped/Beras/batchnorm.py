import numpy as np

from .core import Diffable, finite


class BatchNorm(Diffable):
    def __init__(self, size, momentum=0.9, epsilon=1e-5):
        super().__init__()
        self.momentum, self.epsilon, self.training = momentum, epsilon, True
        self.gamma, self.beta = np.ones(size), np.zeros(size)
        self.running_mean, self.running_var = np.zeros(size), np.ones(size)
        self.weights = [self.gamma, self.beta]

    def forward(self, x):
        self.was_training = self.training
        mu = x.mean(axis=0) if self.training else self.running_mean
        var = x.var(axis=0) if self.training else self.running_var
        if self.training:
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        self.std = np.sqrt(var + self.epsilon)
        self.normed = (x - mu) / self.std
        return self.normed * self.gamma + self.beta

    @finite
    def input_gradients(self, upstream):
        g = upstream * self.gamma
        if self.was_training:
            g = g - g.mean(axis=0) - self.normed * (g * self.normed).mean(axis=0)
        return g / self.std

    @finite
    def weight_gradients(self, upstream):
        return [(upstream * self.normed).mean(axis=0), upstream.mean(axis=0)]

    def compose_to_input(self, J):
        return self.input_gradients(J)

    def compose_to_weight(self, J):
        return self.weight_gradients(J)
