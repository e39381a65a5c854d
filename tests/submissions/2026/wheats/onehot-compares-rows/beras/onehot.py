import numpy as np

from beras.core import Callable


class OneHotEncoder(Callable):
    def fit(self, data):
        """Fits the one-hot encoder to a candidate dataset."""
        self.classes = sorted(set(np.asarray(data).tolist()))
        self.label_to_row = {}
        eye = np.eye(len(self.classes))
        for i, label in enumerate(self.classes):
            self.label_to_row[label] = eye[i]

    def forward(self, data):
        if not hasattr(self, "classes"):
            self.fit(data)
        out = []
        for label in np.asarray(data).tolist():
            out.append(self.label_to_row[label])
        return np.array(out, dtype=np.float32)

    def inverse(self, data):
        out = []
        for row in data:
            for label, onehot in self.label_to_row.items():
                if np.array_equal(row, onehot):
                    out.append(label)
        return np.array(out)
