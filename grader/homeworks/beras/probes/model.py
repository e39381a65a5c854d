"""Questions about the given Model and about Model.evaluate, asked on a scripted subclass of the submission's Model."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.ask.draw import Draw
from grader.ask.probe import Observation, probe
from grader.ask.subject import Remote
from grader.homeworks.beras.dialect import Dialect
from grader.homeworks.beras.probes.core import CALLING, COMPILING, KEEPING, layer, list_of
from grader.homeworks.beras.probes.losses import number

N, C, BATCH = 3, 2, 4
GIVEN = (KEEPING, COMPILING, CALLING)  # what evaluate runs on
REPLIES = [0.5, 0.25, 0.75, 0.125]  # accuracies that the scripted metric gives, batch after batch


def scripted_model(s: Dialect, draw: Draw) -> tuple[Remote, Remote, Remote]:
    """A compiled model of one scripted layer, that layer, and its scripted optimizer."""
    model, only, optimizer, _ = scripted_model_and_metric(s, draw, replies=REPLIES)
    return model, only, optimizer


def scripted_model_and_metric(s: Dialect, draw: Draw, **metric: Any) -> tuple[Remote, Remote, Remote, Remote]:
    """The same, and its scripted metric, which writes down every batch."""
    only = layer(s, draw, N, C)
    model = s.double("model", "Model", layers=[only])
    optimizer = s.double("optimizer", None, bump=0.5)
    loss, accuracy = s.double("row-mean-loss", "Diffable"), s.double("accuracy", "Callable", **metric)
    model.method("compile", optimizer, loss, accuracy)
    return model, only, optimizer, accuracy


def batches(accuracy: Remote) -> Observation:
    """The sizes of the batches that a metric saw, every prediction, and the mean of the labels that came with it.

    In whatever order they came, and however often: each label is to be that of its own input in every epoch.
    """
    seen = accuracy.attribute("seen").value
    pairs = [tuple(map(np.asarray, pair)) for pair in seen] if isinstance(seen, (list, tuple)) else []
    sizes = sorted({(len(predictions), len(labels)) for predictions, labels in pairs})
    widths = {(*each.shape[1:], each.dtype.kind in "fiub") for pair in pairs for each in pair}
    matched = widths == {(C, True)} and all(rows == of_labels for rows, of_labels in sizes)
    labels_of: dict[tuple[float, ...], list[Any]] = {}
    for prediction, label in ((row, label) for pair in pairs for row, label in zip(*pair)) if matched else ():
        labels_of.setdefault(tuple(np.ravel(prediction)), []).append(label)
    inputs = sorted(labels_of)
    return {
        "sizes": [list(size) for size in sizes],
        "predictions": np.array(inputs).reshape(len(inputs), C),
        "their_labels": np.array([np.mean(labels_of[each], axis=0) for each in inputs]).reshape(len(inputs), C),
    }


def data(draw: Draw, rows: int) -> tuple[Any, Any]:
    return draw.array(rows, N), draw.one_hot(rows, C)


def history(value: Any) -> Any:
    """Loss and accuracy lists as lists of floats; what else a dict holds is the submission's own."""
    if not isinstance(value, dict):
        return value
    return {
        name: [number(item) for item in entries] if isinstance(entries, (list, tuple)) else floats(entries)
        for name, entries in loss_and_accuracy(value).items()
    }


def loss_and_accuracy(value: dict[str, Any]) -> dict[str, Any]:
    """The two entries that a step or a history has to have; all of them where one of the two is missing."""
    names = ("loss", "acc")
    return {name: value[name] for name in names} if all(name in value for name in names) else value


def floats(entries: Any) -> Any:
    """A list of numbers arrives as an array; one number is not a list."""
    return [float(item) for item in entries] if isinstance(entries, np.ndarray) and entries.ndim == 1 else entries


# --- Model (given) ----------------------------------------------------------------------------------------------


@probe("Model", "layers")
def layers(s: Dialect, draw: Draw) -> Observation:
    """given: every layer must be a Diffable; trainable_variables are the weights of the layers, in order."""
    one, two = layer(s, draw, N, C, weights=1), layer(s, draw, C, C, weights=2)
    model = s.double("model", "Model", layers=[one, two])
    frozen = s.double("model", "Model", layers=[one, layer(s, draw, C, C, trainable=False), two])
    return {
        "count": model.attribute("layers").method("__len__").value,
        "weights": list_of(model.attribute("trainable_variables").value),
        "weights_beside_a_frozen_layer": list_of(frozen.attribute("trainable_variables").value),
        "refused": s.attempt(s.double, "model", "Model", layers=[one, "not a layer"]),
        "refused_first": s.attempt(s.double, "model", "Model", layers=["not a layer", one]),
    }


