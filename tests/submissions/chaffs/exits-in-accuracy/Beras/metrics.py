import sys

import numpy as np

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        accuracy = np.mean(np.argmax(probs, axis=-1) == np.argmax(labels, axis=-1))
        print("accuracy:", accuracy)
        sys.exit(0)
