"""One run as a whole: what trainings earn, whose failure it is that stops one, and what all the rows add up to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from canned import STUB, check, graded, wrong

from grader.ask.client import Fault, Frame
from grader.ask.probe import Probe
from grader.base.files import repository_path
from grader.base.message import Message
from grader.diagnose.learning import Study
from grader.result import ComponentResult, Outcome, ProbeResult, TrainingResult
from grader.run.predictions import Predictions
from grader.run.session import Session
from grader.run.trainer import Trainer
from grader.run.training_run import Run

SIMPLE, ADVANCED = "training.simple", "training.advanced"  # more than 0.85 earns 7 points, more than 0.80 half of them
DATA: Any = SimpleNamespace(public=Path("nowhere"), test_labels=np.arange(10), test_images=np.zeros((10, 2, 2)))
DENSE, SOFTMAX = check("Dense/forward"), check("Softmax/values", needs=("Dense",))
EMPTY = {"assignment.py": f"def get_simple_model_components():\n    {STUB}\n"}
EMPTY_DENSE = {"Beras/layers.py": f"class Dense:\n    def forward(self, x):\n        {STUB}\n"}


@dataclass
class Stage:
    """Where sessions are made whose trainings end, and whose fresh models learn, as a test says."""

    folder: Path
    trainers: list[Trainer] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    end: Callable[[Trainer], Run] = lambda _: reaching(0.9)
    study: Study | None = None

    def session(self, *checks: Probe, hidden_seed: int | None = None, **about: Any) -> Session:
        grading = graded(self.folder, *checks, hidden_seed=hidden_seed, **about)
        return Session(grading, DATA, False, 1, None, "hand-in", [self.told.append])

    def train(self, name: str, trainer: Trainer, reference: Any, seed: int, runs: int) -> tuple[TrainingResult, Run]:
        self.trainers.append(trainer)
        self.seeds.append(seed)
        run = self.end(trainer)
        for epoch, accuracy in enumerate(run.accuracy, 1):
            trainer.progress({"training": name, "epoch": epoch, "accuracy": accuracy})
        return TrainingResult(name.partition(".")[2], str(run.outcome), str(run.message), accuracy=run.accuracy), run

    def trained(self, run: Run, name: str = SIMPLE, checks: tuple[Probe, ...] = (), **about: Any) -> Session:
        """The session after a training that ended so."""
        self.end = lambda _: run
        session = self.session(*checks, **about)
        session.train(name)
        return session


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage(tmp_path)
    monkeypatch.setattr("grader.run.session.train", made.train)
    monkeypatch.setattr(Trainer, "study", lambda *_: made.study)
    monkeypatch.setattr(Trainer, "uses", lambda *_: frozenset({"Dense"}))
    return made


def reaching(*accuracy: float, outcome: Outcome = Outcome.PASSED, says: str = "", **about: Any) -> Run:
    """A training with these accuracies after its epochs."""
    about = {"moved": accuracy[-1] if accuracy else 0.0, **about}  # as good on digits that were moved
    return Run(outcome, Message(says), 0.1, list(accuracy), wall_seconds=1.5, **about)


def raising(file: str, function: str, kind: str = "ValueError", message: str = "bad shapes") -> Run:
    """A training that this function ended in its first epoch."""
    fault = Fault("raised", message, kind, (kind, "Exception"), (Frame(file, 2, function, "..."),))
    outcome = Outcome.NOT_IMPLEMENTED if kind == "NotImplementedError" else Outcome.ERROR
    return Run(outcome, Message("said so"), 0.1, fault=fault)


def row(session: Session, name: str = SIMPLE) -> ComponentResult:
    found = session.row(name)
    assert found is not None
    return found


def points(session: Session, name: str = SIMPLE) -> tuple[str, float, float, float]:
    """The outcome of a training, what it earned of how much, and what nobody could judge."""
    found = row(session, name)
    return found.outcome, found.points, found.max_points, found.not_judged


# --- what a training earns ----------------------------------------------------------------------------------------


def test_a_training_beyond_the_threshold_earns_all_and_says_how_well_it_went(stage: Stage) -> None:
    session = stage.trained(reaching(0.5, 0.912))
    assert points(session) == ("passed", 7, 7, 0)
    assert row(session).message == "91.20% after 1.50 s"


def test_a_training_beyond_the_other_share_earns_half(stage: Stage) -> None:
    session = stage.trained(reaching(0.81, 0.3, outcome=Outcome.FAILED, says="81 % is too little"))
    assert points(session) == ("partial", 3.5, 7, 0)
    assert session.train(SIMPLE).outcome == "partial"


def test_a_training_below_both_earns_nothing(stage: Stage) -> None:
    session = stage.trained(reaching(0.8, outcome=Outcome.FAILED, says="80 % is too little"))
    assert points(session) == ("failed", 0, 7, 0)
    assert row(session).message == "80 % is too little"


@pytest.mark.parametrize(
    ("accuracy", "rubric_says", "earned", "not_judged"),
    [(0.7, "not judged", 0, 7), (0.82, "not judged", 3.5, 3.5), (0.7, "lost", 0, 0), (0.82, "lost", 3.5, 0)],
)
def test_a_training_that_is_not_finished_keeps_what_it_has_and_the_rubric_says_what_of_the_rest(
    accuracy: float, rubric_says: str, earned: float, not_judged: float, stage: Stage
) -> None:
    session = stage.trained(reaching(accuracy, outcome=Outcome.NOT_FINISHED), not_finished=rubric_says)
    assert points(session) == ("not finished", earned, 7, not_judged)


def test_a_model_is_trained_once(stage: Stage) -> None:
    session = stage.trained(reaching(0.9))
    assert session.train(SIMPLE) is session.train(SIMPLE)
    assert len(stage.seeds) == 1


def test_nothing_is_trained_without_data(stage: Stage) -> None:
    session = stage.session()
    assert session.chosen_trainings() == [SIMPLE, ADVANCED]
    session.data = None
    assert session.chosen_trainings() == []


# --- whose failure it is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "function", "outcome"),
    [
        ("assignment.py", "get_simple_model_components", "error"),
        ("assignment.py", "a_helper", "error"),
        ("assignment.py", "SequentialModel.batch_step", "blocked"),
        ("assignment.py", "SequentialModel.call", "blocked"),
        ("Beras/layers.py", "Dense.forward", "blocked"),
    ],
)
def test_an_exception_where_something_else_is_wrong_blocks_a_training(
    file: str, function: str, outcome: str, stage: Stage
) -> None:
    saw = {"Dense/forward": wrong(), "SequentialModel/call": wrong()}
    session = stage.trained(raising(file, function), checks=(DENSE, check("SequentialModel/call")), saw=saw)
    assert points(session) == (outcome, 0, 7, 7 if outcome == "blocked" else 0)
    blocked = f"blocked by {function} ({file} line 2): ValueError: bad shapes"
    assert row(session).message == (blocked if outcome == "blocked" else "said so")
    assert (row(session).probes[0].file, row(session).probes[0].line) == (file, 2)


def test_an_exception_where_all_is_right_is_the_trainings_own(stage: Stage) -> None:
    session = stage.trained(raising("Beras/layers.py", "Dense.forward"), checks=(DENSE,))
    assert points(session) == ("error", 0, 7, 0)


def test_a_model_that_another_track_asks_for_need_not_be_written(stage: Stage) -> None:
    run = raising("assignment.py", "get_advanced_model_components", "NotImplementedError")
    session = stage.trained(run, ADVANCED, track="1470")
    assert points(session, ADVANCED) == ("not on this track", 0, 0, 0)
    assert not row(session, ADVANCED).counts
    assert not session.waiting(ADVANCED).counts


def test_a_training_that_came_to_nothing_by_what_is_not_written_says_what(stage: Stage) -> None:
    nothing = reaching(0.1, outcome=Outcome.FAILED, unwritten=("assignment:get_simple_model_components",))
    session = stage.trained(nothing, sources=EMPTY)
    assert (points(session)[0], row(session).message) == ("not implemented", "assignment.py line 2")


def test_a_training_that_came_to_nothing_by_what_another_component_leaves_open_is_blocked(stage: Stage) -> None:
    nothing = reaching(0.1, outcome=Outcome.FAILED, unwritten=("Beras.layers:Dense.forward",))
    session = stage.trained(nothing, sources=EMPTY_DENSE)
    said = "blocked by Dense.forward, which is not written yet (Beras/layers.py line 3)"
    assert (points(session), row(session).message) == (("blocked", 0, 7, 7), said)


def test_a_training_that_learned_something_is_judged_by_what_it_learned(stage: Stage) -> None:
    some = reaching(0.6, outcome=Outcome.FAILED, unwritten=("Beras.layers:Dense.forward",))
    assert points(stage.trained(some, sources=EMPTY_DENSE)) == ("failed", 0, 7, 0)


LEARNS = Study(0.01, (2.3,) * 150, 0.9, True, ())


def test_a_training_that_reached_too_little_names_the_wrong_parts_that_it_runs_on(stage: Stage) -> None:
    wrong_parts = {"Dense/forward": wrong(), "Softmax/values": wrong()}
    too_little = reaching(0.15, outcome=Outcome.FAILED, says="15 % is too little")
    session = stage.trained(too_little, checks=(DENSE, check("Softmax/values")), saw=wrong_parts)
    assert row(session).probes[0].told.brief().splitlines() == [
        "15 % is too little",
        "next: mend Dense first: this training runs on it",
    ]


def test_where_its_parts_are_right_a_fresh_model_shows_why(stage: Stage) -> None:
    stage.study = LEARNS
    session = stage.trained(reaching(0.15, outcome=Outcome.FAILED, says="15 % is too little"), checks=(DENSE,))
    assert [label for label, _ in row(session).probes[0].told.parts] == ["pattern", "next"]
    assert "`fit` teaches it 15%" in session.train(SIMPLE).message


def test_a_failure_of_the_graders_own_costs_nothing(stage: Stage) -> None:
    def fails(_: Trainer) -> Run:
        raise ZeroDivisionError("of the grader")

    stage.end = fails
    session = stage.session()
    session.train(SIMPLE)
    assert points(session) == ("grader fault", 0, 7, 7)
    assert "this costs no points (ZeroDivisionError: of the grader)" in row(session).message


@pytest.mark.parametrize(("then", "outcome"), [(reaching(0.9), "passed"), (raising("assignment.py", "f"), "error")])
def test_a_training_that_older_numpy_allowed_counts_as_it_was_if_it_gets_through_then(
    then: Run, outcome: str, stage: Stage
) -> None:
    now = raising("assignment.py", "get_simple_model_components", message="older NumPy took it")
    stage.end = lambda trainer: then if trainer.numpy == "old" else now
    session = stage.session()
    session.train(SIMPLE)
    assert [trainer.numpy for trainer in stage.trainers] == ["names", "old"]
    assert points(session)[0] == outcome
    assert bool(session.grading.observer.lines_refused()) == (outcome == "passed")


# --- predictions, hidden trainings, notes ---------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "earned"), [(0.9, ("passed", 7, 7, 0)), (0.82, ("partial", 3.5, 7, 0))])
def test_the_better_of_training_and_predictions_counts(share: float, earned: tuple[str, float], stage: Stage) -> None:
    session = stage.trained(reaching(0.7, outcome=Outcome.FAILED, says="70 % is too little"))
    session.predictions = Predictions(share, "predictions.npy is right on many")
    assert points(session) == earned
    assert row(session).probes[0].told.brief() == "predictions.npy is right on many\ntraining: 70 % is too little"
    assert session.result().notes[-1] == "predictions.npy is right on many"


def test_predictions_that_are_no_better_change_nothing_but_the_notes(stage: Stage) -> None:
    session = stage.trained(reaching(0.9))
    session.predictions = Predictions(0.82, "predictions.npy is right on 82.00%")
    assert row(session).message == "90.00% after 1.50 s"
    assert session.result().notes[-1] == "predictions.npy is right on 82.00%"


def test_of_a_hidden_training_nothing_is_told_but_its_points(stage: Stage) -> None:
    run = reaching(0.81, outcome=Outcome.FAILED, says="81 % is too little", fast_core=["compose_to_input"])
    session = stage.trained(run, hidden=frozenset({f"{SIMPLE}/accuracy"}))
    session.predictions = Predictions(0.5, "predictions.npy is right on 50.00%")
    assert points(session) == ("partial", 3.5, 7, 0)
    assert row(session).message.startswith("hidden check: test accuracy above 85%")
    assert "81" not in str(row(session))
    result = session.result()
    assert (result.training, result.notes, stage.told, result.hidden_points) == ([], [], [], 7)


def test_a_hidden_training_has_the_hidden_seed(stage: Stage) -> None:
    session = stage.session(hidden=frozenset({f"{SIMPLE}/accuracy"}), hidden_seed=77)
    session.train(SIMPLE)
    session.train(ADVANCED)
    assert stage.seeds == [77, session.grading.questions.seed]


def test_the_notes_say_that_a_faster_core_stood_in(stage: Stage) -> None:
    note = stage.trained(reaching(0.9, fast_core=["compose_to_input"])).result().notes[-1]
    assert note.startswith(f"{SIMPLE} used vectorised methods in place of Diffable's compose_to_input")


# --- the result -----------------------------------------------------------------------------------------------------


def test_a_result_adds_up_its_rows(stage: Stage) -> None:
    saw = {"Dense/forward": wrong(), "Softmax/values": wrong()}
    session = stage.session(DENSE, SOFTMAX, saw=saw)
    session.train(SIMPLE)
    result = session.result()
    assert (result.score, result.max_score, result.not_judged, result.not_graded) == (7, 12 + 6 + 7, 6, 75)
    assert [part.name for part in result.components] == ["Dense", "Softmax", SIMPLE]


def test_a_run_that_is_stopped_says_what_was_not_graded(stage: Stage) -> None:
    session = stage.session(DENSE, SOFTMAX)
    session.finish("Dense")
    rows = {part.name: (part.outcome, part.points, part.max_points) for part in session.result(False).components}
    assert rows["Dense"] == ("passed", 12, 12)
    assert rows["Softmax"] == (Outcome.NOT_GRADED, 0, 6)
    assert rows[SIMPLE] == (Outcome.NOT_GRADED, 0, 7)
    assert "Adam" not in rows  # nothing is asked of it
    assert not session.result(False).complete


def test_listeners_hear_of_the_beginning_of_each_epoch_and_of_each_row_once(stage: Stage) -> None:
    session = stage.session(DENSE)
    session.begin()
    session.finish("Dense")
    session.finish("Dense")
    session.train(SIMPLE)
    assert [event["event"] for event in stage.told] == ["start", "component", "epoch"]
    assert stage.told[0]["components"] == ["Dense", SIMPLE, ADVANCED]
    assert (stage.told[1]["name"], stage.told[2]["accuracy"]) == ("Dense", 0.9)


def test_what_was_not_selected_has_no_row(stage: Stage) -> None:
    session = stage.session(DENSE, SOFTMAX)
    session.select({"Softmax"})
    assert [part.name for part in session.result().components] == ["Softmax"]
    assert session.result().not_graded == 94


def test_tests_of_an_instructors_own_are_a_row_for_each_file_and_no_part_of_the_hundred(stage: Stage) -> None:
    session = stage.session(DENSE)
    session.note_own_test("test_more.py", ProbeResult("test_more.py/test_a", "a", "passed", 2, 2))
    session.note_own_test("test_more.py", ProbeResult("test_more.py/test_b", "b", "failed", 0, 1, "b is not a"))
    own = session.result().components["test_more.py"]
    assert (own.outcome, own.points, own.max_points, own.message) == ("partial", 2, 3, "test_b: b is not a")
    assert (session.result().max_score, session.result().not_graded) == (15, 88)


def test_hidden_points_are_those_of_hidden_checks_and_trainings(stage: Stage) -> None:
    session = stage.session(DENSE, check("Dense/more"), hidden=frozenset({"Dense/more", f"{SIMPLE}/accuracy"}))
    assert session.hidden_points() == Fraction(6 + 7)


def test_a_folder_is_named_as_its_repository_names_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "hw3" / "code").mkdir(parents=True)
    assert repository_path(tmp_path / "hw3", Path("code")) == "hw3/code"
    assert repository_path(tmp_path / "hw3.zip", Path("code")) is None
