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
    """Turns N labels with C different values into an (N, C) array of zeros and ones."""

    def fit(self, data):
        self.classes = np.array(sorted(set(np.ravel(data).tolist()), reverse=True))
        self.column = {label: i for i, label in enumerate(self.classes.tolist())}

    def forward(self, data):
        if not hasattr(self, "column"):
            self.fit(data)
        out = np.zeros((len(data), len(self.classes)), dtype=np.float32)
        for i, label in enumerate(np.ravel(data).tolist()):
            out[i][self.column[label]] = 1
        return out

    def inverse(self, data: np.ndarray) -> np.ndarray:
        """Decode: the rows data (N, C) that `forward` gave in, the N labels out."""
        return self.classes[np.argmax(data, axis=-1)]
