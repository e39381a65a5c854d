import numpy as np

from .core import Callable


class OneHotEncoder(Callable):

    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq = np.array(sorted(set(np.array(data).tolist())))
        self.uniq2oh = {}
        for position, label in enumerate(self.uniq):
            one_hot = [0] * len(self.uniq)
            one_hot[position] = 1
            self.uniq2oh[label] = one_hot

    def forward(self, data):
        if self.uniq2oh is None:
            self.fit(data)
        return np.array([self.uniq2oh[label] for label in data])

    def inverse(self, onehots):
        assert self.uniq is not None, "inverse was called before fit"
        positions = [list(row).index(max(row)) for row in onehots]
        return self.uniq[positions]
