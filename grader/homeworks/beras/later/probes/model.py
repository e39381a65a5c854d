"""Questions about Model: `weights`, `fit` and `evaluate`.

The last two are asked on a scripted subclass, whose batch_step returns what the submission's own returns.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.probe import Observation, probe
from grader.ask.subject import Remote
from grader.homeworks.beras.later.dialect import TENSOR, Dialect
from grader.homeworks.beras.later.forms import ACCURACY, CLASSES_OF_LABELS, USUAL, Form, form_of, metrics_in
from grader.homeworks.beras.later.metrics import by_name, by_row, epochs_of, is_labels, mean_of, rows_of
from grader.homeworks.beras.later.probes.core import B, C, M, N, layer, layers_in, linear_loss, places
from grader.homeworks.beras.later.probes.sequential import GIVEN, compiled
from grader.homeworks.beras.probes.assignment import largest

BATCH, EPOCHS, BATCHES = 4, 2, 7  # all different, and none a length of any array
RUN = "wandb_run"  # what they may log to, in a year that has it
LOSSES = [0.5, 0.25, 0.875, 0.125, 1.0, 0.375, 0.625, 0.75]  # that a scripted batch_step reports, batch after batch


# --- forms ------------------------------------------------------------------------------------------------------


def own_form(s: Dialect, draw: Draw) -> Form:
    """In which form the submission's own batch_step answers.

    As the year's given code has it where batch_step cannot be asked. Leaves no trace in the notes, and draws apart:
    how far it comes must not change what is drawn after it. The scripted optimizer leaves every weight as it is, so
    that a step asked again predicts the same: classes that follow the labels are no predictions.
    """
    draw = Draw(draw.seed)
    found = USUAL[str(s.edition.settings["evaluate_returns"])]
    # No step, or something that no step returns: then the form is not known
    with suppress(Fault, ValueError), s.unnoted():
        model, *_ = compiled(s, draw)
        for training in (False, True):
            x, labels = draw.array(B, N), draw.one_hot(B, C)
            form = answered(s, model, x, labels, training)
            if CLASSES_OF_LABELS in form:  # or of predictions that are all right by chance
                form = answered(s, model, x, np.roll(labels, 1, axis=-1), training)
            found = replace(found, **{"trained" if training else "evaluated": form})
    return found


def answered(s: Dialect, model: Remote, x: np.ndarray, labels: np.ndarray, training: bool) -> str:
    """The form of one step's answer."""
    result = model.method("batch_step", s.tensor(x, "x"), s.tensor(labels, "y"), training=training)
    return form_of(result.value, labels)


# --- a scripted model -------------------------------------------------------------------------------------------


def scripted(s: Dialect, draw: Draw, accuracy: float | None = None) -> Remote:
    """A compiled model whose batch_step is scripted, in the form of the submission's own.

    accuracy: of every batch; None for one that differs from batch to batch, and is a mean over rows.

    It has no layers, and its predictions are its inputs: `fit` and `evaluate` have nothing to do with what is between.
    """
    model = s.double("model", "Model", layers=[], losses=LOSSES, reply=accuracy, **vars(own_form(s, draw)))
    model.method("compile", None, None, s.double("metric", "Callable", reply=accuracy))
    return model


def data(s: Dialect, draw: Draw, rows: int) -> tuple[Remote, Remote]:
    return s.tensor(draw.array(rows, C), "x"), s.tensor(draw.one_hot(rows, C), "y")


def logged(s: Dialect, model: Remote, name: str, *arguments: Any) -> Remote:
    """`fit` or `evaluate`, with a run to log to where it cannot do without: a check of its own charges that, once."""
    notes = list(s.notes)
    try:
        return model.method(name, *arguments)
    except Fault as fault:
        wants_a_run = fault.kind == "raised" and "NoneType" in fault.message
        if not (wants_a_run and s.takes(model.attribute(name), RUN)):
            raise
        told, s.notes = s.notes, notes
        with s.unnoted():
            model.attribute("double_steps").method("clear")
        try:
            return model.method(name, *arguments, **{RUN: s.double("run", None)})
        except Fault:
            s.notes = told
            raise fault from None


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
    model = s.double("model", "Model", layers=[only], losses=LOSSES, reply=ACCURACY, **vars(USUAL["dict"]))
    parts = [s.optimizer_double([]), linear_loss(s, draw), s.double("metric", "Callable", reply=ACCURACY)]
    model.method("compile", *parts)
    names = ("optimizer", s.word("loss_fn"), s.word("acc_fn"))
    kept = [s.is_same(model.attribute(name), each) for name, each in zip(names, parts)]
    return {
        **dict(zip(("optimizer", "loss_fn", "acc_fn"), kept)),
        "keeps_its_layers": layers_in(s, model, [only]) == [0],
    }


# --- Model.weights ----------------------------------------------------------------------------------------------


