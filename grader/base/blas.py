"""The variables by which BLAS is told how many threads to start; it reads them when NumPy is imported."""

from __future__ import annotations

NAMES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def variables(threads: int) -> dict[str, str]:
    """The environment of a process whose BLAS has this many threads."""
    return dict.fromkeys(NAMES, str(threads))
