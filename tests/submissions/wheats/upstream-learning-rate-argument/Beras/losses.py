import numpy as np

from .core import Diffable


class MeanSquaredError(Diffable):
    def forward(self, y_pred, y_true):
        self.error = y_pred - y_true
        return (self.error ** 2).mean()

    def input_gradients(self, grad):
        return grad * self.error * (2 / self.error.shape[1])


class CategoricalCrossentropy(Diffable):
    eps = 1e-8

    def forward(self, y_pred, y_true):
        self.y_pred, self.y_true = y_pred, y_true
        p = np.clip(np.asarray(y_pred, float), self.eps, 1 - self.eps)
        return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))

    def input_gradients(self, grad):
        p = self.y_pred
        return grad * (p - self.y_true) / np.clip(p - p ** 2, self.eps, 1 - self.eps) / p.shape[1]


class CrossEntropyLoss(Diffable):
    def forward(self, logits, y_true):
        self.y_true = y_true
        z = np.exp(logits - np.amax(logits, axis=1, keepdims=True))
        self.probs = z / np.sum(z, axis=1, keepdims=True)
        return -np.sum(y_true * np.log(np.clip(self.probs, 1e-12, 1))) / y_true.shape[0]

    def input_gradients(self, grad):
        return grad * (self.probs - self.y_true)
