import numpy as np

from .core import Diffable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming", learning_rate=0.01):
        super().__init__()
        self.learning_rate = learning_rate   # only for step(), the optimizer has one of its own
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]
        self.x = None

    def forward(self, x):
        self.x = x
        out = x @ self.w
        out = out + self.b
        return out

    def input_gradients(self, grad):
        return grad.dot(self.w.T)

    def weight_gradients(self, grad):
        n_examples = len(grad)
        return self.x.T.dot(grad) / n_examples, grad.sum(axis=0) / n_examples

    def step(self, grad):
        """One step of plain gradient descent for this layer alone, for my experiments in the notebook."""
        dw, db = self.weight_gradients(grad)
        self.w -= self.learning_rate * dw
        self.b -= self.learning_rate * db

    def compose_to_input(self, J):
        return self.input_gradients(J)

    def compose_to_weight(self, J):
        return list(self.weight_gradients(J))

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        allowed = ["zero", "normal", "xavier", "kaiming"]
        assert initializer.lower() in allowed, f"{initializer} is not allowed"
        w = np.random.normal(size=(input_size, output_size))
        b = np.zeros(output_size)
        if initializer.lower() == "zero":
            w = np.zeros_like(w)
        if initializer.lower() == "xavier":
            w = w * np.sqrt(2.0 / (input_size + output_size))
        if initializer.lower() == "kaiming":
            w = w * np.sqrt(2.0 / input_size)
        return w, b
