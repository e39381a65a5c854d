"""What the wrong numbers of a component say together: of one alone a factor may be chance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from grader.diagnose.inputs import asked
from grader.diagnose.relations.case import ABOUT, ROUGH, TOLERANCE, Relation
from grader.diagnose.relations.elsewhere import top
from grader.judge.compare import Difference
from grader.judge.verdict import Verdict

SPREADS = (  # of numbers that are not drawn from the normal distribution, before they are scaled
    ("which is the spread of numbers between 0 and 1", 12**-0.5),
    ("which is the spread of numbers between -1 and 1", 3**-0.5),
    ("which is the square root of 3", 3**0.5),
    ("which is the square root of 2", 2**0.5),
    ("which is 1 over the square root of 2", 2**-0.5),
)


def numbers_of(verdict: Verdict) -> Iterator[tuple[float, float]]:
    """The single numbers of a wrong verdict that are wrong, each with the right one."""
    for each in verdict.differences:
        if isinstance(each.expected, float) and isinstance(each.actual, float):
            yield each.actual, each.expected


def ratios_of(verdict: Verdict) -> Iterator[tuple[float, str]]:
    """How many times too large each wrong number of a verdict is, and what that may come from."""
    known = asked(verdict.seen)
    for actual, expected in numbers_of(verdict):
        if expected and actual:
            ratio = actual / expected
            yield ratio, known.names_of(ratio, alone=True)


def is_contradicted(relation: Relation, ratios: Sequence[tuple[float, str]]) -> bool:
    """Is another number of the component wrong by another factor, which has another name?"""
    if relation.factor is None:
        return False
    name = next((name for ratio, name in ratios if abs(ratio / relation.factor - 1) < TOLERANCE), "")
    return any(
        abs(ratio / relation.factor - 1) >= TOLERANCE and (not name or kind(other) != kind(name))
        for ratio, other in ratios
    )


def has_a_number(verdict: Verdict) -> bool:
    """Does an answer hold a single number other than 0, of which any factor would show?"""
    return any(isinstance(each, float) and each for each in (verdict.expected or {}).values())


def is_bare_factor(relation: Relation, difference: Difference, others_right: bool) -> bool:
    """Is this factor chance? Labels are no quantities, and one number is some factor times any other.

    others_right: another number of the component is right, so that only the size of something is a factor here.
    """
    if relation.code != "constant-factor":
        return False
    labels = isinstance(difference.expected, np.ndarray) and difference.expected.dtype.kind in "iu"
    return labels or (others_right and relation.factor is not None and "number of" not in relation.sentence)


def kind(name: str) -> str:
    """What a factor may come from, without how large that was."""
    return re.sub(r"[\d.]+", "", name)


def one_factor(wrong: Sequence[Verdict]) -> float:
    """By which factor the same number of several verdicts is wrong, which has one cause then; 0 for none."""
    by_entry: dict[str, list[float]] = {}
    for verdict in wrong:
        for each in verdict.differences:
            rule = verdict.probe.rules.get(top(each.entry))
            numbers = each.actual, each.expected
            if rule is not None and rule.within:
                continue  # what the reference happened to draw is no measure
            if all(isinstance(number, float) and number for number in numbers):
                by_entry.setdefault(each.entry, []).append(each.actual / each.expected)
    for ratios in by_entry.values():
        mean = float(np.mean(ratios))
        if len(ratios) > 1 and abs(mean - 1) > ROUGH and np.ptp(ratios) < ABOUT * abs(mean):
            return mean
    return 0.0


def shared(factor: float) -> Relation:
    """The relation that one factor in several checks is, with where such a factor may come from."""
    why = next((f", {words}" for words, value in SPREADS if abs(factor / value - 1) < ABOUT), "")
    return Relation("constant-factor", f"this number is {factor:.3g} times the expected one in several checks{why}")
