"""The result that a JSON file describes, as to_json.py wrote it."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, TypeVar

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
        parts = [
            made(ComponentResult, part, probes=[probe(each) for each in part["probes"]]) for part in plain["components"]
        ]
        return made(
            Result, plain, components=Components(parts), training=[training(each) for each in plain["training"]]
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("it is no result of grade --json") from error


def probe(plain: dict[str, Any]) -> ProbeResult:
    sides = [
        made(Mismatch, each, expected=made(Values, each["expected"]), actual=made(Values, each["actual"]))
        for each in plain["mismatches"]
    ]
    return made(ProbeResult, plain, mismatches=sides)


def training(plain: dict[str, Any]) -> TrainingResult:
    return made(
        TrainingResult,
        plain,
        milestones=[made(Milestone, each) for each in plain["milestones"]],
        digits=[made(Digit, each) for each in plain["digits"]],
    )


def made(kind: type[T], plain: dict[str, Any], **instead: Any) -> T:
    """One object; fields that a later grader added are not looked at."""
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]  # all of these are dataclasses
    return kind(**{name: value for name, value in plain.items() if name in known} | instead)
