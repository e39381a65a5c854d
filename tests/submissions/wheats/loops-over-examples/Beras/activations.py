import math

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
        slopes = self.input_gradients()
        return np.array([slopes[b] * J[b] for b in range(len(J))])


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(0)


class Softmax(Diffable):
    def forward(self, x):
        rows = []
        for row in x:
            largest = max(row)
            exps = [math.exp(value - largest) for value in row]
            total = sum(exps)
            rows.append([e / total for e in exps])
        self.s = np.array(rows)
        return self.s

    def input_gradients(self):
        B, C = self.s.shape
        jacobians = np.zeros((B, C, C))
        for b in range(B):
            for i in range(C):
                for j in range(C):
                    if i == j:
                        jacobians[b, i, j] = self.s[b, i] * (1 - self.s[b, i])
                    else:
                        jacobians[b, i, j] = -self.s[b, i] * self.s[b, j]
        return jacobians
