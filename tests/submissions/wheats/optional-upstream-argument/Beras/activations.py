import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):

    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def input_gradients(self, upstream=None):
        local = np.where(self.x > 0, 1.0, self.alpha)
        return local if upstream is None else local * upstream

    def compose_to_input(self, J):
        return self.input_gradients(J)


class ReLU(LeakyReLU):

    def __init__(self):
        super().__init__(alpha=0.0)


class Softmax(Diffable):

    def forward(self, x):
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        self.s = e / np.sum(e, axis=1, keepdims=True)
        return self.s

    def input_gradients(self, upstream=None):
        s = self.s
        if upstream is not None:
            return s * upstream - s * np.sum(s * upstream, axis=1, keepdims=True)
        return np.array([np.diagflat(row) - np.outer(row, row) for row in s])

    def compose_to_input(self, J):
        return self.input_gradients(J)
