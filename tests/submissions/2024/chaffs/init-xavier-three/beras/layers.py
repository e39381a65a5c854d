import math

import numpy as np

from .core import Diffable, Tensor, Variable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="normal"):
        self.w, self.b = Dense._initialize_weight(initializer, input_size, output_size)

    @property
    def weights(self):
        return [self.w, self.b]

    def call(self, x):
        product = np.dot(x, self.w)
        return product + self.b

    def get_input_gradients(self):
        return [np.array(self.w)]

    def get_weight_gradients(self):
        x = np.asarray(self.inputs[0])
        rows, n = x.shape
        m = self.w.shape[1]
        dw = np.repeat(x.reshape(rows, n, 1), m, axis=2)
        db = np.ones(self.b.shape)
        return [dw, db]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        kind = initializer.lower()
        shape = (input_size, output_size)
        assert kind in ("zero", "normal", "xavier", "kaiming", "xavier uniform", "kaiming uniform"), kind
        if kind == "zero":
            weight = np.zeros(shape)
        elif kind == "normal":
            weight = np.random.standard_normal(shape)
        elif kind == "xavier":
            spread = math.sqrt(3.0 / (input_size + output_size))
            weight = spread * np.random.standard_normal(shape)
        elif kind == "kaiming":
            spread = math.sqrt(2.0 / input_size)
            weight = spread * np.random.standard_normal(shape)
        elif kind == "xavier uniform":
            bound = math.sqrt(6.0 / (input_size + output_size))
            weight = np.random.uniform(-bound, bound, shape)
        else:
            bound = math.sqrt(6.0 / input_size)
            weight = np.random.uniform(-bound, bound, shape)
        return Variable(weight), Variable(np.zeros((1, output_size)))
