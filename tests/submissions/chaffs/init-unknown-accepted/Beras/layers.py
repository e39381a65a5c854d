import numpy as np

from .core import Diffable


class Dense(Diffable):
    # eta is the gradient of the loss with respect to what this layer returned

    def __init__(self, input_size, output_size, initializer="kaiming", learning_rate=0.01):
        super().__init__()
        self.learning_rate = learning_rate
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.a = x
        z = x @ self.w + self.b
        return z

    def input_gradients(self, eta):
        return eta @ self.w.T

    def weight_gradients(self, eta):
        batch = eta.shape[0]
        grad_w = self.a.T @ eta / batch
        grad_b = eta.sum(axis=0) / batch
        return [grad_w, grad_b]

    def compose_to_input(self, J):
        return self.input_gradients(J)

    def compose_to_weight(self, J):
        return self.weight_gradients(J)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        name = initializer.lower()
        if name == "zero":
            scale = 0.0
        elif name == "normal":
            scale = 1.0
        elif name == "xavier":
            scale = np.sqrt(2 / (input_size + output_size))
        else:
            scale = np.sqrt(2 / input_size)
        w = np.random.normal(scale=scale, size=(input_size, output_size)).astype(np.float32)
        return w, np.zeros(output_size, dtype=np.float32)
