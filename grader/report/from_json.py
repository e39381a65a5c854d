"""The result that a JSON file describes, as to_json.py wrote it, or that a gradebook keeps."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from grader.base.message import Message
from grader.result import (
    VERSION,
    ComponentResult,
    Components,
    Digit,
    Milestone,
    Mismatch,
    ProbeResult,
    Result,
    TrainingResult,
    Values,
)

T = TypeVar("T")


def from_json(text: str) -> Result:
    """Raises ValueError for what is no result of this version."""
    try:
        plain = json.loads(text)
        if plain["version"] != VERSION:
            raise ValueError(f"it is a result of version {plain['version']}, and this grader reads version {VERSION}")
        return from_plain(plain)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("it is no result of grade --json") from error


def from_plain(plain: dict[str, Any]) -> Result:
    """The result whose `plain()` this was. Raises KeyError or TypeError for anything else."""
    parts = Components(component(each) for each in plain["components"])
    return made(Result, plain, components=parts, training=[training(each) for each in plain["training"]])


def component(plain: dict[str, Any]) -> ComponentResult:
    return made(ComponentResult, plain, probes=[probe(each) for each in plain["probes"]])


def probe(plain: dict[str, Any]) -> ProbeResult:
    sides = [
        made(Mismatch, each, expected=made(Values, each["expected"]), actual=made(Values, each["actual"]))
        for each in plain["mismatches"]
    ]
    return made(ProbeResult, plain, mismatches=sides, **told_in(plain))


def training(plain: dict[str, Any]) -> TrainingResult:
    return made(
        TrainingResult,
        plain,
        milestones=[made(Milestone, each) for each in plain["milestones"]],
        digits=[made(Digit, each) for each in plain["digits"]],
        **told_in(plain),
    )


def made(kind: type[T], plain: dict[str, Any], **instead: Any) -> T:
    """One object; fields that a later grader added are not looked at."""
    known = names_of(kind)  # type: ignore[arg-type]  # a class is hashable
    return kind(**{name: value for name, value in plain.items() if name in known} | instead)


@cache
def names_of(kind: Any) -> frozenset[str]:
    """The names of a dataclass's fields."""
    return frozenset(each.name for each in fields(kind))


def told_in(plain: dict[str, Any]) -> dict[str, Message]:
    """The parts of a message, which older graders did not write."""
    if "told" not in plain:
        return {}
    told = plain["told"]
    return {"told": Message(told["headline"], tuple((label, text) for label, text in told["parts"]), told["script"])}
