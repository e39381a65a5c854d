"""Questions about SequentialModel.

`call` and `batch_step` are asked on scripted layers, so that they are graded whatever the state of the student's own
layers; one more question lets everything of the student's work together, and central differences of the student's own
loss are the judge.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.probe import NotAsked, Observation, Rule, probe
from grader.ask.subject import Remote, same_values
from grader.base.arrays import squeezed
from grader.homeworks.beras.dialect import Dialect
from grader.homeworks.beras.probes.core import CALLING, COMPILING, COMPOSING, KEEPING, RECORDING, layer, linear_loss
from grader.homeworks.beras.probes.losses import number
from grader.homeworks.beras.probes.model import loss_and_accuracy

B, N, M, C = 5, 3, 4, 2
STEPPING = (KEEPING, COMPILING, CALLING)  # what batch_step runs on
# What a training step needs besides. First whether it is on the tape: if not, nothing that follows is the tape's fault.
TAPE = ("SequentialModel/records", RECORDING, "GradientTape")
LEARNING = ("SequentialModel/records", *STEPPING, RECORDING, "GradientTape")
DIRECTIONS = 4
# MSE of a piecewise linear network is piecewise quadratic along each weight array, so that central differences are
# exact for any step that crosses no kink; this one is exact in float32 and still large against its rounding.
STEP = 2.0**-9
# How far pre-activations stay from the kink at 0: a step moves one by at most STEP * 4 * 4 * N = 0.094.
MARGIN = 0.125


def compiled(s: Dialect, draw: Draw, bump: float = 0.0) -> tuple[Remote, list[Remote], Remote, Remote]:
    """A SequentialModel of two scripted layers, these, its scripted optimizer and loss."""
    layers = [layer(s, draw, N, M), layer(s, draw, M, C)]
    optimizer = s.double("optimizer", None, bump=bump)
    model, loss, _ = compiled_of(s, draw, layers, optimizer)
    return model, layers, optimizer, loss


def compiled_of(
    s: Dialect, draw: Draw, layers: list[Remote], optimizer: Remote | None = None
) -> tuple[Remote, Remote, Remote]:
    """A SequentialModel of these layers with a scripted loss, a scripted metric, and a scripted optimizer."""
    model = s.new("SequentialModel", layers)
    loss = linear_loss(s, draw)
    accuracy = s.double("accuracy", "Callable", replies=[0.25])
    model.method("compile", optimizer or s.double("optimizer", None), loss, accuracy)
    return model, loss, accuracy


def rest_on_the_tape(s: Dialect) -> None:
    """Notes that gradients come of the tape, unless the layers take the upstream gradient: then none has to be open."""
    if not s.uses_upstream("Dense"):
        s.needs += TAPE


def values(result: Any) -> Any:
    """Loss and accuracy of a batch as floats."""
    if not isinstance(result, dict):
        return result
    return {name: number(value) for name, value in loss_and_accuracy(result).items()}


def jacobian_only(s: Dialect) -> None:
    with suppress(Fault):  # a Dense that cannot be looked at says nothing about batch_step
        if s.uses_upstream("Dense"):
            raise s.not_asked(
                "the layers take the upstream gradient themselves, which scripted layers cannot stand in for"
            )


@probe("SequentialModel", "call", weight=3, needs=(KEEPING, CALLING))
def call(s: Dialect, draw: Draw) -> Observation:
    """call sends the inputs through every layer, in order, frozen or not."""
    layers = [layer(s, draw, N, M), layer(s, draw, M, M + 1, trainable=False), layer(s, draw, M + 1, C)]
    return {"y": s.new("SequentialModel", layers).method("call", draw.array(B, N)).value}


@probe("SequentialModel", "batch-values", needs=STEPPING)
def batch_values(s: Dialect, draw: Draw) -> Observation:
    """batch_step returns the loss and the accuracy of the batch, predictions first, labels second."""
    model, loss, accuracy = compiled_of(s, draw, [layer(s, draw, N, M), layer(s, draw, M, C)])
    x, y = draw.array(B, N), draw.one_hot(B, C)
    result = values(model.method("batch_step", x, y, training=False).value)
    return {
        "values": result,
        "seen_by_loss": [first_argument(loss, 0), first_argument(loss, 1)],
        # Probabilities do as well as logits: what counts is where the largest is
        "classes_seen_by_metric": largest(first_argument(accuracy, 0)),
        "labels_seen_by_metric": first_argument(accuracy, 1),
    }


def first_argument(double: Remote, place: int) -> Any:
    """An argument of the first call of a scripted loss or metric."""
    seen = double.attribute("seen")
    return seen.item(0).item(place).value if seen.method("__len__").value else "never called"


def largest(predictions: Any) -> Any:
    return predictions.argmax(axis=-1) if isinstance(predictions, np.ndarray) and predictions.ndim else predictions


@probe("SequentialModel", "evaluation", weight=2, needs=STEPPING, passive=True)
def evaluation(s: Dialect, draw: Draw) -> Observation:
    """batch_step with training=False changes no weight and leaves the optimizer alone."""
    model, layers, optimizer, _ = compiled(s, draw, bump=0.5)
    model.method("batch_step", draw.array(B, N), draw.one_hot(B, C), training=False)
    return {
        "weights": [list(each.attribute("weights").value) for each in layers],
        "optimizer_calls": optimizer.attribute("grads").method("__len__").value,
    }


@probe("SequentialModel", "records", needs=(*STEPPING, RECORDING), despite=("GradientTape",))
def records(s: Dialect, draw: Draw) -> Observation:
    """while the tape is open, a training step calls the layers and the loss as functions, which writes them down."""
    jacobian_only(s)
    layers = [watched(s, draw, N, C), watched(s, draw, C, C)]  # of one width: what leaves one out runs as well
    loss = s.double("watched-loss", "Diffable", coefficients=draw.array(B, C))
    model, optimizer = s.new("SequentialModel", layers), s.double("optimizer", None)
    model.method("compile", optimizer, loss, s.double("accuracy", "Callable", replies=[0.25]))
    try:
        model.method("batch_step", draw.array(B, N), draw.one_hot(B, C), training=True)
    except Fault as fault:
        if fault.kind != "raised" or not noted(loss, "double_ran"):
            raise  # what went wrong after the loss is no matter of what was written down
    grads = optimizer.attribute("grads")
    by_hand = grads.method("__len__").value and grads.item(0).method("__len__").value
    if by_hand and not any(any(noted(each, "double_ran")) for each in (*layers, loss)):
        raise NotAsked("this batch_step works its gradients out by hand, without a tape", "SequentialModel/gradients")
    return {
        "layers_on_tape": [any(noted(each, "double_called")) for each in layers],
        "loss_on_tape": any(noted(loss, "double_called")),
    }


def watched(s: Dialect, draw: Draw, n: int, m: int) -> Remote:
    """A scripted layer that notes whether a tape was open when it was called."""
    return layer(s, draw, n, m, kind="watched-layer")


def noted(double: Remote, name: str) -> list[bool]:
    return [bool(each) for each in np.ravel(double.attribute(name).read())]


@probe(
    "SequentialModel",
    "gradients",
    weight=2,
    needs=LEARNING,
    gradients=Rule(squeeze=True),
)
def gradients(s: Dialect, draw: Draw) -> Observation:
    """batch_step trains unless told otherwise: it gives the tape's gradients to the optimizer, once a step."""
    jacobian_only(s)
    model, _, optimizer, _ = compiled(s, draw)
    model.method("batch_step", draw.array(B, N), draw.one_hot(B, C))
    return {"optimizer_calls": calls_of(optimizer), "gradients": handed(optimizer, "grads")}


