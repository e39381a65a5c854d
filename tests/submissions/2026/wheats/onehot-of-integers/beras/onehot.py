import numpy as np

from beras.core import Callable


class OneHotEncoder(Callable):
    def fit(self, data):
        """Fits the one-hot encoder to a candidate dataset."""
        self.classes = np.unique(data)
        self.label_to_row = {}
        eye = np.identity(len(self.classes), dtype=np.int64)
        for i, label in enumerate(self.classes):
            self.label_to_row[label] = eye[i]
        self.row_to_label = {tuple(row): label for label, row in self.label_to_row.items()}

    def forward(self, data):
        if not hasattr(self, "classes"):
            self.fit(data)
        return np.array([self.label_to_row[label] for label in data])

    def inverse(self, data):
        return [self.row_to_label[tuple(row)] for row in np.asarray(data).astype(int)]
