from __future__ import annotations

from math import sqrt
from typing import Callable as Fn

import numpy as np
import numpy.random as npr

from .core import Diffable
from .stack import Stack

_rng = npr.default_rng()
_DRAW: dict[str, Fn[[int, int], np.ndarray]] = {
    "zero": lambda n, m: np.zeros((n, m)),
    "normal": lambda n, m: _rng.normal(size=(n, m)),
    "xavier": lambda n, m: _rng.normal(0, sqrt(2 / (n + m)), (n, m)),
    "kaiming": lambda n, m: _rng.normal(0, sqrt(2 / n), (n, m)),
}


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = Dense._initialize_weight(initializer, input_size, output_size)
        self.stack = Stack(self)

    @property
    def weights(self):
        return [self.w, self.b]

    def forward(self, x):
        x = np.asarray(x)

        def pull():
            return x[..., None], np.ones_like(self.b)

        self.stack.push(pull)
        return np.tensordot(x, self.w, axes=([1], [0])) + self.b

    def input_gradients(self):
        return self.w.copy()

    def weight_gradients(self):
        return self.stack.top()()

    def compose_to_input(self, J):
        self.stack.pop()
        return super().compose_to_input(J)

    @staticmethod
    def _initialize_weight(initializer, n, m):
        name = initializer.lower()
        assert name in _DRAW, f"unknown initializer {initializer!r}"
        return _DRAW[name](n, m), np.zeros(m)
