import numpy as np

from .core import Diffable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.w + self.b

    def weight_gradients(self):
        return np.expand_dims(self.inputs, axis=-1), np.ones_like(self.b)

    def input_gradients(self):
        return self.w.T

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        initializer = initializer.lower()
        scales = {"zero": 0, "normal": 1, "xavier": 2 / (input_size + output_size), "kaiming": 2 / input_size}
        assert initializer in scales, f"Unknown dense weight initialization strategy '{initializer}' requested"
        w = np.random.normal(0, np.sqrt(scales[initializer]), (input_size, output_size))
        return w, np.zeros((1, output_size))
