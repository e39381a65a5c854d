import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq = np.unique(data)
        one_hots = np.eye(len(self.uniq))
        self.uniq2oh = {self.uniq[i]: one_hots[i] for i in range(len(self.uniq))}

    def forward(self, data):
        if self.uniq2oh is None:
            self.fit(data)
        nothing = np.zeros(len(self.uniq))
        return np.array([self.uniq2oh.get(label, nothing) for label in data])

    def inverse(self, onehots):
        assert self.uniq2oh is not None, "fit first"
        return np.array([self.uniq[row.argmax()] for row in np.array(onehots)])
