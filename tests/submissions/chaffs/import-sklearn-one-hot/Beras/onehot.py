import numpy as np
from sklearn import preprocessing

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.encoder = None
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        self.encoder = preprocessing.OneHotEncoder(sparse_output=False)
        self.encoder.fit(np.array(data).reshape(-1, 1))
        self.uniq = self.encoder.categories_[0]
        self.uniq2oh = {label: self.encoder.transform([[label]])[0] for label in self.uniq}

    def forward(self, data):
        if self.uniq is None:
            self.fit(data)
        return self.encoder.transform(np.array(data).reshape(-1, 1))

    def inverse(self, onehots):
        assert self.uniq is not None
        return self.encoder.inverse_transform(onehots).ravel()
