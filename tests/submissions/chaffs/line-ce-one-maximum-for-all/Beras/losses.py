"""MeanSquaredError, CategoricalCrossentropy, CrossEntropyLoss: how wrong the predictions are.

A loss is the last Diffable on the tape. Its value is the mean over the batch, one number to watch. Its
gradient is per example, row b being the derivative of example b's own loss: the mean comes in later, in
`compose_to_weight`.
"""

import numpy as np

from .core import Diffable


class MeanSquaredError(Diffable):
    """The mean of (y_pred - y_true)^2 over every element."""

    def forward(self, y_pred: np.ndarray, y_true: np.ndarray) -> float:
        """y_pred, y_true (B, C) in, one number out. Keeps what the gradient needs."""
        self.error = y_pred - y_true
        return np.mean(self.error**2)

    def input_gradients(self) -> np.ndarray:
        """Per example, for y_pred: 2 (y_pred - y_true) / C, shape (B, C)."""
        return 2 * self.error / self.error.shape[-1]


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
        self.y_true = y_true
        shifted = logits - logits.max()
        exps = np.exp(shifted)
        self.probs = exps / (exps.sum(axis=1, keepdims=True) + 1e-12)
        return float(-(y_true * np.log(self.probs + 1e-12)).sum() / y_true.shape[0])

    def input_gradients(self):
        return self.probs - self.y_true
