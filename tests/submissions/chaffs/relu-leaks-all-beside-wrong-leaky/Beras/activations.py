import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.inputs = x
        return np.where(x > 0, x, self.alpha * x)

    def input_gradients(self):
        return np.where(self.inputs > 0, 1.0, 0.0)

    def compose_to_input(self, J):
        return J * self.input_gradients()


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(1)


class Softmax(Diffable):
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.outputs = e / e.sum(axis=1, keepdims=True)
        return self.outputs

    def input_gradients(self):
        s = self.outputs
        return np.eye(s.shape[1])[None] * s[:, :, None] - s[:, :, None] * s[:, None, :]
