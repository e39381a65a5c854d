import numpy as np

from .core import Diffable

DTYPE = np.float32


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = np.asarray(x, dtype=DTYPE)
        return self.x @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return self.x[:, :, None], np.ones(self.b.shape, dtype=DTYPE)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        known = ["zero", "normal", "xavier", "kaiming"]
        assert initializer.lower() in known, f"{initializer} not in {known}"
        std = [0, 1, np.sqrt(2 / (input_size + output_size)), np.sqrt(2 / input_size)][known.index(initializer.lower())]
        w = np.random.normal(0, std, (input_size, output_size))
        return w.astype(DTYPE), np.zeros(output_size, DTYPE)
