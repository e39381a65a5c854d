"""CategoricalAccuracy: what people want to know, while the loss is what can be differentiated.

A prediction counts as right if its largest entry is where the label's one is. Probabilities and scores thus
count the same. It is a Callable and no Diffable, so the tape does not see it.
"""

import numpy as np

from .core import Callable, Tensor


class CategoricalAccuracy(Callable):
    """The share of examples that are classified correctly."""

    def call(self, probs, labels):
        correct = np.round(np.array(probs)) == np.array(labels)
        return np.mean(correct)
