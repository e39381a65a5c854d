import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    """max(0, x) + alpha min(0, x)"""

    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha
        self.inputs = None

    def forward(self, x):
        self.inputs = x
        return np.maximum(0, x) + self.alpha * np.minimum(0, x)

    def input_gradients(self):
        return (self.inputs > 0) * 1.0

    def compose_to_input(self, J):
        return np.multiply(J, self.input_gradients())


class ReLU(LeakyReLU):
    """max(0, x)"""

    def __init__(self):
        super().__init__(alpha=0)


class Softmax(Diffable):
    """turns scores into probabilities"""

    @staticmethod
    def stable_softmax(z):
        z = z - np.max(z, axis=-1, keepdims=True)
        numerator = np.exp(z)
        denominator = np.sum(numerator, axis=-1, keepdims=True)
        return numerator / denominator

    def forward(self, x):
        self.outputs = self.stable_softmax(x)
        return self.outputs

    def input_gradients(self):
        jacobians = []
        for p in self.outputs:
            jacobians.append(np.diag(p) - np.outer(p, p))
        return np.array(jacobians)
