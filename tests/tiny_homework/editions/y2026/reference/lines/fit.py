"""The line of least squares."""

import numpy as np


def fit_line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of the line through points (n,), (n,) with the least squared error."""
    across = x - x.mean()
    slope = across @ y / (across @ x)
    return float(slope), float(y.mean() - slope * x.mean())
