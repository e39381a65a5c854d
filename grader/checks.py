"""The test module that the engine gives to pytest: one item for each probe, one for each training.

An instructor's own `test_*.py` may be passed along after `--` and uses the same fixture.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.engine import Session
from grader.probe import Probe
from grader.verdict import Outcome

SKIPPED = (Outcome.BLOCKED, Outcome.NOT_ASKED, Outcome.NOT_ON_TRACK)


def test_probe(probe: Probe, session: Session) -> None:
    """One behaviour of one component."""
    verdict = session.grading.verdict(probe)
    message = str(verdict.outcome) if session.grading.is_hidden(probe) else verdict.message
    if verdict.outcome in SKIPPED:
        pytest.skip(message or str(verdict.outcome))
    if verdict.outcome == Outcome.GRADER_FAULT:
        raise RuntimeError(verdict.seen.broken)
    if verdict.outcome != Outcome.PASSED:
        pytest.fail(f"{verdict.outcome}: {message}", pytrace=False)


def test_training(training: str, session: Session) -> None:
    """Training of one model to its threshold."""
    result = session.train(training)
    if session.is_hidden(training):
        result = replace(result, message="")
    if result.outcome in (str(Outcome.NOT_ON_TRACK), str(Outcome.BLOCKED)):
        pytest.skip(result.message or result.outcome)
    if result.outcome != str(Outcome.PASSED):
        pytest.fail(f"{result.outcome}: {result.message}", pytrace=False)
