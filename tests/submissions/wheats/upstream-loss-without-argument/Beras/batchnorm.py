import numpy as np

from .core import Diffable


class BatchNorm(Diffable):
    def __init__(self, size, momentum=0.9, epsilon=1e-5):
        super().__init__()
        self.gamma = np.ones(size, dtype=np.float32)
        self.beta = np.zeros(size, dtype=np.float32)
        self.weights = [self.gamma, self.beta]
        self.running_mean = np.zeros(size, dtype=np.float32)
        self.running_var = np.ones(size, dtype=np.float32)
        self.momentum = momentum
        self.epsilon = epsilon
        self.training = True

    def forward(self, x):
        if self.training:
            mean = np.mean(x, axis=0)
            var = np.var(x, axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mean = self.running_mean
            var = self.running_var
        self.batch_mode = self.training
        self.scale = 1 / np.sqrt(var + self.epsilon)
        self.z = (x - mean) * self.scale
        return self.z * self.gamma + self.beta

    def input_gradients(self, delta):
        delta = delta * self.gamma
        if self.batch_mode:
            delta = delta - np.mean(delta, axis=0) - self.z * np.mean(delta * self.z, axis=0)
        return delta * self.scale

    def weight_gradients(self, delta):
        return np.sum(delta * self.z, axis=0), np.sum(delta, axis=0)

    compose_to_input = input_gradients

    def compose_to_weight(self, J):
        return list(self.weight_gradients(J))
