import numpy as np

from .core import Diffable


class Dense(Diffable):
    """A fully connected layer."""

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = Dense._initialize_weight(initializer, input_size, output_size)

    @property
    def weights(self):
        return [self.w, self.b]

    def forward(self, inputs):
        self.inputs = inputs
        return np.dot(inputs, self.w) + self.b

    def input_gradients(self):
        return np.transpose(self.w)

    def weight_gradients(self):
        dw = np.expand_dims(self.inputs, axis=-1)
        db = np.ones(self.b.shape)
        return dw, db

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        shape = (input_size, output_size)
        draw = {
            "zero": lambda: np.zeros(shape),
            "normal": lambda: np.random.randn(*shape),
            "xavier": lambda: np.random.randn(*shape) * np.sqrt(2 / sum(shape)),
            "kaiming": lambda: np.random.randn(*shape) * np.sqrt(2 / input_size),
        }
        assert initializer.lower() in draw, f"no initializer is called {initializer}"
        return draw[initializer.lower()](), np.zeros(output_size)