def calls_of(optimizer: Remote) -> int:
    return int(optimizer.attribute("grads").method("__len__").value)


def handed(optimizer: Remote, name: str, since: int = 0) -> Any:
    """The grads or the weights that a scripted optimizer was given from one of its calls on, in one list.

    None without such a call. How often a step calls it is asked elsewhere.
    """
    seen = [optimizer.attribute(name).item(call).value for call in range(since, calls_of(optimizer))]
    if not all(isinstance(each, (list, tuple)) for each in seen):
        return seen[0]
    return [array for each in seen for array in each] if seen else None


@probe("SequentialModel", "updates", weight=2, needs=LEARNING)
def updates(s: Dialect, draw: Draw) -> Observation:
    """batch_step hands the optimizer the layers' own arrays, so that the layers learn."""
    jacobian_only(s)
    model, layers, optimizer, _ = compiled(s, draw, bump=0.5)
    before = [weight for each in layers for weight in each.attribute("weights").value]
    model.method("batch_step", draw.array(B, N), draw.one_hot(B, C), training=True)
    given = handed(optimizer, "weights")
    if given is None:
        return {"given_the_weights_in_order": None, "weights": None}
    listed = isinstance(given, (list, tuple)) and len(given) == len(before)
    return {
        "given_the_weights_in_order": listed and all(map(same_values, before, given)),
        "weights": [list(each.attribute("weights").value) for each in layers],
    }


@probe("SequentialModel", "second-step", needs=LEARNING, gradients=Rule(squeeze=True))
def second_step(s: Dialect, draw: Draw) -> Observation:
    """the gradients of a second step are those of its own batch, with nothing left of the first."""
    jacobian_only(s)
    model, _, optimizer, _ = compiled(s, draw)
    model.method("batch_step", draw.array(B, N), draw.one_hot(B, C), training=True)
    calls = calls_of(optimizer)
    model.method("batch_step", draw.array(B, N), draw.one_hot(B, C), training=True)
    return {"gradients": handed(optimizer, "grads", since=calls)}


