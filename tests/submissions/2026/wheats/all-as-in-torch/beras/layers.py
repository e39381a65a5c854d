from __future__ import annotations

import numpy as np

from .core import Diffable, Tensor


class Linear(Diffable):
    def __init__(self, input_size: int, output_size: int, initializer: str = "normal", **kwargs):
        super().__init__(**kwargs)
        self.input_size, self.output_size = input_size, output_size
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)

    @property
    def parameters(self) -> list[Tensor]:
        return [self.w, self.b]

    def forward(self, x: Tensor) -> Tensor:
        return Tensor(np.einsum("bi,ij->bj", x, self.w) + self.b)

    def get_input_gradients(self) -> list[Tensor]:
        return [self.w]

    def get_weight_gradients(self) -> list[Tensor]:
        x = self.inputs[0]
        return [Tensor(np.repeat(x[:, :, np.newaxis], self.output_size, axis=2)), Tensor(np.ones(self.output_size))]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        initializer = initializer.lower()
        std = {
            "zero": 0.0,
            "normal": 1.0,
            "xavier": (2.0 / (input_size + output_size)) ** 0.5,
            "kaiming": (2.0 / input_size) ** 0.5,
        }
        assert initializer in std, f"Unknown weight initialization strategy '{initializer}' requested"
        w = std[initializer] * np.random.default_rng().standard_normal((input_size, output_size))
        return Tensor(w, name="w"), Tensor(np.zeros(output_size), name="b")