@probe("Model.weights", "in-order", weight=3)
def in_order(s: Dialect, draw: Draw) -> Observation:
    """the weights of all layers in one flat list, the very arrays, in the order of the layers."""
    (one, of_one), (two, of_two) = layer(s, draw, N, M), layer(s, draw, M, C)
    none, _ = layer(s, draw, M, M, weights=0)
    model = s.double("model", "Model", layers=[one, none, two], losses=LOSSES, reply=ACCURACY, **vars(USUAL["dict"]))
    return {"weights_of_the_layers": places(s, model.attribute(s.word("weights")), [*of_one, *of_two])}


@probe("Model.weights", "frozen-too")
def frozen_too(s: Dialect, draw: Draw) -> Observation:
    """frozen weights are weights as well: they only do not change."""
    (one, of_one), (two, of_two) = layer(s, draw, N, M), layer(s, draw, M, C)
    for weight in (of_one[0], *of_two):
        s.freeze(weight)
    model = s.double("model", "Model", layers=[one, two], losses=LOSSES, reply=ACCURACY, **vars(USUAL["dict"]))
    return {"weights_of_the_layers": places(s, model.attribute(s.word("weights")), [*of_one, *of_two])}


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
    model = s.double("model", "Model", layers=[one, two], losses=LOSSES, reply=ACCURACY, **vars(USUAL["dict"]))
    return {"weights_of_the_layers": places(s, model.attribute(s.word("weights")), held)}


# --- Model.fit --------------------------------------------------------------------------------------------------

STEP_OF = ("SequentialModel", "Weighted", "Model.weights", "GradientTape")  # whose code own_form may run


@probe("Model.fit", "history", weight=3, needs=(*GIVEN, "Model.fit/steps"), despite=STEP_OF)
def fit_history(s: Dialect, draw: Draw) -> Observation:
    """returns the metrics of the training in lists, a value for each epoch or for each batch."""
    model = scripted(s, draw)
    history = logged(s, model, "fit", *data(s, draw, 2 * BATCH), EPOCHS, BATCH).value
    return {"history_of_epochs": by_name(history, partial(epochs_of, epochs=EPOCHS))}


@probe("Model.fit", "steps", weight=3, needs=GIVEN, despite=STEP_OF)
def fit_steps(s: Dialect, draw: Draw) -> Observation:
    """calls batch_step with training=True for every batch of every epoch, each input with its own label."""
    model = scripted(s, draw)
    x, y = data(s, draw, 3 * BATCH)
    try:
        logged(s, model, "fit", x, y, EPOCHS, BATCH)
    except Fault as fault:
        if fault.kind != "raised" or len(steps_of(model)) < 3 * EPOCHS:
            raise  # what goes wrong after the last step is no matter of steps
    steps = steps_of(model)
    return {
        "steps": len([each for each in steps if len(each[0])]),
        "every_step_trains": all(training for _, _, training in steps),
        **batches(model, x.value, y.value, BATCH),
    }


@probe("Model.fit", "incomplete-batch", needs=GIVEN, despite=STEP_OF)
def fit_incomplete(s: Dialect, draw: Draw) -> Observation:
    """an incomplete last batch is left out or taken as it is; no batch is empty."""
    model = scripted(s, draw)
    x, y = data(s, draw, 2 * BATCH + 1)
    logged(s, model, "fit", x, y, 1, BATCH)
    found = batches(model, x.value, y.value, BATCH)
    return found | {"inputs_in_all": found["inputs_in_all"] in (2 * BATCH, 2 * BATCH + 1)}


@probe(
    "Model.fit",
    "incomplete-mean",
    needs=(*GIVEN, "Model.fit/history", "Model.fit/incomplete-batch"),
    despite=STEP_OF,
)
def fit_incomplete_mean(s: Dialect, draw: Draw) -> Observation:
    """where the last batch is incomplete, a metric that is the same in every batch is its own mean."""
    model = scripted(s, draw, ACCURACY)
    history = logged(s, model, "fit", *data(s, draw, 2 * BATCH + 1), 1, BATCH).value
    return {"mean_of_equals": by_name(history, mean_of)["acc"]}


@probe("Model.fit", "side-effects", passive=True, needs=GIVEN, despite=STEP_OF)
def fit_side_effects(s: Dialect, draw: Draw) -> Observation:
    """inputs and labels stay as they were, in the order in which they came."""
    model = scripted(s, draw)
    x, y = data(s, draw, 2 * BATCH)
    logged(s, model, "fit", x, y, EPOCHS, BATCH)
    return s.kept("fit", x=x, y=y)


# --- Model.evaluate ---------------------------------------------------------------------------------------------


