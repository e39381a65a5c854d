import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return x * (x > 0) + self.alpha * x * (x <= 0)

    def input_gradients(self, grad):
        return grad * ((self.x > 0) + self.alpha * (self.x <= 0))

    def weight_gradients(self, grad):
        return ()

    def compose_to_input(self, J):
        return self.input_gradients(J)

    def compose_to_weight(self, J):
        return []


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(0)


class Softmax(Diffable):
    def forward(self, x):
        self.s = np.exp(x - np.amax(x, axis=1, keepdims=True))
        self.s = self.s / np.sum(self.s, axis=1, keepdims=True)
        return self.s

    def input_gradients(self, grad):
        out = np.zeros(self.s.shape)
        for i in range(len(self.s)):
            s = self.s[i]
            jacobian = np.diag(s) - np.outer(s, s)
            out[i] = jacobian @ grad[i]
        return out

    def weight_gradients(self, grad):
        return ()

    def compose_to_input(self, J):
        return self.input_gradients(J)

    def compose_to_weight(self, J):
        return []
