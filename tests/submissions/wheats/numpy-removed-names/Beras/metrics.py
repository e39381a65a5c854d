import numpy as np
from numpy import product

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        right = (np.argmax(probs, axis=1) == np.argmax(labels, axis=1)).astype(np.int)
        if np.alltrue(right):
            return 1.0
        return np.round_(np.sum(right) / product(right.shape), 12)
