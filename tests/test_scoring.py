"""Points: every sum is exact, whatever the weights, and what could not be judged costs nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import rubric
from grader.probe import Probe, all_probes
from grader.scoring import UNIT, allocate, decimal, shares, summary
from grader.verdict import UNJUDGED, Outcome, Seen, Verdict

repeatable = settings(derandomize=True, max_examples=200, deadline=None, database=None)
JUDGED = [outcome for outcome in Outcome if outcome not in UNJUDGED]


def verdict(outcome: Outcome = Outcome.PASSED, weight: int = 1, share: Fraction | None = None) -> Verdict:
    earned = Fraction(outcome == Outcome.PASSED) if share is None else share
    return Verdict(Probe("Dense", "made-up", "", lambda *_: {}, weight), outcome, earned, Seen())


def verdicts_of(text: str) -> list[Verdict]:
    """One verdict a letter: p passed, f failed, h half, b blocked, n not asked, g grader fault, i not implemented."""
    outcomes = {
        "p": Outcome.PASSED, "f": Outcome.FAILED, "h": Outcome.PARTIAL, "b": Outcome.BLOCKED, "n": Outcome.NOT_ASKED,
        "g": Outcome.GRADER_FAULT, "i": Outcome.NOT_IMPLEMENTED, "e": Outcome.ERROR,
    }  # fmt: skip
    return [verdict(outcomes[letter], share=Fraction(1, 2) if letter == "h" else None) for letter in text]


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
    ],
)
def test_points_are_divided_in_proportion(points: int, weights: list[int], expected: list[str]):
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
    earned, possible = (sum(column, Fraction(0)) for column in zip(*split))

    assert possible == (points if any(row[0] in JUDGED or row[0] == Outcome.BLOCKED for row in rows) else 0)
    assert all(0 <= one <= most for one, most in split)
    assert all(hundredths(one) and hundredths(most) for one, most in split)
    assert sum(Fraction(str(decimal(one))) for one, _ in split) == Fraction(str(decimal(earned))) == earned


def test_every_component_of_the_rubric_is_divided_exactly():
    weights: dict[str, list[int]] = {}
    for probe in all_probes():
        weights.setdefault(probe.component, []).append(probe.weight)

    for table in rubric.load().points.values():
        for component, points in table.items():
            parts = allocate(points, weights.get(component, [1]))
            assert sum(parts) == points
            assert all(hundredths(part / 2) for part in parts)
            assert all(part > 0 for part in parts) or not points


def test_points_are_shown_with_two_decimals():
    assert [decimal(Fraction(number, 3)) for number in (1, 2, 3)] == [0.33, 0.67, 1.0]


# --- what could not be judged -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "earned", "possible"),
    [
        pytest.param("pp", [3, 3], [3, 3], id="all-right"),
        pytest.param("pf", [3, 0], [3, 3], id="one-wrong"),
        pytest.param("ph", [3, "1.5"], [3, 3], id="one-half"),
        pytest.param("pbp", [3, 0, 3], [3, 0, 3], id="blocked-leaves-its-points-to-the-others"),
        pytest.param("pn", [6, 0], [6, 0], id="not-asked"),
        pytest.param("fg", [0, 0], [6, 0], id="grader-fault"),
        pytest.param("bb", [0, 0], [3, 3], id="all-blocked-earns-nothing"),
        pytest.param("bng", [0, 0, 0], [6, 0, 0], id="blocked-alone-counts"),
        pytest.param("gg", [0, 0], [0, 0], id="grader-faults-alone-cost-nothing"),
        pytest.param("ng", [0, 0], [0, 0], id="nothing-asked"),
        pytest.param("ii", [0, 0], [3, 3], id="not-implemented"),
    ],
)
def test_points_of_what_could_not_be_judged_go_to_the_others(letters: str, earned: list, possible: list):
    split = shares(6, verdicts_of(letters))

    assert split == [(Fraction(one), Fraction(most)) for one, most in zip(earned, possible)]


def test_weights_decide_who_gets_the_points_of_what_could_not_be_judged():
    split = shares(6, [verdict(weight=1), verdict(weight=2), verdict(Outcome.BLOCKED, weight=5)])

    assert [most for _, most in split] == [2, 4, 0]


# --- the outcome of a component ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "points", "outcome"),
    [
        ("pp", 6, Outcome.PASSED),
        ("pbn", 6, Outcome.PASSED),
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
    earned = sum((one for one, _ in shares(points, verdicts)), Fraction(0))

    assert summary(verdicts, earned, Fraction(points)) == outcome
