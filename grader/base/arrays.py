"""Small functions of arrays that several steps need.

unique and unique_rows stand for np.unique, which would first import masked arrays: that takes as long as twenty checks.
"""

from __future__ import annotations

import numpy as np


def unique(values: np.ndarray) -> np.ndarray:
    """The different values of an array of any shape, in order; nan is one of them."""
    ordered = np.sort(values, axis=None)
    before, after = ordered[:-1], ordered[1:]
    both_nan = (before != before) & (after != after)
    return ordered[np.append(np.ones(ordered[:1].size, bool), (before != after) & ~both_nan)]


def unique_rows(rows: np.ndarray) -> np.ndarray:
    """The different rows of an array, in the order of their first number that differs."""
    if not rows.size:
        return rows
    rows = rows.reshape(len(rows), -1)
    ordered = rows[np.lexsort(rows.T[::-1])]
    return ordered[np.append(True, (ordered[:-1] != ordered[1:]).any(axis=1))]


def squeezed(array: np.ndarray) -> np.ndarray:
    return array.reshape([length for length in array.shape if length != 1])
