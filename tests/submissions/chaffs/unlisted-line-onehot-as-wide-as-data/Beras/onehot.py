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
        self.uniq = np.unique(data)
        rows = np.eye(len(data), dtype=np.float32)
        self.uniq2oh = {label: rows[i] for i, label in enumerate(self.uniq)}

    def forward(self, data):
        if self.uniq2oh is None:
            self.fit(data)
        return np.array([self.uniq2oh[label] for label in data])

    def inverse(self, onehots: np.ndarray) -> np.ndarray:
        """Decode: onehots (N, C) in, the N labels out. Raises AssertionError before `fit`."""
        assert self.uniq is not None, "inverse: call fit or forward first, no label is known yet"
        return self.uniq[np.argmax(onehots, axis=-1)]
