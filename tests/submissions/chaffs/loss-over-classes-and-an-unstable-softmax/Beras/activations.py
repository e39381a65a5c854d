import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):

    def __init__(self, alpha=0.3):
        super().__init__()
        self.leak = float(alpha)

    def forward(self, x):
        self.saved = np.array(x, dtype=np.float64)
        out = self.saved.copy()
        out[out < 0] = out[out < 0] * self.leak
        return out

    def input_gradients(self):
        grad = np.ones(self.saved.shape)
        grad[self.saved < 0] = self.leak
        return grad

    def compose_to_input(self, J):
        return self.input_gradients() * J


class ReLU(LeakyReLU):

    def __init__(self):
        super().__init__(0.0)


class Softmax(Diffable):

    def forward(self, x):
        x = np.array(x, dtype=np.float64)
        self.saved = np.zeros(x.shape)
        for b in range(x.shape[0]):
            e = np.exp(x[b])
            self.saved[b] = e / np.sum(e)
        return self.saved

    def input_gradients(self):
        B, C = self.saved.shape
        J = np.zeros((B, C, C))
        for b in range(B):
            for i in range(C):
                for j in range(C):
                    kronecker = 1.0 if i == j else 0.0
                    J[b, i, j] = self.saved[b, i] * (kronecker - self.saved[b, j])
        return J
