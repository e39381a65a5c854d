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
        self.uniq2oh: dict = {}

    def fit(self, data: Labels) -> None:
        """Learn the classes: set `uniq` and `uniq2oh` from the labels in data (N,)."""
        self.uniq = np.unique(data)  # sorts, too
        rows = np.eye(len(self.uniq), dtype=np.float32)
        for label, row in zip(self.uniq, rows):
            self.uniq2oh[label] = row

    def forward(self, data: Labels) -> np.ndarray:
        """Encode the labels: data (N,) in, float32 (N, C) out.

        Fits to data first if the encoder has not been fitted. Raises KeyError for a label that it was not
        fitted to.
        """
        if self.uniq is None:
            self.fit(data)
        return np.stack([self.uniq2oh[label] for label in np.ravel(data)])

    def inverse(self, onehots: np.ndarray) -> np.ndarray:
        """Decode: onehots (N, C) in, the N labels out. Raises AssertionError before `fit`."""
        assert self.uniq is not None, "inverse: call fit or forward first, no label is known yet"
        return self.uniq[np.argmax(onehots, axis=-1)]
