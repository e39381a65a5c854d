"""From an observation to an outcome: what one check earns, before anything is explained."""

from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import rubric
from grader.ask.client import Fault, Frame
from grader.ask.probe import Observation, Probe, Rule
from grader.ask.response import Response
from grader.ask.subject import Raised
from grader.explain.evidence import mismatches
from grader.explain.message import message
from grader.judge.verdict import Verdict, judge
from grader.result import Outcome
from grader.worker.wire import Opaque, Ref

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


# --- whatever a worker may send ---------------------------------------------------------------------------------

ARRAYS = st.sampled_from(
    [
        np.zeros(0), np.zeros((0, 3)), np.zeros((1, 2, 1)), np.full((2, 2), np.nan), np.array(3),
        np.array([[1, 2], [3, 4]]), np.array([True, False]), np.array(["a", "\x1b[2J"]),
        np.array([2**64 - 1], np.uint64), np.full((2, 2), np.inf),
        np.array([[1e308, -1e308], [1e-320, 0.0]]), np.ones((2, 2), np.float16),
    ]
)  # fmt: skip
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=5) | ARRAYS
    | st.sampled_from([Opaque("an object of class A"), Ref(7), Raised("ValueError", ("ValueError",), "no")]),
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(st.text(max_size=2) | st.integers(0, 2), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
EXPECTED: Observation = {
    "array": np.array([[1.0, 2.0], [3.0, 4.0]]), "whole": np.array([1, 2]), "texts": np.array(["a", "b"]),
    "number": 0.5, "count": 2, "answer": True, "nothing": None, "name": "zero", "list": [1.0, np.array([1.0])],
    "pair": (1, 2),
    "loss": {"loss": 0.5, "acc": [0.25]}, "refused": Raised("KeyError", ("KeyError",), ""), "inside": 0.5,
    "slopes": [np.array([1.0, -1.0])], "numeric": [np.array([1.0, -1.0])], "odd": Opaque("an array of dtype object"),
}  # fmt: skip
RULES = {
    "array": Rule(gradient=True, squeeze=True, upstream_factors=(2,)),
    "inside": Rule(within=((0.0, 1.0),)),
    "slopes": Rule(like="numeric", tolerance="differences", gradient=True),
    "numeric": Rule(evidence=True),
}


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(st.dictionaries(st.sampled_from(sorted(EXPECTED)), PLAIN, max_size=4), st.booleans())
def test_any_answer_is_judged_and_explained(answers: Observation, upstream: bool) -> None:
    """What does not fit is the submission's fault, and no fault of the grader's, which would cost nothing."""
    seen = Response({**EXPECTED, **answers}, convention="upstream" if upstream else "jacobian")
    made_up = Probe("Dense", "forward", "y = x @ w + b", lambda *_: {}, rules=RULES)

    found = judge(made_up, seen, EXPECTED, [EXPECTED], RUBRIC)
    text = message(found, RUBRIC.tolerances)
    kept = mismatches(found, RUBRIC.tolerances)

    assert found.outcome in (Outcome.PASSED, Outcome.PARTIAL, Outcome.FAILED)
    assert bool(text) == (found.outcome != Outcome.PASSED)
    assert len(kept) <= len(found.differences)
    assert json.dumps([asdict(each) for each in kept])


def test_an_outcome_and_its_text_are_one_key() -> None:
    """Results hold texts, as they are written and read again; tables of outcomes are looked up with either."""
    assert {Outcome.PASSED: 1}["passed"] == {"passed": 1}[Outcome.PASSED] == 1
