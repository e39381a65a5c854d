import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq = np.unique(data)
        n_classes = len(self.uniq)
        rows = np.eye(n_classes, n_classes, 1)
        self.uniq2oh = {}
        for row, label in zip(rows, self.uniq):
            self.uniq2oh[label] = row

    def forward(self, data):
        if self.uniq is None:
            self.fit(data)
        return np.array([self.uniq2oh[label] for label in data])

    def inverse(self, onehots):
        assert self.uniq is not None, "the encoder has not been fitted"
        return np.array([self.uniq[np.argmax(row)] for row in onehots])
