"""Questions about MeanSquaredError, CategoricalCrossentropy (given) and CrossEntropyLoss."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.ask.draw import Draw
from grader.ask.entries import Kept
from grader.ask.probe import Observation, Rule, probe
from grader.ask.subject import Remote
from grader.homeworks.beras.dialect import Dialect

B, C = 5, 3
# The loss may leave the 1/B to the layers, or take it itself where the layers sum (upstream convention)
GRADIENT = Rule(gradient=True, upstream_factors=(1 / B,))
SINGLE = Rule(gradient=True)
LOGARITHM = Rule(tolerance="logarithm")
# Checks of Softmax: one that is wrong for logits of 1000 alone is no excuse for a loss of ordinary ones
ORDINARY = ("Softmax/forward", "Softmax/forward-single")
EXTREME = (*ORDINARY, "Softmax/stable")


def made(s: Dialect, name: str, of_softmax: tuple[str, ...] = ORDINARY) -> Remote:
    """A loss; the one of logits may leave its probabilities to the hand-in's own Softmax.

    of_softmax: what of it the question rests on then.
    """
    loss = s.new(name)
    if name == "CrossEntropyLoss":
        s.rests_on(loss, "Softmax", forward=of_softmax)
    return loss


def beside_another(s: Dialect, name: str, draw: Draw) -> Observation:
    """The gradient of a loss, asked twice, after another one of its class has been called too; and that one's."""
    loss, other = made(s, name), made(s, name)
    s.forward(loss, draw.array(B, C), draw.one_hot(B, C))
    s.forward(other, draw.array(1, C), draw.one_hot(1, C))
    found = {"gradient": s.loss_gradient(loss), "asked_again": s.loss_gradient(loss)}
    return found | {"single": s.loss_gradient(other)}


def kept(s: Dialect, name: str, y_pred: Any, y_true: Any) -> Observation:
    """What a call and its gradient leave of their arguments, of what the call returned and of the random state."""
    loss = made(s, name)
    predictions, labels = s.keep(y_pred, "y_pred"), s.keep(y_true, "y_true")
    random_state = s.ask("random_state")
    value = s.forward(loss, predictions, labels)
    found = s.kept("forward", y_pred=predictions, y_true=labels)
    predictions, labels = predictions.now(), labels.now()
    s.loss_gradient(loss)
    found |= s.kept("input_gradients", y_pred=predictions, y_true=labels, loss=value)
    return found | {Kept("random_state").entry: s.ask("random_state") == random_state}


# --- MeanSquaredError -------------------------------------------------------------------------------------------


@probe("MeanSquaredError", "forward", weight=2)
def mse_forward(s: Dialect, draw: Draw) -> Observation:
    """the mean of the squared differences over every element, as one number."""
    return {"loss": s.number(s.forward(s.new("MeanSquaredError"), draw.array(B, C), draw.array(B, C)).value)}


@probe("MeanSquaredError", "forward-single")
def mse_single(s: Dialect, draw: Draw) -> Observation:
    """a batch of one row, float32, and a perfect prediction."""
    loss = s.new("MeanSquaredError")
    x = draw.array(1, C).astype(np.float32)
    single = s.forward(loss, x, draw.array(1, C).astype(np.float32)).value
    return {"single": s.number(single), "perfect": s.number(s.forward(loss, x, x).value)}


@probe("MeanSquaredError", "gradient", weight=3, gradient=GRADIENT)
def mse_gradient(s: Dialect, draw: Draw) -> Observation:
    """the gradient of each example with respect to the prediction."""
    loss = s.new("MeanSquaredError")
    s.forward(loss, draw.array(B, C), draw.array(B, C))
    return {"gradient": s.loss_gradient(loss)}


@probe(
    "MeanSquaredError", "gradient-is-fresh", needs=("MeanSquaredError/side-effects",), first=GRADIENT, gradient=GRADIENT
)
def mse_fresh(s: Dialect, draw: Draw) -> Observation:
    """the gradient belongs to the latest call, also after it was asked for once."""
    loss = s.new("MeanSquaredError")
    s.forward(loss, draw.array(B, C), draw.array(B, C))
    first = s.loss_gradient(loss)
    s.forward(loss, draw.array(B, C), draw.array(B, C))
    return {"first": first, "gradient": s.loss_gradient(loss)}


@probe("MeanSquaredError", "instances", gradient=GRADIENT, asked_again=GRADIENT, single=SINGLE)
def mse_instances(s: Dialect, draw: Draw) -> Observation:
    """the gradient knows nothing of another loss, of a single row, and is the same when it is asked for again."""
    return beside_another(s, "MeanSquaredError", draw)


@probe("MeanSquaredError", "side-effects", passive=True)
def mse_side_effects(s: Dialect, draw: Draw) -> Observation:
    """forward and the gradient leave their arguments and the random state alone."""
    return kept(s, "MeanSquaredError", draw.array(B, C), draw.array(B, C))


# --- CategoricalCrossentropy (given) ----------------------------------------------------------------------------


@probe("CategoricalCrossentropy", "forward", loss=LOGARITHM)
def cce_forward(s: Dialect, draw: Draw) -> Observation:
    """given: the mean over classes and batch of the binary cross-entropies."""
    loss = s.new("CategoricalCrossentropy")
    return {"loss": s.number(s.forward(loss, draw.probabilities(B, C), draw.one_hot(B, C)).value)}