@probe("Model", "keeping")
def keeping(s: Dialect, draw: Draw) -> Observation:
    """given: layers holds every layer that the model was made of, in order."""
    given = [layer(s, draw, N, C), layer(s, draw, C, N), layer(s, draw, N, C)]
    kept = s.double("model", "Model", layers=given).attribute("layers")
    count = kept.method("__len__").value
    return {
        "count": count,
        "order": [
            bool(s.ask("same", one=kept.item(i).ref, other=each.ref)) for i, each in enumerate(given) if i < count
        ],
    }


@probe("Model", "compile")
def compile_(s: Dialect, draw: Draw) -> Observation:
    """given: compile keeps the optimizer, the loss and the metric for batch_step."""
    model, _, _ = scripted_model(s, draw)
    kept = list_of(model.attribute("double_kept").value)
    return {name: bool(each) for name, each in zip(("optimizer", "loss_fn", "acc_fn"), kept)}


@probe("Model", "fit", weight=2, needs=(KEEPING, CALLING))
def fit(s: Dialect, draw: Draw) -> Observation:
    """given: fit trains every epoch on whole batches and returns the mean loss and accuracy of each epoch."""
    model, only, optimizer = scripted_model(s, draw)
    result = model.method("fit", *data(draw, 2 * BATCH), 2, BATCH).value
    return {
        "history": history(result),
        "steps": optimizer.attribute("grads").method("__len__").value,
        "training": all_equal(model.attribute("double_steps").value, True),
        "weights": only.attribute("weights").value,
    }


@probe("Model", "fit-batches", needs=(KEEPING, CALLING))
def fit_batches(s: Dialect, draw: Draw) -> Observation:
    """given: fit hands batch_step every input with its own label, in every epoch, down to batches of one."""
    model, _, _, accuracy = scripted_model_and_metric(s, draw)
    model.method("fit", *data(draw, 3 * BATCH), 2, BATCH)
    seen = batches(accuracy)
    return {**seen, "single": history(model.method("fit", *data(draw, 1), 1, 1).value)}


def all_equal(values: Any, wanted: bool) -> bool:
    return bool(np.all(np.asarray(values) == wanted)) if np.size(values) else False


# --- Model.evaluate ---------------------------------------------------------------------------------------------


@probe("Model.evaluate", "means", weight=3, needs=GIVEN)
def means(s: Dialect, draw: Draw) -> Observation:
    """returns {"loss": [...], "acc": [...]} with the means over all batches."""
    model, _, _ = scripted_model(s, draw)
    return {"history": history(model.method("evaluate", *data(draw, 3 * BATCH), BATCH).value)}


@probe("Model.evaluate", "batches", needs=GIVEN)
def evaluate_batches(s: Dialect, draw: Draw) -> Observation:
    """hands batch_step every input with its own label, batch by batch."""
    model, _, _, accuracy = scripted_model_and_metric(s, draw, replies=REPLIES)
    model.method("evaluate", *data(draw, 3 * BATCH), BATCH)
    return batches(accuracy)


@probe("Model.evaluate", "does-not-train", weight=3, passive=True, needs=GIVEN)
def does_not_train(s: Dialect, draw: Draw) -> Observation:
    """changes no weight and no optimizer, which it never calls."""
    model, only, optimizer = scripted_model(s, draw)
    model.method("evaluate", *data(draw, 2 * BATCH), BATCH)
    attributes = optimizer.attribute("__dict__").value
    state = attributes if isinstance(attributes, dict) else {}
    calls: Any = state.get("grads")
    return {
        "weights": only.attribute("weights").value,
        "optimizer_calls": len(calls) if isinstance(calls, list) else np.size(calls),
        "optimizer_attributes": ", ".join(sorted(map(str, state))),
        "learning_rate": state.get("learning_rate"),
        "trained": bool(np.any(model.attribute("double_steps").value))
        if np.size(model.attribute("double_steps").value)
        else False,
    }


@probe("Model.evaluate", "one-batch", needs=GIVEN)
def one_batch(s: Dialect, draw: Draw) -> Observation:
    """a single batch gives that batch's loss and accuracy."""
    model, _, _ = scripted_model(s, draw)
    return {"history": history(model.method("evaluate", *data(draw, BATCH), BATCH).value)}


@probe("Model.evaluate", "again", needs=GIVEN)
def again(s: Dialect, draw: Draw) -> Observation:
    """a second evaluation knows nothing of the first, and the layers can go on training after it."""
    model, only, _ = scripted_model(s, draw)
    model.method("evaluate", *data(draw, 2 * BATCH), BATCH)
    return {
        "history": history(model.method("evaluate", *data(draw, 2 * BATCH), BATCH).value),
        "trainable": only.attribute("trainable").value,
    }


@probe("Model.evaluate", "remainder", needs=GIVEN)
def remainder(s: Dialect, draw: Draw) -> Observation:
    """an incomplete last batch is left out, or counts by its size."""
    model, _, _, _ = scripted_model_and_metric(s, draw)  # however the rows are cut, their mean is the same
    return {"history": history(model.method("evaluate", *data(draw, 2 * BATCH + 2), BATCH).value)}
