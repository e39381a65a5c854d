"""Which known mistake explains the wrong answers of a component: evidence for it, and evidence against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from grader import rubric
from grader.ask.client import Fault, Frame
from grader.ask.probe import Observation, Probe
from grader.ask.response import Response
from grader.ask.slips import Slip
from grader.diagnose.misconceptions import Diagnosis, gist, is_raised_by_another, is_same_call
from grader.judge.verdict import Verdict, judge

RUBRIC = rubric.load()
ONE, TWO = (Probe("Softmax", slug, slug, lambda *_: {}, seeded=False) for slug in ("one", "two"))
BEHIND = Probe("Softmax", "behind", "behind", lambda *_: {}, needs=("Dense",), seeded=False)
RIGHT: dict[str, Observation] = {
    ONE.name: {"y": np.array([1.5, 2.5, 4.5, 8.5])},
    TWO.name: {"y": np.array([3.5, 1.5, 4.5, 1.5])},
    BEHIND.name: {"y": np.array([1.5, 1.5, 3.5, 4.5])},
}


class Known:
    """Answers with these mistakes: what each shows of the two checks, RIGHT where nothing is said."""

    year = 2022

    def __init__(self, mistakes: Mapping[str, Mapping[str, Any]], slips: Mapping[str, Mapping[str, Any]] = {}) -> None:
        self.known, self.small = dict(mistakes), dict(slips)

    def misconceptions(self, component: str) -> list[str]:
        return list(self.known)

    def convention(self, code: str) -> str:
        return ""

    def page(self, code: str) -> str:
        return code

    def freedoms(self, component: str) -> list[tuple[str, ...]]:
        return [()]

    def slips(self, component: str) -> Iterator[dict[str, Slip]]:
        yield {code: Slip((), f"{code} were done") for code in self.small}

    def mistaken(self, codes: tuple[str, ...], probe: Probe, seed: int) -> Any:
        shown = dict(RIGHT[probe.name])
        for code in codes:
            if isinstance(raised := (self.known | self.small)[code].get(probe.name), Fault):
                return raised
            shown.update((self.known | self.small)[code].get(probe.name, {}))
        return shown


def told(answers: Known, **seen: Any) -> dict[str, list[str]]:
    """What is told of each check, where these answers came back."""
    verdicts: list[Verdict] = []
    for probe in (ONE, TWO, BEHIND):
        response = seen.get(probe.slug, Response(RIGHT[probe.name]))
        verdicts.append(judge(probe, response, RIGHT[probe.name], [], RUBRIC))
    Diagnosis(verdicts, answers, RUBRIC, 1, lambda probe, seed: Response(RIGHT[probe.name])).find()  # type: ignore[arg-type]
    return {verdict.probe.slug: verdict.diagnosis + verdict.patterns for verdict in verdicts}


def values(*numbers: float) -> Response:
    return Response({"y": np.array(numbers)})


def test_the_mistake_that_gives_the_very_same_wrong_answer_is_told() -> None:
    known = Known({"turned": {ONE.name: {"y": np.array([9.5, 2.5, 7.5, 3.5])}}})
    assert told(known, one=values(9.5, 2.5, 7.5, 3.5))["one"][0] == "turned"


def test_a_mistake_that_shows_where_the_submission_is_right_is_not_told() -> None:
    wrong = {"y": np.array([9.5, 2.5, 7.5, 3.5])}
    known = Known({"both": {ONE.name: wrong, TWO.name: wrong}})
    assert "both" not in told(known, one=values(9.5, 2.5, 7.5, 3.5))["one"]


def test_two_mistakes_at_once_are_both_told() -> None:
    first, second = np.array([9.5, 2.5, 7.5, 3.5]), np.array([6.5, 1.5, 2.5, 7.5])
    known = Known({"first": {ONE.name: {"y": first}}, "second": {TWO.name: {"y": second}}})
    found = told(known, one=values(*first), two=values(*second))
    assert (found["one"][0], found["two"][0]) == ("first", "second")


def test_where_no_mistake_fits_a_small_change_is_told_that_gives_every_wrong_answer() -> None:
    wrong = np.array([9.25, 2.5, 7.75, 3.125])
    known = Known({}, {"this": {ONE.name: {"y": wrong}}, "that": {ONE.name: {"y": wrong + 1}}})
    assert told(known, one=values(*wrong))["one"][:2] == ["one-slip", "it answers as if this were done"]


@pytest.mark.parametrize("number", [0.0, 1.0, float("inf")])
def test_answers_that_many_changes_give_prove_none_of_several(number: float) -> None:
    wrong = np.full(4, number)
    known = Known({}, {"this": {ONE.name: {"y": wrong}}, "that": {ONE.name: {"y": wrong}}})
    assert "one-slip" not in told(known, one=values(*wrong))["one"]


def fault(message: str, *functions: str) -> Fault:
    frames = tuple(Frame("Beras/layers.py", 3, function, "") for function in functions)
    return Fault("raised", message, "ValueError", ("ValueError", "Exception"), frames)


def test_exceptions_are_alike_in_the_shapes_that_they_name_from_either_side() -> None:
    one, other = (f"matmul: (n?,k),(k,m?)->(n?,m?) (size {a} is different from {b})" for a, b in ((3, 4), (4, 3)))
    assert gist(fault(one)) == gist(fault(other))
    assert gist(fault("shapes (5,4) (5,)")) != gist(fault("shapes (5,4) (4,)"))


def test_an_exception_of_another_method_is_another_one() -> None:
    forward, gradient = fault("no", "Diffable.__call__", "Dense.forward"), fault("no", "Dense.input_gradients")
    assert not is_same_call(forward.frames, gradient.frames)
    assert is_same_call(forward.frames, fault("no", "Dense.forward").frames)
    assert is_same_call(forward.frames, fault("no", "a_helper_of_nobody").frames)


def test_what_another_component_says_of_bad_input_is_its_own_matter() -> None:
    probe = Probe("GradientTape", "real-layers", "", lambda *_: {}, needs=("Dense",))
    mistaken = fault("cannot reshape", "GradientTape.gradient", "Diffable.compose_to_weight")
    assert is_raised_by_another(probe, fault("other words", "GradientTape.gradient", "Dense.compose"), mistaken)
    assert not is_raised_by_another(probe, fault("other words", "GradientTape.gradient"), mistaken)


@pytest.mark.parametrize(("words", "expected"), [("no list", "this"), ("nothing that they say", "")])
def test_of_many_mistakes_that_make_another_component_raise_the_one_is_told_that_makes_it_say_the_same(
    words: str, expected: str
) -> None:
    said = {"this": "no list", "that": "no number", "those": "no shape"}
    raised = {code: {BEHIND.name: fault(message, "Dense.compose")} for code, message in said.items()}
    found = told(Known(raised), behind=Response(fault=fault(words, "Dense.compose")))["behind"]
    assert set(found) & set(said) == {expected} - {""}
