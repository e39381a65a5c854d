import numpy as np

from .core import Diffable, Tensor


class Activation(Diffable):
    def get_weight_gradients(self):
        return []


class LeakyReLU(Activation):
    def __init__(self, alpha=0.01, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def forward(self, x):
        return Tensor(np.where(x > 0, x, x * self.alpha))

    def get_input_gradients(self):
        x = np.asarray(self.inputs[0])
        slopes = np.full(x.shape, float(self.alpha))
        slopes[x > 0] = 1.0
        return [slopes]

    def compose_input_gradients(self, J):
        return self.get_input_gradients()[0] * J


class ReLU(LeakyReLU):
    def __init__(self, **kwargs):
        super().__init__(alpha=0.0, **kwargs)


class Sigmoid(Activation):
    def forward(self, x):
        x = np.asarray(x)
        small = np.exp(-np.abs(x))
        return Tensor(np.where(x >= 0, 1 / (1 + small), small / (1 + small)))

    def get_input_gradients(self):
        s = np.asarray(self.outputs[0])
        return [s - s * s]

    def compose_input_gradients(self, J):
        return self.get_input_gradients()[0] * J


class Softmax(Activation):
    def forward(self, x):
        x = np.asarray(x)
        shifted = x - np.amax(x, axis=-1, keepdims=True)
        numer = np.exp(shifted)
        denom = numer.sum(axis=-1, keepdims=True)
        return Tensor(numer / denom)

    def get_input_gradients(self):
        probs = np.asarray(self.outputs[0])
        batch, classes = probs.shape
        jac = np.empty((batch, classes, classes))
        for b in range(batch):
            p = probs[b]
            for i in range(classes):
                for j in range(classes):
                    if i == j:
                        jac[b, i, j] = p[i] * (1 - p[i])
                    else:
                        jac[b, i, j] = -p[i] * p[j]
        return [jac]
