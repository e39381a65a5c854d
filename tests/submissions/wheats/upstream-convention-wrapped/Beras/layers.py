import numpy as np

from .core import Diffable, finite


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    @finite
    def input_gradients(self, upstream):
        return upstream @ np.transpose(self.w)

    @finite
    def weight_gradients(self, upstream):
        dw = np.transpose(self.x) @ upstream / upstream.shape[0]
        db = np.mean(upstream, axis=0)
        return [dw, db]

    def compose_to_input(self, J):
        return self.input_gradients(J)

    def compose_to_weight(self, J):
        return self.weight_gradients(J)

    @staticmethod
    def _initialize_weight(initializer, n, m):
        std = {"zero": 0, "normal": 1, "xavier": (2 / (n + m)) ** 0.5, "kaiming": (2 / n) ** 0.5}
        assert initializer.lower() in std, f"{initializer} is not one of {list(std)}"
        w = np.random.normal(0, std[initializer.lower()], (n, m)).astype(np.float32)
        b = np.zeros(m, dtype=np.float32)
        return w, b
