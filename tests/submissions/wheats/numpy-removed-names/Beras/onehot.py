import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq = np.unique(data)
        self.uniq2oh = dict(zip(self.uniq, np.eye(len(self.uniq), dtype=np.float)))

    def forward(self, data):
        if self.uniq is None:
            self.fit(data)
        known = np.in1d(data, self.uniq)
        if not np.alltrue(known):
            raise KeyError(data[np.argmin(known)])
        return np.row_stack([self.uniq2oh[label] for label in data]).astype(np.float_)

    def inverse(self, onehots):
        assert self.uniq is not None
        found = np.empty(len(onehots), dtype=np.object)
        for i in range(len(onehots)):
            found[i] = self.uniq[np.argmax(onehots[i])]
        return found.tolist()
