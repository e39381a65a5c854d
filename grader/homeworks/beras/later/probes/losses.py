"""Questions about the losses that the first edition does not ask. Layers sum: a loss's gradient carries the 1/B."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.ask.draw import Draw
from grader.ask.probe import Observation, Rule, probe
from grader.homeworks.beras.later.dialect import Dialect
from grader.homeworks.beras.later.probes.layers import inputs_kept
from grader.homeworks.beras.probes.losses import LOGARITHM, B, C

GRADIENT = Rule(gradient=True, tolerance="logarithm")  # any epsilon is right
TINY = 1e-16  # a probability that every epsilon is above, and no logarithm refuses
CROSS_ENTROPY = "CategoricalCrossentropy"


@probe("MeanSquaredError", "inputs-kept", passive=True)
def mse_inputs(s: Dialect, draw: Draw) -> Observation:
    """after a call, self.inputs is the list with the very arguments, which the gradient goes on to."""
    given = s.keep(draw.array(B, C), "y_pred"), s.keep(draw.array(B, C), "y_true")
    return inputs_kept(s, s.new("MeanSquaredError"), *given)


@probe("MeanSquaredError", "integers")
def mse_integers(s: Dialect, draw: Draw) -> Observation:
    """arrays of whole numbers are as good as any."""
    y_pred, y_true = np.array([[3, -1, 2], [7, 0, 5]]), np.array([[1, -2, 2], [0, 4, 4]])
    return {"loss": s.number(s.forward(s.new("MeanSquaredError"), y_pred, y_true).value)}


@probe(CROSS_ENTROPY, "value", weight=3, loss=LOGARITHM)
def value(s: Dialect, draw: Draw) -> Observation:
    """the cross-entropy of probabilities and one-hot labels, a mean over the batch, as one number."""
    loss = s.new(CROSS_ENTROPY)
    return {"loss": s.number(s.forward(loss, draw.probabilities(B, C), draw.one_hot(B, C)).value)}


@probe(CROSS_ENTROPY, "single-row", single=LOGARITHM)
def single(s: Dialect, draw: Draw) -> Observation:
    """a batch of one row."""
    loss = s.new(CROSS_ENTROPY)
    return {"single": s.number(s.forward(loss, draw.probabilities(1, C), draw.one_hot(1, C)).value)}


@probe(CROSS_ENTROPY, "exact-zeros")
def exact_zeros(s: Dialect, draw: Draw) -> Observation:
    """probabilities of exactly 0 and 1 give a finite loss and a finite gradient."""
    loss = s.new(CROSS_ENTROPY)
    found = s.number(s.forward(loss, np.eye(C)[[0, 1, 2, 0]], np.eye(C)[[0, 2, 2, 1]]).value)
    gradient = s.loss_gradient(loss)
    return {"loss_is_finite": finite(found), "gradient_is_finite": finite(gradient)}


def finite(found: Any) -> Any:
    is_number = isinstance(found, (int, float)) or (isinstance(found, np.ndarray) and found.dtype.kind == "f")
    return bool(np.all(np.isfinite(found))) if is_number else found


@probe(CROSS_ENTROPY, "slope", weight=3, gradient=GRADIENT)
def slope(s: Dialect, draw: Draw) -> Observation:
    """the gradient with respect to the probabilities, 1/B included."""
    loss = s.new(CROSS_ENTROPY)
    s.forward(loss, draw.probabilities(B, C), draw.one_hot(B, C))
    return {"gradient": s.loss_gradient(loss)}


@probe(CROSS_ENTROPY, "one-formula", loss=LOGARITHM, gradient=GRADIENT)
def one_formula(s: Dialect, draw: Draw) -> Observation:
    """the gradient is the derivative of the value: both belong to one formula."""
    loss = s.new(CROSS_ENTROPY)
    found = s.number(s.forward(loss, draw.probabilities(B, C), draw.one_hot(B, C)).value)
    return {"loss": found, "gradient": s.loss_gradient(loss)}


@probe(
    CROSS_ENTROPY,
    "slope-is-fresh",
    needs=(f"{CROSS_ENTROPY}/side-effects",),
    first=GRADIENT,
    asked_again=GRADIENT,
    gradient=GRADIENT,
)
def slope_is_fresh(s: Dialect, draw: Draw) -> Observation:
    """the gradient belongs to the latest call, however often it was asked for, and to no other loss."""
    loss, other = s.new(CROSS_ENTROPY), s.new(CROSS_ENTROPY)
    s.forward(loss, draw.probabilities(B, C), draw.one_hot(B, C))
    s.forward(other, draw.probabilities(1, C), draw.one_hot(1, C))
    found = {"first": s.loss_gradient(loss), "asked_again": s.loss_gradient(loss)}
    s.forward(loss, draw.probabilities(B + 1, C), draw.one_hot(B + 1, C))
    return found | {"gradient": s.loss_gradient(loss)}


@probe(CROSS_ENTROPY, "inputs-kept", passive=True)
def inputs(s: Dialect, draw: Draw) -> Observation:
    """after a call, self.inputs is the list with the very arguments, which the gradient goes on to."""
    given = s.keep(draw.probabilities(B, C), "y_pred"), s.keep(draw.one_hot(B, C), "y_true")
    return inputs_kept(s, s.new(CROSS_ENTROPY), *given)


@probe(CROSS_ENTROPY, "side-effects", passive=True)
def side_effects(s: Dialect, draw: Draw) -> Observation:
    """forward and the gradient leave their arguments alone."""
    loss = s.new(CROSS_ENTROPY)
    rows, truth = np.array(draw.probabilities(B, C)), draw.one_hot(B, C)
    rows[0] = np.where(np.asarray(truth)[0] > 0, 1 - TINY, TINY)  # who clips in place changes these
    predictions, labels = s.keep(rows, "y_pred"), s.keep(truth, "y_true")
    s.forward(loss, predictions, labels)
    s.loss_gradient(loss)
    return dict(s.kept(y_pred=predictions, y_true=labels))


@probe("CategoricalAccuracy", "lists")
def accuracy_of_lists(s: Dialect, draw: Draw) -> Observation:
    """lists of lists are as good as arrays."""
    probs, labels = [[0.1, 0.9], [0.8, 0.2], [0.4, 0.6]], [[0, 1], [0, 1], [0, 1]]
    return {"accuracy": s.number(s.forward(s.new("CategoricalAccuracy"), probs, labels).value)}
