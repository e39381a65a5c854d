import numpy as np

from .core import Callable


class OneHotEncoder(Callable):

    def __init__(self):
        self.uniq, self.uniq2oh = None, None

    def fit(self, data):
        self.uniq = np.unique(np.asarray(data))
        eye = np.eye(self.uniq.size, dtype=np.float32)
        self.uniq2oh = {u: eye[k] for k, u in enumerate(self.uniq)}

    def forward(self, data):
        if self.uniq is None:
            self.fit(data)
        return np.array([self.uniq2oh[d] for d in data], dtype=np.float32)

    def inverse(self, onehots):
        assert self.uniq2oh is not None, "call fit first"
        # (N, C) @ (C,): the position of the one in each row
        return (np.asarray(onehots) @ np.arange(self.uniq.size)).astype(int)
