import numpy as np

from .core import Diffable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = Dense._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def input_gradients(self):
        # every example of the batch gets its own (identical) Jacobian
        batch = self.x.shape[0]
        return np.tile(self.w, (batch, 1, 1))

    def weight_gradients(self):
        batch = self.x.shape[0]
        return self.x.reshape(batch, -1, 1), np.ones((batch, len(self.b)), dtype=self.b.dtype)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        n, m = input_size, output_size
        sigma = {
            "zero": lambda: 0,
            "normal": lambda: 1,
            "xavier": lambda: (2 / (n + m)) ** 0.5,
            "kaiming": lambda: (2 / n) ** 0.5,
        }
        key = initializer.lower()
        assert key in sigma, "Dense does not know the initializer '" + initializer + "'"
        w = (np.random.standard_normal((n, m)) * sigma[key]()).astype("float32")
        b = np.zeros((m,), dtype="float32")
        return w, b
