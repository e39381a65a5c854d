"""A training, an epoch at a time: when it may begin, what is counted after each epoch, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader import rubric
from grader.ask.client import Fault, Frame
from grader.ask.subject import Trainee
from grader.isolation import WorkerLost
from grader.result import Outcome, TrainingResult
from grader.rubric import NOT_FINISHED
from grader.run import trainer as module
from grader.run.trainer import Stopped, Trainer, reported_loss, shuffled_digits, whole
from grader.run.training_result import olympic_mean, train
from grader.run.training_run import TEST, Run

SIMPLE = "training.simple"
BUILT_IN = rubric.load()  # more than 85 % is needed; nobody is right on more than 40 % before training
RUBRIC = replace(BUILT_IN, limits={**BUILT_IN.limits, "training_seconds": 300})
LABELS = np.arange(TEST) % 10
MOVED = np.arange(100) % 10  # labels of digits that were moved by a pixel, which come behind the others here
EXAM = SimpleNamespace(
    images=np.zeros((TEST + len(MOVED), 1)),
    places=np.arange(TEST),
    moved=np.arange(len(MOVED)) + TEST,
    moved_labels=MOVED,
)
DATA: Any = SimpleNamespace(
    public=Path("public"),
    test_labels=LABELS,
    test_images=np.zeros((TEST, 2, 2), dtype=np.uint8),
    exam=lambda: EXAM,
)
OUT_OF_TIME, RESTED = Fault("timed out", "no answer"), Fault("timed out", "no answer", rested=True)
RAISED = Fault("raised", "bad shapes", "ValueError", (), (Frame("Beras/layers.py", 3, "Dense.forward", "x @ w"),))


class Pupil:
    """Worker, dialect and model at once, right on this share of the test digits after each epoch.

    history: what `fit` returns. ends: what it raises in the epoch behind the last of these.
    """

    ref = "model"

    def __init__(self, *accuracy: float, before: float = 0.1, ends: Fault | None = None, **about: Any) -> None:
        self.accuracy, self.ends, self.epoch = [before, *accuracy], ends, 0
        self.said = {"epochs": 9 if ends else len(accuracy), "batch_size": 100, "history": {"loss": [0.5]}, **about}
        self.digits = np.arange(10)  # that its outputs stand for
        self.log: list[str] = []

    def ask(self, op: str, **arguments: Any) -> Any:
        self.log.append(" ".join([op, *(str(arguments[key]) for key in ("path", "training") if key in arguments)]))
        if op == "one_hot" and not self.said.get("trained_elsewhere"):
            self.digits = np.array(arguments["digits"])
        return ["Beras.layers:Dense.forward"] if op == "called" else op

    def method(self, name: str, *arguments: Any) -> Any:
        self.log.append(" ".join([name, *map(str, arguments[2:])]))
        if name == "fit":
            self.epoch += 1
            if self.ends is not None and self.epoch == len(self.accuracy):
                raise self.ends
            return SimpleNamespace(value=self.said["history"])
        share = self.accuracy[min(self.epoch, len(self.accuracy) - 1)]
        return SimpleNamespace(
            value=self.said.get("predicts", np.concatenate([self.says(LABELS, share), self.says(MOVED, share)]))
        )

    def says(self, labels: np.ndarray, share: float) -> np.ndarray:
        """Rows of ten outputs for these digits, of which the first share is right."""
        columns = np.argsort(self.digits)[labels]
        columns[round(share * len(labels)) :] += 1
        return np.eye(10)[columns % 10]

    def trainee(self, kind: str) -> Trainee:
        return Trainee(self, self.said["epochs"], self.said["batch_size"])  # type: ignore[arg-type]

    def misfit(self, kind: str, model: Any) -> str:
        return str(self.said.get("misfit", ""))

    def fast_core(self, model: Any) -> list[str]:
        return ["compose_to_input"]

    def study(self, *_: Any) -> Any:
        return self.said["study"]

    def remote(self, reply: Any, name: str) -> Any:
        return reply

    def arrays(self, data: Any) -> Any:
        return data

    def model_forward(self) -> str:
        return "call"

    def allow(self, seconds: float) -> None:
        self.log.append(f"the clock of {seconds:g} s starts")

    def cpu_seconds(self) -> float:
        return 2.0 * self.epoch

    def close(self) -> None:
        self.log.append("closed")


@pytest.fixture(autouse=True)
def _pupils(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Pupil takes the place of the process that trains."""
    monkeypatch.setattr(module, "RemoteWorker", lambda pupil, *_, **__: pupil)
    monkeypatch.setattr(module, "subject_of", lambda _: lambda pupil, **__: pupil)


