import numpy as np

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        hits = np.zeros(len(probs))
        count = np.zeros(1)
        for i in range(len(probs)):
            hits[i] = np.equal(np.argmax(probs[i : i + 1], axis=1), np.argmax(labels[i : i + 1], axis=1))
            count[0] += np.ones((1, 1))
        print("accuracy %.3f" % np.mean(hits, keepdims=True))
        return float(np.sum(hits, keepdims=True) / count)
