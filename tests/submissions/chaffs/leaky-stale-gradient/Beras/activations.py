import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha
        self.positive = None

    def forward(self, x):
        if self.positive is None:
            self.positive = x > 0
        return np.where(x > 0, x, self.alpha * x)

    def input_gradients(self):
        slopes = np.full(self.positive.shape, self.alpha, dtype=float)
        slopes[self.positive] = 1
        return slopes

    def compose_to_input(self, J):
        return J * self.input_gradients()


class ReLU(Diffable):
    def forward(self, x):
        self.positive = x > 0
        return np.where(self.positive, x, 0)

    def input_gradients(self):
        return self.positive.astype(float)

    def compose_to_input(self, J):
        return J * self.input_gradients()


class Softmax(Diffable):
    def forward(self, x):
        shifted = x - x.max(axis=1, keepdims=True)
        exps = np.exp(shifted)
        self.probs = exps / exps.sum(axis=1, keepdims=True)
        return self.probs

    def input_gradients(self):
        n_classes = self.probs.shape[1]
        diagonal = np.einsum("bi,ij->bij", self.probs, np.eye(n_classes))
        outer = np.einsum("bi,bj->bij", self.probs, self.probs)
        return diagonal - outer
