"""A verdict as a row of the result: what may be seen of a check, hidden or not, and a component's line of why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.base.message import Message
from grader.explain.evidence import mismatches, place
from grader.explain.message import is_place, next_step
from grader.homework import FIRST, Edition
from grader.judge.hidden import NOT_HERE
from grader.judge.scoring import Share, decimal
from grader.judge.verdict import Verdict
from grader.result import UNTOUCHED, ComponentResult, Outcome, ProbeResult
from grader.rubric import Tolerances
from grader.submission.opening import Submission

HIDDEN = "a hidden check: what it asked and what came back are not shown"


def concealed(check: ProbeResult, edition: Edition = FIRST) -> ProbeResult:
    """What may be seen of a hidden check: title, outcome, points, and the codes that explain it. Nothing else."""
    told = Message()
    if check.outcome != Outcome.PASSED:
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


def shown_at(row: ComponentResult, reveal: Mapping[str, int], attempt: int) -> ComponentResult:
    """A component as this attempt shows it: some checks say what they found from a later one on. attempt: 0 for all."""
    probes = [held_back(probe, reveal.get(probe.name, 1), attempt) for probe in row.probes]
    if not attempt or probes == row.probes:
        return row
    return replace(row, probes=probes, message=line_of_why(probes, Outcome(row.outcome)) or row.message)


def held_back(check: ProbeResult, since: int, attempt: int) -> ProbeResult:
    """A check whose findings are shown from the attempt `since` on. What is right, missing or blocked is no secret."""
    if attempt >= since or check.hidden or check.outcome in (*UNTOUCHED, Outcome.NOT_IMPLEMENTED):
        return check
    # Named, so that no report takes several of them for one cause
    told = f"{check.name.partition('/')[2]}: shown from attempt {since} on; this is attempt {attempt}"
    found = ProbeResult(check.name, check.title, check.outcome, check.points, check.max_points, told)
    return replace(found, not_judged=check.not_judged)


def row_of(verdict: Verdict, share: Share, submission: Submission, tolerances: Tolerances) -> ProbeResult:
    """One check as the result shows it."""
    seen = verdict.seen
    file, line = "", 0
    if verdict.outcome != Outcome.PASSED:
        file, line = place(seen, verdict.probe.component, submission.places)
        if verdict.lines:  # the very line to change
            file, line = verdict.lines[0].file, verdict.lines[0].number
    return ProbeResult(
        name=verdict.probe.name,
        title=verdict.probe.title,
        outcome=str(verdict.outcome),
        points=decimal(share.earned),
        max_points=decimal(share.possible),
        not_judged=decimal(share.not_judged),
        message=str(verdict.message),
        told=verdict.message,
        diagnosis=verdict.diagnosis,
        script=[each.text for each in seen.notes],
        output=seen.output,
        seconds=round(seen.seconds, 4),
        file=file,
        line=line,
        mismatches=mismatches(verdict, tolerances),
        blocked_by=verdict.blocked_by,
    )


def line_of_why(results: list[ProbeResult], outcome: Outcome) -> str:
    """The first message: that of a check which is wrong before those of checks that were not judged or not asked.

    outcome: the component's.
    """
    told = [each for each in results if each.outcome != Outcome.PASSED and each.message]
    told.sort(key=lambda each: (each.message == NOT_HERE, not each.points + each.lost and each.not_judged > 0))
    if not told:
        return ""
    if told[0].outcome == Outcome.NOT_IMPLEMENTED != outcome and is_place(told[0].why):
        return f"{told[0].why} is not written yet"  # of a part that is missing, the place alone would not say so
    return told[0].why
