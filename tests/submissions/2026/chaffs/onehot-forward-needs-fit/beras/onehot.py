import numpy as np

from beras.core import Callable


class OneHotEncoder(Callable):
    def fit(self, data):
        """Fits the one-hot encoder to a candidate dataset."""
        self.classes = np.unique(data)
        self.label_to_row = {}
        eye = np.eye(len(self.classes))
        for i, label in enumerate(self.classes):
            self.label_to_row[label] = eye[i]

    def forward(self, data):
        return np.array([self.label_to_row[label] for label in data])

    def inverse(self, data):
        return np.array([self.classes[np.argmax(row)] for row in data])
