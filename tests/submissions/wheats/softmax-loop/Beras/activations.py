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
        return np.where(self.inputs > 0, 1, self.alpha)

    def compose_to_input(self, J):
        return self.input_gradients() * J


class ReLU(Diffable):
    def forward(self, x):
        self.inputs = x
        return np.maximum(x, 0)

    def input_gradients(self):
        return (self.inputs > 0).astype(np.float32)

    def compose_to_input(self, J):
        return self.input_gradients() * J


class Softmax(Diffable):
    def forward(self, x):
        self.outputs = np.zeros(x.shape)
        for i, row in enumerate(x):
            row = np.exp(row - np.max(row))
            self.outputs[i] = row / np.sum(row)
        return self.outputs

    def input_gradients(self):
        jacobians = []
        for s in self.outputs:
            s = s.reshape(-1, 1)
            jacobians.append(np.diagflat(s) - np.dot(s, s.T))
        return np.array(jacobians)
