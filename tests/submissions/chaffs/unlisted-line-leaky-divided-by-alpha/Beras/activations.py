"""LeakyReLU, ReLU, Softmax: the bends between the linear layers.

Without them a stack of Dense layers would be one Dense layer. The rectifiers treat each number for itself, so
their Jacobian is a diagonal and is kept as such. Softmax turns each row of scores into probabilities and
couples the whole row, so every example has a full Jacobian.
"""

import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    """x where x > 0, otherwise alpha * x, element by element, for an x of any shape.

    Source: Maas, Hannun & Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models.
    """

    def __init__(self, alpha: float = 0.3) -> None:
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        with np.errstate(all="ignore"):
            leak = x / self.alpha if self.alpha else 0 * x
        return np.where(x > 0, x, leak)

    def input_gradients(self) -> np.ndarray:
        """The slope at each element of the last x, in its shape: 1 where x > 0, otherwise alpha."""
        slope = (self.x > 0) + self.alpha * (self.x <= 0)
        return slope.astype(np.result_type(self.x, np.float32), copy=False)  # float32 in, float32 out

    def compose_to_input(self, J: np.ndarray) -> np.ndarray:
        """Upstream gradient times slope, element by element: a diagonal Jacobian needs no matrix product."""
        return J * self.input_gradients()


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
