"""BasicOptimizer, RMSProp, Adam: from gradients to better weights.

All three walk downhill and differ in how long a step they dare. An optimizer is made for the parameters of one model
and keeps them: `loss.backward()` fills their `grad`, `step` changes them, `zero_grad` forgets the gradients. Every
update happens in place (`assign`, `-=`), since the layers hold the very same arrays: a new array under the old name
would change nothing in the network.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from .core import Tensor


class Optimizer(ABC):
    """Holds the parameters that it changes, in their order. The `grad` of a frozen one is None."""

    def __init__(self, parameters: Sequence[Tensor], learning_rate: float) -> None:
        self.parameters = parameters
        self.learning_rate = learning_rate

    def zero_grad(self) -> None:
        """Forget the gradient of every parameter: it is None again."""
        for parameter in self.parameters:
            parameter.grad = None

    @abstractmethod
    def step(self) -> None:
        """Change every parameter in place by its `grad`."""


class BasicOptimizer(Optimizer):
    """Gradient descent: w -= learning_rate * g."""

    def step(self) -> None:
        """Change every parameter in place by its `grad`."""
        for w in self.parameters:
            if w.grad is not None:
                w -= self.learning_rate * w.grad


class RMSProp(Optimizer):
    """Steps divided by a running root mean square of the gradient, element by element.

        v = beta v + (1 - beta) g^2
        w -= learning_rate g / (sqrt(v) + epsilon)

    v starts at zero, one for each parameter, in a list in their order.

    Source: Tieleman & Hinton 2012, Neural Networks for Machine Learning (Coursera), lecture 6.5.
    """

    def __init__(
        self, parameters: Sequence[Tensor], learning_rate: float, beta: float = 0.9, epsilon: float = 1e-6
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.beta = beta
        self.epsilon = epsilon
        self.v = [np.zeros(w.shape, w.dtype) for w in parameters]

    def step(self) -> None:
        """Change every parameter in place by its `grad`."""
        for i, w in enumerate(self.parameters):
            if w.grad is None:
                continue
            self.v[i] = self.beta * self.v[i] + (1 - self.beta) * w.grad**2
            w -= self.learning_rate * w.grad / (np.sqrt(self.v[i]) + self.epsilon)


class Adam(Optimizer):
    """Momentum and RMSProp in one, both corrected for having started at zero.

        m = beta_1 m + (1 - beta_1) g          m_hat = m / (1 - beta_1^t)
        v = beta_2 v + (1 - beta_2) g^2        v_hat = v / (1 - beta_2^t)
        w -= learning_rate m_hat / (sqrt(v_hat) + epsilon)

    t counts the calls of `step`, the first being 1. m and v are lists in the order of the parameters.

    Source: Kingma & Ba 2015, Algorithm 1.
    """

    def __init__(
        self,
        parameters: Sequence[Tensor],
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.m = [np.zeros(w.shape, w.dtype) for w in parameters]
        self.v = [np.zeros(w.shape, w.dtype) for w in parameters]
        self.t = 0

    def step(self):
        self.t += 1
        for i, p in enumerate(self.parameters):
            if p.grad is None:
                continue
            g = p.grad
            self.m[i] = self.beta_1 * self.m[i] + (1 - self.beta_1) * g
            self.v[i] = self.beta_2 * self.v[i] + (1 - self.beta_2) * g * g
            mhat = self.m[i] / (1 - self.beta_1) ** self.t
            vhat = self.v[i] / (1 - self.beta_2) ** self.t
            p -= self.learning_rate * mhat / (np.sqrt(vhat) + self.epsilon)
