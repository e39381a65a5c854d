"""What may be seen of a hidden check."""

from __future__ import annotations

from grader.base.message import Message
from grader.explain.message import next_step
from grader.homework import FIRST, Edition
from grader.judge.hidden import NOT_HERE
from grader.result import ProbeResult

HIDDEN = "a hidden check: what it asked and what came back are not shown"


def concealed(check: ProbeResult, edition: Edition = FIRST) -> ProbeResult:
    """What may be seen of a hidden check: title, outcome, points, and the codes that explain it. Nothing else."""
    told = Message()
    if check.outcome != "passed":
        headline = NOT_HERE if check.message == NOT_HERE else HIDDEN
        told = Message(headline).with_part("next", next_step(check.diagnosis, edition))
    return ProbeResult(
        name=check.name,
        title=check.title,
        outcome=check.outcome,
        points=check.points,
        max_points=check.max_points,
        not_judged=check.not_judged,
        message=str(told),
        told=told,
        diagnosis=list(check.diagnosis),
        hidden=True,
    )
