import numpy as np

from .core import Diffable


class ElementWise(Diffable):
    """Activations without weights whose input_gradients(J) is already the propagated gradient."""

    def compose_to_input(self, J):
        return self.input_gradients(J)

    def compose_to_weight(self, J):
        return []


class LeakyReLU(ElementWise):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.negative = ~(x > 0)
        y = np.array(x, dtype=np.result_type(x, np.float32))
        y[self.negative] *= self.alpha
        return y

    def input_gradients(self, J):
        out = np.array(J, dtype=np.result_type(J, np.float32))   # a copy, J belongs to somebody else
        out[self.negative] *= self.alpha
        return out


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(alpha=0)


class Softmax(ElementWise):
    def forward(self, x):
        powers = np.exp(x - x.max(axis=-1, keepdims=True))
        self.probabilities = powers / powers.sum(axis=-1, keepdims=True)
        return self.probabilities

    def input_gradients(self, J):
        p = self.probabilities
        return p * (J - np.einsum("bc,bc->b", p, J)[:, None])
