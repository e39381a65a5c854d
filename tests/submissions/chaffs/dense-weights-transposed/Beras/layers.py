import numpy as np

from .core import Diffable


class Dense(Diffable):
    """W x + b, written for rows"""

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        w, b = self._initialize_weight(initializer, input_size, output_size)
        self.w = w.T.copy()  # one row for each neuron
        self.b = b
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return (self.w @ x.T).T + self.b

    def input_gradients(self):
        return self.w.T

    def weight_gradients(self):
        # the same for every neuron
        return self.x[:, None, :], np.ones_like(self.b)

    def compose_to_weight(self, J):
        return [J.T @ self.x / len(J), J.mean(axis=0)]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        stds = {
            "zero": 0,
            "normal": 1,
            "xavier": np.sqrt(2 / (input_size + output_size)),
            "kaiming": np.sqrt(2 / input_size),
        }
        if initializer.lower() not in stds:
            raise AssertionError(initializer + " is not an initializer")
        w = np.random.normal(0, stds[initializer.lower()], (input_size, output_size))
        return w, np.zeros(output_size)
