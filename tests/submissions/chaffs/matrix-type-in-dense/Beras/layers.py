import numpy as np

from .core import Diffable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = Dense._initialize_weight(initializer, input_size, output_size)

    @property
    def weights(self):
        return [self.w, self.b]

    def forward(self, inputs):
        self.inputs = inputs
        return np.asmatrix(inputs) * np.asmatrix(self.w) + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return np.expand_dims(self.inputs, -1), np.ones(self.b.shape)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        initializer = initializer.lower()
        assert initializer in ("zero", "normal", "xavier", "kaiming"), f"no initializer called {initializer}"
        shape = (input_size, output_size)
        if initializer == "zero":
            w = np.zeros(shape)
        elif initializer == "normal":
            w = np.random.normal(size=shape)
        elif initializer == "xavier":
            w = np.random.normal(0, np.sqrt(2 / (input_size + output_size)), size=shape)
        else:
            w = np.random.normal(0, np.sqrt(2 / input_size), size=shape)
        return w, np.zeros((1, output_size))
