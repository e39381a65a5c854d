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
        return np.maximum(x, 0)

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

    def input_gradients(self):
        B, C = self.a.shape
        jac = np.zeros((B, C, C))
        for b in range(B):
            for i in range(C):
                for j in range(C):
                    if i == j:
                        jac[b, i, j] = self.a[b, i] * (1 - self.a[b, i])
                    else:
                        jac[b, i, j] = self.a[b, i] * self.a[b, j]
        return jac
