"""An array that is something else: another answer, an input, or nothing."""

from __future__ import annotations

import numpy as np

from grader.diagnose.relations.case import Case, Relation, is_flat, same, telling


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


def unchanged(actual: np.ndarray, given: np.ndarray) -> bool:
    """The very same numbers: after a tiny step they are nearly the same, and not unchanged."""
    return actual.shape == given.shape and np.array_equal(actual, given.astype(actual.dtype))


def all_zero(case: Case) -> Relation | None:
    if case.actual.size and not case.actual.any() and case.expected.any():
        return Relation("all-zero", "every value is 0" if case.actual.ndim else "it is 0")
    return None
