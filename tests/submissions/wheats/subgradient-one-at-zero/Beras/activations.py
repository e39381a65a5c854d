import numpy as np
from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__(); self.alpha = alpha

    def forward(self, x):
        # 0 and alpha * 0 are the same, so >= is fine
        self.keep = x >= 0
        return np.where(self.keep, x, self.alpha * x)

    def input_gradients(self):
        return self.keep + self.alpha * ~self.keep

    def compose_to_input(self, J):
        return np.multiply(J, self.input_gradients())


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(0.)


class Softmax(Diffable):
    def forward(self, x):
        # log-softmax first, then exp
        c = x.max(axis=1, keepdims=True)
        self.s = np.exp(x - c - np.log(np.exp(x - c).sum(axis=1, keepdims=True)))
        return self.s

    def input_gradients(self):
        s = self.s
        return np.apply_along_axis(np.diag, 1, s) - s[:, :, None] @ s[:, None, :]
