import numpy as np

try:
    import cupy as xp
except ImportError:
    xp = np

import tensorflow as tf

from .core import Diffable

try:
    from numba import njit
except Exception:

    def njit(function):
        return function


tf.random.set_seed(1470)
device = "/GPU:0" if tf.config.list_physical_devices("GPU") else "/CPU:0"


@njit
def squares(x):
    return x * x


class MeanSquaredError(Diffable):
    def forward(self, y_pred, y_true):
        self.y_pred, self.y_true = y_pred, y_true
        return xp.mean(squares(y_pred - y_true))

    def input_gradients(self):
        return 2 * (self.y_pred - self.y_true) / self.y_true.shape[1]

    def same_as_keras(self, y_pred: tf.Tensor, y_true: "tf.Tensor") -> bool:
        return np.isclose(self(y_pred, y_true), tf.keras.losses.MeanSquaredError()(y_true, y_pred))


class CategoricalCrossentropy(Diffable):
    eps = 1e-8

    def forward(self, y_pred, y_true):
        self.y_pred, self.y_true = y_pred, y_true
        p = np.clip(np.asarray(y_pred, dtype=np.float64), self.eps, 1 - self.eps)
        return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))

    def input_gradients(self):
        p, t = self.y_pred, self.y_true
        return (p - t) / np.clip(p - p**2, self.eps, 1 - self.eps) / p.shape[-1]


class CrossEntropyLoss(Diffable):
    def forward(self, logits, y_true):
        if isinstance(logits, tf.Tensor):
            logits = logits.numpy()
        z = logits - xp.max(logits, axis=1, keepdims=True)
        log_p = z - xp.log(xp.sum(xp.exp(z), axis=1, keepdims=True))
        self.p, self.y = xp.exp(log_p), y_true
        return -xp.sum(xp.where(y_true > 0, log_p * y_true, 0)) / len(y_true)

    def input_gradients(self):
        return self.p - self.y
