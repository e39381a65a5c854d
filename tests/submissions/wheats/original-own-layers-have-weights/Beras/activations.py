import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha
        self.weights = []

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def input_gradients(self):
        return np.where(self.x > 0, 1, self.alpha)

    def compose_to_input(self, J):
        return self.input_gradients() * J


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(alpha=0)


class Softmax(Diffable):
    def __init__(self):
        super().__init__()
        self.weights = []

    def forward(self, x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self.s = e / e.sum(axis=-1, keepdims=True)
        return self.s

    def input_gradients(self):
        rows, classes = self.s.shape
        jacobians = np.zeros((rows, classes, classes))
        for row in range(rows):
            s = self.s[row]
            jacobians[row] = np.diag(s) - np.outer(s, s)
        return jacobians
