"""Trains a submission's models on MNIST, an epoch at a time by their own `fit`, and scores them.

The clock is the grader's own. It starts before the first word about training reaches the worker, so that nothing is
done off it, and runs through the evaluation after each epoch; CPU time is that of the worker and of every process that
it ever started. Accuracy is computed here, from the predictions for the test images; the submission never sees a test
label, and what it prints or returns about itself counts for nothing.

Training data comes to the worker after the predictions before training, and its labels with the digits in an order of
this run's own: what was learned earlier or elsewhere is of no use.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from grader.ask.client import UNUSABLE, Fault, RemoteWorker, unusable
from grader.ask.observer import unwritten_called
from grader.ask.subject import Remote, Subject, Trainee, subject_of
from grader.base.message import Message
from grader.base.text import one_line
from grader.diagnose.learning import SECONDS as STUDY_SECONDS
from grader.diagnose.learning import STEPS as STUDY_STEPS
from grader.diagnose.learning import Cause, Study, cause_of, study_of
from grader.explain.message import fault_headline, traceback_text, value_text
from grader.homework import Dataset, Exam
from grader.isolation import WorkerLost, Zygote
from grader.judge.verdict import outcome_of
from grader.result import Milestone, Outcome, accuracy_text, model_of
from grader.rubric import SETUP_SECONDS, Rubric
from grader.run.training_run import LITTLE, Run
from grader.submission.places import Places, as_named

Progress = Callable[[dict[str, Any]], None]  # is told of every epoch
T = TypeVar("T")
TRAIN = 60_000  # images
PATIENCE = 4  # times the seconds of a study: its last step may take long
MOST_METHODS = 20  # of a given core


class Stopped(Exception):
    """The training cannot go on; the message says why."""


@dataclass(frozen=True)
class Trainer:
    """Trains models of one implementation. `zygote` gives its workers, which know NumPy as `numpy` says.

    fast_core: puts vectorised compose methods in the place of given ones that loop over the batch.
    """

    zygote: Callable[[], Zygote]
    data: Dataset
    rubric: Rubric
    full: bool
    progress: Progress
    fast_core: bool = False
    numpy: str = "names"
    unwritten: dict[str, list[str]] = field(default_factory=dict)  # what is to be noted, see Observer
    places: Places = field(default_factory=as_named)

    def run(self, name: str, seed: int) -> Run:
        """One training, such as 'training.simple', with a seed. Keeps what it had when it stops.

        Where something killed its process, once more: that was not earned.
        """
        run = self._run(name, seed)
        return self._run(name, seed) if run.fault is not None and run.fault.killed else run

    def _run(self, name: str, seed: int) -> Run:
        run = Run()
        try:
            worker = self._worker(seed)
        except WorkerLost:
            return Run(Outcome.CRASHED, Message("the process that trains could not be started"))
        try:
            if self.unwritten:
                worker.ask("watch", functions=self.unwritten)
            self._train(name, worker, run, seed)
        except (Fault, *UNUSABLE) as error:
            fault = error if isinstance(error, Fault) else unusable(error)
            run.outcome, run.fault = outcome_of(fault), fault
            came_back = traceback_text(fault) if len(fault.frames) > 1 else ""
            run.message = Message(fault_headline(fault)).with_part("came back", came_back)
            if fault.kind == "timed out" and run.epochs:
                self._cut_off(name, run, fault)
        except Stopped as reason:
            run.outcome, run.message = Outcome.FAILED, Message(str(reason))
        finally:
            if run.outcome in (Outcome.FAILED, Outcome.ERROR, Outcome.NOT_IMPLEMENTED):
                run.unwritten = unwritten_called(worker, self.unwritten)
            if (cpu := worker.cpu_seconds()) is not None:  # also of an epoch that was cut off
                run.cpu_seconds = round(cpu - run.cpu_aside, 2)
            worker.close()
        return run

    def _worker(self, seed: int) -> RemoteWorker:
        """A fresh worker. Raises WorkerLost."""
        libraries = self.places.edition.loading(self.data.public / "data" / "mnist")
        limits, idle = self.rubric.training_limits(1), self.places.idle()
        return RemoteWorker(
            self.zygote(), limits, SETUP_SECONDS, seed, numpy=self.numpy, libraries=libraries, idle=idle
        )

    def cause(self, name: str, seed: int, run: Run, own: Study) -> Cause | None:
        """Why a training with this seed reached too little, as far as a few steps of fresh models show it."""
        steps = run.epochs * (TRAIN // max(run.batch_size, 1))
        return cause_of(own, lambda factor: self.study(name, seed, factor), max(run.accuracy), steps, run.still_rising)

    def study(self, name: str, seed: int, factor: float = 1.0) -> Study | None:
        """Some steps of a fresh model."""

        def steps(subject: Subject, trainee: Trainee) -> Study:
            if self.fast_core:
                replaced_methods(subject, trainee.model)
            x, y = self._rows(subject, TRAIN, shuffled_digits(seed))
            return study_of(subject.study(trainee, x, y, factor, STUDY_STEPS, STUDY_SECONDS))

        return self._of_fresh_model(name, seed, steps)

    def uses(self, name: str, seed: int) -> frozenset[str]:
        """The classes, by name, that a model is made of; none where it cannot be made."""
        found = self._of_fresh_model(name, seed, lambda subject, trainee: frozenset(map(str, subject.made_of(trainee))))
        return found or frozenset()

    def _of_fresh_model(self, name: str, seed: int, look: Callable[[Subject, Trainee], T]) -> T | None:
        """What is found in a worker of its own, where nothing of another model is left."""
        try:
            worker = self._worker(seed)
        except WorkerLost:
            return None
        try:
            subject = subject_of(self.places.edition)(worker, places=self.places)
            trainee = subject.trainee(model_of(name))
            worker.allow(SETUP_SECONDS + PATIENCE * STUDY_SECONDS)
            return look(subject, trainee)
        except (Fault, LookupError, TypeError, ValueError):  # then nothing is known
            return None
        finally:
            worker.close()

    def _train(self, name: str, worker: RemoteWorker, run: Run, seed: int) -> None:
        kind = model_of(name)
        subject = subject_of(self.places.edition)(worker, places=self.places)
        start = time.perf_counter()
        trainee = subject.trainee(kind)
        model = trainee.model
        epochs, batch_size = whole(trainee.epochs, "epochs"), whole(trainee.batch_size, "batch_size")
        if misfit := subject.misfit(kind, model):
            raise Stopped(misfit)
        if self.fast_core:
            run.fast_core = replaced_methods(subject, model)
        exam = self.data.exam()
        test_x = subject.arrays(subject.remote(subject.ask("scaled", images=exam.images), "test_x"))
        run.before = self._accuracy(subject, model, test_x, run, np.arange(10), exam)
        if run.before > self.rubric.chance:
            raise Stopped(
                f"before any training the model is right on {run.before:.1%} of the test digits; fresh weights guess "
                "about 10 %, so these were trained before. Build the model from freshly drawn weights"
            )
        # Only now: what could learn before the clock starts has nothing to learn from
        digits_of = shuffled_digits(seed)
        x, y = self._rows(subject, TRAIN, digits_of)
        limit = self.rubric.limits["training_seconds"]
        worker.allow(limit)
        run.epochs, run.batch_size = epochs, batch_size
        threshold = self.rubric.thresholds[name]
        run.cpu_at_fit = worker.cpu_seconds() or 0.0
        for epoch in range(1, epochs + 1):
            epoch_start = time.perf_counter()
            history = model.method("fit", x, y, 1, batch_size)
            run.epoch_seconds.append(round(time.perf_counter() - epoch_start, 4))
            run.loss.append(reported_loss(history))
            accuracy = self._accuracy(subject, model, test_x, run, digits_of, exam)
            if accuracy > self.rubric.half[name] and run.moved <= self.rubric.chance:
                raise Stopped(
                    f"right on {accuracy:.1%} of the test digits, but on {run.moved:.1%} of digits moved by a "
                    "pixel: this recognises images, and not digits. Learn from what `fit` is given"
                )
            run.wall_seconds = round(time.perf_counter() - start, 4)
            cpu = worker.cpu_seconds()
            run.cpu_seconds = None if cpu is None else round(cpu, 2)
            run.accuracy.append(accuracy)
            self._tell(
                {
                    "training": name,
                    "epoch": epoch,
                    "epochs": epochs,
                    "accuracy": accuracy,
                    "seconds": run.wall_seconds,
                    "seconds_left": round(max(limit - run.seconds_of_epochs, 0.0), 2),
                }
            )
            for goal in self.rubric.milestones:
                if accuracy > goal and goal not in [each.accuracy for each in run.milestones]:
                    run.milestones.append(Milestone(goal, epoch, run.wall_seconds, run.cpu_seconds))
            if accuracy > threshold and not self.full:
                break
        if max(run.accuracy) <= threshold:
            raise Stopped(f"test accuracy {accuracy_text(run.accuracy)}, more than {threshold:.0%} is needed")
        self._look_after_little(kind, subject, worker, batch_size, test_x, run, seed, exam)

    def _look_after_little(
        self,
        kind: str,
        subject: Subject,
        worker: RemoteWorker,
        batch_size: int,
        test_x: Remote,
        run: Run,
        seed: int,
        exam: Exam,
    ) -> None:
        """Notes how well a second model does that was given next to nothing to learn from, off the clock.

        Weights that come in the source and are put in place by `fit`, with the columns that its labels show, do well
        there. Whatever goes wrong in this says nothing.
        """
        before, used = worker.cpu_seconds(), Run()
        try:
            worker.allow(SETUP_SECONDS)
            model, digits_of = subject.trainee(kind).model, shuffled_digits(seed + 1)
            x, y = self._rows(subject, LITTLE, digits_of)
            model.method("fit", x, y, 1, min(batch_size, LITTLE // 6))
            run.after_little = self._accuracy(subject, model, test_x, used, digits_of, exam)
        except (Fault, Stopped, *UNUSABLE):
            return
        finally:
            after = worker.cpu_seconds()
            run.cpu_aside = (after or 0.0) - (before or 0.0)

    def _rows(self, subject: Subject, count: int, digits_of: np.ndarray) -> list[Remote]:
        """The first images and labels of the training split, as the assignment hands them to a model."""
        folder = self.data.public
        ask = (
            ("x", "scaled_images", {"path": str(folder / "train-images.npy")}),
            ("y", "one_hot", {"path": str(folder / "train-labels.npy"), "digits": digits_of.tolist()}),
        )
        return [
            subject.arrays(subject.remote(subject.ask(op, start=0, stop=count, **how), name)) for name, op, how in ask
        ]

    def _tell(self, epoch: dict[str, Any]) -> None:
        """Whoever is told is the grader's own: what goes wrong there is no answer of the submission's."""
        try:
            self.progress(epoch)
        except UNUSABLE as error:
            raise RuntimeError(f"progress could not be told: {error}") from error

    def _cut_off(self, name: str, run: Run, fault: Fault) -> None:
        """What a training is that ran into its limit, and what is said of it."""
        limit, threshold = self.rubric.limits["training_seconds"], self.rubric.thresholds[name]
        done = len(run.accuracy)
        why = f"did next to nothing for {limit:g} s" if fault.rested else f"used up its {limit:g} s of CPU time"
        where = fault.message if fault.place[1] else ""
        if not done:
            head = f"the first of {run.epochs} epochs did not end: it {why}"
            run.message = Message(head).with_part("came back", where)
            return
        so_far = f"test accuracy {run.accuracy[-1]:.2%} after {done} of {run.epochs} epochs"
        pace = f"{run.seconds_of_epochs / done:.1f} s of CPU time an epoch"
        if max(run.accuracy) > threshold:  # the rest was for --full alone
            run.outcome, run.fault = Outcome.PASSED, None
            run.message = Message(f"{so_far}, when it {why}")
        elif fault.rested or not run.still_rising:
            rising = "" if fault.rested else ", and no longer rising"
            run.message = Message(f"{so_far}{rising}, when it {why} ({pace}); more than {threshold:.0%} is needed")
        else:
            run.outcome = Outcome.NOT_FINISHED
            gained = run.accuracy[-1] - ([run.before or 0.0, *run.accuracy][-2])
            lost = self.rubric.not_finished == "lost"
            run.message = Message(
                f"{so_far} and still rising, when it {why}; its points are {'lost' if lost else 'not judged'}",
                (
                    ("pace", f"{pace}, and {gained:+.2%} of accuracy by the last one"),
                    ("expected", f"more than {threshold:.0%}"),
                    ("next", "make an epoch faster: a product of matrices in place of a loop over the batch"),
                ),
            )

    def _accuracy(
        self, subject: Subject, model: Remote, test_x: Remote, run: Run, digits_of: np.ndarray, exam: Exam
    ) -> float:
        """Share of the test digits that the model gets right, by the grader's own labels.

        digits_of: the digit that each output stands for.
        """
        subject.ask("set_training", model=model.ref, training=False)
        predictions = model.method(subject.model_forward(), test_x).value
        subject.ask("set_training", model=model.ref, training=True)
        numbers = isinstance(predictions, np.ndarray) and predictions.dtype.kind in "fiub"
        rows = len(exam.images)
        if not numbers or predictions.shape != (rows, 10):
            found = value_text(predictions)
            method = subject.model_forward()
            raise Stopped(f"model.{method} gives {found} for {rows} images, expected numbers ({rows}, 10)")
        all_outputs = predictions.argmax(axis=1)
        outputs = all_outputs[exam.places]
        run.moved = float(np.mean(digits_of[all_outputs[exam.moved]] == exam.moved_labels))
        run.predicted = digits_of[outputs]
        brought = float(np.mean(outputs == self.data.test_labels))
        if brought > self.rubric.chance and run.before is not None:
            raise Stopped(
                f"output 0 means the digit 0, and so on, for {brought:.1%} of the test digits, but in the labels that "
                "`fit` was given the digits had other columns: these weights were trained before. Learn from those"
            )
        return float(np.mean(run.predicted == self.data.test_labels))


def replaced_methods(subject: Subject, model: Remote) -> list[str]:
    """Puts the fast core in place, where the hand-in's own does the same but loops; what it replaced."""
    try:
        found = subject.fast_core(model)
    except Fault as fault:
        if fault.kind not in ("raised", "missing"):
            raise
        return []
    return [one_line(str(name)) for name in found[:MOST_METHODS]] if isinstance(found, list) else []


def shuffled_digits(seed: int) -> np.ndarray:
    """The digit that each output is to stand for in this training, never the one of its own number.

    A network does not mind how its outputs are numbered. Weights that were trained elsewhere do.
    """
    cycle = np.random.default_rng(seed).permutation(10)
    digits_of = np.empty(10, dtype=int)
    digits_of[cycle] = np.roll(cycle, 1)
    return digits_of


def whole(value: Any, name: str) -> int:
    value = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100_000:
        raise Stopped(f"{name} of the model components must be a whole number from 1 up, not {value_text(value)}")
    return value


def reported_loss(history: Remote) -> float | None:
    """The loss of the latest epoch as `fit` returned it, None where it is no number."""
    try:
        value = history.value
    except Fault as fault:
        if fault.kind != "raised":
            raise
        return None
    losses = value.get("loss") if isinstance(value, dict) else None
    try:
        loss = float(np.ravel(losses)[-1]) if losses is not None else np.nan
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return round(loss, 6) if np.isfinite(loss) else None
