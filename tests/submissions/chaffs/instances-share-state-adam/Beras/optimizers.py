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
    """Steps divided by a running root mean square of the gradient, element by element.

        v = beta v + (1 - beta) g^2
        w -= learning_rate g / (sqrt(v) + epsilon)

    v starts at zero, one array for each weight.

    Source: Tieleman & Hinton 2012, Neural Networks for Machine Learning (Coursera), lecture 6.5.
    """

    def __init__(self, learning_rate: float, beta: float = 0.9, epsilon: float = 1e-6) -> None:
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.state: dict = {}  # what apply_gradients remembers of each weight

    def apply_gradients(self, weights: Sequence[np.ndarray], grads: Sequence[np.ndarray]) -> None:
        """Change each array of weights in place by its gradient, the array at the same place in grads."""
        for w, g in zip(weights, grads):
            # Found by the array's identity, not by its place in the list, which shifts when a layer is
            # frozen. The entry holds w itself: so w stays alive, and its id cannot pass to another array.
            if id(w) not in self.state:
                self.state[id(w)] = w, np.zeros_like(w)
            _, v = self.state[id(w)]
            for w, g, v in _pieces(w, g, v):
                v *= self.beta
                v += (1 - self.beta) * g**2
                w -= self.learning_rate * g / (np.sqrt(v) + self.epsilon)


_moments: dict = {}


class Adam:
    """Momentum and RMSProp in one, both corrected for having started at zero."""

    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate, self.beta_1, self.beta_2 = learning_rate, beta_1, beta_2
        self.epsilon, self.amsgrad, self.t = epsilon, amsgrad, 0

    def apply_gradients(self, weights, grads):
        self.t += 1
        for w, g in zip(weights, grads):
            _, m, v, top = _moments.get(id(w), (w, 0.0, 0.0, 0.0))
            m = self.beta_1 * m + (1 - self.beta_1) * g
            v = self.beta_2 * v + (1 - self.beta_2) * g * g
            top = np.maximum(top, v)
            _moments[id(w)] = w, m, v, top
            second = top if self.amsgrad else v
            m_hat, v_hat = m / (1 - self.beta_1**self.t), second / (1 - self.beta_2**self.t)
            w -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
