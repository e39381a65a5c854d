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

    def fit(self, data: Labels) -> None:
        """Learn the classes from the labels in data (N,). Returns nothing."""
        self.classes = np.unique(data)  # sorts, too

    def call(self, data):
        if not hasattr(self, "classes"):
            self.fit(data)
        index = {label: i for i, label in enumerate(self.classes)}
        result = np.zeros((len(data), len(self.classes)))
        for row, label in enumerate(data):
            result[:, index[label]] = 1
        return result

    def inverse(self, data: np.ndarray) -> np.ndarray:
        """Decode: the rows data (N, C) that `call` gave in, the N labels out."""
        return self.classes[np.argmax(data, axis=-1)]
