import numpy as np

from .core import Diffable


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def input_gradients(self, eta):
        """eta: gradient of the loss for my output; returns the one for my input"""
        return eta @ self.w.T

    def weight_gradients(self, eta):
        # no division by the batch size here, the loss has done that already
        return self.x.T @ eta, eta.sum(axis=0)

    def compose_to_input(self, eta):
        return self.input_gradients(eta)

    def compose_to_weight(self, eta):
        return list(self.weight_gradients(eta))

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        name = initializer.lower()
        assert name in ("zero", "normal", "xavier", "kaiming"), f"unknown initializer {initializer}"
        if name == "zero":
            std = 0
        elif name == "normal":
            std = 1
        elif name == "xavier":
            std = np.sqrt(2 / (input_size + output_size))
        else:
            std = np.sqrt(2 / input_size)
        w = std * np.random.randn(input_size, output_size)
        b = np.zeros(output_size)
        return w.astype(np.float32), b.astype(np.float32)
