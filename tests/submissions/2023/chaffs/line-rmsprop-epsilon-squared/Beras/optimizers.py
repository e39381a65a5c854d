"""BasicOptimizer, RMSProp, Adam: from gradients to better weights.

All three walk downhill and differ in how long a step they dare. Every update happens in place (`w -= ...`),
since the layers hold the very same arrays: a new array under the old name would change nothing in the network.
What an optimizer remembers belongs to a weight's place in the list, so it wants the same list each time.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from .core import Tensor


class BasicOptimizer:
    """Gradient descent: w -= learning_rate * g."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def apply_gradients(self, trainable_params: Sequence[Tensor], grads: Sequence[np.ndarray]) -> None:
        """Change each array of trainable_params in place by its gradient, the one at the same place in grads."""
        for w, g in zip(trainable_params, grads):
            w -= self.learning_rate * g


class RMSProp:
    """Steps divided by a running root mean square of the gradient, element by element.

        v = beta v + (1 - beta) g^2
        w -= learning_rate g / (sqrt(v) + epsilon)

    v starts at zero, one for each weight.

    Source: Tieleman & Hinton 2012, Neural Networks for Machine Learning (Coursera), lecture 6.5.
    """

    def __init__(self, learning_rate: float, beta: float = 0.9, epsilon: float = 1e-6) -> None:
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.v: defaultdict = defaultdict(lambda: 0.0)

    def apply_gradients(self, weights, grads):
        for k, weight in enumerate(weights):
            self.v[k] = self.beta * self.v[k] + (1 - self.beta) * grads[k] ** 2
            weight -= self.learning_rate * grads[k] / np.sqrt(self.v[k] + self.epsilon ** 2)


class Adam:
    """Momentum and RMSProp in one, both corrected for having started at zero.

        m = beta_1 m + (1 - beta_1) g          m_hat = m / (1 - beta_1^t)
        v = beta_2 v + (1 - beta_2) g^2        v_hat = v / (1 - beta_2^t)
        w -= learning_rate m_hat / (sqrt(v_hat) + epsilon)

    t counts the calls of `apply_gradients`, the first being 1. With amsgrad, the largest v so far takes the
    place of v in the last two lines; `v_hat` keeps it.

    Source: Kingma & Ba 2015, Algorithm 1; amsgrad: Reddi, Kale & Kumar 2018, Algorithm 2.
    """

    def __init__(
        self,
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
    ) -> None:
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.m: defaultdict = defaultdict(lambda: 0.0)
        self.v: defaultdict = defaultdict(lambda: 0.0)
        self.v_hat: defaultdict = defaultdict(lambda: 0.0)
        self.t = 0

    def apply_gradients(self, trainable_params: Sequence[Tensor], grads: Sequence[np.ndarray]) -> None:
        """Change each array of trainable_params in place by its gradient, the one at the same place in grads."""
        self.t += 1
        correction_1 = 1 - self.beta_1**self.t
        correction_2 = 1 - self.beta_2**self.t
        for i, (w, g) in enumerate(zip(trainable_params, grads)):
            self.m[i] = self.beta_1 * self.m[i] + (1 - self.beta_1) * g
            self.v[i] = self.beta_2 * self.v[i] + (1 - self.beta_2) * g**2
            self.v_hat[i] = np.maximum(self.v_hat[i], self.v[i]) if self.amsgrad else self.v[i]
            # Both corrections are plain numbers, and the one of m may as well scale the learning rate.
            w -= self.learning_rate / correction_1 * self.m[i] / (np.sqrt(self.v_hat[i] / correction_2) + self.epsilon)
