import numpy as np

from .core import Diffable


class MeanSquaredError(Diffable):
    """mean squared difference"""

    def forward(self, y_pred, y_true):
        self.y_pred = y_pred
        self.y_true = y_true
        squares = np.square(y_true - y_pred)
        return np.mean(squares)

    def input_gradients(self):
        num_classes = self.y_pred.shape[1]
        return (2 / num_classes) * (self.y_pred - self.y_true)


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
    """softmax and cross-entropy in one"""

    def forward(self, logits, y_true):
        self.y_true = y_true
        self.y_pred = logits
        largest = logits.max(axis=1)
        log_sum = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
        per_example = log_sum - np.sum(y_true * logits, axis=1)
        return np.mean(per_example)

    def input_gradients(self):
        return self.y_pred - self.y_true
