"""Questions about Model and SequentialModel.

`fit` and `evaluate` are asked on a scripted subclass, whose batch_step returns what the submission's own returns;
batch_step on scripted layers, with all that it runs on put right. One more question lets everything of the student's
work together, and central differences of the student's own loss are the judge.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.probe import Observation, Rule, probe
from grader.ask.subject import Draw, Remote
from grader.base.arrays import squeezed
from grader.homeworks.beras.later.dialect import TENSOR, Dialect
from grader.homeworks.beras.later.forms import ACCURACY, USUAL, Form, form_of, metrics_in
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
    places,
)
from grader.homeworks.beras.probes.assignment import DIRECTIONS, MARGIN, STEP, largest

BATCH, EPOCHS = 4, 2
LOSSES = [0.5, 0.25, 0.875, 0.125, 1.0, 0.375, 0.625, 0.75]  # that a scripted batch_step reports, batch after batch
COMPILING = "Model/compiles"
GIVEN = (TENSOR, CALLING, COMPILING)
SCALE = 0.5  # times the weight itself: a scripted gradient


# --- forms ------------------------------------------------------------------------------------------------------


def own_form(s: Dialect, draw: Draw) -> Form:
    """In which form the submission's own batch_step answers.

    As the year's given code has it where batch_step cannot be asked. Leaves no trace in the notes, and draws apart:
    how far it comes must not change what is drawn after it.
    """
    draw = Draw(draw.seed)
    found = USUAL[str(s.edition.settings["evaluate_returns"])]
    # No step, or something that no step returns: then the form is not known
    with suppress(Fault, ValueError), s.unnoted():
        model, *_ = compiled(s, draw)
        for training in (False, True):
            x, y = draw.array(B, N), draw.one_hot(B, C)
            result = model.method("batch_step", s.tensor(x, "x"), s.tensor(y, "y"), training=training).value
            found = replace(found, **{"trained" if training else "evaluated": form_of(result, np.asarray(y))})
    return found


def accuracy_of(stats: Any) -> str:
    """Years and students call it acc or accuracy."""
    return "accuracy" if isinstance(stats, dict) and "accuracy" in stats and "acc" not in stats else "acc"


def by_name(stats: Any, entries: Any) -> Any:
    """The two entries that metrics have to have, under one name each; all of them where one is missing."""
    if not isinstance(stats, dict):
        return stats
    wanted = {"loss": "loss", accuracy_of(stats): "acc"}
    found = {wanted[name]: value for name, value in stats.items() if name in wanted}
    return {name: entries(value) for name, value in (found if len(found) == 2 else stats).items()}


def mean_of(value: Any) -> Any:
    """One number for an evaluation: itself, or the mean of a list with a value for each batch."""
    array = numbers_in(value)
    return float(np.mean(array)) if array is not None else value


def numbers_in(value: Any) -> np.ndarray | None:
    """All numbers of a value, of a list, or of lists in a list; None where there is anything else."""
    if isinstance(value, (int, float)):
        return np.array([float(value)])
    if isinstance(value, (list, tuple)):
        parts = [numbers_in(each) for each in value]
        found = [each for each in parts if each is not None]
        return np.concatenate(found) if found and len(found) == len(parts) else None
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and value.size:
        return value.astype(float).ravel()
    return None


def epochs_of(value: Any) -> Any:
    """One number for each epoch of a history that has one for each epoch, or one for each batch."""
    array = numbers_in(value)
    if array is None or array.size % EPOCHS:
        return value
    return [float(each) for each in array.reshape(EPOCHS, -1).mean(axis=1)]


def rows_of(predictions: Any) -> Any:
    """Predictions in one array, as it is or batch by batch; the class of each row where only that is given."""
    if isinstance(predictions, (list, tuple)) and predictions:
        parts = [np.asarray(each) for each in predictions if isinstance(each, (np.ndarray, list, int, float))]
        if len(parts) == len(predictions) and len({each.ndim for each in parts}) == 1:
            predictions = np.concatenate(parts) if parts[0].ndim else np.stack(parts)
    if isinstance(predictions, np.ndarray) and predictions.ndim == 3 and 1 in predictions.shape[:1]:
        predictions = predictions[0]
    return predictions


# --- a scripted model -------------------------------------------------------------------------------------------


def scripted(s: Dialect, draw: Draw) -> Remote:
    """A compiled model whose batch_step is scripted, in the form of the submission's own.

    It has no layers, and its predictions are its inputs: `fit` and `evaluate` have nothing to do with what is between.
    """
    model = s.double("model", "Model", layers=[], losses=LOSSES, **vars(own_form(s, draw)))
    model.method("compile", None, None, s.double("metric", "Callable", reply=ACCURACY))
    return model


def data(s: Dialect, draw: Draw, rows: int) -> tuple[Remote, Remote]:
    return s.tensor(draw.array(rows, C), "x"), s.tensor(draw.one_hot(rows, C), "y")


def steps_of(model: Remote) -> list[tuple[np.ndarray, np.ndarray, bool]]:
    """Inputs, labels and `training` of every step."""
    steps = model.attribute("double_steps").value
    return [(np.asarray(x), np.asarray(y), bool(training)) for x, y, training in steps]


def batches(model: Remote, x: Any, y: Any, most: int) -> Observation:
    """What batch_step was given: in whatever order, every input with its own label.

    An incomplete last batch may be left out, or a row of it come in no batch.
    """
    steps = steps_of(model)
    rows = {tuple(row): tuple(label) for row, label in zip(np.asarray(x), np.asarray(y))}
    seen = [pair for inputs, labels, _ in steps for pair in zip(map(tuple, inputs), map(tuple, labels))]
    return {
        "no_batch_is_empty": all(len(inputs) for inputs, _, _ in steps),
        "no_batch_is_too_large": all(len(inputs) <= most for inputs, _, _ in steps),
        "labels_are_their_own": all(rows.get(row) == label for row, label in seen)
        and all(len(inputs) == len(labels) for inputs, labels, _ in steps),
        "inputs_in_all": len({row for row, _ in seen}),
    }


# --- Model (given) ----------------------------------------------------------------------------------------------


@probe("Model", "compiles", needs=(TENSOR,))
def compiles(s: Dialect, draw: Draw) -> Observation:
    """given: compile keeps the optimizer, the loss and the metric under the names that batch_step reads."""
    only, _ = layer(s, draw, N, C)
    model = s.double("model", "Model", layers=[only], losses=LOSSES, **vars(USUAL["dict"]))
    parts = [s.optimizer_double([]), linear_loss(s, draw), s.double("metric", "Callable", reply=ACCURACY)]
    model.method("compile", *parts)
    names = ("optimizer", s.word("loss_fn"), s.word("acc_fn"))
    kept = [s.is_same(model.attribute(name), each) for name, each in zip(names, parts)]
    layers = model.attribute("layers")
    return {
        **dict(zip(("optimizer", "loss_fn", "acc_fn"), kept)),
        "keeps_its_layers": places(s, layers, [only]) == [0],
    }


# --- Model.weights ----------------------------------------------------------------------------------------------


@probe("Model.weights", "in-order", weight=3)
def in_order(s: Dialect, draw: Draw) -> Observation:
    """the weights of all layers in one flat list, the very arrays, in the order of the layers."""
    (one, of_one), (two, of_two) = layer(s, draw, N, M), layer(s, draw, M, C)
    none, _ = layer(s, draw, M, M, weights=0)
    model = s.double("model", "Model", layers=[one, none, two], losses=LOSSES, **vars(USUAL["dict"]))
    return {"weights_of_the_layers": places(s, model.attribute(s.word("weights")), [*of_one, *of_two])}


@probe("Model.weights", "frozen-too")
def frozen_too(s: Dialect, draw: Draw) -> Observation:
    """frozen weights are weights as well: they only do not change."""
    only, weights = layer(s, draw, N, M)
    s.freeze(weights[0])
    model = s.double("model", "Model", layers=[only], losses=LOSSES, **vars(USUAL["dict"]))
    return {"weights_of_the_layers": places(s, model.attribute(s.word("weights")), weights)}


@probe("Model.weights", "of-tuples", weight=2)
def of_tuples(s: Dialect, draw: Draw) -> Observation:
    """a layer may keep its weights in a tuple, another in a list."""
    held = [
        s.weight(draw.array(N, M)),
        s.weight(draw.array(M), "b"),
        s.weight(draw.array(M, C)),
        s.weight(draw.array(C)),
    ]
    one = s.double("layer", "Diffable", weights=(held[0], held[1]))
    two = s.double("layer", "Diffable", weights=[held[2], held[3]])
    model = s.double("model", "Model", layers=[one, two], losses=LOSSES, **vars(USUAL["dict"]))
    return {"weights_of_the_layers": places(s, model.attribute(s.word("weights")), held)}


# --- Model.fit --------------------------------------------------------------------------------------------------

STEP_OF = ("SequentialModel", "Weighted", "Model.weights", "GradientTape")  # whose code own_form may run


@probe("Model.fit", "history", weight=3, needs=(*GIVEN, "Model.fit/steps"), despite=STEP_OF)
def fit_history(s: Dialect, draw: Draw) -> Observation:
    """returns the metrics of the training in lists, a value for each epoch or for each batch."""
    model = scripted(s, draw)
    history = model.method("fit", *data(s, draw, 2 * BATCH), EPOCHS, BATCH).value
    return {"history_of_epochs": by_name(history, epochs_of)}


@probe("Model.fit", "steps", weight=3, needs=GIVEN, despite=STEP_OF)
def fit_steps(s: Dialect, draw: Draw) -> Observation:
    """calls batch_step with training=True for every batch of every epoch, each input with its own label."""
    model = scripted(s, draw)
    x, y = data(s, draw, 3 * BATCH)
    s.attempt(model.method, "fit", x, y, EPOCHS, BATCH)
    steps = steps_of(model)
    return {
        "steps": len([each for each in steps if len(each[0])]),
        "every_step_trains": bool(steps) and all(training for _, _, training in steps),
        **batches(model, x.value, y.value, BATCH),
    }


@probe("Model.fit", "incomplete-batch", needs=GIVEN, despite=STEP_OF)
def fit_incomplete(s: Dialect, draw: Draw) -> Observation:
    """an incomplete last batch is left out or taken as it is; no batch is empty."""
    model = scripted(s, draw)
    x, y = data(s, draw, 2 * BATCH + 1)
    model.method("fit", x, y, 1, BATCH)
    found = batches(model, x.value, y.value, BATCH)
    return found | {"inputs_in_all": found["inputs_in_all"] in (2 * BATCH, 2 * BATCH + 1)}


# --- Model.evaluate ---------------------------------------------------------------------------------------------


def evaluated(s: Dialect, model: Remote, x: Remote, y: Remote) -> tuple[Any, Any]:
    """Metrics and predictions of an evaluation; None for one of the two that is left out."""
    result = model.method("evaluate", x, y, BATCH).value
    metrics = metrics_in(result)
    if not isinstance(metrics, dict):
        return (None, result) if isinstance(result, (list, np.ndarray)) else (result, None)
    rest = [each for each in result if each is not metrics] if isinstance(result, (tuple, list)) else []
    if len(rest) == 1 and isinstance(rest[0], tuple):  # predictions and labels in a pair of their own
        rest = list(rest[0])
    truth = np.asarray(y.value)
    others = [each for each in rest if not is_labels(each, truth)]
    return metrics, (others or rest or [None])[0]


def is_labels(value: Any, truth: np.ndarray) -> bool:
    """Are these the labels that evaluate was given, as they are, batch by batch, or as classes?"""
    found = rows_of(value)
    return isinstance(found, np.ndarray) and (
        np.array_equal(found, truth) or np.array_equal(found, truth.argmax(axis=-1))
    )


@probe("Model.evaluate", "averages", weight=3, needs=(*GIVEN, "Model.evaluate/every-input"), despite=STEP_OF)
def averages(s: Dialect, draw: Draw) -> Observation:
    """returns the metrics over all batches: their means, or what each batch gave."""
    model = scripted(s, draw)
    metrics, predictions = evaluated(s, model, *data(s, draw, 3 * BATCH))
    if metrics is None and predictions is not None:  # who gives the predictions only leaves the metrics out
        metrics = {"loss": float(np.mean(LOSSES[:3])), "acc": ACCURACY}
    return {"means": by_name(metrics, mean_of)}


@probe("Model.evaluate", "all-predictions", weight=2, needs=GIVEN, despite=STEP_OF)
def all_predictions(s: Dialect, draw: Draw) -> Observation:
    """predictions, where it returns them, are those of every row."""
    model = scripted(s, draw)
    x, y = data(s, draw, 3 * BATCH)
    metrics, predictions = evaluated(s, model, x, y)
    outputs = np.asarray(x.value)
    if metrics is not None and predictions is None:
        predictions = outputs  # left out, which is free
    found = rows_of(predictions)
    if isinstance(found, np.ndarray) and found.ndim == 1:
        return {"rows_predicted": found.size, "their_classes": found}
    return {"rows_predicted": len(found) if isinstance(found, np.ndarray) else found, "their_classes": largest(found)}


@probe("Model.evaluate", "trains-nothing", weight=2, passive=True, needs=GIVEN, despite=STEP_OF)
def trains_nothing(s: Dialect, draw: Draw) -> Observation:
    """calls batch_step with training=False, and nothing else changes a weight."""
    model = scripted(s, draw)
    model.method("evaluate", *data(s, draw, 2 * BATCH), BATCH)
    steps = steps_of(model)
    return {"no_step_trains": bool(steps) and not any(training for _, _, training in steps)}


@probe("Model.evaluate", "leaves-flags", passive=True, needs=(*GIVEN, "Weighted"), despite=STEP_OF)
def leaves_flags(s: Dialect, draw: Draw) -> Observation:
    """after it every weight is as trainable as before, so that training can go on."""
    form = vars(own_form(s, draw))
    only, weights = layer(s, draw, N, C)
    model = s.double("model", "Model", layers=[only], losses=LOSSES, **form)
    model.method("compile", None, None, s.double("metric", "Callable", reply=ACCURACY))
    model.method("evaluate", *data(s, draw, 2 * BATCH), BATCH)
    return {"all_trainable": all(bool(s.is_trainable(each)) for each in weights)}


@probe("Model.evaluate", "every-input", needs=GIVEN, despite=STEP_OF)
def every_input(s: Dialect, draw: Draw) -> Observation:
    """hands batch_step every input with its own label, in batches of the size it is told."""
    model = scripted(s, draw)
    x, y = data(s, draw, 3 * BATCH)
    model.method("evaluate", x, y, BATCH)
    return batches(model, x.value, y.value, BATCH)


@probe("Model.evaluate", "incomplete-batch", needs=GIVEN, despite=STEP_OF)
def evaluate_incomplete(s: Dialect, draw: Draw) -> Observation:
    """an incomplete last batch is evaluated too, where predictions are asked for; no batch is empty."""
    model = scripted(s, draw)
    x, y = data(s, draw, 2 * BATCH + 1)
    model.method("evaluate", x, y, BATCH)
    found = batches(model, x.value, y.value, BATCH)
    whole = (2 * BATCH + 1,) if s.edition.settings["evaluate_returns"] == "pair" else (2 * BATCH, 2 * BATCH + 1)
    return found | {"inputs_in_all": found["inputs_in_all"] in whole}


# --- SequentialModel --------------------------------------------------------------------------------------------


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


@probe("SequentialModel", "forward", weight=3, needs=(TENSOR, CALLING))
def forward(s: Dialect, draw: Draw) -> Observation:
    """the inputs go through every layer, in order."""
    layers = [layer(s, draw, N, M)[0], layer(s, draw, M, M + 1)[0], layer(s, draw, M + 1, C)[0]]
    return {"y": s.run(s.new("SequentialModel", layers), draw.array(B, N)).value}


@probe("SequentialModel", "step-values", weight=2, needs=GIVEN)
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


@probe("SequentialModel", "step-gradients", weight=3, needs=(*GIVEN, RECORDING))
def step_gradients(s: Dialect, draw: Draw) -> Observation:
    """a training step hands the optimizer every weight with its own gradient, once."""
    model, weights, optimizer, *_ = compiled(s, draw)
    before = [each.value for each in weights]
    stepped(s, model, draw, training=True)
    calls = optimizer.attribute("grads").method("__len__").value
    return {"optimizer_calls": calls, "gradients": gradients_by_weight(optimizer, before) if calls else None}


def gradients_by_weight(optimizer: Remote, before: list[Any], call: int = 0) -> Any:
    """The gradient that came with each weight, in the order of the layers; where it came with none, why."""
    params = optimizer.attribute("params").item(call).value
    grads = optimizer.attribute("grads").item(call).value
    pairs = list(zip(params, grads)) if len(params) == len(grads) else []
    found = [next((grad for param, grad in pairs if np.array_equal(param, each)), None) for each in before]
    return found if pairs else f"{len(params)} weights and {len(grads)} gradients"


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
    return {"optimizer_calls": calls, "gradients": gradients_by_weight(optimizer, before, 1) if calls > 1 else None}


@probe("SequentialModel", "frozen-weight", needs=(*GIVEN, RECORDING))
def frozen_weight(s: Dialect, draw: Draw) -> Observation:
    """beside a frozen weight, every other still gets its own gradient."""
    model, weights, optimizer, *_ = compiled(s, draw)
    s.freeze(weights[0])
    before = [each.value for each in weights]
    stepped(s, model, draw, training=True)
    calls = optimizer.attribute("grads").method("__len__").value
    found = gradients_by_weight(optimizer, before) if calls else None
    return {"gradients_of_the_others": found[1:] if isinstance(found, list) else found}


@probe(
    "SequentialModel",
    "whole-network",
    weight=2,
    needs=(
        *GIVEN, RECORDING, *COMPOSING, "Weighted", "Model.weights", "GradientTape", "Dense", "LeakyReLU",
        "MeanSquaredError", "SequentialModel/calls-are-recorded",
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
