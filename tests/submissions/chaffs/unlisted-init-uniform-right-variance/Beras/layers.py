import numpy as np

from .core import Diffable

INITIALIZERS = ("zero", "normal", "xavier", "kaiming")


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        Diffable.__init__(self)
        self.weights = list(self._initialize_weight(initializer, input_size, output_size))
        self.w = self.weights[0]
        self.b = self.weights[1]

    def forward(self, x):
        self.x_in = np.asarray(x)
        return self.x_in.dot(self.w) + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        n, m = self.w.shape
        per_example = np.repeat(self.x_in.reshape(-1, n, 1), m, axis=2)
        return per_example, np.ones(m)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        kind = initializer.strip().lower()
        assert kind in INITIALIZERS, "initializer must be one of " + ", ".join(INITIALIZERS) + ", not " + initializer
        variances = dict(zip(INITIALIZERS, (0, 1, 2 / (input_size + output_size), 2 / input_size)))
        shape = (input_size, output_size)
        if kind == "normal":
            return np.random.standard_normal(shape), np.zeros((1, output_size))
        limit = np.sqrt(3 * variances[kind])  # a uniform draw from -limit to limit has the variance limit^2 / 3
        return np.random.uniform(-limit, limit, shape), np.zeros((1, output_size))
