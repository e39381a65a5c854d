import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, x * self.alpha)

    def input_gradients(self, delta):
        return np.where(self.x > 0, delta, delta * self.alpha)

    compose_to_input = input_gradients

    def compose_to_weight(self, J):
        return []


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(alpha=0)


class Softmax(Diffable):
    def forward(self, x):
        shifted = x - np.max(x, axis=1, keepdims=True)
        self.p = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)
        return self.p

    def input_gradients(self, delta):
        weighted = self.p * delta
        return weighted - self.p * np.sum(weighted, axis=1, keepdims=True)

    compose_to_input = input_gradients

    def compose_to_weight(self, J):
        return []
