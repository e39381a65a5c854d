"""LeakyReLU, ReLU, Sigmoid, Softmax: the bends between the linear layers.

Without them a stack of Dense layers would be one Dense layer. Three of them treat each number for itself, so
their Jacobian is a diagonal and is kept as such. Softmax turns each row of scores into probabilities and
couples the whole row, so every example has a full Jacobian.
"""

from collections.abc import Sequence

import numpy as np

from .core import Diffable, Tensor


class Activation(Diffable):
    """A Diffable without weights."""

    @property
    def weights(self) -> list[Tensor]:
        return []

    def get_weight_gradients(self) -> list[Tensor]:
        return []


class LeakyReLU(Activation):
    """x where x > 0, otherwise alpha * x, element by element, for an x of any shape.

    Source: Maas, Hannun & Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models.
    """

    def __init__(self, alpha: float = 0.3) -> None:
        self.alpha = alpha

    def forward(self, x: Tensor) -> Tensor:
        """Output in the shape of x, which is not changed."""
        return np.maximum(x, 0) + self.alpha * np.minimum(x, 0)  # one of the two is 0; no branches, unlike np.where

    def get_input_gradients(self) -> list[Tensor]:
        """[the slope at each element of the last x], in its shape: 1 where x > 0, alpha where x < 0."""
        x = self.inputs[0]
        slope = (x > 0) + self.alpha * (x <= 0)
        return [slope.astype(np.result_type(x, np.float32), copy=False)]  # float32 in, float32 out

    def compose_input_gradients(self, J: Sequence[np.ndarray]) -> np.ndarray:
        """Upstream gradients times slope, element by element: a diagonal Jacobian needs no matrix product."""
        return self.get_input_gradients()[0] * J  # (B, n) * [(B, n)]: one array with one entry for each of J


class ReLU(LeakyReLU):
    """LeakyReLU without the leak: alpha is 0."""

    def __init__(self) -> None:
        super().__init__(alpha=0.0)


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), element by element, for an x of any shape."""

    def forward(self, x: Tensor) -> Tensor:
        """Output in (0, 1), in the shape of x, finite and without a warning for +-1000 as well."""
        # tanh is an S-curve through (-1, 1): halved and moved it is this one, and it never overflows.
        return 0.5 * (1 + np.tanh(0.5 * x))

    def get_input_gradients(self) -> list[Tensor]:
        """[the slope at each element of the last x], in its shape: y (1 - y)."""
        y = self.outputs[0]
        return [y * (1 - y)]

    def compose_input_gradients(self, J: Sequence[np.ndarray]) -> np.ndarray:
        """Upstream gradients times slope, element by element."""
        return self.get_input_gradients()[0] * J


class Softmax(Activation):
    """Each row of x (B, C) becomes probabilities: exp(x_i) / sum_j exp(x_j)."""

    def forward(self, x):
        m = np.max(x, axis=-1, keepdims=True)
        return Tensor(np.exp(x) / np.sum(np.exp(x - m), axis=-1, keepdims=True))

    def get_input_gradients(self) -> list[Tensor]:
        """[one Jacobian an example], diag(s) - s s^T: (B, C, C)."""
        s = self.outputs[0]
        # ds_j/dx_i = s_i (delta_ij - s_j)
        return [s[:, :, None] * (np.eye(s.shape[-1], dtype=s.dtype) - s[:, None, :])]
