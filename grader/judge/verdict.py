"""From observation to outcome: the verdict of one probe.

One vocabulary of outcomes everywhere (`Outcome`); a score never comes without its message, nor a message without its
score. The grader's own faults are told apart and cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from grader.ask.client import Fault
from grader.ask.probe import Observation, Probe
from grader.ask.response import Response
from grader.base.message import Message
from grader.judge.compare import Difference, differences
from grader.result import Outcome
from grader.rubric import Rubric

OF_FAULT = {
    "raised": Outcome.ERROR,
    "missing": Outcome.NOT_IMPLEMENTED,
    "unusable": Outcome.FAILED,
    "crashed": Outcome.CRASHED,
    "exited": Outcome.EXITED,
    "timed out": Outcome.TIMED_OUT,
    "out of memory": Outcome.OUT_OF_MEMORY,
    "protocol": Outcome.CRASHED,
}
# These say nothing about the student's work on a component: they cost nothing, and earn nothing.
UNJUDGED = (Outcome.BLOCKED, Outcome.NOT_ASKED, Outcome.NOT_FINISHED, Outcome.GRADER_FAULT)
FINE = (Outcome.PASSED, Outcome.NOT_ASKED)


@dataclass(frozen=True)
class Line:
    """A line of the submission, as it stands there."""

    file: str
    number: int
    text: str


@dataclass
class Verdict:
    """Outcome of one probe. `share` is what it earns of the probe's points."""

    probe: Probe
    outcome: Outcome
    share: Fraction
    seen: Response
    expected: Observation | None = None
    differences: list[Difference] = field(default_factory=list)
    inherited: bool = False  # wrong, by code of the class that the component inherits from
    because: Verdict | None = None  # another one of the component, which this one fails with
    blocked_by: str = ""  # another component, or a file, that is to blame for what cannot be judged
    message: Message = field(default_factory=Message)
    diagnosis: list[str] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)  # a sentence for each relation that was seen
    lines: tuple[Line, ...] = ()  # any of which a small edit mends

    @property
    def judged(self) -> bool:
        return self.outcome not in UNJUDGED

    @property
    def is_scaled(self) -> bool:
        """Is all that is wrong a constant factor?"""
        return are_scaled(self.differences)

    @property
    def is_asked(self) -> bool:
        """False where the question makes no sense for this submission: its points go to the component's others."""
        return self.outcome != Outcome.NOT_ASKED


def are_scaled(found: list[Difference]) -> bool:
    """Are answers wrong by nothing but a constant factor?"""
    return bool(found) and all(difference.factor is not None for difference in found)


def judge(probe: Probe, seen: Response, expected: Observation, permitted: list[Observation], rubric: Rubric) -> Verdict:
    """The verdict on what was seen, before anything is explained."""
    if seen.broken:
        return Verdict(probe, Outcome.GRADER_FAULT, Fraction(0), seen, expected)
    if seen.not_asked is not None:
        return Verdict(probe, Outcome.NOT_ASKED, Fraction(0), seen, expected)
    if seen.fault is not None:
        return Verdict(probe, outcome_of(seen.fault), Fraction(0), seen, expected)
    observation = seen.observation or {}
    found = differences(probe, expected, observation, rubric.tolerances, seen.convention)
    for variant in permitted:
        if found:
            others = differences(probe, variant, observation, rubric.tolerances, seen.convention)
            found = others if not others or (are_scaled(others) and not are_scaled(found)) else found
    if not found:
        return Verdict(probe, Outcome.PASSED, Fraction(1), seen, expected)
    verdict = Verdict(probe, Outcome.FAILED, Fraction(0), seen, expected, found)
    if verdict.is_scaled:
        verdict.share = share = Fraction(str(rubric.constant_factor_keeps))
        verdict.outcome = Outcome.PASSED if share == 1 else Outcome.PARTIAL if share else Outcome.FAILED
    return verdict


def outcome_of(fault: Fault) -> Outcome:
    if fault.kind == "raised" and "NotImplementedError" in fault.bases:
        return Outcome.NOT_IMPLEMENTED
    return OF_FAULT[fault.kind]