def evaluated(s: Dialect, model: Remote, x: Remote, y: Remote) -> tuple[Any, Any]:
    """Metrics and predictions of an evaluation; None for one of the two that is left out."""
    result = logged(s, model, "evaluate", x, y, BATCH).value
    metrics = metrics_in(result)
    if not isinstance(metrics, dict):
        found = rows_of(result)  # two numbers are metrics without a name
        per_row = isinstance(found, np.ndarray) and (found.ndim > 1 or len(found) == len(y.value))
        return (None, result) if per_row else (result, None)
    rest = [each for each in result if each is not metrics] if isinstance(result, (tuple, list)) else []
    if len(rest) == 1 and isinstance(rest[0], tuple):  # predictions and labels in a pair of their own
        rest = list(rest[0])
    truth = np.asarray(y.value)
    others = [each for each in rest if not is_labels(each, truth)]
    return metrics, (others or rest or [None])[0]


@probe("Model.evaluate", "averages", weight=3, needs=(*GIVEN, "Model.evaluate/every-input"), despite=STEP_OF)
def averages(s: Dialect, draw: Draw) -> Observation:
    """returns the metrics over all batches: their means, or what each batch gave."""
    model = scripted(s, draw)
    x, y = data(s, draw, BATCHES * BATCH)
    metrics, predictions = evaluated(s, model, x, y)
    if metrics is None and predictions is not None:  # who gives the predictions only leaves the metrics out
        metrics = {"loss": float(np.mean(LOSSES[:BATCHES])), "acc": by_row(x.value)}
    return {"means": by_name(metrics, mean_of)}


@probe("Model.evaluate", "all-predictions", weight=2, needs=GIVEN, despite=STEP_OF)
def all_predictions(s: Dialect, draw: Draw) -> Observation:
    """predictions, where it returns them, are those of every row."""
    model = scripted(s, draw)
    drawn = draw.array(3 * BATCH, C)
    while drawn[-1].argmax() == 0:  # what a row of zeros says, where the last one is left out
        drawn = draw.array(3 * BATCH, C)
    x, y = s.tensor(drawn, "x"), s.tensor(draw.one_hot(3 * BATCH, C), "y")
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
    logged(s, model, "evaluate", *data(s, draw, 2 * BATCH), BATCH)
    steps = steps_of(model)
    return {"no_step_trains": bool(steps) and not any(training for _, _, training in steps)}


@probe("Model.evaluate", "leaves-flags", passive=True, needs=(*GIVEN, "Weighted"), despite=STEP_OF)
def leaves_flags(s: Dialect, draw: Draw) -> Observation:
    """after it every weight is as trainable as before, so that training can go on."""
    form = vars(own_form(s, draw))
    only, weights = layer(s, draw, N, C)
    model = s.double("model", "Model", layers=[only], losses=LOSSES, reply=ACCURACY, **form)
    model.method("compile", None, None, s.double("metric", "Callable", reply=ACCURACY))
    logged(s, model, "evaluate", *data(s, draw, 2 * BATCH), BATCH)
    return {"all_trainable": all(bool(s.is_trainable(each)) for each in weights)}


@probe("Model.evaluate", "every-input", needs=GIVEN, despite=STEP_OF)
def every_input(s: Dialect, draw: Draw) -> Observation:
    """hands batch_step every input with its own label, in batches of the size it is told."""
    model = scripted(s, draw)
    x, y = data(s, draw, 3 * BATCH)
    logged(s, model, "evaluate", x, y, BATCH)
    return batches(model, x.value, y.value, BATCH)


@probe("Model.evaluate", "incomplete-batch", needs=GIVEN, despite=STEP_OF)
def evaluate_incomplete(s: Dialect, draw: Draw) -> Observation:
    """an incomplete last batch is evaluated too, where predictions are asked for; no batch is empty."""
    model = scripted(s, draw)
    x, y = data(s, draw, 2 * BATCH + 1)
    logged(s, model, "evaluate", x, y, BATCH)
    found = batches(model, x.value, y.value, BATCH)
    whole = (2 * BATCH + 1,) if s.edition.settings["evaluate_returns"] == "pair" else (2 * BATCH, 2 * BATCH + 1)
    return found | {"inputs_in_all": found["inputs_in_all"] in whole}


@probe(
    "Model.evaluate",
    "incomplete-mean",
    needs=(*GIVEN, "Model.evaluate/averages", "Model.evaluate/incomplete-batch"),
    despite=STEP_OF,
)
def evaluate_incomplete_mean(s: Dialect, draw: Draw) -> Observation:
    """where the last batch is incomplete, a metric that is the same in every batch is its own mean."""
    model = scripted(s, draw, ACCURACY)
    metrics, _ = evaluated(s, model, *data(s, draw, 2 * BATCH + 1))
    return {"mean_of_equals": by_name(metrics, mean_of)["acc"] if metrics is not None else ACCURACY}


@probe("Model.evaluate", "side-effects", passive=True, needs=GIVEN, despite=STEP_OF)
def evaluate_side_effects(s: Dialect, draw: Draw) -> Observation:
    """inputs and labels stay as they were, in the order in which they came."""
    model = scripted(s, draw)
    x, y = data(s, draw, 2 * BATCH)
    logged(s, model, "evaluate", x, y, BATCH)
    return s.kept("evaluate", x=x, y=y)
