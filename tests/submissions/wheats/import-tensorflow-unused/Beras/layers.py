"""Dense layer."""
import numpy as np
import tensorflow as tf

from . import core

GAINS = {
    "zero": lambda n, m: 0,
    "normal": lambda n, m: 1,
    "xavier": lambda n, m: (2 / (n + m)) ** 0.5,
    "kaiming": lambda n, m: (2 / n) ** 0.5,
}


class Dense(core.Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return x.dot(self.w) + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return self.x[..., None], np.ones_like(self.b)

    @staticmethod
    def _initialize_weight(initializer, n, m):
        gain = GAINS.get(str(initializer).lower())
        assert gain is not None, f"{initializer} is not one of {list(GAINS)}"
        return gain(n, m) * np.random.standard_normal((n, m)), np.zeros(m)
