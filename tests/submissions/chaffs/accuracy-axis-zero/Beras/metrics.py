import numpy as np

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        """Share of right predictions."""
        predicted = np.argmax(probs, axis=0)
        truth = np.argmax(labels, axis=0)
        return np.mean(predicted == truth)
