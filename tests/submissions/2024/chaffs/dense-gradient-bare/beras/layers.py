import numpy as np

from .core import Diffable, Variable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="normal"):
        self.w, self.b = self.__class__._initialize_weight(initializer, input_size, output_size)

    @property
    def weights(self):
        return self.w, self.b

    def call(self, x):
        """Forward pass for a dense layer! Refer to lecture slides for how this is computed."""
        return np.matmul(x, self.w) + self.b

    def get_input_gradients(self):
        return self.w

    def get_weight_gradients(self):
        x = self.inputs[0]
        dw = np.expand_dims(x, axis=-1)
        db = np.ones_like(self.b)
        return [dw, db]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        initializer = initializer.lower()
        assert initializer in ("zero", "normal", "xavier", "kaiming", "xavier uniform", "kaiming uniform"), f"Unknown dense weight initialization strategy '{initializer}' requested"
        shape = (input_size, output_size)
        if initializer == "zero":
            w = np.zeros(shape)
        elif initializer == "normal":
            w = np.random.normal(0, 1, shape)
        elif initializer == "xavier":
            std = np.sqrt(2 / (input_size + output_size))
            w = np.random.normal(0, std, shape)
        elif initializer == "kaiming":
            std = np.sqrt(2 / input_size)
            w = np.random.normal(0, std, shape)
        elif initializer == "xavier uniform":
            limit = np.sqrt(6 / (input_size + output_size))
            w = np.random.uniform(-limit, limit, shape)
        elif initializer == "kaiming uniform":
            limit = np.sqrt(6 / input_size)
            w = np.random.uniform(-limit, limit, shape)
        b = np.zeros((1, output_size))
        return Variable(w), Variable(b)
