import numpy as np

from .core import Diffable

DTYPE = np.float32


class MeanSquaredError(Diffable):
    def forward(self, y_pred, y_true):
        self.difference = np.asarray(y_pred, DTYPE) - np.asarray(y_true, DTYPE)
        return np.square(self.difference).mean(dtype=DTYPE)

    def input_gradients(self):
        return self.difference * DTYPE(2 / self.difference.shape[1])


class CategoricalCrossentropy(Diffable):
    def forward(self, y_pred, y_true):
        self.p = np.asarray(y_pred, DTYPE)
        self.t = np.asarray(y_true, DTYPE)
        # 1 - 1e-8 is 1 in float32, so only the logarithms are in float64
        p = np.clip(self.p.astype(np.float64), 1e-8, 1 - 1e-8)
        loss = -np.mean(self.t * np.log(p) + (1 - self.t) * np.log(1 - p))
        return DTYPE(loss)

    def input_gradients(self):
        p, t = self.p, self.t
        return (p - t) / np.clip(p - p * p, DTYPE(1e-8), DTYPE(1)) / DTYPE(p.shape[1])


class CrossEntropyLoss(Diffable):
    def forward(self, logits, y_true):
        logits = np.asarray(logits)
        # subtract first, then cast: large float64 logits do not fit into float32
        shifted = np.maximum(logits - logits.max(axis=1, keepdims=True), -1e30).astype(DTYPE)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.y = np.asarray(y_true, DTYPE)
        self.p = np.exp(log_p)
        return -(self.y * log_p).sum(dtype=DTYPE) / DTYPE(len(self.y))

    def input_gradients(self):
        return self.p - self.y
