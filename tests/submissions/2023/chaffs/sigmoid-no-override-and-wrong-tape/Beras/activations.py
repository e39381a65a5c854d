import numpy as np

from .core import Diffable, Tensor


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        self.alpha = alpha

    def call(self, x):
        """Leaky ReLu call propagation!"""
        return Tensor(np.where(x > 0, x, self.alpha * x))

    def input_gradients(self):
        """Leaky ReLu backpropagation!"""
        x = self.inputs[0]
        return [Tensor(np.where(x > 0, 1.0, self.alpha))]

    def compose_to_input(self, J):
        return self.input_gradients()[0] * J


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(alpha=0)


class Sigmoid(Diffable):
    def call(self, x):
        return Tensor(1 / (1 + np.exp(-x)))

    def input_gradients(self):
        out = self.outputs[0]
        return [out * (1 - out)]


class Softmax(Diffable):
    def call(self, x):
        """Softmax call propagation!"""
        shifted = x - np.max(x, axis=-1, keepdims=True)
        exps = np.exp(shifted)
        return Tensor(exps / np.sum(exps, axis=-1, keepdims=True))

    def input_gradients(self):
        """Softmax input gradients!"""
        x, y = self.inputs + self.outputs
        bn, n = x.shape
        grad = np.zeros(shape=(bn, n, n), dtype=x.dtype)
        for i in range(bn):
            s = y[i]
            grad[i] = np.diag(s) - np.outer(s, s)
        return [grad]
