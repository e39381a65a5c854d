"""MeanSquaredError, CategoricalCrossEntropy: how wrong the predictions are.

A loss is the last Diffable on the tape. Its value is a mean over the batch, one number. So its gradient is that
of a mean, too, and carries the 1/B; the layers before only sum. y_true is a constant: nobody moves it.
"""

import numpy as np

from .core import Diffable, Tensor


class Loss(Diffable):
    """A Diffable without weights, from predictions and truth to one number."""

    @property
    def weights(self) -> list[Tensor]:
        return []

    def get_weight_gradients(self) -> list[Tensor]:
        return []


class MeanSquaredError(Loss):
    """The mean of (y_pred - y_true)^2 over every entry."""

    def forward(self, y_pred: Tensor, y_true: Tensor) -> Tensor:
        """y_pred, y_true (B, C) in, one number out."""
        return np.mean((y_pred - y_true) ** 2)

    def get_input_gradients(self) -> list[Tensor]:
        """For y_pred: 2 (y_pred - y_true) / (B C), shape (B, C). For y_true: zeros."""
        y_pred, y_true = self.inputs
        return [2 * (y_pred - y_true) / np.size(y_pred), np.zeros_like(y_true)]


class CategoricalCrossEntropy(Loss):
    """Cross-entropy of probabilities: the mean over the batch of -sum(t log p).

    With p = y_pred clipped to [epsilon, 1 - epsilon] and t = y_true, one-hot rows.
    """

    def __init__(self, epsilon: float = 1e-12) -> None:
        self.epsilon = epsilon

    def forward(self, y_pred: Tensor, y_true: Tensor) -> Tensor:
        """Probabilities y_pred and one-hot rows y_true (B, C) in, one number out."""
        p = np.clip(y_pred, self.epsilon, 1 - self.epsilon)
        return -np.sum(y_true * np.log(p)) / len(y_true)

    def get_input_gradients(self):
        p, t = self.inputs
        p = np.clip(p, self.epsilon, 1 - self.epsilon)
        return [(p - t) / (p * (1 - p)) / p.shape[0], np.zeros_like(t)]
