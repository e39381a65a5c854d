"""Points: every sum is exact, whatever the weights, and what could not be judged is neither earned nor lost."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.ask.probe import Probe, all_probes
from grader.ask.response import Response
from grader.judge import rubrics
from grader.judge.scoring import UNIT, Share, allocate, decimal, shares, summary
from grader.judge.verdict import UNJUDGED, Verdict
from grader.result import Outcome

repeatable = settings(derandomize=True, max_examples=200, deadline=None, database=None)
JUDGED = [outcome for outcome in Outcome if outcome not in UNJUDGED]


def verdict(
    outcome: Outcome = Outcome.PASSED, weight: int = 1, share: Fraction | None = None, passive: bool = False
) -> Verdict:
    earned = Fraction(outcome == Outcome.PASSED) if share is None else share
    probe = Probe("Dense", "made-up", "", lambda *_: {}, weight, passive=passive)
    return Verdict(probe, outcome, earned, Response())


def verdicts_of(text: str) -> list[Verdict]:
    """One verdict a letter: p passed, f failed, h half, b blocked, n not asked, g grader fault, i not implemented.

    A capital letter: a check that code which does nothing gets right.
    """
    outcomes = {
        "p": Outcome.PASSED, "f": Outcome.FAILED, "h": Outcome.PARTIAL, "b": Outcome.BLOCKED, "n": Outcome.NOT_ASKED,
        "g": Outcome.GRADER_FAULT, "i": Outcome.NOT_IMPLEMENTED, "e": Outcome.ERROR,
    }  # fmt: skip
    halves = {"h": Fraction(1, 2)}
    return [verdict(outcomes[each.lower()], 1, halves.get(each), each.isupper()) for each in text]


def hundredths(points: Fraction) -> bool:
    return (points * 100).denominator == 1


# --- dividing points --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "weights", "expected"),
    [
        (12, [1, 1, 2], ["3", "3", "6"]),
        (1, [1, 1, 1], ["0.34", "0.34", "0.32"]),
        (2, [3], ["2"]),
        (5, [], []),
        (5, [0, 0], ["0", "0"]),
        (5, [1, 0], ["5", "0"]),
        (0, [1, 2], ["0", "0"]),
        (Fraction("0.25"), [0, 1, 2], ["0", "0.08", "0.17"]),
        (Fraction("0.01"), [0, 1], ["0", "0.01"]),
    ],
)
def test_points_are_divided_in_proportion(points: int | Fraction, weights: list[int], expected: list[str]):
    assert allocate(points, weights) == list(map(Fraction, expected))


@repeatable
@given(st.integers(0, 100), st.lists(st.integers(0, 20), min_size=1, max_size=30).filter(any))
def test_shares_sum_exactly_and_are_nearly_proportional(points: int, weights: list[int]):
    parts = allocate(points, weights)

    assert sum(parts) == points
    for part, weight in zip(parts, weights):
        assert (part / UNIT).denominator == 1
        assert abs(part - Fraction(points * weight, sum(weights))) < UNIT
        assert weight or not part


@repeatable
@given(
    st.integers(0, 100),
    st.lists(
        st.tuples(st.sampled_from(list(Outcome)), st.integers(1, 9), st.fractions(0, 1, max_denominator=1000)),
        min_size=1,
        max_size=20,
    ),
)
def test_what_is_printed_sums_exactly(points: int, rows: list[tuple[Outcome, int, Fraction]]):
    split = shares(points, [verdict(*row) for row in rows])

    assert sum(each.possible for each in split) == (points if any(row[0] != Outcome.NOT_ASKED for row in rows) else 0)
    for each, (outcome, _, share) in zip(split, rows):
        assert each.possible >= each.earned >= 0
        assert each.not_judged == (0 if outcome in JUDGED else each.possible)
        assert each.earned == 0 or (outcome in JUDGED and share)
        assert all(map(hundredths, (each.earned, each.possible, each.not_judged)))
    for name in ("earned", "possible", "not_judged"):
        parts = [getattr(each, name) for each in split]
        assert sum(Fraction(str(decimal(part))) for part in parts) == Fraction(str(decimal(sum(parts, Fraction(0)))))


ASKED = [outcome for outcome in Outcome if outcome != Outcome.NOT_ASKED]
rows = st.tuples(st.sampled_from(ASKED), st.integers(1, 9), st.fractions(0, 1, max_denominator=1000))


@repeatable
@given(st.integers(0, 100), st.lists(rows, min_size=1, max_size=12), st.data())
def test_no_outcome_changes_what_another_check_is_worth_or_earns(
    points: int, before: list[tuple[Outcome, int, Fraction]], data: st.DataObject
):
    place = data.draw(st.integers(0, len(before) - 1))
    _, weight, _ = before[place]
    outcome, _, share = data.draw(rows)
    after = [*before[:place], (outcome, weight, share), *before[place + 1 :]]

    one, other = (shares(points, [verdict(*row) for row in each]) for each in (before, after))

    assert [each.possible for each in one] == [each.possible for each in other]
    assert one[:place] == other[:place]
    assert one[place + 1 :] == other[place + 1 :]


def test_every_component_of_the_rubric_is_divided_exactly():
    weights: dict[str, list[int]] = {}
    for probe in all_probes():
        weights.setdefault(probe.component, []).append(probe.weight)

    for table in rubrics.load().points.values():
        for component, points in table.items():
            parts = allocate(points, weights.get(component, [1]))
            assert sum(parts) == points
            assert all(hundredths(part / 2) for part in parts)
            assert all(part > 0 for part in parts) or not points


def test_points_are_shown_with_two_decimals():
    assert [decimal(Fraction(number, 3)) for number in (1, 2, 3)] == [0.33, 0.67, 1.0]


# --- what could not be judged -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "earned", "possible", "not_judged"),
    [
        pytest.param("pp", [3, 3], [3, 3], [0, 0], id="all-right"),
        pytest.param("pf", [3, 0], [3, 3], [0, 0], id="one-wrong"),
        pytest.param("ph", [3, "1.5"], [3, 3], [0, 0], id="one-half"),
        pytest.param("pbp", [2, 0, 2], [2, 2, 2], [0, 2, 0], id="blocked-keeps-its-points-to-itself"),
        pytest.param("pn", [6, 0], [6, 0], [0, 0], id="not-asked-leaves-its-points-to-the-others"),
        pytest.param("fg", [0, 0], [3, 3], [0, 3], id="grader-fault"),
        pytest.param("bb", [0, 0], [3, 3], [3, 3], id="all-blocked"),
        pytest.param("bng", [0, 0, 0], [3, 0, 3], [3, 0, 3], id="nothing-judged"),
        pytest.param("nn", [0, 0], [0, 0], [0, 0], id="nothing-asked"),
        pytest.param("ii", [0, 0], [3, 3], [0, 0], id="not-implemented"),
    ],
)
def test_points_of_what_could_not_be_judged_are_told_apart(
    letters: str, earned: list, possible: list, not_judged: list
):
    split = shares(6, verdicts_of(letters))

    assert split == [Share(*map(Fraction, row)) for row in zip(earned, possible, not_judged)]


# --- the outcome of a component ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "points", "outcome"),
    [
        ("pp", 6, Outcome.PASSED),
        ("pbn", 6, Outcome.PASSED),
        ("pbb", 6, Outcome.BLOCKED),
        ("Ppbb", 6, Outcome.BLOCKED),
        ("ppbB", 6, Outcome.PASSED),
        ("Pb", 6, Outcome.BLOCKED),
        ("pgg", 6, Outcome.GRADER_FAULT),
        ("pbg", 6, Outcome.BLOCKED),
        ("fbb", 6, Outcome.FAILED),
        ("pfbbb", 6, Outcome.PARTIAL),
        ("pf", 6, Outcome.PARTIAL),
        ("hh", 6, Outcome.PARTIAL),
        ("ff", 6, Outcome.FAILED),
        ("ee", 6, Outcome.ERROR),
        ("ef", 6, Outcome.FAILED),
        ("ii", 6, Outcome.NOT_IMPLEMENTED),
        ("ib", 6, Outcome.NOT_IMPLEMENTED),
        ("bb", 6, Outcome.BLOCKED),
        ("bn", 6, Outcome.BLOCKED),
        ("nn", 6, Outcome.NOT_ASKED),
        ("gg", 6, Outcome.GRADER_FAULT),
        ("pp", 0, Outcome.PASSED),
        ("pf", 0, Outcome.FAILED),
        ("ii", 0, Outcome.NOT_IMPLEMENTED),
        ("pi", 0, Outcome.FAILED),
    ],
)
def test_component_outcome_follows_from_its_checks(letters: str, points: int, outcome: Outcome):
    verdicts = verdicts_of(letters)
    earned = sum((each.earned for each in shares(points, verdicts)), Fraction(0))

    assert summary(verdicts, earned, Fraction(points), enough=0.5) == outcome
