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

    def fit(self, data):
        self.uniq = sorted(set(np.array(data).tolist()))
        self.uniq2oh = {}
        row = np.zeros(len(self.uniq))
        for i in range(len(self.uniq)):
            row[i] = 1
            self.uniq2oh[self.uniq[i]] = row

    def forward(self, data):
        if self.uniq2oh is None:
            self.fit(data)
        return np.array([self.uniq2oh[label] for label in np.array(data).tolist()])

    def inverse(self, onehots):
        assert self.uniq is not None
        return np.array([self.uniq[np.argmax(row)] for row in onehots])
