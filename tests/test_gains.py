"""Nothing that a submission answers, but what is right, raises what another check is worth or earns.

Whatever becomes of a check, all other checks are worth what they are worth where it simply raises. What a submission
sends is made up here, one answer a check, and judged as in every grading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from overlays import lay_base

from grader.ask.answers import LiveAnswers
from grader.ask.client import Fault, Frame
from grader.ask.probe import NotAsked, Probe
from grader.ask.response import Response
from grader.homework import HOMEWORK
from grader.judge import rubrics
from grader.run import grading as module
from grader.run.grading import Grading
from grader.run.questions import Questions
from grader.submission.opening import open_submission

COMPONENTS = ("Dense", "Dense.initializer", "LeakyReLU", "ReLU", "MeanSquaredError", "GradientTape", "SequentialModel")
SEED = 1470
FILES = ("Beras/layers.py", "Beras/batchnorm.py", "Beras/core.py", "Beras/nowhere.py", "assignment.py")
FUNCTIONS = ("Dense.forward", "BatchNorm.forward", "Diffable.compose_to_input", "SequentialModel.call", "", "helper")
KINDS = ("missing", "crashed", "exited", "timed out", "out of memory", "protocol", "unusable")
SHOWN_BY = ("Dense/input-gradient", "LeakyReLU/gradient")
RAISED = ("ValueError", "NotImplementedError", "AttributeError")


def raised(type_: str, file: str, function: str) -> Response:
    said = "'Dense' object has no attribute 'w'" if type_ == "AttributeError" else "look there"
    frame = Frame(file, 20, function, "look(there)")
    return Response(fault=Fault("raised", said, type_, (type_, "Exception"), (frame,)), convention="jacobian")


PLAIN = raised("ValueError", "Beras/layers.py", "Dense.forward")
ANSWERS = st.one_of(
    st.builds(raised, st.sampled_from(RAISED), st.sampled_from(FILES), st.sampled_from(FUNCTIONS)),
    st.sampled_from(KINDS).map(lambda kind: Response(fault=Fault(kind, "said so"), convention="jacobian")),
    st.sampled_from(SHOWN_BY).map(lambda by: Response(not_asked=NotAsked("said so", by, "upstream"))),
    st.builds(Response, observation=st.just({}), convention=st.just("jacobian")),
    st.builds(Response, broken=st.just("Traceback of the grader")),
)


class MadeUp:
    """Stands in for the observer: what the reference shows, but for some checks."""

    def __init__(self, answers: LiveAnswers) -> None:
        self.answers, self.other, self.broken = answers, {}, {}

    def ask(self, probes: list[Probe]) -> None: ...

    def seen(self, probe: Probe) -> Response:
        right = Response(dict(self.answers.expected(probe, SEED)), convention="jacobian")
        return self.other.get(probe.name, right)

    def fresh(self, probe: Probe, seed: int | None = None) -> Response:
        return self.seen(probe)


Judged = Callable[[dict[str, Response]], dict[str, tuple[float, float]]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    """Points of each check, earned and possible, for these answers in place of the right ones."""
    folder = tmp_path_factory.mktemp("gains")
    submission = open_submission(lay_base("reference", folder / "hand-in"), folder / "scratch")
    answers = LiveAnswers(HOMEWORK.probe_folder(), submission.edition)
    observer = MadeUp(answers)
    patch = pytest.MonkeyPatch()
    patch.setattr(module, "Diagnosis", lambda *_: observer)
    patch.setattr(MadeUp, "find", lambda _: None, raising=False)

    def points(other: dict[str, Response]) -> dict[str, tuple[float, float]]:
        observer.other = other
        questions = Questions(submission.places, rubrics.load(), answers, SEED, COMPONENTS)
        graded = Grading(submission, questions, observer, "2470")  # type: ignore[arg-type]
        rows = [graded.component(name) for name in COMPONENTS]
        return {each.name: (each.points, each.max_points) for row in rows if row is not None for each in row.probes}

    yield points
    patch.undo()


def names(judged: Judged) -> list[str]:
    return sorted(judged({}))


def test_the_right_answers_earn_every_point(judged: Judged) -> None:
    found = judged({})

    worth = rubrics.load().points["2470"]
    assert all(earned == possible for earned, possible in found.values())
    assert sum(Fraction(str(each)) for _, each in found.values()) == sum(worth[name] for name in COMPONENTS)


@settings(derandomize=True, max_examples=60, deadline=None, database=None)
@given(st.data())
def test_no_outcome_but_passed_raises_what_another_check_is_worth(judged: Judged, data: st.DataObject) -> None:
    wrong: dict[str, Any] = data.draw(st.dictionaries(st.sampled_from(names(judged)), ANSWERS, min_size=1, max_size=8))

    plain, found = judged(dict.fromkeys(wrong, PLAIN)), judged(wrong)

    assert {name: most for name, (_, most) in found.items()} == {name: most for name, (_, most) in plain.items()}
    assert [name for name, (earned, _) in found.items() if earned > plain[name][0]] == []
    assert [name for name in wrong if found[name][0]] == []


def test_who_says_one_thing_and_does_another_is_held_to_what_is_done(judged: Judged) -> None:
    said = Response(not_asked=NotAsked("takes the upstream gradient", "Dense/input-gradient", "upstream"))
    does = Response(fault=PLAIN.fault, convention="upstream")
    where = "SequentialModel/records"

    assert judged({where: said})[where] == (0.0, judged({})[where][1])
    assert judged({where: said, "Dense/input-gradient": does})[where] == (0.0, 0.0)


def test_a_step_by_hand_is_asked_about_no_tape_once_it_is_right(judged: Judged) -> None:
    where, gradients = "SequentialModel/records", "SequentialModel/gradients"
    said = Response(not_asked=NotAsked("without a tape", gradients))

    assert judged({where: said})[where] == (0.0, 0.0)
    assert judged({where: said, gradients: PLAIN})[where] == (0.0, judged({})[where][1])
