import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    uniq = None
    uniq2oh = {}

    def fit(self, data):
        self.uniq = np.unique(data)
        for row, label in zip(np.identity(self.uniq.size), self.uniq):
            self.uniq2oh[label] = row

    def forward(self, data):
        if self.uniq is None:
            self.fit(data)
        return np.array([self.uniq2oh[label] for label in data])

    def inverse(self, onehots):
        assert self.uniq is not None, "fit comes first"
        return self.uniq[np.argmax(onehots, axis=1)]
