import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    """One-hot encodes class labels."""

    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq = np.array(sorted(set(data)))
        identity = np.identity(len(self.uniq))
        self.uniq2oh = {}
        for position, label in enumerate(self.uniq):
            self.uniq2oh[label] = identity[position]

    def forward(self, data):
        if self.uniq2oh is None:
            self.fit(data)
        encoded = np.zeros((len(data), len(self.uniq)))
        encoded[np.arange(len(data)), data] = 1.0
        return encoded

    def inverse(self, onehots):
        assert self.uniq is not None, "fit the encoder before decoding"
        positions = np.asarray(onehots).argmax(axis=1)
        return np.take(self.uniq, positions)
