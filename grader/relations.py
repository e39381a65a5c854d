"""Relations between a wrong answer and the right one, for mistakes that nobody has listed.

What holds for one array is in array_relations.py; here are the relations of a whole verdict, and the choice of what a
student is told. A code names a page of relation_pages/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.array_relations import (
    Answers,
    Case,
    Relation,
    all_zero,
    constant_factor,
    constant_offset,
    function_of,
    not_finite,
    permuted,
    relate_one,
    same,
    shifted,
    sign_flipped,
    top,
    value_replaced,
)
from grader.asked import Asked, asked
from grader.compare import Difference, as_array
from grader.verdict import Verdict

MOST = 2  # relations of one verdict
UNIFORM, NEAR_UNIFORM = 1.8, 0.05  # kurtosis of a uniform distribution, and how far that of a large sample may be off
NORMAL = 3.0  # kurtosis of a normal distribution


def relate(verdict: Verdict) -> list[Relation]:
    """The most telling relation of each difference of a verdict, each once."""
    with np.errstate(all="ignore"):
        return list(relations(verdict))[:MOST]


def relations(verdict: Verdict) -> Iterator[Relation]:
    known = asked(verdict.seen)
    if whole := together(verdict.differences, known):
        yield whole
        return
    others, came_back = list(arrays(answers(verdict, verdict.expected))), list(arrays(verdict.seen.observation))
    codes = set()
    if found := changed(verdict.differences):
        codes.add(found.code)
        yield found
    if later := later_steps(verdict):
        codes.add(later.code)
        yield later
    groups = dict(stacked(verdict, known))
    for name, of_all in groups.items():
        codes.add(of_all.code)
        yield Relation(of_all.code, f"{name}: {of_all.sentence}")
    for difference in verdict.differences:
        if top(difference.entry) in groups:
            continue
        rule = verdict.probe.rules.get(top(difference.entry))
        sampled = rule is not None and rule.tolerance == "statistic"
        case = case_of(difference, known, others, came_back, sampled)
        relation = distribution(difference) or (relate_one(case) if case is not None else lists(difference))
        if relation is not None and relation.code not in codes and not (codes and relation.code == "almost-right"):
            codes.add(relation.code)
            where = f"{difference.entry}: " if len(verdict.differences) > 1 else ""
            yield Relation(relation.code, where + relation.sentence)


def case_of(
    difference: Difference, known: Asked, others: Answers, came_back: Answers, sampled: bool = False
) -> Case | None:
    """The two arrays of a difference; None where it is not one between arrays or numbers."""
    expected = difference.expected
    if isinstance(expected, float) or (
        isinstance(expected, list) and all(isinstance(each, float) for each in expected)
    ):
        expected = np.asarray(expected)
    if not isinstance(expected, np.ndarray) or expected.dtype.kind not in "fiub" or not expected.size:
        return None
    actual = as_array(difference.actual, expected)
    if actual is None or not actual.size:
        return None
    return Case(actual, expected.astype(np.float64), known, difference.entry, others, came_back, sampled)


def answers(verdict: Verdict, observation: Any) -> Any:
    """An observation without what is there to judge the rest by, and is no answer of a submission."""
    if not isinstance(observation, dict):
        return observation
    evidence = {entry for entry, rule in verdict.probe.rules.items() if rule.evidence}
    return {entry: value for entry, value in observation.items() if entry not in evidence}


def arrays(observation: Any, name: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Every array of an observation under the name that a Difference gives to its place."""
    if isinstance(observation, np.ndarray):
        yield name, observation
    elif isinstance(observation, dict):
        for key, value in observation.items():
            yield from arrays(value, f"{name}[{key!r}]" if name else str(key))
    elif isinstance(observation, (list, tuple)):
        for place, value in enumerate(observation):
            yield from arrays(value, f"{name}[{place}]")


# --- relations of a whole verdict -----------------------------------------------------------------------------


def changed(differences: list[Difference]) -> Relation | None:
    """Arrays that hold other values after the calls than before."""
    names = [
        each.entry.removesuffix("_kept")
        for each in differences
        if each.entry.endswith("_kept") and each.actual is False
    ]
    names = [name for name in names if name != "random_state"]
    if not names:
        return None
    verb = "holds" if len(names) == 1 else "hold"
    return Relation("aliasing", f"{' and '.join(names)} {verb} other values after these calls than before")


