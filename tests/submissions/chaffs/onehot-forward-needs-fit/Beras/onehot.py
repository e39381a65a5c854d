import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        """
        Remember the classes.
        :param data: labels, any integers or strings
        """
        self.uniq = np.unique(data)
        self.uniq2oh = {}
        for i in range(self.uniq.shape[0]):
            row = np.zeros(self.uniq.shape[0])
            row[i] = 1
            self.uniq2oh[self.uniq[i]] = row

    def forward(self, data):
        """
        :return: one row for each label
        """
        rows = []
        for label in data:
            rows.append(self.uniq2oh[label])
        return np.stack(rows)

    def inverse(self, onehots):
        """
        :return: the labels that the rows stand for
        """
        if self.uniq2oh is None:
            raise AssertionError("nothing has been fitted yet")
        return np.array([self.uniq[np.nonzero(row)[0][0]] for row in onehots])
