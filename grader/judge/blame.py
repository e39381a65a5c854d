"""Who may be to blame for a check that fails, beside the component that it asks about.

Only what the homework says that a check needs. What a submission says of itself is no evidence: a frame bears whatever
name its code was compiled under, and any file can be imported only to raise there.
"""

from __future__ import annotations

import re

from grader.ask.client import Fault
from grader.homework import HOMEWORK, Edition
from grader.judge.verdict import Verdict

BUILDS_ON = HOMEWORK.builds_on


def needed_by(verdict: Verdict, edition: Edition) -> frozenset[str]:
    """The components that a check needs, or may need, as the homework has it: no other one can be to blame.

    Given code is worth nothing, and whatever excuses it gains nothing.
    """
    component, asked = verdict.probe.component, frozenset(edition.components) - frozenset(edition.trainings)
    if component in edition.given:
        return asked
    also = (edition.component_like(each) for each in BUILDS_ON.get(component, ()))
    of_answer = (need.partition("/")[0] for need in verdict.seen.needs)
    return asked & {*verdict.probe.needed_components, *of_answer, *also}


def running(verdict: Verdict, edition: Edition) -> list[str]:
    """The component whose class an exception comes from, where that is another one than was asked about."""
    fault, component = verdict.seen.fault, verdict.probe.component
    if fault is None or not fault.frames:
        return []
    name = lacking(fault, edition) or fault.frames[-1].function.partition(".")[0]
    return [name] if name in needed_by(verdict, edition) and name != edition.owner_of(component) else []


def lacking(fault: Fault, edition: Edition) -> str:
    """The component that a given class found without an attribute; '' where that is not what happened.

    Given code reads what the assignment names: that it is not there is the fault of the class that lacks it.
    """
    found = re.match(r"'(\w+)' object has no attribute", fault.message) if fault.type == "AttributeError" else None
    given = fault.frames[-1].function.partition(".")[0] in edition.given if fault.frames else False
    return found[1] if found and given and found[1] in set(edition.components) - edition.given else ""


def is_missing(verdict: Verdict) -> bool:
    """Is what was asked for not there at all?"""
    fault = verdict.seen.fault
    return fault is not None and fault.kind == "missing"
