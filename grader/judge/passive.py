"""What code that does nothing passes as well earns nothing, where nothing else of the component is right."""

from __future__ import annotations

from fractions import Fraction

from grader.base.message import Message
from grader.judge.verdict import Verdict
from grader.result import Outcome

ASIDE = "counts once another check of this component is right: code that does nothing passes it"


def set_passive_aside(verdicts: list[Verdict], beside: list[Verdict]) -> None:
    """Where nothing that a component does is right, what it does not do earns nothing.

    It goes the way of the first that does something: lost with what is wrong, not judged with what is blocked.
    beside: all verdicts that may be looked at, these among them.
    """
    telling = [verdict for verdict in beside if verdict.is_asked and not verdict.probe.passive]
    if not telling or any(verdict.outcome in (Outcome.PASSED, Outcome.PARTIAL) for verdict in telling):
        return
    first = next((verdict for verdict in telling if verdict.judged), telling[0])
    for verdict in verdicts:
        if verdict.outcome == Outcome.PASSED:
            verdict.outcome, verdict.share, verdict.message = first.outcome, Fraction(0), Message(ASIDE)
            verdict.because = first
