import numpy as np

from .core import Diffable

TINY = 1e-12


class MeanSquaredError(Diffable):
    def forward(self, y_pred, y_true):
        self.r = y_pred - y_true
        return (self.r * self.r).sum() / self.r.size

    def input_gradients(self, eta=1.0):
        return eta * 2 * self.r / self.r.shape[1]


class CategoricalCrossentropy(Diffable):
    """Cross-entropy of probabilities, each class a yes-or-no question of its own.

    With p = y_pred clipped to [eps, 1 - eps] and t = y_true: the mean over classes and batch of
    -(t log p + (1 - t) log(1 - p)).
    """

    eps = 1e-8

    def forward(self, y_pred: np.ndarray, y_true: np.ndarray) -> float:
        """Probabilities y_pred and one-hot rows y_true (B, C) in, one number out."""
        self.y_pred, self.y_true = y_pred, y_true
        # The logarithms need float64: in float32, 1 - 1e-8 is 1, and the clip would let log(0) through.
        p = np.clip(np.asarray(y_pred, dtype=np.float64), self.eps, 1 - self.eps)
        return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))

    def input_gradients(self) -> np.ndarray:
        """Per example, for y_pred: (p - t) / clip(p - p^2) / C, shape (B, C)."""
        p, t = self.y_pred, self.y_true
        return (p - t) / np.clip(p - p**2, self.eps, 1 - self.eps) / p.shape[-1]


class CrossEntropyLoss(Diffable):
    def forward(self, logits, y_true):
        self.t = y_true
        expz = np.exp(logits)
        self.a = expz / expz.sum(axis=1, keepdims=True)
        return -(y_true * np.log(self.a + TINY)).sum() / y_true.shape[0]

    def input_gradients(self, eta=1.0):
        return eta * (self.a - self.t)
