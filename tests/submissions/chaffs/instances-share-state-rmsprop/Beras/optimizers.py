"""BasicOptimizer, RMSProp, Adam: from gradients to better weights.

All three walk downhill and differ in how long a step they dare. Every update happens in place (`w -= ...`),
since the layers hold the very same arrays: a new array under the name w would change nothing in the network.
What an optimizer remembers, it remembers for each weight array separately.
"""

from collections.abc import Iterator, Sequence

import numpy as np

_PIECE = 32_768  # numbers: half a dozen float32 arrays of that size fit into a core's second-level cache


def _pieces(*arrays: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """The same rows of each array, a few at a time, as views.

    An update goes over its numbers a dozen times. Arrays of a million bytes would come from main memory each
    time, and so would every intermediate result; a piece of them stays in the cache until it is done with.
    """
    first = arrays[0]
    if first.size <= _PIECE:
        yield arrays
        return
    rows = max(1, _PIECE * len(first) // first.size)
    for start in range(0, len(first), rows):
        yield tuple(array[start : start + rows] for array in arrays)


class BasicOptimizer:
    """Gradient descent: w -= learning_rate * g."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def apply_gradients(self, weights: Sequence[np.ndarray], grads: Sequence[np.ndarray]) -> None:
        """Change each array of weights in place by its gradient, the array at the same place in grads."""
        for w, g in zip(weights, grads):
            w -= self.learning_rate * g


class RMSProp:
    """Steps divided by a running root mean square of the gradient, element by element."""

    slots: dict = {}

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate, self.beta, self.epsilon = learning_rate, beta, epsilon

    def apply_gradients(self, weights, grads):
        for w, g in zip(weights, grads):
            _, v = self.slots.get(id(w), (w, 0.0))
            v = self.beta * v + (1 - self.beta) * g * g
            self.slots[id(w)] = w, v
            w -= self.learning_rate * g / (np.sqrt(v) + self.epsilon)


class Adam:
    """Momentum and RMSProp in one, both corrected for having started at zero.

        m = beta_1 m + (1 - beta_1) g          m_hat = m / (1 - beta_1^t)
        v = beta_2 v + (1 - beta_2) g^2        v_hat = v / (1 - beta_2^t)
        w -= learning_rate m_hat / (sqrt(v_hat) + epsilon)

    t counts the calls of `apply_gradients`, the first being 1. With amsgrad, the largest v so far takes the
    place of v in the last line.

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
        self.t = 0
        self.state: dict = {}  # what apply_gradients remembers of each weight

    def apply_gradients(self, weights: Sequence[np.ndarray], grads: Sequence[np.ndarray]) -> None:
        """Change each array of weights in place by its gradient, the array at the same place in grads."""
        self.t += 1
        correction_1 = 1 - self.beta_1**self.t
        correction_2 = 1 - self.beta_2**self.t
        for w, g in zip(weights, grads):
            # Found by identity, and kept alive, as in RMSProp.
            if id(w) not in self.state:
                self.state[id(w)] = w, np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
            _, m, v, v_max = self.state[id(w)]
            for w, g, m, v, v_max in _pieces(w, g, m, v, v_max):
                m *= self.beta_1
                m += (1 - self.beta_1) * g
                v *= self.beta_2
                v += (1 - self.beta_2) * g**2
                if self.amsgrad:
                    v = np.maximum(v_max, v, out=v_max)
                # Both corrections are plain numbers, and the one of m may as well scale the learning rate.
                w -= self.learning_rate / correction_1 * m / (np.sqrt(v / correction_2) + self.epsilon)
