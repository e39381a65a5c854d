"""From verdicts to points. All arithmetic is in whole hundredths, so that sums are exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from grader.verdict import Outcome, Verdict

UNIT = Fraction(1, 50)  # half of a check's points is then still a whole hundredth


def allocate(points: int | Fraction, weights: Sequence[int]) -> list[Fraction]:
    """Shares of `points` in proportion to the weights, in multiples of UNIT, that sum to `points` exactly.

    What rounding leaves over goes to the largest remainders (Hamilton's method).
    """
    total = sum(weights)
    if not total:
        return [Fraction(0)] * len(weights)
    exact = [Fraction(points) / UNIT * weight / total for weight in weights]
    units = [int(share) for share in exact]
    left = int(Fraction(points) / UNIT) - sum(units)
    by_remainder = sorted(range(len(weights)), key=lambda i: (units[i] - exact[i], i))
    for i in by_remainder[:left]:
        units[i] += 1
    return [unit * UNIT for unit in units]


def shares(points: int | Fraction, verdicts: Sequence[Verdict]) -> list[tuple[Fraction, Fraction]]:
    """(earned, possible) of each verdict in whole hundredths.

    What was not judged leaves its points to the rest. Where nothing could be judged, points that hang on what is
    missing or does not run are lost; those that hang on a mistake elsewhere are not: it has cost its own already.
    """
    blocked = [verdict for verdict in verdicts if verdict.outcome == Outcome.BLOCKED]
    judged = [verdict for verdict in verdicts if verdict.judged] or [each for each in blocked if not each.excused]
    possible = dict(zip(map(id, judged), allocate(points, [verdict.probe.weight for verdict in judged])))
    most = [possible.get(id(verdict), Fraction(0)) for verdict in verdicts]
    return [(round(verdict.share * each, 2), each) for verdict, each in zip(verdicts, most)]


def summary(verdicts: Sequence[Verdict], earned: Fraction, possible: Fraction) -> Outcome:
    """The outcome of a component from those of its probes."""
    judged = [verdict.outcome for verdict in verdicts if verdict.judged]
    if not judged:
        outcomes = [verdict.outcome for verdict in verdicts]
        return Outcome.BLOCKED if Outcome.BLOCKED in outcomes else outcomes[0]
    if all(outcome == Outcome.PASSED for outcome in judged):
        return Outcome.PASSED
    if not possible:
        if all(outcome == Outcome.NOT_IMPLEMENTED for outcome in judged):
            return Outcome.NOT_IMPLEMENTED
        return Outcome.FAILED
    if earned:
        return Outcome.PARTIAL
    lost = [outcome for outcome in judged if outcome != Outcome.PASSED]
    return lost[0] if len(set(lost)) == 1 else Outcome.FAILED


def decimal(points: Fraction) -> float:
    """Points as a float that prints with at most two decimals."""
    return float(round(points, 2))
