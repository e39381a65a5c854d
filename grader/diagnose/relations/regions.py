"""Arrays that are right in places: other rows, other bounds, one sign of the input, one place further."""

from __future__ import annotations

import numpy as np

from grader.base.arrays import unique, unique_rows
from grader.diagnose.relations.case import (
    FEW,
    SEVERAL,
    TOLERANCE,
    Case,
    Relation,
    factor_of,
    index,
    is_flat,
    near,
    shortened,
)

MOST_LINES = 2000  # compared with each other


def permuted(case: Case) -> Relation | None:
    """The rows, or the columns, are right and in another order."""
    if case.actual.shape != case.expected.shape or not case.actual.ndim:
        return None
    for code, lines, actual, expected in (
        ("rows-permuted", "rows", case.actual, case.expected),
        ("columns-permuted", "columns", case.actual.T, case.expected.T),
    ):
        order = order_of(actual, expected, case.scale)
        if order is None or (code == "columns-permuted" and case.actual.ndim != 2):
            continue
        if len(unique_rows(expected)) < 3:
            continue  # two kinds of line are in another order by chance
        reverse = order == list(range(len(order)))[::-1]
        shift = next((k for k in range(1, len(order)) if order == list(np.roll(np.arange(len(order)), k))), 0)
        lines = "values" if case.actual.ndim == 1 else lines
        how = "in reverse order" if reverse else f"moved by {shift}" if shift else f"in the order {shortened(order)}"
        return Relation(code, f"the {lines} are right but {how}")
    return None


def order_of(actual: np.ndarray, expected: np.ndarray, scale: float) -> list[int] | None:
    """For each line that came back the expected line that it is, each used once; None where they are not the same."""
    if len(actual) > MOST_LINES:
        return None
    came, wanted = actual.reshape(len(actual), -1), expected.reshape(len(expected), -1)
    free = np.ones(len(wanted), dtype=bool)
    order: list[int] = []
    for line in came:
        places = np.flatnonzero(free & np.all(np.abs(wanted - line) <= TOLERANCE * scale, axis=1))
        if not places.size:
            return None
        free[places[0]] = False
        order.append(int(places[0]))
    return order if order != list(range(len(order))) else None


def by_sign_of_input(case: Case) -> Relation | None:
    """Right where the input is positive, wrong elsewhere (or the other way round)."""
    for name, given in case.asked.arrays:
        if given.shape != case.actual.shape:
            continue
        right = np.abs(case.actual - case.expected) <= TOLERANCE * case.scale
        for sign, mask in (("positive", given > 0), ("negative", given < 0)):
            if min(mask.sum(), (~mask).sum()) >= FEW and right[mask].all() and not right[~mask].any():
                factor = None if is_flat(case.expected[~mask]) else factor_of(case.actual[~mask], case.expected[~mask])
                wrong = "wrong" if factor is None else f"{factor:.6g} times the expected one"
                return Relation(
                    "right-by-sign",
                    f"right wherever {name} is {sign}, {wrong} everywhere else, first at {index(~right)}",
                )
    return None


def clipped(case: Case) -> Relation | None:
    """Right between two bounds, and equal to the nearer bound outside."""
    if case.actual.shape != case.expected.shape or not case.actual.ndim or not np.isfinite(case.actual).all():
        return None
    actual = case.actual.astype(np.float64)
    low, high = float(actual.min()), float(actual.max())
    slack = TOLERANCE * case.scale
    above, below = case.expected > high + slack, case.expected < low - slack
    if not near(actual, np.clip(case.expected, low, high), case.scale) or is_flat(actual):
        return None
    if unique(case.expected[above | below]).size < 2 or unique(actual[~(above | below)]).size < 3:
        return None
    if above.any() and below.any():
        return Relation("clipped", f"right from {low:.6g} to {high:.6g}, and cut off at these bounds outside")
    bound, where = (high, "larger") if above.any() else (low, "smaller")
    return Relation("clipped", f"{bound:.6g} came back wherever the expected value is {where}; all else is right")


