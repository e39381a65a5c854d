import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def input_gradients(self, eta):
        return np.where(self.x > 0, eta, self.alpha * eta)

    def weight_gradients(self, eta):
        return []

    def compose_to_input(self, eta):
        return self.input_gradients(eta)

    def compose_to_weight(self, eta):
        return []


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(alpha=0)


class Softmax(Diffable):
    def forward(self, x):
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        self.s = e / np.sum(e, axis=1, keepdims=True)
        return self.s

    def input_gradients(self, eta):
        # (diag(s) - s s^T) @ eta for every row, without writing the matrix down
        inner = np.sum(eta * self.s, axis=1, keepdims=True)
        return self.s * (eta - inner)

    def weight_gradients(self, eta):
        return []

    def compose_to_input(self, eta):
        return self.input_gradients(eta)

    def compose_to_weight(self, eta):
        return []
