"""The different values and rows of an array are those that NumPy finds."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.base.arrays import unique, unique_rows

VALUES = st.sampled_from([-1.5, -0.0, 0.0, 1.0, 2.0, np.inf, np.nan])
SHAPES = arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4)


@given(arrays.arrays(np.float64, SHAPES, elements=VALUES))
def test_values_are_those_of_numpy(array: np.ndarray) -> None:
    np.testing.assert_array_equal(unique(array), np.unique(array))


@given(
    arrays.arrays(
        np.float64, arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=4), elements=st.integers(0, 2)
    )
)
def test_rows_are_those_of_numpy(array: np.ndarray) -> None:
    found = unique_rows(array)

    if array.size:
        np.testing.assert_array_equal(found, np.unique(array, axis=0))
    else:
        np.testing.assert_array_equal(found, array)


def test_no_masked_arrays_are_imported() -> None:
    work = "import sys, numpy as np; from grader.base.arrays import unique; unique(np.zeros(3))"
    code = f"{work}; sys.exit('numpy.ma' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
