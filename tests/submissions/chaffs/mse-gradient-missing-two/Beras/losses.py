import numpy as np

from .core import Diffable


class MeanSquaredError(Diffable):
    """|y_pred - y_true|^2, averaged over everything"""

    def forward(self, y_pred, y_true):
        error = y_pred - y_true
        batch, classes = error.shape
        self.grad = error / classes
        return np.einsum("bc,bc->", error, error) / (batch * classes)

    def input_gradients(self):
        return self.grad


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
    """-log softmax(logits) at the right class"""

    def forward(self, logits, y_true):
        rows = np.arange(len(logits))
        right = np.argmax(y_true, axis=1)
        top = logits[rows, np.argmax(logits, axis=1)]
        scores = logits - top[:, np.newaxis]
        log_norm = np.log(np.einsum("bc->b", np.exp(scores)))
        self.grad = np.exp(scores - log_norm[:, np.newaxis])
        self.grad[rows, right] -= 1
        nll = log_norm - scores[rows, right]
        return float(np.mean(nll))

    def input_gradients(self):
        return self.grad
