from types import MappingProxyType

import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = ()
        self.uniq2oh = MappingProxyType({})

    def fit(self, data):
        self.uniq = tuple(sorted(set(data)))
        identity = np.eye(len(self.uniq), dtype=np.float32)
        self.uniq2oh = MappingProxyType(dict(zip(self.uniq, identity)))

    def forward(self, data):
        if not self.uniq:
            self.fit(data)
        return np.stack([self.uniq2oh[label] for label in data])

    def inverse(self, onehots):
        assert self.uniq, "call fit first"
        return np.array([self.uniq[column] for column in np.argmax(onehots, axis=1)])
