import numpy as np

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
        y_pred = np.clip(y_pred, self.epsilon, 1 - self.epsilon)
        per_example = -np.mean(y_true * np.log(y_pred), axis=-1)
        return np.mean(per_example)

    def get_input_gradients(self):
        """Categorical cross entropy input gradient method!"""
        y_pred, y_true = self.inputs
        y_pred = np.clip(y_pred, self.epsilon, 1 - self.epsilon)
        grad = -(y_true / y_pred) / y_pred.size
        return [grad, np.zeros_like(y_true)]