@probe(
    "SequentialModel",
    "network-gradient",
    weight=2,
    needs=(*STEPPING, *COMPOSING, "Dense", "LeakyReLU", "MeanSquaredError"),
    may_need=TAPE,
    slopes=Rule(like="numeric", tolerance="differences", gradient=True),
    numeric=Rule(evidence=True),
)
def network_gradient(s: Dialect, draw: Draw) -> Observation:
    """layers, loss and batch_step together give the derivative of the loss (judged by central differences)."""
    rest_on_the_tape(s)
    x, w, b = draw.array(B, N), np.asarray(draw.array(N, M)) / 2, draw.array(M)
    while np.abs(np.asarray(x) @ w + b).min() < MARGIN:
        x = draw.array(B, N)
    dense = [s.dense(w, b), s.dense(np.asarray(draw.array(M, C)) / 2, draw.array(C))]
    model = s.new("SequentialModel", [dense[0], s.new("LeakyReLU", 0.25), dense[1]])
    loss = s.new("MeanSquaredError")
    optimizer = s.double("optimizer", None)
    model.method("compile", optimizer, loss, s.double("accuracy", "Callable", replies=[0.25]))
    y = draw.one_hot(B, C)
    arrays = [each.attribute(name) for each in dense for name in ("w", "b")]
    before = [array.value for array in arrays]
    refuse_coarse(before, "SequentialModel/gradients")
    model.method("batch_step", x, y, training=True)
    found = first_gradients(optimizer, arrays, before)
    fitting = list(found) if shapes_of(found) == shapes_of(before) else []
    slopes: list[Any] = []
    numeric: list[Any] = []
    for index, (array, old) in enumerate(zip(arrays, before)):
        directions = [np.asarray(draw.array(*np.shape(old))) for _ in range(DIRECTIONS)]
        numeric.append(np.array([slope(s, model, loss, array, old, direction, x, y) for direction in directions]))
        if index < len(fitting):
            slopes.append(np.array([float(np.sum(fitting[index].reshape(each.shape) * each)) for each in directions]))
    # Gradients that are not those of these weights have no slopes, and their shapes are all that is wrong
    return {"shapes": shapes_of(found), "slopes": slopes if fitting else numeric, "numeric": numeric}


def refuse_coarse(weights: list[Any], shown_by: str) -> None:
    """Asks nothing where weights cannot be moved by a small step."""
    if any(np.asarray(each).dtype == np.float16 for each in weights):
        raise NotAsked("float16 is too coarse for central differences", shown_by)


def slope(s: Dialect, model: Remote, loss: Remote, array: Remote, old: Any, direction: Any, x: Any, y: Any) -> float:
    """The slope of the loss along a direction of one weight, by central differences. Leaves the weight as it was."""
    losses = []
    for sign in (1.0, -1.0):
        array.fill(old + sign * STEP * direction)
        losses.append(number(s.forward(loss, model.method("call", x), y).value))
    array.fill(old)
    return (losses[0] - losses[1]) / (2 * STEP) if all(isinstance(each, float) for each in losses) else float("nan")


def first_gradients(optimizer: Remote, arrays: list[Remote], before: list[Any]) -> Any:
    """What a step gave the optimizer, or by how much the layers changed their weights themselves."""
    found = handed(optimizer, "grads")
    if found is not None:
        return found
    return [np.subtract(old, array.read()) for old, array in zip(before, arrays)]


def shapes_of(arrays: Any) -> Any:
    """The shapes of some arrays, without axes of length 1."""
    if not isinstance(arrays, (list, tuple)):
        return arrays
    return [str(squeezed(each).shape) if isinstance(each, np.ndarray) else each for each in arrays]


@probe(
    "SequentialModel",
    "cross-entropy-gradient",
    needs=(*STEPPING, *COMPOSING, "Dense", "CrossEntropyLoss"),
    may_need=TAPE,
    gradients=Rule(squeeze=True, gradient=True),
)
def cross_entropy_gradient(s: Dialect, draw: Draw) -> Observation:
    """layers and CrossEntropyLoss count the batch once between them, like the loss's value."""
    rest_on_the_tape(s)
    dense, optimizer = s.dense(draw.array(N, C), draw.array(C)), s.double("optimizer", None)
    model = s.new("SequentialModel", [dense])
    model.method("compile", optimizer, s.new("CrossEntropyLoss"), s.double("accuracy", "Callable", replies=[0.25]))
    arrays = [dense.attribute(name) for name in ("w", "b")]
    before = [array.value for array in arrays]
    model.method("batch_step", draw.array(B, N), draw.one_hot(B, C), training=True)
    return {"gradients": first_gradients(optimizer, arrays, before)}


@probe(
    "SequentialModel",
    "values-before-step",
    needs=(*STEPPING, *COMPOSING, "Dense", "MeanSquaredError"),
    may_need=TAPE,
)
def values_before_step(s: Dialect, draw: Draw) -> Observation:
    """the loss and the accuracy of a training step are those of the predictions before the weights change."""
    rest_on_the_tape(s)
    model = s.new("SequentialModel", [s.dense(draw.array(N, C), draw.array(C))])
    accuracy = s.double("accuracy", "Callable", replies=[0.25])
    optimizer = s.double("optimizer", None, factor=-1.0)  # after the step, what was the largest is the smallest
    model.method("compile", optimizer, s.new("MeanSquaredError"), accuracy)
    result = values(model.method("batch_step", draw.array(B, N), draw.one_hot(B, C), training=True).value)
    return {"values": result, "classes_seen_by_metric": largest(first_argument(accuracy, 0))}
