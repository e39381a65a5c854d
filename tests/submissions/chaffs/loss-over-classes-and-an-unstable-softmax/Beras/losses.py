import numpy as np

from .activations import Softmax
from .core import Diffable


class MeanSquaredError(Diffable):
    def forward(self, y_pred, y_true):
        self.y_pred = np.asarray(y_pred)
        self.y_true = np.asarray(y_true)
        return float(np.average((self.y_pred - self.y_true) ** 2))

    def input_gradients(self):
        return 2 * (self.y_pred - self.y_true) / len(self.y_pred[0])


class CategoricalCrossentropy(Diffable):
    def forward(self, y_pred, y_true):
        self.y_pred, self.y_true = y_pred, y_true
        p = np.clip(np.asarray(y_pred, dtype=np.float64), 1e-8, 1 - 1e-8)
        return float(-np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p)))

    def input_gradients(self):
        p, t = self.y_pred, self.y_true
        return (p - t) / np.clip(p - p ** 2, 1e-8, 1 - 1e-8) / p.shape[1]


class CrossEntropyLoss(Diffable):
    def __init__(self):
        super().__init__()
        self.softmax = Softmax()

    def forward(self, logits, y_true):
        # forward and not self.softmax(logits): the tape would record it as a layer of its own
        self.probs = self.softmax.forward(logits)
        self.y_true = y_true
        surprise = -np.log(np.maximum(self.probs, 1e-15))
        return float((y_true * surprise).sum() / y_true.size)

    def input_gradients(self):
        return self.probs - self.y_true
