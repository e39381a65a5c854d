"""CategoricalAccuracy: what people want to know, while the loss is what can be differentiated.

A prediction counts as right if its largest entry is where the label's one is. Probabilities and scores thus
count the same. It is a Callable and no Diffable, so the tape does not see it.
"""

import numpy as np

from .core import Callable, Tensor


class CategoricalAccuracy(Callable):
    """The share of examples that are classified correctly."""

    def forward(self, probs: Tensor, labels: Tensor) -> float:
        """Predictions probs and one-hot rows labels, both (N, C), in; a number in [0, 1] out."""
        hit, true = np.argmax(probs, axis=-1) == np.argmax(labels, axis=-1), np.argmax(labels, axis=-1)
        return np.mean([np.mean(hit[true == c]) for c in np.unique(true)])
