import numpy as np

from beras.core import Diffable, Tensor


class Loss(Diffable):
    @property
    def weights(self):
        return []

    def get_weight_gradients(self):
        return []


class MeanSquaredError(Loss):
    def call(self, y_pred, y_true):
        return np.mean((y_pred - y_true) ** 2)

    def get_input_gradients(self):
        y_pred, y_true = self.inputs
        return 2 * (y_pred - y_true) / (y_pred.shape[0] * y_pred.shape[1])


def clip_0_1(x, eps=1e-8):
    return np.clip(x, eps, 1 - eps)


class CategoricalCrossentropy(Loss):
    def call(self, y_pred, y_true):
        """Categorical cross entropy call pass!"""
        y_pred = clip_0_1(y_pred)
        per_example = -np.sum(y_true * np.log(y_pred), axis=-1)
        return np.mean(per_example)

    def get_input_gradients(self):
        """Categorical cross entropy input gradient method!"""
        y_pred, y_true = self.inputs
        y_pred = clip_0_1(y_pred)
        grad = -(y_true / y_pred) / y_pred.shape[0]
        return [grad, np.zeros_like(y_true)]
