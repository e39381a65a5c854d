import numpy as np

from beras.core import Diffable, Tensor, Variable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="normal"):
        self.w, self.b = self.__class__._initialize_weight(initializer, input_size, output_size)

    @property
    def weights(self):
        return self.w, self.b

    def call(self, x):
        return Tensor(np.dot(x, self.w) + self.b)

    def get_input_gradients(self):
        return [self.w]

    def get_weight_gradients(self):
        (x,) = self.inputs
        return [np.expand_dims(x, -1) * 1.0, np.ones(self.b.shape)]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        size = (input_size, output_size)
        kinds = {
            "zero": lambda: np.zeros(size),
            "normal": lambda: np.random.normal(0, 1, size),
            "xavier": lambda: np.random.normal(0, (2 / (input_size + output_size)) ** 0.5, size),
            "kaiming": lambda: np.random.normal(0, (2 / input_size) ** 0.5, size),
        }
        kind = initializer.lower()
        assert kind in kinds, f"unknown initializer {kind}"
        return Variable(kinds[kind]()), Variable(np.zeros((1, output_size), dtype=int))
