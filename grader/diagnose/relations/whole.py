"""Relations between a wrong answer and the right one, for mistakes that nobody has listed.

What holds for one array is in array_relations.py; here are the relations of a whole verdict, and the choice of what a
student is told. A code names a page of ../pages/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from grader.ask.entries import after_in, kept_in
from grader.base.text import listed
from grader.diagnose.entry_words import bounds, counted, kept, phrase
from grader.diagnose.inputs import Asked, asked
from grader.diagnose.relations.case import MISFIT, ROUGH, TOLERANCE, Answers, Case, Relation, factor_of, near, same
from grader.diagnose.relations.crashes import crash
from grader.diagnose.relations.elsewhere import all_zero, top
from grader.diagnose.relations.formula import (
    constant_factor,
    constant_offset,
    function_of,
    goes_on,
    not_finite,
    sign_flipped,
)
from grader.diagnose.relations.numbers import (
    has_a_number,
    is_bare_factor,
    is_contradicted,
    numbers_of,
    one_factor,
    ratios_of,
    shared,
)
from grader.diagnose.relations.order import relate_one
from grader.diagnose.relations.regions import permuted, shifted, value_replaced
from grader.diagnose.relations.spread import distribution, sizes_of, spread
from grader.judge.compare import Difference, as_array
from grader.judge.verdict import Verdict

OF_WEIGHT = ("dw", "first", "single", "both")  # entries that hold a gradient of w
CLEAR = ("constant-factor", "impossible", "other-distribution")  # that say what is to be said of a number by themselves
MOST = 2  # relations of one verdict


def relate(verdict: Verdict, beside: Sequence[Verdict] = (), right: Sequence[Verdict] = ()) -> list[Relation]:
    """The most telling relation of each difference of a verdict, each once.

    beside, right: the other wrong verdicts of the component and the right ones, which may contradict what one number
    seems to say.
    """
    with np.errstate(all="ignore"):
        beside = beside or (verdict,)
        ratios = [ratio for each in beside for ratio in ratios_of(each)]
        found = list(relations(verdict, ratios, any(map(has_a_number, right))))
        numeric = any(isinstance(each.actual, float) for each in verdict.differences)
        if numeric and (factor := one_factor(beside)) and not any(each.code in CLEAR for each in found):
            found = [shared(factor)]
        if not all(map(is_nearly_right, beside)):
            found = [each for each in found if each.code != "almost-right"]
        numbers = [pair for each in beside for pair in numbers_of(each)]
        found = [each for each in found if each.code != "function-of-it" or goes_on(each.sentence, numbers)]
        return sorted(found[:MOST], key=lambda each: each.code != "other-axis")  # which explains what cannot be


def is_nearly_right(verdict: Verdict) -> bool:
    """Is every number of a wrong verdict off by little? That some are says nothing where others are not."""
    for each in verdict.differences:
        case = case_of(each, Asked(), [], [])
        if (
            case is None
            or case.actual.shape != case.expected.shape
            or not near(case.actual, case.expected, None, ROUGH)
        ):
            return False
    return verdict.seen.fault is None


def relations(
    verdict: Verdict, ratios: Sequence[tuple[float, str]] = (), others_right: bool = False
) -> Iterator[Relation]:
    if verdict.seen.fault is not None:
        if (local := verdict.seen.unfit) is not None:
            yield Relation(MISFIT, local.sentence(verdict.probe.component, verdict.seen.inputs))
        elif found := crash(verdict.seen.fault, letters_of(verdict)):
            yield found
        return
    known = asked(verdict.seen)
    if cannot_be := impossible(verdict):
        yield cannot_be
    if whole := together(verdict.differences, known) or of_one_length(verdict):
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
        yield Relation(of_all.code, f"{said(verdict, name)}: {of_all.sentence}")
    for difference in verdict.differences:
        if top(difference.entry) in groups:
            continue
        rule = verdict.probe.rules.get(top(difference.entry))
        sampled = rule is not None and rule.tolerance == "statistic"
        case = case_of(difference, known, others, came_back, sampled, partial(phrase, verdict.probe.name))
        relation = (
            of_local_gradient(verdict, difference)
            or spread(verdict, difference)
            or distribution(difference)
            or lists(difference)
            or (relate_one(case) if case is not None else None)
        )
        if relation is not None and (
            is_contradicted(relation, ratios) or is_bare_factor(relation, difference, others_right)
        ):
            continue
        if relation is not None and relation.code not in codes and not (codes and relation.code == "almost-right"):
            codes.add(relation.code)
            where = f"{said(verdict, difference.entry)}: " if len(verdict.differences) > 1 else ""
            yield Relation(relation.code, where + relation.sentence)


def said(verdict: Verdict, entry: str) -> str:
    """An entry in words, in front of what is said of it."""
    return phrase(verdict.probe.name, entry).rstrip(",")


def case_of(
    difference: Difference,
    known: Asked,
    others: Answers,
    came_back: Answers,
    sampled: bool = False,
    words: Callable[[str], str] = "`{}`".format,
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
    return Case(actual, expected.astype(np.float64), known, difference.entry, others, came_back, sampled, words)


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
    elif isinstance(observation, float):
        yield name, np.asarray(observation)
    elif isinstance(observation, dict):
        for key, value in observation.items():
            yield from arrays(value, f"{name}[{key!r}]" if name else str(key))
    elif isinstance(observation, (list, tuple)):
        for place, value in enumerate(observation):
            yield from arrays(value, f"{name}[{place}]")


# --- relations of a whole verdict -----------------------------------------------------------------------------


def impossible(verdict: Verdict) -> Relation | None:
    """An answer that would be wrong whatever had been asked."""
    for difference in verdict.differences:
        known = bounds(verdict.probe.name, difference.entry)
        actual = difference.actual
        if known is None or not isinstance(actual, (float, np.ndarray)) or not np.all(np.isfinite(actual)):
            continue
        low, high, row_sum, why = known
        slack = ROUGH * max(1.0, abs(low))
        array = np.asarray(actual, dtype=np.float64)
        beyond = array[(array < low - slack) | (array > high + slack)]
        name = said(verdict, difference.entry)
        if beyond.size:
            worst = float(beyond.flat[np.abs(beyond).argmax()])
            return Relation("impossible", f"{name} {'is' if not array.ndim else 'has'} {worst:.4g}: {why}")
        rows = counted(verdict.probe.name, difference.entry)
        if rows and not array.ndim and abs(float(array) * rows - round(float(array) * rows)) > slack:
            return Relation("impossible", f"{name} is {actual:.4g}: no whole number out of {rows} rows gives that")
        sums = array.sum(axis=-1) if row_sum is not None and array.ndim == 2 else np.zeros(0)
        wrong = sums[np.abs(sums - (row_sum or 0.0)) > slack]
        if wrong.size:
            return Relation("impossible", f"a row of {name} sums to {wrong[0]:.4g}: {why}")
    return None


def changed(differences: list[Difference]) -> Relation | None:
    """Arrays that hold other values after the calls than before."""
    found = [
        (kept(each.entry), again.by)
        for each in differences
        if each.actual is False and (again := kept_in(each.entry)) and kept(each.entry) != "the random state"
    ]
    if not found:
        return None
    call = found[0][1]  # what changed something first
    names = [name for name, other in found if other == call]
    verb = "holds" if len(names) == 1 else "hold"
    return Relation("aliasing", f"{listed(names)} {verb} other values after {call or 'these calls'} than before")


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


def of_one_length(verdict: Verdict) -> Relation | None:
    """Several arrays, each in the right direction, that all have one and the same length."""
    cases = [case for each in verdict.differences if (case := case_of(each, Asked(), [], [])) is not None]
    if len(cases) < 2 or len(cases) < len(verdict.differences):
        return None
    factors = [factor_of(case.actual, case.expected) for case in cases]
    lengths = np.array([np.linalg.norm(case.actual.astype(np.float64)) for case in cases])
    if None in factors or min(case.actual.size for case in cases) < 2 or np.ptp(lengths) > TOLERANCE * lengths.max():
        return None
    if np.ptp(np.array(factors, dtype=np.float64)) < ROUGH * max(map(abs, filter(None, factors))):
        return None
    return Relation(
        "step-factor", f"each array has the right direction, and is brought to length {lengths[0]:.6g} (its norm)"
    )


def named_factor(case: Case) -> Relation | None:
    """A factor that says where it comes from: of two numbers near each other there may be a function too."""
    relation = constant_factor(case)
    return relation if relation is not None and "that is" in relation.sentence else None


def later_steps(verdict: Verdict) -> Relation | None:
    """The first of several steps is right everywhere, and a later one is not."""
    wrong = [each.entry for each in verdict.differences]
    first = [name for name in verdict.expected or () if (after := after_in(name)) and after.step == 1]
    later = [name for name in wrong if after_in(name)]
    if not first or not later or len(later) < len(wrong) or set(first) & set(wrong):
        return None
    return Relation(
        "later-steps",
        f"the first step is right, later ones are not: {said(verdict, later[0])} is the first that differs",
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


def of_local_gradient(verdict: Verdict, difference: Difference) -> Relation | None:
    """A local gradient that nothing can pass through, or of which the batch is gone already."""
    if (difference.entry in OF_WEIGHT) and (sentence := verdict.seen.made_too_early()):
        return Relation("axis-reduced", sentence)
    local = verdict.seen.misfit(difference.actual)
    told = local.sentence(verdict.probe.component, verdict.seen.inputs) if local is not None else ""
    return Relation(MISFIT, told) if told else None


def letters_of(verdict: Verdict) -> dict[int, str]:
    """What the assignment calls the lengths of a check's arrays, where no two of them are the same."""
    tables = [array for array in verdict.seen.inputs if array.ndim == 2]
    rows = {len(array) for array in tables}
    n, m = sizes_of(verdict.seen)
    found = [*((each, "B") for each in rows if len(rows) == 1), (n, "n"), (m, "m")]
    lengths = [length for length, _ in found]
    return {length: letter for length, letter in found if length > 1 and lengths.count(length) == 1}


def lists(difference: Difference) -> Relation | None:
    """A list that is too long or too short: which of its entries are right?"""
    expected, actual = difference.expected, difference.actual
    if difference.kind != "length" or not isinstance(expected, list) or not isinstance(actual, list):
        return None
    if expected and all(isinstance(each, float) for each in [*expected, *actual]):
        return numbers(expected, actual)
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


def numbers(expected: list[float], actual: list[float]) -> Relation:
    """A list with a number for each of something, where there should be one for each of something else."""
    came, due = (f"{len(each)} number{'s' * (len(each) != 1)}" for each in (actual, expected))
    twice = ", the last one twice" if len(actual) > 2 and actual[-1] == actual[-2] else ""
    mean = float(np.mean(actual[:-1] if twice else actual)) if actual else np.nan
    if len(expected) == 1 and abs(mean - expected[0]) <= TOLERANCE * abs(expected[0]):
        return Relation("axis-not-reduced", f"it holds {came}{twice}: their mean, {due}, is what it should hold")
    return Relation("entries-missing", f"it holds {came}{twice}, and should hold {due}")


def is_same(value: Any, goal: np.ndarray) -> bool:
    array = as_array(value, goal)
    return array is not None and same(array, goal)
