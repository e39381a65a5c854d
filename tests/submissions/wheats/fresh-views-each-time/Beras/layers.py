import numpy as np

from .core import Diffable


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.n = input_size
        self.m = output_size
        w, b = self._initialize_weight(initializer, input_size, output_size)
        self.params = np.append(w.flatten(), b)

    # a new view every time, but always of the same memory
    w = property(lambda self: self.params[: self.n * self.m].reshape(self.n, self.m))
    b = property(lambda self: self.params[self.n * self.m :])
    weights = property(lambda self: [self.w, self.b])

    def forward(self, x):
        self.last_x = x
        return x @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return self.last_x[:, :, None], np.ones(self.m, dtype=self.params.dtype)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        which = initializer.lower()
        assert which in ("zero", "normal", "xavier", "kaiming"), f"unknown initializer {initializer}"
        w = np.random.randn(input_size, output_size).astype(np.float32)
        if which == "zero":
            w *= 0
        elif which == "xavier":
            w *= np.sqrt(2 / (input_size + output_size)).astype(np.float32)
        elif which == "kaiming":
            w *= np.sqrt(2 / input_size).astype(np.float32)
        return w, np.zeros(output_size, dtype=np.float32)
