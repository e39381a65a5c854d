"""LeakyReLU, ReLU, Softmax: the bends between the linear layers.

Without them a stack of Dense layers would be one Dense layer. The rectifiers treat each number for itself, so
their Jacobian is a diagonal and is kept as such. Softmax turns each row of scores into probabilities and
couples the whole row, so every example has a full Jacobian.
"""

import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.mask = x < 0
        return np.where(self.mask, x * self.alpha, x)

    def input_gradients(self):
        grad = np.ones(self.mask.shape)
        grad[self.mask] = self.alpha
        return grad

    def compose_to_input(self, J):
        out = np.array(J, copy=True)
        out[self.mask] = self.alpha
        return out


class ReLU(LeakyReLU):
    """LeakyReLU without the leak: alpha is 0."""

    def __init__(self) -> None:
        super().__init__(alpha=0.0)


class Softmax(Diffable):
    """Each row of x (B, C) becomes probabilities: exp(x_i) / sum_j exp(x_j)."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Output s (B, C), every row positive with sum 1, finite for logits of +-1000 as well. Keeps s."""
        # Numerator and denominator may be multiplied by the same exp(-max): the result is equal, and the
        # largest exponent is 0, so that nothing overflows. Each row has its own maximum, or far lower rows
        # would become 0/0.
        e = np.exp(x - np.max(x, axis=-1, keepdims=True))
        self.s = e / np.sum(e, axis=-1, keepdims=True)
        return self.s

    def input_gradients(self) -> np.ndarray:
        """One Jacobian an example, diag(s) - s s^T: (B, C, C)."""
        s = self.s
        # ds_j/dx_i = s_i (delta_ij - s_j)
        return s[:, :, None] * (np.eye(s.shape[-1], dtype=s.dtype) - s[:, None, :])
