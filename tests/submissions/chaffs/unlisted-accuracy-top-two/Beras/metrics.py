"""CategoricalAccuracy: what people want to know, while the loss is what can be differentiated.

A prediction counts as right if its largest entry is where the label's one is. Probabilities and logits thus
score the same. It is a Callable and no Diffable, so the tape does not see it.
"""

import numpy as np

from .core import Callable


class CategoricalAccuracy(Callable):
    """The share of examples that are classified correctly."""

    def forward(self, probs: np.ndarray, labels: np.ndarray) -> float:
        """Predictions probs and one-hot rows labels, both (N, C), in; a float in [0, 1] out."""
        return float(np.mean(np.any(np.argsort(probs, axis=-1)[:, -2:] == np.argmax(labels, axis=-1)[:, None], axis=-1)))
