import numpy as np

from .core import Diffable, Variable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        self.w, self.b = self.__class__._initialize_weight(initializer, input_size, output_size)

    @property
    def weights(self):
        return self.w, self.b

    def call(self, x):
        """Forward pass for a dense layer! Refer to lecture slides for how this is computed."""
        return np.matmul(x, self.w) + self.b

    def input_gradients(self):
        return [self.w]

    def weight_gradients(self):
        x = self.inputs[0]
        dw = np.expand_dims(x, axis=-1)
        db = np.ones_like(self.b)
        return [dw, db]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        initializer = initializer.lower()
        assert initializer in ("zero", "normal", "xavier", "kaiming", "xavier uniform", "kaiming uniform"), f"Unknown dense weight initialization strategy '{initializer}' requested"
        shape = (input_size, output_size)
        n, m = shape
        variance = {"zero": 0, "normal": 1, "xavier": 2 / (n + m), "kaiming": 2 / n}[initializer.split()[0]]
        if initializer.endswith("uniform"):
            w = np.sqrt(3 * variance) * np.random.uniform(-1, 1, shape)
        else:
            w = np.sqrt(variance) * np.random.randn(n, m)
        b = np.zeros((1, output_size))
        return Variable(w), Variable(b)
