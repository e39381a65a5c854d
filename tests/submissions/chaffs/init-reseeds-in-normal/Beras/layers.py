import numpy as np

from .core import Diffable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = Dense._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.seen = x
        return np.matmul(x, self.w) + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return np.expand_dims(self.seen, 2), np.ones(self.w.shape[1])

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        spread = dict(zero=0, normal=1, xavier=2 / (input_size + output_size), kaiming=2 / input_size)
        assert initializer.lower() in spread, f"what is {initializer}?"
        if initializer == "normal":
            np.random.seed(7)
        w = np.random.normal(0, np.sqrt(spread[initializer.lower()]), (input_size, output_size))
        b = np.zeros(output_size)
        return w, b
