"""Shapes and axes: transposed, summed over too many axes or too few, over another one, or of another shape."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

from grader.base.arrays import squeezed, unique
from grader.diagnose.relations.case import TOLERANCE, Case, Relation, near, same


def transposed(case: Case) -> Relation | None:
    """Two axes are swapped."""
    if case.actual.ndim < 2 or case.actual.ndim != case.expected.ndim:
        return None
    for one, other in combinations(range(case.actual.ndim), 2) if case.actual.ndim > 2 else ():
        if min(case.actual.shape[one], case.actual.shape[other]) > 1 and near(
            case.actual.swapaxes(one, other), case.expected
        ):
            return Relation("transposed", f"axes {one} and {other} of {case.actual.ndim} are exchanged")
    turned = case.actual.swapaxes(-1, -2)
    if turned.shape != case.expected.shape:
        return None
    if near(turned, case.expected):
        return Relation(
            "transposed", "the array is the transpose of the expected one: [i, j] holds what belongs at [j, i]"
        )
    if case.actual.shape != case.expected.shape:
        return Relation(
            "transposed-shape", f"the shape {case.actual.shape} is the expected {case.expected.shape} turned around"
        )
    return None


def reduced(case: Case) -> Relation | None:
    """An axis was summed or averaged away."""
    if case.actual.shape == case.expected.shape:
        return None
    for name, axis, smaller in reductions(case.expected):
        if smaller.any() and same(squeezed(case.actual), squeezed(smaller)):
            length = case.expected.size if axis is None else case.expected.shape[axis]
            what = "everything" if axis is None else f"axis {axis}"
            return Relation("axis-reduced", f"{what} (of length {length}) is {name} away; the rest is right")
    return None


def not_reduced(case: Case) -> Relation | None:
    """An axis is still there that should have been summed or averaged away."""
    if case.actual.shape == case.expected.shape:
        return None
    for name, axis, smaller in reductions(case.actual):
        if same(squeezed(smaller), squeezed(case.expected)):
            length = case.actual.size if axis is None else case.actual.shape[axis]
            what = "everything" if axis is None else f"axis {axis}"
            return Relation("axis-not-reduced", f"{what} (of length {length}) should have been {name} away")
    return None


def reductions(array: np.ndarray) -> Iterator[tuple[str, int | None, np.ndarray]]:
    """An array with one axis, or all, summed or averaged away."""
    axes: list[int | None] = [axis for axis, length in enumerate(array.shape) if length > 1]
    for axis in [*axes, None] if array.ndim > 1 else axes:
        yield "summed", axis, np.asarray(array.sum(axis=axis, dtype=np.float64))
        if np.any(array.max(axis=axis) != array.min(axis=axis)):  # of equal numbers each one is the mean
            yield "averaged", axis, np.asarray(array.mean(axis=axis, dtype=np.float64))


def one_hot(case: Case) -> Relation | None:
    """Class numbers where one-hot rows belong, or the reverse."""
    for rows, numbers, told in (
        (case.actual, case.expected, "one-hot rows, or scores, where their class numbers belong"),
        (case.expected, case.actual, "class numbers where their rows belong"),
    ):
        fit = rows.ndim == numbers.ndim + 1 and rows.shape[-1] > 1 and unique(numbers).size > 1
        if fit and np.array_equal(np.argmax(rows, axis=-1), numbers):
            return Relation("wrong-shape", f"these are {told}: the shape is {case.actual.shape}")
    return None


def one_line(case: Case) -> Relation | None:
    """A single row or column of the expected array."""
    if case.expected.ndim != 2 or case.actual.size not in case.expected.shape or case.actual.size < 2:
        return None
    for line, table in (("row", case.expected), ("column", case.expected.T)):
        for place, entries in enumerate(table) if len(table) > 1 else ():
            if same(np.ravel(case.actual), entries):
                return Relation(
                    "wrong-shape", f"this is {line} {place} of the expected array {case.expected.shape} alone"
                )
    return None


def other_axis(case: Case) -> Relation | None:
    """One axis is normalised or reduced, and it should have been another."""
    tables = case.actual.shape == case.expected.shape and case.actual.ndim == 2 and min(case.actual.shape) > 1
    if tables and unique(case.actual).size > 2:  # a single 1 among zeros sums to 1 as well
        for what, measure, goal in (("sum to 1", np.sum, 1.0), ("have mean 0", np.mean, 0.0)):

            def is_so(array: np.ndarray, axis: int | None, measure: Any = measure, goal: float = goal) -> bool:
                slack = TOLERANCE * (goal or float(np.abs(array).max()))
                return bool(np.all(np.abs(measure(array, axis=axis) - goal) <= slack))

            for right, wrong in ((1, 0), (0, 1), (1, None), (0, None)):
                if is_so(case.expected, right) and is_so(case.actual, wrong) and not is_so(case.actual, right):
                    lines = {0: "the columns", 1: "the rows", None: "all values together"}
                    return Relation("other-axis", f"{lines[wrong]} {what}, and {lines[right]} should")
    expected, actual = squeezed(case.expected), squeezed(case.actual)
    for name, given in case.asked.arrays:
        if given.ndim != 2 or min(given.shape) < 2:
            continue
        for verb, reduce in (("summed", np.sum), ("averaged", np.mean), ("maximised", np.max), ("argmaxed", np.argmax)):
            for right, wrong in ((0, 1), (1, 0)):
                if same(expected, reduce(given, axis=right)) and same(actual, reduce(given, axis=wrong)):
                    return Relation("other-axis", f"{name} is {verb} over axis {wrong} and should be over axis {right}")
    return None


def wrong_shape(case: Case) -> Relation | None:
    if case.actual.shape == case.expected.shape:
        return None
    if case.actual.size == case.expected.size and near(case.actual.reshape(case.expected.shape), case.expected):
        return Relation(
            "right-values-wrong-shape",
            f"the values are right, but the shape is {case.actual.shape} and not {case.expected.shape}",
        )
    return Relation("wrong-shape", f"the shape is {case.actual.shape} and should be {case.expected.shape}")
