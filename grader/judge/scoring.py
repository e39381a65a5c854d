"""From verdicts to points. All arithmetic is in whole hundredths, so that sums are exact.

What a check is worth depends on the rubric and on which questions make sense, never on what became of another check. A
check that could not be judged earns nothing and costs nothing: its points are told apart, so that a person can decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.ask.probe import Probe, all_probes
from grader.judge.verdict import Verdict
from grader.result import ComponentResult, Outcome
from grader.rubric import Rubric

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
    found = [unit * UNIT for unit in units]
    found[max(range(len(weights)), key=weights.__getitem__)] += Fraction(points) - sum(found)  # an odd hundredth
    return found


@dataclass(frozen=True)
class Share:
    """What one check is worth, what of it was earned, and what of it nobody could judge. The rest is lost."""

    earned: Fraction
    possible: Fraction
    not_judged: Fraction


def shares(points: int | Fraction, verdicts: Sequence[Verdict]) -> list[Share]:
    """The share of each verdict in whole hundredths; only what was not asked leaves its points to the others."""
    worth = allocate(points, [verdict.probe.weight if verdict.is_asked else 0 for verdict in verdicts])
    return [
        Share(round(verdict.share * each, 2), each, Fraction(0)) if verdict.judged else Share(Fraction(0), each, each)
        for verdict, each in zip(verdicts, worth)
    ]


def weight_of(probe: Probe, rubric: Rubric) -> int:
    """A check's share of its component: 0 for an extension, else the rubric's, else the probe's own."""
    return 0 if probe.name in rubric.extension_checks else rubric.weights.get(probe.name, probe.weight)


def as_bonus(found: ComponentResult) -> ComponentResult:
    """A component whose points come on top: nothing of it can be lost, or be missing."""
    found.max_points = found.not_judged = 0.0
    for probe in found.probes:
        probe.max_points = probe.not_judged = 0.0
    return found


def worths(component: str, rubric: Rubric, track: str) -> dict[str, Fraction]:
    """What each check of a component is worth, by its name, as long as all of them are asked."""
    points = rubric.points[track].get(component, 0) or rubric.bonus.get(component, 0)
    probes = [probe for probe in all_probes(rubric.edition) if probe.component == component]
    weights = {probe.name: weight_of(probe, rubric) for probe in probes}
    groups = [[name for name in weights if (name in rubric.hidden) == hidden] for hidden in (False, True)]
    split = allocate(points, [sum(weights[name] for name in group) for group in groups])
    found: dict[str, Fraction] = {}
    for group, worth in zip(groups, split):
        found |= zip(group, allocate(worth, [weights[name] for name in group]))
    return found


def summary(verdicts: Sequence[Verdict], earned: Fraction, possible: Fraction, enough: float) -> Outcome:
    """The outcome of a component from those of its probes.

    enough: share of its checks, by weight, that have to be judged before it passes. Those that code which does nothing
        gets right are no evidence and do not count.
    """
    judged = [verdict.outcome for verdict in verdicts if verdict.judged]
    if not judged:
        outcomes = [verdict.outcome for verdict in verdicts]
        return Outcome.BLOCKED if Outcome.BLOCKED in outcomes else outcomes[0]
    if all(outcome == Outcome.PASSED for outcome in judged):
        right = is_evidence(verdicts, enough) and not any(verdict.inherited for verdict in verdicts)
        return Outcome.PASSED if right else unjudged(verdicts)
    if not possible:
        if all(outcome == Outcome.NOT_IMPLEMENTED for outcome in judged):
            return Outcome.NOT_IMPLEMENTED
        return Outcome.FAILED
    if earned:
        return Outcome.PARTIAL
    lost = [outcome for outcome in judged if outcome != Outcome.PASSED]
    return lost[0] if len(set(lost)) == 1 else Outcome.FAILED


def is_evidence(verdicts: Sequence[Verdict], enough: float) -> bool:
    """Was enough of a component judged to say that it is right?"""
    asked = [verdict for verdict in verdicts if verdict.is_asked]
    telling = [verdict for verdict in asked if not verdict.probe.passive] or asked
    judged = sum(verdict.probe.weight for verdict in telling if verdict.judged)
    return judged >= enough * sum(verdict.probe.weight for verdict in telling)


def unjudged(verdicts: Sequence[Verdict]) -> Outcome:
    """Why too little was judged: the submission's doing before the grader's."""
    outcomes = [verdict.outcome for verdict in verdicts if verdict.is_asked and not verdict.judged]
    return Outcome.BLOCKED if Outcome.BLOCKED in outcomes else outcomes[0]


def decimal(points: Fraction) -> float:
    """Points as a float that prints with at most two decimals."""
    return float(round(points, 2))