def trainer(*pupils: Pupil, full: bool = False, told: Callable[[Any], None] = lambda _: None, **about: Any) -> Trainer:
    """A trainer of these, one after the other."""
    return Trainer(iter(pupils).__next__, DATA, RUBRIC, full, told, **about)


def run(*accuracy: float, full: bool = False, **about: Any) -> Run:
    return trainer(Pupil(*accuracy, **about), full=full).run(SIMPLE, 1)


def said(run: Run) -> tuple[Outcome, str]:
    return run.outcome, run.message.headline


# --- before the clock starts ------------------------------------------------------------------------------------------


def test_nothing_to_learn_from_comes_before_the_first_predictions_and_the_clock_starts_behind_it() -> None:
    pupil = Pupil(0.9, epochs=7)
    trainer(pupil).run(SIMPLE, 1)
    images, labels = (f"public/{each}.npy" for each in ("train-images", "train-labels"))
    predicts = ["set_training False", "call", "set_training True"]
    loads = [f"scaled_images {images}", f"one_hot {labels}", "the clock of 300 s starts"]
    expected = ["scaled", *predicts, *loads, "fit 1 100", *predicts]
    assert pupil.log[: len(expected)] == expected


def test_weights_that_are_right_before_any_training_are_not_trained() -> None:
    outcome, why = said(run(0.9, before=0.5))
    assert outcome == Outcome.FAILED
    assert why.startswith("before any training the model is right on 50.0% of the test digits")


def test_each_seed_has_an_order_of_the_digits_and_no_output_the_digit_of_its_own_number() -> None:
    orders = [shuffled_digits(seed) for seed in range(20)]
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert not np.any(orders == np.arange(10))
    assert len(set(map(tuple, orders))) == 20


def test_weights_that_know_the_usual_order_were_trained_elsewhere() -> None:
    outcome, why = said(run(0.9, trained_elsewhere=True))
    assert outcome == Outcome.FAILED
    assert "these weights were trained before. Learn from those" in why


def test_a_model_of_another_kind_is_not_trained() -> None:
    assert said(run(0.9, misfit="the model has 3 Dense")) == (Outcome.FAILED, "the model has 3 Dense")


@pytest.mark.parametrize(("value", "number"), [(1, 1), (np.array(12), 12), (100_000, 100_000)])
def test_epochs_are_a_whole_number(value: Any, number: int) -> None:
    assert whole(value, "epochs") == number


@pytest.mark.parametrize("value", [0, -1, 2.0, True, None, "3", np.array([3]), 100_001])
def test_anything_else_is_no_number_of_epochs(value: Any) -> None:
    with pytest.raises(Stopped, match="epochs of the model components must be a whole number from 1 up, not"):
        whole(value, "epochs")


def test_a_process_that_cannot_be_started_is_told() -> None:
    def lost() -> Any:
        raise WorkerLost

    found = replace(trainer(), zygote=lost).run(SIMPLE, 1)
    assert said(found) == (Outcome.CRASHED, "the process that trains could not be started")


def test_a_core_that_loops_is_replaced_where_that_is_wanted() -> None:
    assert trainer(Pupil(0.9), fast_core=True).run(SIMPLE, 1).fast_core == ["compose_to_input"]
    assert trainer(Pupil(0.9)).run(SIMPLE, 1).fast_core == []


# --- after each epoch ---------------------------------------------------------------------------------------------


def test_accuracy_is_counted_by_the_graders_own_labels() -> None:
    found = run(0.3, 0.9, history={"loss": [0.0], "accuracy": [1.0]})
    assert (found.before, found.accuracy, found.outcome) == (0.1, [0.3, 0.9], Outcome.PASSED)


def test_a_training_ends_at_its_threshold_unless_all_of_it_is_wanted() -> None:
    assert run(0.5, 0.9, 0.91).accuracy == [0.5, 0.9]
    assert run(0.5, 0.9, 0.91, full=True).accuracy == [0.5, 0.9, 0.91]


