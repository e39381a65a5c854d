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
    """Turns N labels with C different values into an (N, C) array of zeros and ones.

    uniq      the C labels, sorted; None before `fit`
    uniq2oh   label -> its row of the C x C identity matrix; None before `fit`
    """

    def __init__(self) -> None:
        self.uniq: np.ndarray | None = None
        self.uniq2oh: dict | None = None

    def fit(self, data: Labels) -> None:
        """Learn the classes: set `uniq` and `uniq2oh` from the labels in data (N,)."""
        self.uniq = np.unique(data)  # sorts, too
        self.uniq2oh = dict(zip(self.uniq, np.eye(len(self.uniq), dtype=np.float32)))

    def forward(self, data: Labels) -> np.ndarray:
        """Encode the labels: data (N,) in, float32 (N, C) out.

        Fits to data first if the encoder has not been fitted. Raises KeyError for a label that it was not
        fitted to.
        """
        if self.uniq is None:
            self.fit(data)
        data = np.ravel(data)
        # `uniq` is sorted, so a binary search finds every label's column at once. It finds a place for unseen
        # labels as well (one past the end, at worst), hence the comparison.
        column = np.minimum(np.searchsorted(self.uniq, data), len(self.uniq) - 1)
        unseen = self.uniq[column] != data
        if np.any(unseen):
            raise KeyError(f"label {data[unseen][0]} is not among those that OneHotEncoder was fitted to")
        return np.eye(len(self.uniq), dtype=np.float32)[column]

    def inverse(self, onehots):
        assert self.uniq is not None, "not fitted"
        places = np.where(np.asarray(onehots) > 0.5)[0]
        return np.array([self.uniq[p % len(self.uniq)] for p in places])
