import numpy as np

from .core import Diffable


class Dense(Diffable):
    """The trick from the lecture: [x, 1] @ [[w], [b]] = x @ w + b."""

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        w, b = self._initialize_weight(initializer, input_size, output_size)
        self.W = np.vstack([w, b])        # (n + 1, m)
        self.w = self.W[:-1]              # these are views
        self.b = self.W[-1]
        self.weights = [self.w, self.b]

    def forward(self, x):
        x = np.asarray(x)
        self.x1 = np.hstack([x, np.ones((len(x), 1), dtype=x.dtype)])
        return self.x1 @ self.W

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        dW = self.x1[:, :, None]          # (B, n + 1, 1), last row belongs to the bias
        return dW[:, :-1], dW[:, -1]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        table = {"zero": 0.0, "normal": 1.0, "xavier": 2 / (input_size + output_size), "kaiming": 2 / input_size}
        variance = table.get(initializer.lower(), None)
        assert variance is not None, f"initializer must be one of {list(table)}, got {initializer}"
        w = np.random.normal(0, variance ** 0.5, [input_size, output_size])
        return w.astype(np.float32), np.zeros(output_size, dtype=np.float32)
