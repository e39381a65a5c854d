import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    """(1 + alpha) / 2 * x + (1 - alpha) / 2 * |x|: x for positive x, alpha * x for negative x"""

    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha
        self.even = (1 - alpha) / 2
        self.odd = (1 + alpha) / 2

    def forward(self, x):
        self.sign = np.sign(x)
        return self.odd * x + self.even * np.abs(x)

    def input_gradients(self):
        return self.odd + self.even * self.sign

    def compose_to_input(self, J):
        return J * self.input_gradients()


class ReLU(LeakyReLU):
    """(x + |x|) / 2"""

    def __init__(self):
        super().__init__(0)


class Softmax(Diffable):
    def forward(self, x):
        x = x - np.max(x, axis=1, keepdims=True)
        x = np.exp(x)
        x = x / np.sum(x, axis=1, keepdims=True)
        self.out = x
        return x

    def input_gradients(self):
        return np.einsum("bi,bij->bij", self.out, np.eye(self.out.shape[1]) - self.out[:, None, :])
