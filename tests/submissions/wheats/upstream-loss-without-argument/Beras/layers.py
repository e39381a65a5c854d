import numpy as np

from .core import Diffable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = Dense._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return np.add(np.matmul(x, self.w), self.b)

    def input_gradients(self, delta):
        return np.matmul(delta, self.w.T)

    def weight_gradients(self, delta):
        return np.matmul(self.x.T, delta), np.sum(delta, axis=0)

    # so that the tape works as well
    compose_to_input = input_gradients

    def compose_to_weight(self, J):
        return list(self.weight_gradients(J))

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        initializers = {
            "zero": np.zeros((input_size, output_size)),
            "normal": np.random.randn(input_size, output_size),
            "xavier": np.random.randn(input_size, output_size) * np.sqrt(2 / (input_size + output_size)),
            "kaiming": np.random.randn(input_size, output_size) * np.sqrt(2 / input_size),
        }
        assert initializer.lower() in initializers, f"Initializer {initializer} unknown"
        return initializers[initializer.lower()].astype(np.float32), np.zeros(output_size, dtype=np.float32)
