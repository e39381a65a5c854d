"""Updates of an array: a step of the wrong length, cut off, or the wrong way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.ask.entries import after_in
from grader.base.arrays import unique
from grader.diagnose.relations.case import (
    ROUGH,
    SEVERAL,
    TOLERANCE,
    Case,
    Relation,
    factor_of,
    is_flat,
    near,
    one_size,
)


def befores(case: Case) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """What an array may have been before a step: its name, what it was, and what it should have been.

    First the array as it was handed over: of several in this shape the one that is nearest to what is expected. Then,
    where the probe looked after each step, what came back after the step before.
    """
    given = [(name, array) for name, array in case.asked.weights if array.shape == case.expected.shape]
    if given:
        name, array = min(given, key=lambda each: float(np.abs(each[1] - case.expected).max(initial=0.0)))
        yield name, array, array
    after = after_in(case.entry)
    earlier = after.before().entry if after else ""
    right, came = dict(case.others).get(earlier), dict(case.came_back).get(earlier)
    if right is not None and came is not None and right.shape == came.shape == case.expected.shape:
        yield case.words(earlier), came, right


def step_factor(case: Case) -> Relation | None:
    """An update along the right direction and of the wrong length."""
    for name, before, should in befores(case):
        if before.shape != case.actual.shape:
            continue
        change, right = case.actual - before, case.expected - should
        factor = factor_of(change, right)
        if factor is None or is_flat(right) or abs(factor - 1) < ROUGH / 20:
            continue
        backwards = abs(factor + 1) < TOLERANCE
        why = ": it goes the other way" if backwards else case.asked.names_of(factor)
        return Relation("step-factor", f"the change from {name} is {factor:.6g} times the expected change{why}")
    return None


def step_sign(case: Case) -> Relation | None:
    """Updates that are all equally long, each in the right direction."""
    for name, before, should in befores(case):
        if before.shape != case.actual.shape:
            continue
        size = one_size(case.actual - before, case.expected - should)
        if size is not None:
            return Relation("only-sign", f"every value moves from {name} by {size:.6g}, in the right direction")
    return None


def step_clipped(case: Case) -> Relation | None:
    """An update that is right up to some size and not longer than that."""
    for name, before, should in befores(case):
        if before.shape != case.actual.shape:
            continue
        change, right = case.actual - before, case.expected - should
        bound = float(np.abs(change).max(initial=0.0))
        cut = np.abs(right) > bound * (1 + ROUGH)
        if unique(right[cut]).size > 1 and (~cut).any() and near(change, np.clip(right, -bound, bound), case.scale):
            why = case.asked.names_of(bound, alone=True)
            return Relation(
                "clipped", f"the change from {name} is right up to a size of {bound:.6g}, and cut off there{why}"
            )
    return None


def step_direction(case: Case) -> Relation | None:
    """An update that goes the right way everywhere, and too far everywhere or not far enough."""
    for name, before, should in befores(case):
        if before.shape != case.actual.shape:
            continue
        change, right = case.actual - before, case.expected - should
        moving = np.abs(right) > TOLERANCE * case.scale
        if np.count_nonzero(moving) < SEVERAL or not np.isfinite(change).all():
            continue
        factors = change[moving] / right[moving]
        low, high = float(factors.min()), float(factors.max())
        if low > 0 and (high < 1 - ROUGH or low > 1 + ROUGH):
            how = "not far enough" if high < 1 else "too far"
            ends = list(dict.fromkeys((f"{low:.2g}", f"{high:.2g}")))
            return Relation(
                "step-direction",
                f"every value moves from {name} the right way, and {how}: {' to '.join(ends)} times the expected"
                " change",
            )
    return None
