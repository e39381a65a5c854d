import numpy as np

from .core import Diffable


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = np.array(x, dtype=float)      # float is float64
        return self.x @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return self.x[:, :, None], np.ones(self.b.shape)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        assert str(initializer).lower() in ("zero", "normal", "xavier", "kaiming"), f"Unknown initializer: {initializer}"
        w = np.zeros((input_size, output_size))
        b = np.zeros(output_size)
        if initializer.lower() == "normal":
            w += np.random.normal(0, 1, w.shape)
        if initializer.lower() == "xavier":
            w += np.random.normal(0, np.sqrt(2 / (input_size + output_size)), w.shape)
        if initializer.lower() == "kaiming":
            w += np.random.normal(0, np.sqrt(2 / input_size), w.shape)
        return w, b