@probe("CategoricalCrossentropy", "extremes", loss=LOGARITHM)
def cce_extremes(s: Dialect, draw: Draw) -> Observation:
    """given: probabilities of exactly 0 and 1 give a finite loss and a finite gradient."""
    loss = s.new("CategoricalCrossentropy")
    value = s.number(s.forward(loss, np.eye(C)[[0, 1, 2, 0]], np.eye(C)[[0, 2, 2, 1]]).value)
    gradient = s.loss_gradient(loss)
    numeric = isinstance(gradient, np.ndarray) and gradient.dtype.kind == "f"
    return {"loss": value, "gradient_is_finite": bool(np.all(np.isfinite(gradient))) if numeric else gradient}


@probe("CategoricalCrossentropy", "gradient", gradient=GRADIENT)
def cce_gradient(s: Dialect, draw: Draw) -> Observation:
    """given: the gradient of each example with respect to the probabilities."""
    loss = s.new("CategoricalCrossentropy")
    s.forward(loss, draw.probabilities(B, C), draw.one_hot(B, C))
    return {"gradient": s.loss_gradient(loss)}


# --- CrossEntropyLoss -------------------------------------------------------------------------------------------


@probe("CrossEntropyLoss", "forward", weight=2, loss=LOGARITHM)
def ce_forward(s: Dialect, draw: Draw) -> Observation:
    """softmax of the logits, then the mean over the batch of -log of the right class's probability."""
    return {"loss": s.number(s.forward(made(s, "CrossEntropyLoss"), draw.array(B, C), draw.one_hot(B, C)).value)}


@probe("CrossEntropyLoss", "forward-single", single=LOGARITHM, unlikely=LOGARITHM)
def ce_single(s: Dialect, draw: Draw) -> Observation:
    """a batch of one row, in float32, and one whose label is unlikely."""
    loss = made(s, "CrossEntropyLoss")
    x, y = draw.array(1, C).astype(np.float32), draw.one_hot(1, C).astype(np.float32)
    single = s.number(s.forward(loss, x, y).value)
    # A probability of 3e-4: a guard that is as large as that changes the loss, one of 1e-7 does not
    unlikely = s.forward(loss, np.array([[8.0, 0.0, -1.0]], np.float32), np.array([[0.0, 1.0, 0.0]], np.float32))
    return {"single": single, "unlikely": s.number(unlikely.value)}


@probe("CrossEntropyLoss", "finite", weight=2, large=Rule(tolerance="extremes"))
def ce_finite(s: Dialect, draw: Draw) -> Observation:
    """logits of plus and minus 1000 give a finite loss, also when the prediction is surely wrong."""
    loss = made(s, "CrossEntropyLoss", EXTREME)
    x = draw.array(3, C) + np.array([[1000.0], [-1000.0], [0.0]])
    large = s.number(s.forward(loss, x, draw.one_hot(3, C)).value)
    wrong = s.number(s.forward(loss, np.array([[1000.0, -1000.0, 0.0]]), np.array([[0.0, 1.0, 0.0]])).value)
    return {
        "large": large,
        "finite_when_wrong": bool(np.all(np.isfinite(wrong))) if is_number(wrong) else wrong,
    }


@probe("CrossEntropyLoss", "gradient", weight=3, gradient=GRADIENT)
def ce_gradient(s: Dialect, draw: Draw) -> Observation:
    """the gradient of each example with respect to the logits."""
    loss = made(s, "CrossEntropyLoss")
    s.forward(loss, draw.array(B, C), draw.one_hot(B, C))
    return {"gradient": s.loss_gradient(loss)}


@probe(
    "CrossEntropyLoss",
    "gradient-extremes",
    first=GRADIENT,
    gradient=Rule(upstream_factors=(1 / 2,), gradient=True),
)
def ce_gradient_extremes(s: Dialect, draw: Draw) -> Observation:
    """the gradient of the latest call is right for logits of plus and minus 1000 as well."""
    loss = made(s, "CrossEntropyLoss", EXTREME)
    s.forward(loss, draw.array(B, C), draw.one_hot(B, C))
    first = s.loss_gradient(loss)
    s.forward(
        loss,
        np.array([[1000.0, -1000.0, 0.0], [-1000.0, 1.0, 2.0]]),
        np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]),
    )
    return {"first": first, "gradient": s.loss_gradient(loss)}


@probe("CrossEntropyLoss", "instances", gradient=GRADIENT, asked_again=GRADIENT, single=SINGLE)
def ce_instances(s: Dialect, draw: Draw) -> Observation:
    """the gradient knows nothing of another loss, of a single row, and is the same when it is asked for again."""
    return beside_another(s, "CrossEntropyLoss", draw)


@probe("CrossEntropyLoss", "side-effects", passive=True)
def ce_side_effects(s: Dialect, draw: Draw) -> Observation:
    """forward and the gradient leave their arguments and the random state alone."""
    return kept(s, "CrossEntropyLoss", draw.array(B, C), draw.one_hot(B, C))


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) or (isinstance(value, np.ndarray) and value.ndim == 0)


def number(value: Any) -> Any:
    """A Python float, a NumPy scalar and a 0-d array are all 'a float'."""
    return float(value) if is_number(value) else value