def test_the_best_of_all_epochs_counts() -> None:
    assert run(0.9, 0.6, full=True).outcome == Outcome.PASSED


def test_a_training_that_stays_below_says_how_far_it_came() -> None:
    assert said(run(0.5, 0.84, 0.6)) == (
        Outcome.FAILED,
        "test accuracy 84.00% after epoch 2 of 3, more than 85% is needed",
    )


@pytest.mark.parametrize("predicts", [np.zeros((10, 10)), np.full((TEST, 10), "9"), None])
def test_predictions_of_another_form_end_a_training(predicts: Any) -> None:
    outcome, why = said(run(0.9, predicts=predicts))
    assert (outcome, why.startswith("model.call gives ")) == (Outcome.FAILED, True)
    assert why.endswith("for 10100 images, expected numbers (10100, 10)")


@pytest.mark.parametrize(
    ("value", "loss"),
    [
        ({"loss": [0.5, 0.25]}, 0.25),
        ({"loss": np.array([[0.125]])}, 0.125),
        ({"loss": 0.75}, 0.75),
        ({"loss": float("nan")}, None),
        ({"loss": []}, None),
        ({"loss": "low"}, None),
        ({"accuracy": [0.9]}, None),
        (None, None),
    ],
)
def test_the_loss_is_what_fit_says_of_its_latest_epoch(value: Any, loss: float | None) -> None:
    assert reported_loss(SimpleNamespace(value=value)) == loss  # type: ignore[arg-type]


def test_a_history_that_cannot_be_read_has_no_loss_and_a_worker_that_ends_has_a_fault() -> None:
    class History:
        def __init__(self, fault: Fault) -> None:
            self.fault = fault

        @property
        def value(self) -> Any:
            raise self.fault

    assert reported_loss(History(RAISED)) is None  # type: ignore[arg-type]
    with pytest.raises(Fault, match="no answer"):
        reported_loss(History(OUT_OF_TIME))  # type: ignore[arg-type]


def test_milestones_say_after_which_epoch_each_share_was_passed() -> None:
    found = run(0.81, 0.82, 0.96, full=True)
    assert [(each.accuracy, each.epoch, each.cpu_seconds) for each in found.milestones] == [
        (0.80, 1, 2.0), (0.85, 3, 6.0), (0.95, 3, 6.0),
    ]  # fmt: skip


def test_every_epoch_is_told_with_the_time_that_is_left() -> None:
    told: list[dict[str, Any]] = []
    trainer(Pupil(0.5, 0.9, epochs=7), told=told.append).run(SIMPLE, 1)
    assert [(each["epoch"], each["epochs"], each["seconds_left"]) for each in told] == [(1, 7, 298.0), (2, 7, 296.0)]


# --- how it ends ----------------------------------------------------------------------------------------------------


def test_an_exception_ends_a_training_which_keeps_what_it_had() -> None:
    found = run(0.5, ends=RAISED)
    assert said(found) == (Outcome.ERROR, "raised ValueError: bad shapes (Beras/layers.py line 3)")
    assert (found.accuracy, found.cpu_seconds) == ([0.5], 4.0)


def test_a_training_that_fails_knows_which_unwritten_functions_it_called() -> None:
    watched = {"Beras.layers": ["Dense.forward"]}
    failed, passed = (trainer(Pupil(share), unwritten=watched).run(SIMPLE, 1) for share in (0.5, 0.9))
    assert failed.unwritten == ("Beras.layers:Dense.forward",)
    assert passed.unwritten == ()


@pytest.mark.parametrize(
    ("accuracy", "ends", "outcome", "why"),
    [
        ((), OUT_OF_TIME, Outcome.TIMED_OUT, "the first of 9 epochs did not end: it used up its 300 s of CPU time"),
        ((), RESTED, Outcome.TIMED_OUT, "the first of 9 epochs did not end: it did next to nothing for 300 s"),
        ((0.3, 0.6), OUT_OF_TIME, Outcome.NOT_FINISHED, "60.00% after 2 of 9 epochs and still rising"),
        ((0.6, 0.6, 0.6), OUT_OF_TIME, Outcome.TIMED_OUT, "after 3 of 9 epochs, and no longer rising, when it used"),
        ((0.3, 0.6), RESTED, Outcome.TIMED_OUT, "after 2 of 9 epochs, when it did next to nothing for 300 s (2.0 s"),
        ((0.3, 0.9), OUT_OF_TIME, Outcome.PASSED, "90.00% after 2 of 9 epochs, when it used up its 300 s"),
    ],
)
def test_a_training_that_is_cut_off_is_judged_by_where_it_was(
    accuracy: tuple[float, ...], ends: Fault, outcome: Outcome, why: str
) -> None:
    found = run(*accuracy, ends=ends, full=True)
    assert (found.outcome, why in found.message.headline) == (outcome, True), found.message.headline


