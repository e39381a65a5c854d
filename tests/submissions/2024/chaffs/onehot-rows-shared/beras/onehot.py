import numpy as np

from beras.core import Callable


class OneHotEncoder(Callable):
    uniq = None
    uniq2oh = {}

    def fit(self, data):
        self.uniq = np.unique(data)
        for row, label in zip(np.identity(self.uniq.size), self.uniq):
            self.uniq2oh[label] = row

    def call(self, data):
        if self.uniq is None:
            self.fit(data)
        return np.array([self.uniq2oh[label] for label in data])

    def inverse(self, data):
        assert self.uniq is not None, "fit comes first"
        return self.uniq[np.argmax(data, axis=1)]
