from __future__ import annotations

import numpy as np

from .core import Diffable

rng = np.random.default_rng()


class Dense(Diffable):
    """y = x w + b; the compose methods skip the three-dimensional arrays."""

    def __init__(self, input_size: int, output_size: int, initializer: str = "kaiming"):
        super().__init__()
        w, b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [w, b]
        self.w, self.b = self.weights

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.cache = x
        return np.einsum("bn,nm->bm", x, self.w) + self.b

    def input_gradients(self) -> np.ndarray:
        return self.w

    def weight_gradients(self) -> tuple[np.ndarray, np.ndarray]:
        return self.cache[..., np.newaxis], np.ones((len(self.cache), self.b.size))

    def compose_to_input(self, J: np.ndarray) -> np.ndarray:
        return np.einsum("bm,nm->bn", J, self.w)

    def compose_to_weight(self, J: np.ndarray) -> list[np.ndarray]:
        rows = len(J)
        return [np.einsum("bn,bm->nm", self.cache, J) / rows, np.einsum("bm->m", J) / rows]

    @staticmethod
    def _initialize_weight(initializer: str, fan_in: int, fan_out: int):
        match initializer:
            case "zero":
                std = 0
            case "normal":
                std = 1
            case "xavier":
                std = (2 / (fan_in + fan_out)) ** 0.5
            case "kaiming":
                std = (2 / fan_in) ** 0.5
            case _:
                raise AssertionError(f"what is {initializer}?")
        return rng.normal(0, std, (fan_in, fan_out)), np.zeros(fan_out)
