import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.z = x
        return np.maximum(x, self.alpha * x)

    def input_gradients(self, eta):
        return eta * np.where(self.z > 0, 1.0, self.alpha)

    def compose_to_input(self, J):
        return self.input_gradients(J)


class ReLU(Diffable):
    def forward(self, x):
        self.z = x
        return np.clip(x, 0, 1)

    def input_gradients(self, eta):
        return eta * (self.z > 0)

    def compose_to_input(self, J):
        return self.input_gradients(J)


class Softmax(Diffable):
    def forward(self, x):
        m = np.max(x, axis=1)
        e = np.exp(x - m[:, None])
        self.a = e / np.sum(e, axis=1)[:, None]
        return self.a

    def input_gradients(self, eta):
        # (diag(a) - a a^T) eta, without making the matrix
        dot = np.sum(self.a * eta, axis=1, keepdims=True)
        return self.a * (eta - dot)

    def compose_to_input(self, J):
        return self.input_gradients(J)
