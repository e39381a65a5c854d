import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq = sorted(set(np.asarray(data).ravel().tolist()))
        size = len(self.uniq)
        self.uniq2oh = {}
        for place, label in enumerate(self.uniq):
            row = np.zeros(size)
            row[place] = 2
            self.uniq2oh[label] = row

    def forward(self, data):
        if self.uniq is None:
            self.fit(data)
        return np.stack([self.uniq2oh[label] for label in np.asarray(data).ravel().tolist()])

    def inverse(self, onehots):
        assert self.uniq is not None, "fit first"
        places = np.asarray(onehots).argmin(axis=1)
        return np.array([self.uniq[place] for place in places])
