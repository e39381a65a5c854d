"""The form in which a batch_step answers: a Python expression, so that a scripted step can answer in the same.

What a step returns is free but for its metrics: a dict, alone or in front of predictions, of predictions and labels, of
their classes, in pairs or nested. `evaluate` and `fit` take it apart as their own batch_step makes it, and are asked
with a step that returns the same structure. In an expression `loss` and `acc` are numbers, `x` the batch's inputs,
which are the scripted predictions, `y` its labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

ACCURACY = 0.5  # that a scripted metric replies with, where it is to be the same for every batch
METRICS = "{'loss': loss, 'acc': acc}"
CLASSES, CLASSES_OF_LABELS = "np.argmax(x, axis=-1)", "np.argmax(y, axis=-1)"


@dataclass(frozen=True)
class Form:
    """What a step returns while it trains, and while it does not."""

    trained: str
    evaluated: str


# What the given code of a year has, by the setting `evaluate_returns`: where a hand-in's own step cannot be asked
USUAL = {"dict": Form(METRICS, METRICS), "pair": Form(METRICS, f"({METRICS}, x)")}


def form_of(returned: Any, labels: np.ndarray) -> str:
    """What a step returned, as an expression. labels: those of its batch, (B, C).

    Raises ValueError for what is none of a step's things, or tells no loss, as of a step that is not written yet.
    """
    found = expression(returned, labels)
    if "loss" not in compile(found, "step", "eval").co_names:
        raise ValueError("a step returned no loss")
    return found


def expression(value: Any, labels: np.ndarray) -> str:
    """A part of it."""
    if value is None or isinstance(value, (bool, str)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {of_metric(key, each, labels)}" for key, each in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + "".join(f"{expression(each, labels)}, " for each in value) + ")"
    if isinstance(value, list) and not all(isinstance(each, (int, float, list)) for each in value):
        return "[" + ", ".join(expression(each, labels) for each in value) + "]"
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"a step returned {type(value).__name__}")
    found = of_array(array, labels)
    return f"np.asarray({found}).tolist()" if isinstance(value, list) and array.ndim > 1 else found


def of_metric(name: Any, value: Any, labels: np.ndarray) -> str:
    """One entry of a dict: the loss or the accuracy, by its name where that says so."""
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "fiu":
        return expression(value, labels)
    words = str(name).lower()
    number = "loss" if "loss" in words else "acc" if "acc" in words else of_array(array.reshape(()), labels)
    return f"[{number}]" if array.ndim == 1 else number


def of_array(array: np.ndarray, labels: np.ndarray) -> str:
    """Numbers, with or without a row for each example."""
    if array.size == 1 and array.ndim < 2:
        number = "acc" if np.isclose(float(array.reshape(())), ACCURACY) else "loss"
        return f"np.array([{number}])" if array.ndim else number
    if len(array) != len(labels):
        raise ValueError(f"a step returned an array of shape {array.shape} for {len(labels)} examples")
    if array.ndim == 1:
        return CLASSES_OF_LABELS if np.array_equal(array, labels.argmax(axis=-1)) else CLASSES
    return "y" if np.array_equal(array, labels) else "x"


def metrics_in(result: Any) -> Any:
    """The dict of metrics in what a step or an evaluation returned; all of it where there is none."""
    if isinstance(result, (tuple, list)):
        inside = (metrics_in(each) for each in result)
        return next((each for each in inside if isinstance(each, dict)), result)
    return result