def together(differences: list[Difference], known: Asked) -> Relation | None:
    """One relation that holds for all of several wrong numbers: more than a chance."""
    pairs = [(each.expected, each.actual) for each in differences if isinstance(each.expected, float)]
    numbers = [(one, other) for one, other in pairs if isinstance(other, (int, float)) and not isinstance(other, bool)]
    if len(numbers) < 2 or len(numbers) < len(differences):
        return None
    expected, actual = np.array(numbers, dtype=np.float64).T
    case = Case(actual, expected, known)
    looks = (not_finite, all_zero, sign_flipped, named_factor, function_of, constant_factor, constant_offset)
    return next((relation for look in looks if (relation := look(case)) is not None), None)


def named_factor(case: Case) -> Relation | None:
    """A factor that says where it comes from: of two numbers near each other there may be a function too."""
    relation = constant_factor(case)
    return relation if relation is not None and "that is" in relation.sentence else None


def later_steps(verdict: Verdict) -> Relation | None:
    """The first of several steps is right everywhere, and a later one is not."""
    wrong = [each.entry for each in verdict.differences]
    first = [name for name in verdict.expected or () if name.endswith("_after_1")]
    later = [name for name in wrong if re.fullmatch(r"\w+_after_\d+", name)]
    if not first or not later or len(later) < len(wrong) or set(first) & set(wrong):
        return None
    return Relation(
        "later-steps", f"the first step is right, later ones are not: `{later[0]}` is the first that differs"
    )


def stacked(verdict: Verdict, known: Asked) -> Iterator[tuple[str, Relation]]:
    """Relations between all the rows that a dict or a list holds, taken as one table."""
    observation = verdict.seen.observation or {}
    for name in dict.fromkeys(top(each.entry) for each in verdict.differences):
        expected, actual = rows_of((verdict.expected or {}).get(name)), rows_of(observation.get(name))
        if expected is None or actual is None or expected.shape != actual.shape:
            continue
        case = Case(actual, expected.astype(np.float64), known, name)
        looks = (all_zero, sign_flipped, value_replaced, permuted, shifted)
        if relation := next((relation for look in looks if (relation := look(case)) is not None), None):
            yield name, relation


def rows_of(value: Any) -> np.ndarray | None:
    """The table whose rows are the entries of a dict or a list."""
    entries = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(entries, (list, tuple)) or len(entries) < 2:
        return None
    if not all(isinstance(row, np.ndarray) and row.dtype.kind in "fiub" and row.ndim == 1 for row in entries):
        return None
    return np.stack(entries) if len({row.shape for row in entries}) == 1 else None


def distribution(difference: Difference) -> Relation | None:
    """The shape of the distribution that random numbers were drawn from."""
    if difference.entry != "kurtosis" or not isinstance(difference.actual, float):
        return None
    if abs(difference.actual - UNIFORM) > NEAR_UNIFORM:
        return None
    return Relation(
        "other-distribution",
        f"the kurtosis is {difference.actual:.2f}: evenly distributed numbers have {UNIFORM:g}, normally distributed"
        f" ones {NORMAL:g}",
    )


def lists(difference: Difference) -> Relation | None:
    """A list that is too long or too short: which of its entries are right?"""
    expected, actual = difference.expected, difference.actual
    if difference.kind != "length" or not isinstance(expected, list) or not isinstance(actual, list):
        return None
    if not all(isinstance(each, np.ndarray) for each in expected):
        return None
    nested = [item for each in actual for item in (each if isinstance(each, (list, tuple)) else [each])]
    if len(nested) == len(expected) != len(actual) and all(map(is_same, nested, expected)):
        return Relation("entries-missing", f"all {len(expected)} are there and right, but in lists within the list")
    places = [next((i for i, goal in enumerate(expected) if is_same(each, goal)), None) for each in actual]
    missing = [place for place in range(len(expected)) if place not in places]
    if not missing:
        more = [place for place, found in enumerate(places) if found is None or found in places[:place]]
        return Relation(
            "entries-missing", f"all {len(expected)} are there, and more: those at {more} do not belong here"
        )
    if None in places or not places:
        return None
    return Relation(
        "entries-missing", f"the {len(actual)} that came back are right, but those at {missing} are missing"
    )


def is_same(value: Any, goal: np.ndarray) -> bool:
    array = as_array(value, goal)
    return array is not None and same(array, goal)
