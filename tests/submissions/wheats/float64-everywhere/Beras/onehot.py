import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq = np.unique(data)
        rows = np.eye(len(self.uniq))       # float64
        self.uniq2oh = {label: rows[i] for i, label in enumerate(self.uniq)}

    def forward(self, data):
        if self.uniq2oh is None:
            self.fit(data)
        return np.stack([self.uniq2oh[label] for label in data])

    def inverse(self, onehots):
        assert self.uniq is not None, "fit me first"
        return np.array([self.uniq[np.argmax(row)] for row in onehots])
