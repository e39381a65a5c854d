import numpy as np

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        scores = np.zeros(len(labels))
        for row, (prob, label) in enumerate(zip(probs, labels)):
            scores[row] = label[np.argmax(prob)]
        return scores
