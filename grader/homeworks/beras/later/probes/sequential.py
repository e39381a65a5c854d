"""Questions about SequentialModel: its forward pass, and batch_step.

batch_step is asked on scripted layers, with all that it runs on put right. One more question lets everything of the
student's work together, and central differences of the student's own loss are the judge.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.probe import Observation, Rule, probe
from grader.ask.subject import Remote
from grader.base.arrays import squeezed
from grader.homeworks.beras.later.dialect import TENSOR, Dialect
from grader.homeworks.beras.later.forms import ACCURACY, metrics_in
from grader.homeworks.beras.later.metrics import by_name
from grader.homeworks.beras.later.probes.core import (
    CALLING,
    COMPOSING,
    RECORDING,
    B,
    C,
    M,
    N,
    layer,
    linear_loss,
)  # fmt: skip
from grader.homeworks.beras.probes.assignment import DIRECTIONS, MARGIN, STEP, largest, refuse_coarse
from grader.worker.wire import Opaque

COMPILING = "Model/compiles"
GIVEN = (TENSOR, CALLING, COMPILING)
SCALE = 0.5  # times the weight itself: a scripted gradient


def compiled(s: Dialect, draw: Draw, bump: float = 0.0) -> tuple[Remote, list[Remote], Remote, Remote, Remote]:
    """A SequentialModel of two scripted layers, their weights, its scripted optimizer, loss and metric.

    All that a step runs on besides is put right: Weighted, Model.weights, and the gradients.
    """
    s.plumbing(SCALE)
    (one, of_one), (two, of_two) = layer(s, draw, N, M), layer(s, draw, M, C)
    model = s.new("SequentialModel", [one, two])
    optimizer, loss = s.optimizer_double([*of_one, *of_two], bump), linear_loss(s, draw)
    metric = s.double("metric", "Callable", reply=ACCURACY)
    model.method("compile", optimizer, loss, metric)
    return model, [*of_one, *of_two], optimizer, loss, metric


def stepped(s: Dialect, model: Remote, draw: Draw, training: bool) -> Remote:
    """One step with a batch of its own."""
    x, y = s.tensor(draw.array(B, N), "x"), s.tensor(draw.one_hot(B, C), "y")
    return model.method("batch_step", x, y, training=training)


@probe("SequentialModel", "forward", weight=2, needs=(TENSOR, CALLING))
def forward(s: Dialect, draw: Draw) -> Observation:
    """the inputs go through every layer, in order."""
    layers = [layer(s, draw, N, M)[0], layer(s, draw, M, M + 1)[0], layer(s, draw, M + 1, C)[0]]
    return {"y": s.run(s.new("SequentialModel", layers), draw.array(B, N)).value}


@probe("SequentialModel", "step-values", needs=GIVEN)
def step_values(s: Dialect, draw: Draw) -> Observation:
    """batch_step reports the loss and the accuracy of the batch, of predictions first and labels second."""
    model, _, _, loss, metric = compiled(s, draw)
    result = stepped(s, model, draw, training=False).value
    seen_by_loss, seen_by_metric = first_seen(loss), first_seen(metric)
    return {
        "values": by_name(metrics_in(result), s.number),
        "seen_by_loss": list(seen_by_loss),
        # Probabilities do as well as classes: what counts is where the largest is
        "classes_seen_by_metric": largest(seen_by_metric[0]),
        "labels_seen_by_metric": seen_by_metric[1],
    }


@probe("SequentialModel", "training-step-values", needs=(*GIVEN, RECORDING))
def training_step_values(s: Dialect, draw: Draw) -> Observation:
    """a training step reports the loss and the accuracy as well: `fit` makes its means of them."""
    model, *_ = compiled(s, draw)
    return {"values": by_name(metrics_in(stepped(s, model, draw, training=True).value), s.number)}


def first_seen(double: Remote) -> tuple[Any, Any]:
    """The arguments of the first call of a scripted loss or metric."""
    seen = double.attribute("seen").value
    return tuple(seen[0]) if isinstance(seen, list) and seen else ("never called", "never called")


@probe("SequentialModel", "step-without-training", weight=2, passive=True, needs=GIVEN)
def step_without_training(s: Dialect, draw: Draw) -> Observation:
    """batch_step with training=False changes no weight, no flag, and leaves the optimizer alone."""
    model, weights, optimizer, *_ = compiled(s, draw, bump=0.5)
    stepped(s, model, draw, training=False)
    return {
        "weights_of_the_layers": [each.read() for each in weights],
        "optimizer_calls": optimizer.attribute("grads").method("__len__").value,
        "all_trainable": all(s.is_trainable(each) is True for each in weights),
    }


@probe("SequentialModel", "step-gradients", weight=5, needs=(*GIVEN, RECORDING))
def step_gradients(s: Dialect, draw: Draw) -> Observation:
    """a training step hands the optimizer every weight with its own gradient, once."""
    model, weights, optimizer, *_ = compiled(s, draw)
    before = [each.value for each in weights]
    stepped(s, model, draw, training=True)
    calls = optimizer.attribute("grads").method("__len__").value
    not_used = Opaque("found, and no step is made of them") if not calls and s.went_back() else None
    found = gradients_by_weight(optimizer, before, range(calls)) if calls else not_used
    return {"optimizer_calls": calls, "gradients": found}


def gradients_by_weight(optimizer: Remote, before: list[Any], calls: range = range(1)) -> Any:
    """The gradient that came with each weight, in the order of the layers; where it came with none, why.

    calls: those of the optimizer that are looked at; how many there may be is asked beside.
    """
    params = [each for call in calls for each in optimizer.attribute("params").item(call).value]
    grads = [each for call in calls for each in optimizer.attribute("grads").item(call).value]
    pairs = list(zip(params, grads)) if len(params) == len(grads) else []
    found = [next((grad for param, grad in pairs if np.array_equal(param, each)), None) for each in before]
    if not pairs and (forgotten := optimizer.attribute("forgotten").value):
        return Opaque(f"{forgotten} gradients, forgotten before the step")
    return found if pairs else Opaque(f"{len(params)} weights and {len(grads)} gradients")


@probe("SequentialModel", "calls-are-recorded", weight=2, needs=(*GIVEN, RECORDING), despite=("GradientTape",))
def calls_are_recorded(s: Dialect, draw: Draw) -> Observation:
    """a training step calls the layers and the loss as functions, which writes them down for the way back."""
    s.plumbing(SCALE)
    (one, of_one), (two, of_two) = layer(s, draw, N, C), layer(s, draw, C, C)
    layers, loss = [one, layer(s, draw, C, C, weights=0)[0], two], linear_loss(s, draw)
    model = s.new("SequentialModel", layers)
    metric = s.double("metric", "Callable", reply=ACCURACY)
    model.method("compile", s.optimizer_double([*of_one, *of_two]), loss, metric)
    try:
        stepped(s, model, draw, training=True)
    except Fault as fault:
        if fault.kind != "raised" or not loss.attribute("seen").method("__len__").value:
            raise  # what went wrong after the loss is no matter of what was written down
    called = [any(map(bool, np.ravel(each.attribute("double_called").read()))) for each in (*layers, loss)]
    return {"layers_on_tape": called[:-1], "loss_on_tape": called[-1]}


@probe("SequentialModel", "own-arrays", weight=2, needs=(*GIVEN, RECORDING))
def own_arrays(s: Dialect, draw: Draw) -> Observation:
    """the optimizer changes the layers' own arrays, so that the layers learn."""
    model, weights, *_ = compiled(s, draw, bump=0.5)
    stepped(s, model, draw, training=True)
    return {"weights_of_the_layers": [each.read() for each in weights]}


