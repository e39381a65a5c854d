import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    """Class labels as target vectors."""

    def __init__(self):
        self.uniq, self.uniq2oh = None, None

    def fit(self, data):
        self.uniq = np.unique(data)
        self.uniq2oh = {label: 2 * (self.uniq == label) - 1.0 for label in self.uniq}

    def forward(self, data):
        if self.uniq2oh is None:
            self.fit(data)
        return np.stack([self.uniq2oh[label] for label in data])

    def inverse(self, onehots):
        assert self.uniq is not None, "call fit first"
        return self.uniq[np.asarray(onehots).argmax(axis=1)]
