import numpy as np

from .core import Diffable


class Dense(Diffable):
    """y = x @ w + b"""

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.input_size = input_size
        self.output_size = output_size
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        B = len(self.x)
        # d y_j / d w_ij = x_i for every j
        dw = np.broadcast_to(self.x[:, :, None], (B, self.input_size, self.output_size))
        db = np.ones((B, self.output_size), dtype=self.x.dtype)
        return dw, db

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        lower = initializer.lower()
        assert lower in {"zero", "normal", "xavier", "kaiming"}, f"unknown initializer: {initializer}"
        if lower == "zero":
            std = 0.0
        elif lower == "normal":
            std = 1.0
        elif lower == "xavier":
            std = np.sqrt(2.0 / (input_size + output_size))
        else:
            std = np.sqrt(2.0 / input_size)
        w = np.random.normal(0.0, std, (input_size, output_size)).astype(np.float32)
        return w, np.zeros(output_size, dtype=np.float32)
