import numpy as np

from .core import Diffable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.weights = tuple(self._initialize_weight(initializer, input_size, output_size))
        self.w, self.b = self.weights

    def forward(self, x):
        self.x = np.asarray(x)
        return self.x @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return [self.x[:, :, None], [1.0] * len(self.b)]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        std = [
            ("zero", 0.0),
            ("normal", 1.0),
            ("xavier", np.sqrt(2 / (input_size + output_size))),
            ("kaiming", np.sqrt(2 / input_size)),
        ]
        found = [s for name, s in std if name == initializer.lower()]
        assert len(found) == 1, f"unknown initializer: {initializer}"
        w = np.random.normal(0, found[0], size=(input_size, output_size))
        return [w.astype(np.float32), np.zeros(output_size, dtype=np.float32)]
