"""A result's trainings drawn with matplotlib: curves, a confusion matrix, digits that are read right and wrong."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from grader.report.pictures import EDGE
from grader.result import Digit, Result, TrainingResult, accuracy_text

OWN, OTHER, QUIET = "#0b5cad", "#8a5a00", "#57606a"
SIZE = (11.0, 6.0)  # inches, of one training
DIGITS = 10  # of either kind, in two rows


def draw(figure: Figure, result: Result) -> None:
    """Draws every training that got as far as an epoch."""
    trained = [each for each in result.training if each.accuracy]
    figure.set_size_inches(SIZE[0], SIZE[1] * len(trained))
    figure.set_layout_engine("constrained")
    for part, each in zip(np.atleast_1d(figure.subfigures(len(trained), 1)), trained):
        training(part, each)


def training(figure: SubFigure, each: TrainingResult) -> None:
    title = f"{each.model} model: test accuracy {accuracy_text(each.accuracy)}"
    figure.suptitle(title, fontweight="bold")
    above, below = figure.subfigures(2, 1, height_ratios=(3, 2))
    accuracy, loss, confusion = above.subplots(1, 3, width_ratios=(3, 3, 2.6))
    accuracy_curve(accuracy, each)
    loss_curve(loss, each)
    confusion_matrix(confusion, each)
    kinds = [
        ("read right", [digit for digit in each.digits if digit.label == digit.predicted]),
        ("read wrong", [digit for digit in each.digits if digit.label != digit.predicted]),
    ]
    for part, (kind, digits) in zip(below.subfigures(1, 2, wspace=0.1), kinds):
        pictures(part, kind, digits)


def accuracy_curve(axes: Axes, each: TrainingResult) -> None:
    before = [] if each.accuracy_before is None else [(0, each.accuracy_before)]
    own = before + list(enumerate(each.accuracy, 1))
    if each.reference_accuracy:
        other = list(enumerate(each.reference_accuracy, 1))
        axes.plot(*zip(*other), "s--", color=OTHER, markerfacecolor="none", markersize=9, label="reference")
    axes.plot(*zip(*own), "o-", color=OWN, label="submission")
    axes.axhline(each.threshold, color=QUIET, linestyle=":", label=f"threshold {each.threshold:.0%}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    labelled(axes, "test accuracy")
    axes.legend(loc="lower right", fontsize="small")


def loss_curve(axes: Axes, each: TrainingResult) -> None:
    points = [(epoch, value) for epoch, value in enumerate(each.loss, 1) if value is not None]
    labelled(axes, "loss, as fit reports it")
    if points:
        axes.plot(*zip(*points), "o-", color=OWN)
    else:
        nothing(axes, "fit reports no loss")


def labelled(axes: Axes, title: str) -> None:
    axes.set_title(title, fontsize="medium")
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)


def nothing(axes: Axes, text: str) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", color=QUIET, transform=axes.transAxes)


def confusion_matrix(axes: Axes, each: TrainingResult) -> None:
    """Counts of what was taken for what; mistakes are shaded by how many they are, right answers are not."""
    axes.set_title("a digit (row) taken for (column)", fontsize="medium")
    if not each.confusion:
        return nothing(axes, "no confusion matrix")
    counts = np.array(each.confusion)
    mistakes = counts * (1 - np.eye(len(counts), dtype=int))
    axes.imshow(mistakes, cmap="Reds", vmax=max(int(mistakes.max()), 1) * 1.5)
    for (row, column), count in np.ndenumerate(counts):
        weight = "bold" if row == column else "normal"
        axes.text(column, row, str(count), ha="center", va="center", fontsize=5.5, fontweight=weight)
    axes.set_xticks(range(len(counts)))
    axes.set_yticks(range(len(counts)))
    axes.tick_params(length=0, labelsize="small")
    return None


def pictures(figure: SubFigure, kind: str, digits: list[Digit]) -> None:
    """Up to ten digits of one kind."""
    figure.suptitle(f"digits {kind}" if digits else f"no digits {kind}", fontsize="medium")
    every: Any = figure.subplots(2, DIGITS // 2)
    for axes in every.flat:
        axes.set_axis_off()
    for axes, digit in zip(every.flat, digits):
        pixels = np.frombuffer(base64.b64decode(digit.pixels), np.uint8).reshape(EDGE, EDGE)
        axes.imshow(pixels, cmap="gray_r", vmin=0, vmax=255)
        right = digit.label == digit.predicted
        axes.set_title(str(digit.label) if right else f"{digit.label} as {digit.predicted}", fontsize="small")
