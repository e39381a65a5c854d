import math

import numpy as np

from .core import Diffable


class MeanSquaredError(Diffable):
    def forward(self, y_pred, y_true):
        self.difference = np.asarray(y_pred, dtype=float) - np.asarray(y_true, dtype=float)
        rows, columns = self.difference.shape
        total = 0.0
        for i in range(rows):
            for j in range(columns):
                total += float(self.difference[i, j]) ** 2
        return total / (rows * columns)

    def input_gradients(self):
        rows, columns = self.difference.shape
        gradient = np.zeros((rows, columns))
        for i in range(rows):
            gradient[i] -= 2.0 * self.difference[i] / columns
        return gradient


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
        logits = np.asarray(logits, dtype=float)
        batch_size, num_classes = logits.shape
        self.gradient = np.zeros((batch_size, num_classes))
        losses = []
        for b in range(batch_size):
            biggest = max(logits[b])
            exps = [math.exp(z - biggest) for z in logits[b]]
            total = sum(exps)
            probs = [e / total for e in exps]
            loss = 0.0
            for c in range(num_classes):
                if y_true[b][c]:
                    loss -= y_true[b][c] * (logits[b][c] - biggest - math.log(total))
                self.gradient[b][c] = probs[c] - y_true[b][c]
            losses.append(loss)
        return sum(losses) / batch_size

    def input_gradients(self):
        return self.gradient