@probe("SequentialModel", "next-step", needs=(*GIVEN, RECORDING))
def next_step(s: Dialect, draw: Draw) -> Observation:
    """a step after an evaluation trains as the first one did."""
    model, weights, optimizer, *_ = compiled(s, draw)
    before = [each.value for each in weights]
    for training in (True, False, True):
        stepped(s, model, draw, training=training)
    calls = optimizer.attribute("grads").method("__len__").value
    last = range(calls // 2, calls)  # of as many as the first step made
    return {"optimizer_calls": calls, "gradients": gradients_by_weight(optimizer, before, last) if calls > 1 else None}


@probe("SequentialModel", "frozen-weight", needs=(*GIVEN, RECORDING))
def frozen_weight(s: Dialect, draw: Draw) -> Observation:
    """beside a frozen weight, every other still gets its own gradient."""
    model, weights, optimizer, *_ = compiled(s, draw)
    s.freeze(weights[0])
    before = [each.value for each in weights]
    stepped(s, model, draw, training=True)
    calls = optimizer.attribute("grads").method("__len__").value
    found = gradients_by_weight(optimizer, before, range(calls)) if calls else None
    return {"gradients_of_the_others": found[1:] if isinstance(found, list) else found}


@probe(
    "SequentialModel",
    "whole-network",
    weight=3,
    needs=(
        *GIVEN, RECORDING, *COMPOSING, "Weighted", "Model.weights", "GradientTape", "Dense",
        "Dense.initializer/trainable", "LeakyReLU", "MeanSquaredError", "SequentialModel/calls-are-recorded",
    ),
    slopes=Rule(like="numeric", tolerance="differences", gradient=True),
    numeric=Rule(evidence=True),
)  # fmt: skip
def whole_network(s: Dialect, draw: Draw) -> Observation:
    """layers, loss and batch_step together give the derivative of the loss (judged by central differences)."""
    x, w, b = draw.array(B, N), np.asarray(draw.array(N, M)) / 2, draw.array(M)
    while np.abs(np.asarray(x) @ w + b).min() < MARGIN:
        x = draw.array(B, N)
    dense = [s.dense(w, b), s.dense(np.asarray(draw.array(M, C)) / 2, draw.array(C))]
    model = s.new("SequentialModel", [dense[0], s.new("LeakyReLU", 0.25), dense[1]])
    arrays = [each.attribute(name) for each in dense for name in ("w", "b")]
    loss, optimizer = s.new("MeanSquaredError"), s.optimizer_double(arrays)
    model.method("compile", optimizer, loss, s.double("metric", "Callable", reply=ACCURACY))
    given, y = s.tensor(x, "x"), s.tensor(draw.one_hot(B, C), "y")
    before = [array.value for array in arrays]
    refuse_coarse(before, "SequentialModel/step-gradients")
    model.method("batch_step", given, y, training=True)
    calls = optimizer.attribute("grads").method("__len__").value
    found: Any = gradients_by_weight(optimizer, before) if calls else "no call of the optimizer"
    fits = not isinstance(found, str) and all(
        isinstance(each, np.ndarray) and squeezed(each).shape == squeezed(old).shape for each, old in zip(found, before)
    )
    slopes: list[Any] = []
    numeric: list[Any] = []
    for index, (array, old) in enumerate(zip(arrays, before)):
        directions = [np.asarray(draw.array(*np.shape(old))) for _ in range(DIRECTIONS)]
        numeric.append(np.array([along(s, model, loss, array, old, each, given, y) for each in directions]))
        if fits:
            slopes.append(np.array([float(np.sum(found[index].reshape(each.shape) * each)) for each in directions]))
    return {"slopes": slopes if fits else found, "numeric": numeric}


def along(
    s: Dialect, model: Remote, loss: Remote, array: Remote, old: Any, direction: Any, x: Remote, y: Remote
) -> float:
    """The slope of the loss along a direction of one weight, by central differences. Leaves the weight as it was."""
    losses = []
    for sign in (1.0, -1.0):
        array.fill(old + sign * STEP * direction)
        losses.append(s.number(s.forward(loss, s.run(model, x), y).value))
    array.fill(old)
    return (losses[0] - losses[1]) / (2 * STEP) if all(isinstance(each, float) for each in losses) else float("nan")
