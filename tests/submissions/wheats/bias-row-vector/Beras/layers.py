import numpy as np

from .core import Diffable


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        # bias is (1, output_size) so that it broadcasts over the rows of x
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]
        self.inputs = None

    def forward(self, x):
        self.inputs = x
        return np.dot(x, self.w) + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        wrt_w = np.expand_dims(self.inputs, axis=-1)   # (B, n, 1)
        wrt_b = np.ones(self.b.shape)                  # (1, m)
        return (wrt_w, wrt_b)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        kind = initializer.lower()
        assert kind in ("zero", "normal", "xavier", "kaiming"), f"{initializer} is not an initializer I know"

        b = np.zeros((1, output_size))
        if kind == "zero":
            return np.zeros((input_size, output_size)), b
        w = np.random.normal(size=(input_size, output_size))
        if kind == "xavier":
            w = w * np.sqrt(2 / (input_size + output_size))
        elif kind == "kaiming":
            w = w * np.sqrt(2 / input_size)
        return w, b
