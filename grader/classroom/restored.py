"""A result that was kept as JSON, as the object that every writer takes."""

from __future__ import annotations

from typing import Any

from grader.result import (
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


def restored(plain: dict[str, Any]) -> Result:
    """The result whose `plain()` this was."""
    components = Components(component(each) for each in plain["components"])
    return Result(**{**plain, "components": components, "training": [training(each) for each in plain["training"]]})


def component(plain: dict[str, Any]) -> ComponentResult:
    return ComponentResult(**{**plain, "probes": [probe(each) for each in plain["probes"]]})


def probe(plain: dict[str, Any]) -> ProbeResult:
    return ProbeResult(**{**plain, "mismatches": [mismatch(each) for each in plain["mismatches"]]})


def mismatch(plain: dict[str, Any]) -> Mismatch:
    return Mismatch(**{**plain, "expected": Values(**plain["expected"]), "actual": Values(**plain["actual"])})


def training(plain: dict[str, Any]) -> TrainingResult:
    milestones = [Milestone(**each) for each in plain["milestones"]]
    return TrainingResult(**{**plain, "milestones": milestones, "digits": [Digit(**each) for each in plain["digits"]]})
