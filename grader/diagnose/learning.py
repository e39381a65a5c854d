"""Why a model does not learn enough, though its parts may all be right.

A fresh model takes some steps, once as it is and again with other learning rates. What it shows is told only where it
is plain: the numbers below are far from what models that learn ever show.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

STEPS = 150  # batches: after so many, models that learn read half of the digits and more
SECONDS = 2.5  # of CPU time for one model at most: all of them together take about as long as a fast epoch
FACTORS = (0.1, 10.0, 0.01, 100.0)  # other learning rates, times the own
USUAL_RATE = 0.001  # of Adam in Keras and PyTorch: tried as well, where the own one is farther from it than FACTORS
BETTER = 0.25  # of accuracy on 1000 digits: more than five standard deviations of a share
LEARNS, CHANCE = 0.5, 0.2  # an accuracy that is learned, and one that chance explains
SILENT = 0.9  # of a layer's units: half of them is common, and does no harm
FEW_STEPS = 60  # weights are changed so often in all: too seldom for any learning rate that is safe


@dataclass(frozen=True)
class Study:
    """What some steps of a fresh model showed.

    no_probabilities: its loss takes probabilities, and gets something else. layers: see the homework's own request.
    """

    rate: float
    losses: tuple[float, ...]
    accuracy: float
    finite: bool
    layers: tuple[dict[str, Any], ...]
    no_probabilities: bool = False


@dataclass(frozen=True)
class Cause:
    """Two sentences: what is seen, and what to do about it."""

    seen: str
    todo: str


def study_of(plain: Any) -> Study:
    """Raises KeyError, TypeError or ValueError for what is none: it comes from beside the submission."""
    losses = tuple(float(each) for each in plain["losses"])
    layers = tuple(dict(each) for each in plain["layers"])
    unlike = bool(plain["no_probabilities"])
    return Study(float(plain["rate"]), losses, float(plain["accuracy"]), bool(plain["finite"]), layers, unlike)


def cause_of(
    own: Study, study: Callable[[float], Study | None], reached: float, steps_in_all: int, rising: bool
) -> Cause | None:
    """What keeps a model from learning, the plainest first; None where nothing is plain.

    own: of the model as it is. study: with the learning rate times a factor, None where that came to nothing. reached:
    the best test accuracy of the training; rising: whether that was still getting better.
    """
    if not own.losses:
        return None
    return (
        all_still(own)
        or alike(own)
        or no_probabilities(own)
        or other_rate(own, study)  # which may be why units are silent
        or silent(own)  # which may be why weights do not move
        or some_still(own)
        or not_finite(own)
        or fit_apart(own, reached)
        or linear(own)
        or too_few(steps_in_all, rising)
    )


def all_still(own: Study) -> Cause | None:
    """No weight that any step changes."""
    moved = [any(layer["moved"]) for layer in own.layers if layer["weights"]]
    if not moved or any(moved):
        return None
    return Cause(
        f"no weight changes in {len(own.losses)} steps on a fresh model",
        "follow one weight: is it trainable, does its gradient reach the optimizer, does the step write into it?",
    )


def some_still(own: Study) -> Cause | None:
    """Layers whose weights no step changes, beside others."""
    resting = [layer["name"] for layer in own.layers if layer["weights"] and not any(layer["moved"])]
    if not resting:
        return None
    return Cause(
        f"the weights of {' and '.join(resting)} do not change in {len(own.losses)} steps on a fresh model; all others "
        "do",
        "print the gradients of these weights: are they 0, or are these weights not given to the optimizer?",
    )


def alike(own: Study) -> Cause | None:
    """Units of a layer that all compute the same, as after equal weights."""
    names = [layer["name"] for layer in own.layers if layer["alike"]]
    if not names or own.accuracy > LEARNS:
        return None
    return Cause(
        f"after {len(own.losses)} steps all units of {' and '.join(names)} still have the very same weights",
        "weights that start equal stay equal: draw them at random",
    )


def no_probabilities(own: Study) -> Cause | None:
    """A loss of probabilities behind a layer that gives none."""
    if not own.no_probabilities or own.accuracy > LEARNS:
        return None
    return Cause(
        "the loss takes probabilities, and the model's outputs are none: they are negative, or rows do not sum to 1",
        "let the last layer make probabilities of them: positive, and with the sum 1 in each row",
    )


def other_rate(own: Study, study: Callable[[float], Study | None]) -> Cause | None:
    """A learning rate with which the same model learns far better."""
    if not own.rate or own.accuracy > LEARNS + BETTER:
        return None
    usual = USUAL_RATE / own.rate
    for factor in (*FACTORS, *([usual] if not min(FACTORS) <= usual <= max(FACTORS) else [])):
        other = study(factor)
        if other is not None and other.finite and other.accuracy >= max(own.accuracy + BETTER, LEARNS):
            much = "small" if factor > 1 else "large"
            nan = first_not_finite(own)
            so_that = f", and its loss is {own.losses[nan]} from step {nan + 1} on" if nan is not None else ""
            return Cause(
                f"with a learning rate of {own.rate * factor:g} in place of {own.rate:g} a fresh model is right on "
                f"{other.accuracy:.0%} of 1000 digits after {len(other.losses)} steps, with its own on "
                f"{own.accuracy:.0%}{so_that}",
                f"the learning rate is too {much}: try others, a factor of 10 apart",
            )
    return None


def first_not_finite(own: Study) -> int | None:
    return next((place for place, loss in enumerate(own.losses) if not math.isfinite(loss)), None)


def not_finite(own: Study) -> Cause | None:
    """A loss that is no number, whatever the learning rate."""
    place = first_not_finite(own)
    if place is None or own.finite:  # it may only be that no loss is reported
        return None
    return Cause(
        f"the loss is {own.losses[place]} from step {place + 1} on, with other learning rates too",
        "look for exp, log or a division that meets 0 or something very large",
    )


def silent(own: Study) -> Cause | None:
    """A layer that gives 0 for nearly everything."""
    for layer in own.layers:
        if layer["silent"] >= SILENT and own.accuracy <= LEARNS:
            return Cause(
                f"{layer['silent']:.0%} of the units of {layer['name']} are 0 for every digit: nothing passes, and no "
                "gradient comes back",
                "smaller weights to begin with, or a smaller learning rate, keep units alive",
            )
    return None


def fit_apart(own: Study, reached: float) -> Cause | None:
    """A step that learns, in a fit that does not."""
    if own.accuracy < LEARNS or reached > CHANCE:
        return None
    return Cause(
        f"{len(own.losses)} calls of batch_step on batches in order teach a fresh model {own.accuracy:.0%} of 1000 "
        f"digits, and `fit` teaches it {reached:.0%}",
        "look at what `fit` hands to batch_step: do inputs and labels belong together, does every batch get there?",
    )


def linear(own: Study) -> Cause | None:
    """No bend before the last weights: however many layers there are, they are one linear layer."""
    last = max((place for place, layer in enumerate(own.layers) if layer["weights"]), default=-1)
    if last < 0 or own.accuracy <= LEARNS or not all(layer["affine"] for layer in own.layers[: last + 1]):
        return None
    return Cause(
        f"no activation stands before {own.layers[last]['name']}, the last one with weights: all up to there is one "
        "linear layer, which reads 92 or 93% of these digits and no more",
        "put an activation between two layers with weights",
    )


def too_few(steps_in_all: int, rising: bool) -> Cause | None:
    if steps_in_all < FEW_STEPS:
        steps = f"{steps_in_all} step{'s' * (steps_in_all != 1)}"
        return Cause(f"the weights are changed in {steps} in all", "smaller batches, or more epochs, make more steps")
    if rising:
        return Cause("the accuracy is still rising at the end", "train for more epochs, or with a larger learning rate")
    return None
