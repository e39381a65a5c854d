"""Means and standard scores."""

import numpy as np


def column_means(table: np.ndarray) -> np.ndarray:
    """The mean of each column: (n, m) -> (m,)."""
    return table.mean(axis=0)


def standardize(table: np.ndarray) -> np.ndarray:
    """Each column less its mean, divided by its standard deviation: (n, m) -> (n, m)."""
    return (table - column_means(table)) / table.std(axis=0)
