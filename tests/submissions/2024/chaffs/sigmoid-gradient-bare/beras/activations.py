import numpy as np

from .core import Diffable, Tensor


class Activation(Diffable):
    @property
    def weights(self):
        return []

    def get_weight_gradients(self):
        return []


class LeakyReLU(Activation):
    def __init__(self, alpha=0.3):
        self.alpha = alpha

    def call(self, x):
        """Leaky ReLu call propagation!"""
        return Tensor(np.where(x > 0, x, self.alpha * x))

    def get_input_gradients(self):
        """Leaky ReLu backpropagation!"""
        x = self.inputs[0]
        return [Tensor(np.where(x > 0, 1.0, self.alpha))]

    def compose_input_gradients(self, J):
        return self.get_input_gradients()[0] * J


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(alpha=0)


class Sigmoid(Activation):
    def call(self, x):
        return Tensor(1 / (1 + np.exp(-x)))

    def get_input_gradients(self):
        out = self.outputs[0]
        return Tensor(out * (1 - out))

    def compose_input_gradients(self, J):
        return self.get_input_gradients()[0] * J


class Softmax(Activation):
    def call(self, x):
        """Softmax call propagation!"""
        shifted = x - np.max(x, axis=-1, keepdims=True)
        exps = np.exp(shifted)
        return Tensor(exps / np.sum(exps, axis=-1, keepdims=True))

    def get_input_gradients(self):
        """Softmax input gradients!"""
        x, y = self.inputs + self.outputs
        bn, n = x.shape
        grad = np.zeros(shape=(bn, n, n), dtype=x.dtype)
        for i in range(bn):
            s = y[i]
            grad[i] = np.diag(s) - np.outer(s, s)
        return [grad]