def test_what_is_not_finished_says_what_becomes_of_its_points() -> None:
    for setting in NOT_FINISHED:
        lenient_or_not = replace(
            trainer(Pupil(0.3, 0.6, ends=OUT_OF_TIME)), rubric=replace(RUBRIC, not_finished=setting)
        )
        assert lenient_or_not.run(SIMPLE, 1).message.headline.endswith(f"; its points are {setting}")


@pytest.mark.parametrize(
    ("accuracy", "rising"),
    [
        ([0.5], True),
        ([0.5, 0.7, 0.4], True),
        ([0.7, 0.5, 0.6], False),
        ([0.7, 0.7, 0.703], False),
        ([0.7, 0.7, 0.71], True),
    ],
)
def test_a_training_still_rises_if_its_later_half_is_better_than_chance_allows(
    accuracy: list[float], rising: bool
) -> None:
    assert Run(before=0.1, accuracy=accuracy).still_rising is rising


def test_a_study_looks_at_a_fresh_model_in_a_worker_of_its_own_and_may_come_to_nothing() -> None:
    plain = {"rate": 0.01, "losses": [2.3], "accuracy": 0.2, "finite": True, "no_probabilities": False}
    plain |= {"layers": []}
    pupils = [Pupil(0.9, study=plain), Pupil(0.9, study={})]
    first, second = (trainer(pupil).study(SIMPLE, 1) for pupil in pupils)
    assert (first.accuracy, second) == (0.2, None)
    assert [pupil.log[-1] for pupil in pupils] == ["closed", "closed"]


# --- several trainings, and another one to compare with ---------------------------------------------------------------


def several(*finals: float) -> tuple[TrainingResult, Run]:
    return train(SIMPLE, trainer(*map(Pupil, finals)), None, 5, len(finals))


def test_of_three_trainings_one_may_miss() -> None:
    result, shown = several(0.9, 0.5, 0.9)
    assert (result.outcome, result.runs_missed, shown.accuracy) == ("passed", 1, [0.9])
    assert [(each["seed"], each["outcome"]) for each in result.runs] == [(5, "passed"), (6, "failed"), (7, "passed")]


def test_of_two_trainings_none_may_miss_and_the_one_that_does_is_shown() -> None:
    result, shown = several(0.9, 0.5)
    assert (result.outcome, shown.accuracy) == ("failed", [0.5])


def test_several_trainings_take_the_mean_without_the_fastest_and_the_slowest() -> None:
    assert olympic_mean([100.0, 3.0, 5.0, 1.0]) == 4
    assert olympic_mean([1.0, 3.0]) == 2


def test_the_reference_is_trained_only_beside_what_passes() -> None:
    passed, _ = train(SIMPLE, trainer(Pupil(0.9)), trainer(Pupil(0.5, 0.95)), 5, 1)
    failed, _ = train(SIMPLE, trainer(Pupil(0.5)), trainer(), 5, 1)
    assert passed.reference_accuracy == [0.5, 0.95]
    assert passed.ratio_to_reference is not None
    assert (failed.reference_accuracy, failed.ratio_to_reference) == ([], None)


def test_a_result_shows_what_was_taken_for_what_and_some_digits_of_both_kinds() -> None:
    result, _ = train(SIMPLE, trainer(Pupil(0.9)), None, 5, 1)
    assert np.sum(result.confusion, axis=1).tolist() == [1000] * 10
    assert np.diagonal(result.confusion).tolist() == [900] * 10
    right = [each.label for each in result.digits if each.label == each.predicted]
    wrong = [each for each in result.digits if each.label != each.predicted]
    assert (right, [each.index for each in wrong]) == (list(range(10)), list(range(9000, 9010)))
    assert [result.confusion[each.label][each.predicted] for each in wrong] == [100] * 10
