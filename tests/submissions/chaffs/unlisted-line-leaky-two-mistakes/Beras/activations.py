import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.positive = x > 0
        return np.where(self.positive, x, x / self.alpha)

    def input_gradients(self):
        slopes = np.full(self.positive.shape, float(self.alpha))
        slopes[self.positive] = 2.0
        return slopes

    def compose_to_input(self, J):
        return np.multiply(self.input_gradients(), J)


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(0)


class Softmax(Diffable):
    def forward(self, x):
        shifted = x - np.amax(x, axis=1)[:, None]
        numer = np.exp(shifted)
        denom = numer.sum(axis=1).reshape(-1, 1)
        self.probs = numer / denom
        return self.probs

    def input_gradients(self):
        batch, classes = self.probs.shape
        jac = np.empty((batch, classes, classes))
        for b in range(batch):
            p = self.probs[b]
            for i in range(classes):
                for j in range(classes):
                    if i == j:
                        jac[b, i, j] = p[i] * (1 - p[i])
                    else:
                        jac[b, i, j] = -p[i] * p[j]
        return jac
