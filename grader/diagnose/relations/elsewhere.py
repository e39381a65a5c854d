"""An array that is something else: another answer, an input, another function of an input, or nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.base.arrays import unique
from grader.diagnose.relations.case import FEW, SEVERAL, Case, Relation, factor_of, is_flat, near, same, telling


def other_answer(case: Case) -> Relation | None:
    """Equal to the right answer to another question of the same probe."""
    if not telling(case.actual):
        return None
    names = [name for name, _ in case.others]
    place = names.index(case.entry) if case.entry in names else len(names)
    indices = sorted(range(len(names)), key=lambda index: top(names[index]) != top(case.entry))  # its own list first
    for index in indices:
        name, answer = case.others[index]
        if name == case.entry or not same(case.actual, answer) or same(answer, case.expected):
            continue
        alike = any(other == name and same(answer, array) for other, array in case.came_back)
        if top(name) == top(case.entry) or not alike:
            return Relation("belongs-elsewhere", f"this would be right as {case.words(name)}")
        if "seen_by_" in case.entry and "seen_by_" in name:  # what was handed over, and no answer
            return Relation("belongs-elsewhere", f"this is {case.words(name)}")
        if index < place:
            return Relation("stale", f"this is the answer to an earlier question once more: {case.words(name)}")
        return Relation("aliasing", f"the answer to a later question overwrote this one: {case.words(name)}")
    return None


def top(entry: str) -> str:
    return entry.partition("[")[0]


def equals_input(case: Case) -> Relation | None:
    for name, given in case.asked.arrays:
        if not is_flat(given) and unchanged(case.actual, given) and not same(case.expected, given):
            return Relation("equals-input", f"what came back is {name}, unchanged")
    return None


def function_of_input(case: Case) -> Relation | None:
    """Another well-known function of what was handed over, element by element."""
    if unique(case.actual).size < SEVERAL or not np.isfinite(case.actual).all():
        return None
    for name, given in case.asked.arrays:
        if given.shape != case.actual.shape or given.dtype.kind not in "fiu":
            continue
        for what, function in OF_INPUT:
            values = function(given.astype(np.float64))
            if near(case.actual, values) and not near(case.expected, values):
                return Relation("function-of-it", f"what came back is {what} of {name}")
        if found := below_zero(case, name, given):
            return found
    return None


def logistic(x: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0, -x))  # never overflows, and stands in no wheel as a solution's line


def below_zero(case: Case, name: str, given: np.ndarray) -> Relation | None:
    """The input where it is positive, and elsewhere one number times another function of it."""
    below = given < 0
    if np.count_nonzero(below) < FEW or not near(case.actual[~below], given[~below].astype(np.float64)):
        return None
    for what, function in (("exp(x) - 1", np.expm1), ("1", np.ones_like), ("tanh(x)", np.tanh)):
        factor = factor_of(case.actual[below], function(given[below].astype(np.float64)))
        if factor is not None:
            which = "an ELU" if function is np.expm1 else "x where x > 0"
            told = f"{factor:.6g}" if what == "1" else f"{factor:.6g} ({what})"
            return Relation("function-of-it", f"what came back is {which}, and {told} below 0, with {name} as x")
    return None


OF_INPUT: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("the hyperbolic tangent", np.tanh),
    ("the logistic function", logistic),
    ("the slope of the logistic function", lambda x: logistic(x) * (1 - logistic(x))),
    ("the slope of the hyperbolic tangent", lambda x: 1 - np.tanh(x) ** 2),
    ("the softplus, log(1 + exp(x)),", lambda x: np.logaddexp(0, x)),
    ("the swish, x times its logistic function,", lambda x: x * logistic(x)),
    ("the GELU", lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))),
    ("the part above 0", lambda x: np.maximum(x, 0)),
    ("the part above 0, cut off at 6,", lambda x: np.clip(x, 0, 6)),
    ("the part between -1 and 1", lambda x: np.clip(x, -1, 1)),
    ("the size", np.abs),
    ("the square", np.square),
    ("the exponential", np.exp),
    ("x / (1 + |x|)", lambda x: x / (1 + np.abs(x))),
)


def unchanged(actual: np.ndarray, given: np.ndarray) -> bool:
    """The very same numbers: after a tiny step they are nearly the same, and not unchanged."""
    return actual.shape == given.shape and np.array_equal(actual, given.astype(actual.dtype))


def all_zero(case: Case) -> Relation | None:
    if case.actual.size and not case.actual.any() and case.expected.any():
        return Relation("all-zero", "every value is 0" if case.actual.ndim else "it is 0")
    return None