def clipped_logarithm(case: Case) -> Relation | None:
    """A loss that stops at -log of a power of ten, which is how guards against log(0) are written."""
    if case.actual.size != 1 or case.expected.size != 1 or not np.isfinite(case.actual).all():
        return None
    loss, right = float(case.actual.flat[0]), float(case.expected.flat[0])
    power = round(loss / np.log(10))
    if not 2 <= power <= 12 or not near(case.actual.flatten(), np.array([power * np.log(10)])) or not loss < right:
        return None
    return Relation("clipped", f"{loss:.6g} is -log(1e-{power}): a probability is not let below 1e-{power}")


def value_replaced(case: Case) -> Relation | None:
    """One value is another one wherever it should stand, and everything else is right."""
    if case.actual.shape != case.expected.shape or not np.isfinite(case.actual).all():
        return None
    wrong = np.abs(case.actual - case.expected) > TOLERANCE * max(case.scale, 1.0)
    if np.count_nonzero(wrong) < 3 or not (~wrong).any():
        return None
    goal, came = case.expected[wrong][0], case.actual[wrong][0]
    if (
        (case.expected[wrong] != goal).any()
        or (case.actual[wrong] != came).any()
        or (case.expected[~wrong] == goal).any()
    ):
        return None
    return Relation("value-replaced", f"{came:g} came back wherever {goal:g} is expected; all else is right")


def shifted(case: Case) -> Relation | None:
    """Everything stands one place further along an axis than it should."""
    if case.actual.shape != case.expected.shape or not 1 <= case.actual.ndim <= 2:
        return None
    ways = (("column", "left", "right"), ("row", "up", "down"))
    for (lines, back, on), axis in zip(ways, (-1, 0)):
        actual, expected = np.moveaxis(case.actual, axis, 0), np.moveaxis(case.expected, axis, 0)
        for way, came, wanted in ((on, actual[1:], expected[:-1]), (back, actual[:-1], expected[1:])):
            if not wanted.size:
                continue
            rows = wanted.reshape(len(wanted), -1)
            lines_there = rows[rows.any(axis=1)]
            enough = len(unique_rows(lines_there)) > 2 or unique(wanted).size >= SEVERAL
            if enough and near(came, wanted, case.scale):
                line = "place" if case.actual.ndim == 1 else lines
                way = {"left": "earlier", "right": "later"}.get(way, way) if case.actual.ndim == 1 else way
                return Relation("shifted", f"every value stands one {line} too far {way}")
    return None


def some_rows(case: Case) -> Relation | None:
    """Some rows, columns or values are right, the others are not."""
    if case.actual.shape != case.expected.shape or not case.actual.ndim:
        return None
    for lines, actual, expected in (
        ("rows", case.actual, case.expected),
        ("columns", case.actual.T, case.expected.T),
    ):
        right = [near(one, other, case.scale) for one, other in zip(actual, expected)]
        told = [ok and bool(other.any()) for ok, other in zip(right, expected)]
        single = case.actual.ndim == 1 or actual[0].size < 3
        enough = max(len(right) / 2, 2) if single else 1  # one or two values are right by chance more often
        if not single and len(right) == 2:
            continue  # and one of two rows is
        if all(right) or sum(told) < enough or (lines == "columns" and case.actual.ndim != 2):
            continue
        wrong = [i for i, ok in enumerate(right) if not ok]
        lines = "values" if case.actual.ndim == 1 else lines
        others = f"{sum(right)} of {len(right)} are" if sum(right) > 1 else "one is"
        sentence = f"{lines} {shortened(wrong)} are wrong, the other {others} right"
        if len(wrong) > 1 and not actual[wrong].any():
            why = ": does a loop end after the first round, by `return` or `break`?" if wrong[0] == 1 else ""
            sentence = f"{lines} {shortened(wrong)} are 0, nothing was written there{why}"
        return Relation("some-rows", sentence)
    return None
