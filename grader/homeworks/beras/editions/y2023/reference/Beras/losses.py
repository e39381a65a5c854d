"""MeanSquaredError, CategoricalCrossentropy: how wrong the predictions are.

A loss is the last Diffable on the tape. Its value is a mean over the batch, one number. So its gradient is that
of a mean, too, and carries the 1/B; the layers before only sum. y_true is a constant: nobody moves it.
"""

import numpy as np

from .core import Diffable, Tensor


class MeanSquaredError(Diffable):
    """The mean of (y_pred - y_true)^2 over every entry."""

    def __init__(self, *args: object, from_logits: bool = True) -> None:
        self.from_logits = from_logits  # as other losses have it; a square does not care

    def call(self, y_pred: Tensor, y_true: Tensor) -> Tensor:
        """y_pred, y_true (B, C) in, one number out."""
        return np.mean((y_pred - y_true) ** 2)

    def input_gradients(self) -> list[Tensor]:
        """For y_pred: 2 (y_pred - y_true) / (B C), shape (B, C). For y_true: zeros."""
        y_pred, y_true = self.inputs
        return [2 * (y_pred - y_true) / np.size(y_pred), np.zeros_like(y_true)]


def clip_0_1(x: np.ndarray, eps: float = 1e-8) -> np.ndarray:
    """x, but nothing nearer to 0 or to 1 than eps."""
    return np.clip(x, eps, 1 - eps)


class CategoricalCrossentropy(Diffable):
    """Cross-entropy of probabilities, each class a yes-or-no question of its own.

    With p = y_pred, clipped by `clip_0_1`, and t = y_true: the mean over classes and batch of
    -(t log p + (1 - t) log(1 - p)).
    """

    def call(self, y_pred: Tensor, y_true: Tensor) -> Tensor:
        """Probabilities y_pred and one-hot rows y_true (B, C) in, one number out."""
        # The logarithms need float64: in float32, 1 - 1e-8 is 1, and the clip would let log(0) through.
        p = clip_0_1(np.asarray(y_pred, dtype=np.float64))
        return Tensor(-np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p)))

    def input_gradients(self) -> list[Tensor]:
        """For y_pred: (p - t) / clip(p - p^2) / (B C), shape (B, C). For y_true: zeros."""
        y_pred, y_true = self.inputs
        gradient = (y_pred - y_true) / clip_0_1(y_pred - y_pred**2) / np.size(y_pred)
        return [gradient, np.zeros_like(y_true)]
