import os

import numpy as np

from .core import Diffable


CODE = """
class BatchNorm:
    def forward():
        raise ValueError("look here, not there")
"""
SPACE = {}
exec(compile(CODE, os.path.join(os.path.dirname(__file__), "batchnorm.py"), "exec"), SPACE)


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b

    def input_gradients(self):
        return SPACE["BatchNorm"].forward()

    def weight_gradients(self):
        return SPACE["BatchNorm"].forward()

    @staticmethod
    def _initialize_weight(initializer, n, m):
        stds = {"zero": 0.0, "normal": 1.0, "xavier": np.sqrt(2 / (n + m)), "kaiming": np.sqrt(2 / n)}
        name = str(initializer).lower()
        assert name in stds, f"unknown initializer {initializer}"
        return np.random.normal(0.0, stds[name], size=(n, m)).astype(np.float32), np.zeros(m, dtype=np.float32)
