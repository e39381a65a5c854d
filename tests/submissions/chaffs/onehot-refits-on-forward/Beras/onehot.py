import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq, self.codes = np.unique(data, return_inverse=True)
        self.uniq2oh = {label: row for label, row in zip(self.uniq, np.eye(len(self.uniq)))}

    def forward(self, data):
        self.fit(data)
        one_hot = np.zeros((len(self.codes), len(self.uniq)))
        for i, code in enumerate(self.codes):
            one_hot[i, code] = 1
        return one_hot

    def inverse(self, onehots):
        assert self.uniq is not None, "inverse needs a fitted encoder"
        return np.array([self.uniq[np.argmax(row)] for row in onehots])
