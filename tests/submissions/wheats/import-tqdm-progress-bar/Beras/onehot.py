import numpy as np
import tqdm

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.uniq = np.unique(data)
        self.uniq2oh = {}
        with tqdm.tqdm(total=len(self.uniq)) as bar:
            for i, label in enumerate(self.uniq):
                self.uniq2oh[label] = np.eye(len(self.uniq))[i]
                bar.update(1)

    def forward(self, data):
        if self.uniq2oh is None:
            self.fit(data)
        return np.array([self.uniq2oh[label] for label in tqdm.auto.tqdm(data, disable=len(data) < 1000)])

    def inverse(self, onehots):
        assert self.uniq is not None
        return np.array([self.uniq[np.argmax(row)] for row in onehots])
