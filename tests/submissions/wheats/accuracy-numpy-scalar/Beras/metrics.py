import numpy as np
from .core import Callable


class CategoricalAccuracy(Callable):

    def forward(self, probs, labels):
        predicted = np.argmax(probs, axis=1)
        actual = np.argmax(labels, axis=1)
        return np.count_nonzero(predicted == actual) / np.float64(predicted.size)
