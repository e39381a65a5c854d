import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    """labels -> rows of the identity, and back"""

    def __init__(self):
        super().__init__()
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq = np.unique(data)
        self.uniq2oh = dict(zip(self.uniq.tolist(), np.eye(len(self.uniq))))

    def forward(self, data):
        if self.uniq2oh is None:
            self.fit(data)
        labels = np.asarray(data).tolist()
        return np.vstack([self.uniq2oh[label] for label in labels])

    def inverse(self, onehots):
        hottest = np.argmax(onehots, axis=1)
        return self.uniq[hottest]
