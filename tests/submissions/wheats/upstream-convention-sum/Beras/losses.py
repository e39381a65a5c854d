import numpy as np

from .core import Diffable

# All gradients here are divided by the batch size, the layers just sum.


class MeanSquaredError(Diffable):
    def forward(self, y_pred, y_true):
        self.diff = y_pred - y_true
        return np.mean(self.diff ** 2)

    def input_gradients(self, eta):
        return eta * 2 * self.diff / self.diff.size


class CategoricalCrossentropy(Diffable):
    def forward(self, y_pred, y_true):
        self.p, self.t = y_pred, y_true
        p = np.clip(np.asarray(y_pred, dtype=np.float64), 1e-8, 1 - 1e-8)
        return np.mean(-(y_true * np.log(p) + (1 - y_true) * np.log(1 - p)))

    def input_gradients(self, eta):
        p, t = self.p, self.t
        return eta * (p - t) / np.clip(p - p ** 2, 1e-8, 1 - 1e-8) / p.size


class CrossEntropyLoss(Diffable):
    def forward(self, logits, y_true):
        e = np.exp(logits - np.max(logits, axis=1, keepdims=True))
        self.p = e / np.sum(e, axis=1, keepdims=True)
        self.y = y_true
        return -np.sum(y_true * np.log(np.maximum(self.p, 1e-30))) / len(y_true)

    def input_gradients(self, eta):
        return eta * (self.p - self.y) / len(self.y)
