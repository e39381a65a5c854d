import numpy as np

from .core import Diffable


class Activation(Diffable):
    def prepare(self, x):
        pass

    def forward(self, x):
        raise NotImplementedError

    def input_gradients(self):
        pass

    def weight_gradients(self):
        return []

    def compose_to_weight(self, J):
        return []


class LeakyReLU(Activation):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        # TODO
        return None

    def forward(self, x):  # noqa: F811
        self.prepare(x)
        self.slopes = np.ones(np.shape(x))
        self.slopes[np.asarray(x) <= 0] = self.alpha
        return x * self.slopes

    def input_gradients(self):
        return self.slopes.copy()

    def compose_to_input(self, J):
        return self.input_gradients() * J


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(0)

    def prepare(self, x):
        ...


class Softmax(Activation):
    forward = None

    def _forward(self, x):
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        self.s = e / e.sum(axis=1, keepdims=True)
        return self.s

    forward = _forward

    def input_gradients(self):
        jacobians = np.zeros((len(self.s), self.s.shape[1], self.s.shape[1]))
        for i, s in enumerate(self.s):
            jacobians[i] = np.diag(s) - np.outer(s, s)
        return jacobians
