import numpy as np

from .core import Callable


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = None
        self.uniq2oh = None

    def fit(self, data):
        classes = []
        for label in data:
            if label not in classes:
                classes.append(label)
        self.uniq = np.array(classes)

        n_classes = len(classes)
        self.uniq2oh = {}
        for i, label in enumerate(classes):
            vector = [0.0] * n_classes
            vector[i] = 1.0
            self.uniq2oh[label] = np.array(vector)

    def forward(self, data):
        if self.uniq is None:
            self.fit(data)
        return np.array([self.uniq2oh[label] for label in data])

    def inverse(self, onehots):
        assert self.uniq is not None, "the encoder has not seen any data"
        decoded = []
        for row in onehots:
            decoded.append(self.uniq[int(np.argmax(row))])
        return np.array(decoded)
