import numpy as np

from .core import Diffable


class MeanSquaredError(Diffable):
    def forward(self, y_pred, y_true):
        self.differences = np.empty(y_pred.shape, dtype=object)
        for b in range(y_pred.shape[0]):
            for c in range(y_pred.shape[1]):
                self.differences[b, c] = float(y_pred[b, c] - y_true[b, c])
        return (self.differences**2).mean()

    def input_gradients(self):
        return 2 * self.differences / self.differences.shape[1]


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
    """Softmax and cross-entropy together."""

    def forward(self, logits, y_true):
        best = logits.max(axis=1, keepdims=True).astype(np.float64)
        shifted = np.maximum(logits, best - 1e300) - best  # at most 0, and never -inf
        log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        log_probs = shifted - log_sum
        self.gradient = np.exp(log_probs) - y_true
        return -np.mean(np.sum(y_true * log_probs, axis=1))

    def input_gradients(self):
        return self.gradient
