"""From an observation to an outcome: what one check earns, before anything is explained."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from grader import rubric
from grader.ask.client import Fault, Frame
from grader.ask.probe import Observation, Probe, Rule
from grader.ask.response import Response
from grader.judge.verdict import Outcome, Verdict, judge

RUBRIC = rubric.load()
RIGHT: Observation = {"y": np.array([[1.0, 2.0], [3.0, 4.0]])}
WRITTEN = Frame("Beras/layers.py", 7, "Dense.forward", "return x @ w")


def verdict(seen: Response, permitted: tuple[Observation, ...] = (), **rules: Rule) -> Verdict:
    probe = Probe("Dense", "forward", "y = x @ w + b", lambda *_: {}, rules=rules)
    return judge(probe, seen, RIGHT, list(permitted), RUBRIC)


def answered(y: Any) -> Response:
    return Response({"y": y})


def raised(kind: str, type_: str = "", *bases: str) -> Response:
    return Response(fault=Fault(kind, "said so", type_, (type_, *bases, "Exception"), (WRITTEN,)))


def test_the_same_numbers_pass_and_earn_all() -> None:
    found = verdict(answered(RIGHT["y"].copy()))
    assert (found.outcome, found.share, found.differences) == (Outcome.PASSED, Fraction(1), [])


def test_other_numbers_fail_and_say_where_they_differ() -> None:
    found = verdict(answered(RIGHT["y"] + np.array([[0.0, 0.0], [0.0, 1.0]])))
    assert (found.outcome, found.share) == (Outcome.FAILED, Fraction(0))
    assert [difference.entry for difference in found.differences] == ["y"]


def test_a_permitted_difference_passes() -> None:
    assert verdict(answered(-RIGHT["y"]), permitted=({"y": -RIGHT["y"]},)).outcome == Outcome.PASSED


def test_a_constant_factor_of_a_gradient_keeps_the_share_that_the_rubric_says() -> None:
    found = verdict(answered(5 * RIGHT["y"]), y=Rule(gradient=True))
    assert found.outcome == Outcome.PARTIAL
    assert found.share == Fraction(str(RUBRIC.constant_factor_keeps))


def test_a_constant_factor_of_anything_else_fails() -> None:
    assert verdict(answered(5 * RIGHT["y"])).outcome == Outcome.FAILED


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (raised("raised", "ValueError"), Outcome.ERROR),
        (raised("raised", "NotImplementedError", "RuntimeError"), Outcome.NOT_IMPLEMENTED),
        (raised("raised", "Todo", "NotImplementedError"), Outcome.NOT_IMPLEMENTED),
        (raised("missing"), Outcome.NOT_IMPLEMENTED),
        (raised("unusable"), Outcome.FAILED),
        (raised("timed out"), Outcome.TIMED_OUT),
        (raised("out of memory"), Outcome.OUT_OF_MEMORY),
        (raised("exited"), Outcome.EXITED),
        (raised("crashed"), Outcome.CRASHED),
        (raised("protocol"), Outcome.CRASHED),
    ],
)
def test_a_fault_is_the_submissions_and_earns_nothing(seen: Response, outcome: Outcome) -> None:
    found = verdict(seen)
    assert (found.outcome, found.share, found.judged) == (outcome, Fraction(0), True)


def test_what_makes_no_sense_here_is_not_asked_and_not_judged() -> None:
    found = verdict(Response(not_asked="no tape"))
    assert (found.outcome, found.judged, found.is_asked) == (Outcome.NOT_ASKED, False, False)


def test_the_graders_own_failure_is_told_apart_and_costs_nothing() -> None:
    found = verdict(Response(broken="Traceback of the grader"))
    assert (found.outcome, found.judged) == (Outcome.GRADER_FAULT, False)
