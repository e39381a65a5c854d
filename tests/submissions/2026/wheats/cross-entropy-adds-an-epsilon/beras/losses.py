import numpy as np
import tensorflow as tf

from beras.core import Diffable, Tensor


class Loss(Diffable):
    @property
    def weights(self):
        return []

    def get_weight_gradients(self):
        return []


class MeanSquaredError(Loss):
    def forward(self, y_pred, y_true):
        return np.mean((y_pred - y_true) ** 2)

    def get_input_gradients(self):
        y_pred, y_true = self.inputs
        grad = 2 * (y_pred - y_true) / y_pred.size
        return [grad, np.zeros_like(y_true)]


class CategoricalCrossEntropy(Loss):
    def __init__(self, epsilon=1e-12, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def forward(self, y_pred, y_true):
        """Categorical cross entropy forward pass!"""
        per_example = -np.sum(y_true * np.log(y_pred + 1e-8), axis=-1)
        return np.mean(per_example)

    def get_input_gradients(self):
        """Categorical cross entropy input gradient method!"""
        y_pred, y_true = self.inputs
        grad = -(y_true / (y_pred + 1e-8)) / y_pred.shape[0]
        return [grad, np.zeros_like(y_true)]
