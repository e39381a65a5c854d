import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def input_gradients(self):
        return np.where(self.x > 0, 1.0, self.alpha)

    def compose_to_input(self, J):
        return J * self.input_gradients()


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(0.0)


class Softmax(Diffable):
    def forward(self, x):
        z = x - np.max(x, axis=-1, keepdims=True)
        self.rows = np.exp(z) / np.sum(np.exp(z), axis=-1, keepdims=True)
        return self.rows

    def input_gradients(self):
        # one matrix for each example
        return [np.diag(s) - np.outer(s, s) for s in self.rows]

    def compose_to_input(self, J):
        return np.array([jacobian @ j for jacobian, j in zip(self.input_gradients(), J)])
