"""OneHotEncoder: from class labels to rows of the identity matrix, and back.

A network has one output a class, so a label must become a vector to be compared with. The encoder learns from
data which classes there are and gives each, in sorted order, one column. Labels may be any integers, gaps
included, or any strings.
"""

from collections.abc import Sequence

import numpy as np

from .core import Callable

Labels = np.ndarray | Sequence[int] | Sequence[str]


class OneHotEncoder(Callable):
    mapping = {}

    def fit(self, data):
        for label in np.unique(data):
            if label not in self.mapping:
                self.mapping[label] = len(self.mapping)

    def forward(self, data):
        if not self.mapping:
            self.fit(data)
        out = np.zeros((len(data), len(self.mapping)))
        for i, label in enumerate(data):
            out[i, self.mapping[label]] = 1
        return out

    def inverse(self, data):
        back = {v: k for k, v in self.mapping.items()}
        return np.array([back[i] for i in np.argmax(data, axis=1)])
