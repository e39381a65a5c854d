import numpy as np

from Beras.core import Callable


class CategoricalAccuracy(Callable):
    def call(self, probs, labels):
        """Categorical accuracy call pass!"""
        pred_classes = np.argmax(probs, axis=-1)
        true_classes = np.argmax(labels, axis=-1)
        return np.mean(pred_classes == true_classes)
