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

    def forward(self, data: Labels) -> np.ndarray:
        """Encode the labels: data (N,) in, (N, C) out. Fits to data first if the encoder has not been fitted.

        Raises KeyError for a label that it was not fitted to.
        """
        if not hasattr(self, "classes"):
            self.fit(data)
        data = np.ravel(data)
        # `classes` is sorted, so a binary search finds every label's column at once. It finds a place for unseen
        # labels as well (one past the end, at worst), hence the comparison.
        column = np.minimum(np.searchsorted(self.classes, data), len(self.classes) - 1)
        unseen = self.classes[column] != data
        if np.any(unseen):
            raise KeyError(f"label {data[unseen][0]} is not among those that OneHotEncoder was fitted to")
        return np.eye(len(self.classes), dtype=np.float32)[column]

    def inverse(self, data):
        found = []
        for row in data:
            column = list(row).index(max(row))
            found.append(self.classes[column - 1])
        return np.array(found)
