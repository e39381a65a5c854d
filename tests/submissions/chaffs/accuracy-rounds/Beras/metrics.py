import numpy as np

from .core import Callable


class CategoricalAccuracy(Callable):
    """A row is right if what was predicted is its label, class by class."""

    def forward(self, probs, labels):
        predicted = (np.asarray(probs) > 0.5).astype(int)
        wrong_rows = np.abs(predicted - labels).sum(axis=1) > 0
        return 1 - wrong_rows.mean()
