import numpy as np

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        return np.mean(np.argmax(probs, axis=-1) == np.argmax(labels, axis=-1))
