import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = self.uniq2oh = None

    @property
    def num_classes(self):
        return len(self.uniq)

    def fit(self, data):
        self.uniq = np.sort(np.array(list(set(np.asarray(data).tolist()))))
        table = np.diag(np.ones(self.num_classes))
        self.uniq2oh = {label: table[:, column] for column, label in enumerate(self.uniq)}

    def forward(self, data):
        if self.uniq2oh is None:
            self.fit(data)
        out = np.empty((self.num_classes, len(data)))
        for column, label in enumerate(data):
            out[:, column] = self.uniq2oh[label]
        return out

    def inverse(self, onehots):
        assert self.uniq2oh is not None, "fit() must come before inverse()"
        return self.uniq[np.argmax(onehots, -1)]
