import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq = np.array(sorted(set(np.asarray(data).tolist())))
        rows = np.eye(len(self.uniq))
        self.uniq2oh = {}
        for i in range(len(self.uniq)):
            self.uniq2oh[self.uniq[i]] = rows[i]

    def forward(self, data):
        if self.uniq2oh is None:
            self.fit(data)
        return np.array([self.uniq2oh[label] for label in data])

    def inverse(self, onehots):
        assert self.uniq is not None, "fit the encoder first"
        return np.array([self.uniq[np.argmax(row)] for row in onehots])
