import numpy as np

from .core import Diffable, finite


class Activation(Diffable):
    """no weights, so half of the methods are the same for all"""

    def compose_to_input(self, J):
        return self.input_gradients(J)

    def compose_to_weight(self, J):
        return []


class LeakyReLU(Activation):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, self.alpha * x)

    @finite
    def input_gradients(self, upstream):
        slope = np.where(self.mask, 1.0, self.alpha)
        return slope * upstream


class ReLU(LeakyReLU):
    def __init__(self):
        LeakyReLU.__init__(self, 0.0)


class Softmax(Activation):
    def forward(self, x):
        z = x - x.max(axis=1)[:, None]
        self.y = np.exp(z) / np.exp(z).sum(axis=1)[:, None]
        return self.y

    @finite
    def input_gradients(self, upstream):
        jacobian = -np.einsum("bi,bj->bij", self.y, self.y)
        for i in range(self.y.shape[1]):
            jacobian[:, i, i] += self.y[:, i]
        return np.einsum("bij,bj->bi", jacobian, upstream)
