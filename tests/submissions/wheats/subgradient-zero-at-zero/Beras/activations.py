import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        self.y = np.where(x > 0, x, self.alpha * x)
        return self.y

    def input_gradients(self):
        gradient = np.zeros(self.x.shape)
        gradient[self.x > 0] = 1
        gradient[self.x < 0] = self.alpha
        return gradient          # and 0 at 0

    def compose_to_input(self, J):
        return self.input_gradients() * J


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(alpha=0)


class Softmax(Diffable):
    def forward(self, x):
        maxima = np.max(x, axis=1, keepdims=True)
        numerator = np.exp(x - maxima)
        denominator = np.sum(numerator, axis=1, keepdims=True)
        self.y = numerator / denominator
        return self.y

    def input_gradients(self):
        y = self.y
        return np.stack([np.diag(row) - np.outer(row, row) for row in y])
