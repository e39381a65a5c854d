"""LeakyReLU, ReLU, Sigmoid, Softmax: the bends between the linear layers.

Without them a stack of Dense layers would be one Dense layer. Three of them treat each number for itself, so
their Jacobian is a diagonal and is kept as such. Softmax turns each row of scores into probabilities and
couples the whole row, so every example has a full Jacobian.
"""

from collections.abc import Sequence

import numpy as np

from .core import Diffable, Tensor


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        self.alpha = alpha

    def call(self, x):
        out = np.copy(x)
        out[out < 0] *= self.alpha
        return Tensor(out)

    def input_gradients(self):
        grad = np.ones_like(self.inputs[0])
        grad[self.inputs[0] < self.alpha] = self.alpha
        return [grad]

    def compose_to_input(self, J):
        return self.input_gradients()[0] * J


class ReLU(LeakyReLU):
    """LeakyReLU without the leak: alpha is 0."""

    def __init__(self) -> None:
        super().__init__(alpha=0.0)


class Sigmoid(Diffable):
    """1 / (1 + exp(-x)), element by element, for an x of any shape."""

    def call(self, x: Tensor) -> Tensor:
        """Output in (0, 1), in the shape of x, finite and without a warning for +-1000 as well."""
        # tanh is an S-curve through (-1, 1): halved and moved it is this one, and it never overflows.
        return 0.5 * (1 + np.tanh(0.5 * x))

    def input_gradients(self) -> list[Tensor]:
        """[the slope at each element of the last x], in its shape: y (1 - y)."""
        y = self.outputs[0]
        return [y * (1 - y)]

    def compose_to_input(self, J: Sequence[np.ndarray]) -> np.ndarray:
        """Upstream gradients times slope, element by element."""
        return self.input_gradients()[0] * J


class Softmax(Diffable):
    """Each row of x (B, C) becomes probabilities: exp(x_i) / sum_j exp(x_j)."""

    def call(self, x: Tensor) -> Tensor:
        """Output s (B, C), every row positive with sum 1, finite for scores of +-1000 as well."""
        # Numerator and denominator may be multiplied by the same exp(-max): the result is equal, and the
        # largest exponent is 0, so that nothing overflows. Each row has its own maximum, or far lower rows
        # would become 0/0.
        e = np.exp(x - np.max(x, axis=-1, keepdims=True))
        return e / np.sum(e, axis=-1, keepdims=True)

    def input_gradients(self) -> list[Tensor]:
        """[one Jacobian an example], diag(s) - s s^T: (B, C, C)."""
        s = self.outputs[0]
        # ds_j/dx_i = s_i (delta_ij - s_j)
        return [s[:, :, None] * (np.eye(s.shape[-1], dtype=s.dtype) - s[:, None, :])]
