import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    uniq = None
    uniq2oh = None

    def fit(self, data):
        self.uniq = np.unique(np.asarray(data))
        identity = np.identity(self.uniq.size, dtype=np.uint8)
        self.uniq2oh = dict(zip(self.uniq.tolist(), identity))

    def forward(self, data):
        if self.uniq is None:
            self.fit(data)
        data = np.asarray(data)
        table = data[:, np.newaxis] == self.uniq[np.newaxis, :]
        for row, label in zip(table, data):
            if not row.any():
                raise KeyError(label)
        return table.astype(np.uint8)

    def inverse(self, onehots):
        assert self.uniq is not None, "call fit first"
        return np.take(self.uniq, np.argmax(onehots, axis=1))
