import numpy as np

from .core import Diffable
from .tensor import Tensor


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        w, b = self._initialize_weight(initializer, input_size, output_size)
        self.w = Tensor(w, name="kernel")
        self.b = Tensor(b, name="bias")
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = Tensor(x, trainable=False)
        return self.x @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return self.x[:, :, None], np.ones_like(self.b)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        stds = {
            "zero": 0.0,
            "normal": 1.0,
            "xavier": np.sqrt(2 / (input_size + output_size)),
            "kaiming": np.sqrt(2 / input_size),
        }
        assert initializer.lower() in stds.keys(), f"no initializer named {initializer}"
        w = np.random.normal(0, stds[initializer.lower()], size=(input_size, output_size))
        return Tensor(w.astype(np.float32)), Tensor(np.zeros(output_size, dtype=np.float32))
