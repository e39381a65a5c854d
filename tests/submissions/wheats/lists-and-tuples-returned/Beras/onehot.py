import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq = tuple(np.unique(data).tolist())
        eye = np.eye(len(self.uniq))
        self.uniq2oh = {label: tuple(row) for label, row in zip(self.uniq, eye)}

    def forward(self, data):
        if self.uniq is None:
            self.fit(data)
        return [self.uniq2oh[label] for label in data]

    def inverse(self, onehots):
        assert self.uniq is not None, "not fitted"
        return tuple(self.uniq[int(np.argmax(row))] for row in onehots)
