"""A training as the result shows it: one run or several with other seeds, the time beside the reference's, digits."""

from __future__ import annotations

import base64
from statistics import mean

import numpy as np

from grader.homework import Dataset
from grader.result import Digit, Outcome, TrainingResult, model_of
from grader.run.trainer import Trainer
from grader.run.training_run import Run, reached

DIGITS_SHOWN = 10  # wrong ones; of the right ones the first of each class


def train(name: str, trainer: Trainer, reference: Trainer | None, seed: int, runs: int) -> tuple[TrainingResult, Run]:
    """Trains one model with `runs` seeds; the result and the run that is shown in full.

    Several runs are reported as MLPerf does: the mean without the fastest and the slowest, and how many missed.
    """
    done = [trainer.run(name, seed + offset) for offset in range(runs)]
    goal = trainer.rubric.thresholds[name]
    missed = [run for run in done if run.outcome != Outcome.PASSED]
    enough = len(missed) <= allowed_misses(runs)
    shown = next(run for run in done if run.outcome == Outcome.PASSED) if enough else missed[0]
    result = TrainingResult(
        model=model_of(name),
        outcome=str(shown.outcome),
        message=str(shown.message),
        told=shown.message,
        threshold=goal,
        accuracy_before=shown.before,
        accuracy=[round(accuracy, 4) for accuracy in shown.accuracy],
        loss=shown.loss,
        epoch_seconds=shown.epoch_seconds,
        milestones=shown.milestones,
        wall_seconds=shown.wall_seconds,
        cpu_seconds=shown.cpu_seconds,
    )
    if shown.accuracy and shown.predicted is not None:
        result.confusion = confusion(trainer.data, shown.predicted)
        result.digits = digits(trainer.data, shown.predicted)
    seconds = [value for run in done if (value := run.seconds_to(goal) or reached(run, goal)) is not None]
    if reference is not None and shown.outcome == Outcome.PASSED:
        yardstick = reference.run(name, seed)
        result.reference_accuracy = [round(accuracy, 4) for accuracy in yardstick.accuracy]
        base = reached(yardstick, goal)
        if base and seconds:
            result.ratio_to_reference = round(olympic_mean(seconds) / base, 2)
    if runs > 1:
        result.wall_seconds = round(olympic_mean(seconds), 4) if seconds else 0.0
        result.runs_missed = len(missed)
        result.runs = [
            {
                "seed": seed + offset,
                "outcome": str(run.outcome),
                "accuracy": [round(accuracy, 4) for accuracy in run.accuracy],
                "wall_seconds": run.wall_seconds,
                "cpu_seconds": run.cpu_seconds,
            }
            for offset, run in enumerate(done)
        ]
    return result, shown


def confusion(data: Dataset, predicted: np.ndarray) -> list[list[int]]:
    """How often each digit (row) was taken for each (column)."""
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (data.test_labels, predicted), 1)
    return counts.tolist()


def digits(data: Dataset, predicted: np.ndarray) -> list[Digit]:
    """The first test image of each digit that the model gets right, and the first that it gets wrong."""
    right = np.flatnonzero(predicted == data.test_labels)
    wrong = np.flatnonzero(predicted != data.test_labels)
    _, first_of_each = np.unique(data.test_labels[right], return_index=True)
    shown = right[first_of_each].tolist() + wrong[:DIGITS_SHOWN].tolist()
    return [
        Digit(
            index=index,
            label=int(data.test_labels[index]),
            predicted=int(predicted[index]),
            pixels=base64.b64encode(data.test_images[index].tobytes()).decode("ascii"),
        )
        for index in shown
    ]


def allowed_misses(runs: int) -> int:
    """One run of several may miss: it is the slowest, which the mean leaves out anyway."""
    return 1 if runs >= 3 else 0


def olympic_mean(values: list[float]) -> float:
    """Mean without the smallest and the largest, where there are at least three."""
    return mean(sorted(values)[1:-1]) if len(values) >= 3 else mean(values)
