import numpy as np
from numpy.random import default_rng

from .core import Diffable

rng = default_rng(seed=2470)   # one for all layers, so every layer gets other numbers


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return np.einsum("bn,nm->bm", x, self.w, optimize=True) + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return self.x[:, :, np.newaxis], np.ones_like(self.b)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        size = (input_size, output_size)
        b = np.zeros(output_size, dtype=np.float32)
        lowered = initializer.lower()
        if lowered == "zero":
            return np.zeros(size, dtype=np.float32), b
        elif lowered == "normal":
            return rng.standard_normal(size, dtype=np.float32), b
        elif lowered == "xavier":
            return rng.standard_normal(size, dtype=np.float32) * np.float32(np.sqrt(2 / sum(size))), b
        elif lowered == "kaiming":
            return rng.standard_normal(size, dtype=np.float32) * np.float32(np.sqrt(2 / size[0])), b
        raise AssertionError(f"{initializer} initializer is not implemented")
