import math

import numpy as np

from .core import Diffable


def box_muller(n, m):
    u = 1.0 - np.random.rand(n, m)      # in (0, 1], so the logarithm is fine
    v = np.random.rand(n, m)
    return np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * math.pi * v)


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return self.x[:, :, None], np.ones_like(self.b)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        match initializer.lower():
            case "zero":
                std = 0.0
            case "normal":
                std = 1.0
            case "xavier":
                std = math.sqrt(2 / (input_size + output_size))
            case "kaiming":
                std = math.sqrt(2 / input_size)
            case _:
                assert False, f"initializer {initializer!r} does not exist"
        w = np.asfortranarray(std * box_muller(input_size, output_size), dtype=np.float32)
        return w, np.zeros(output_size, dtype=np.float32)
