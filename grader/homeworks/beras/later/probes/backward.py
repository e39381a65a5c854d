"""Questions about what only a year without a tape has: gradients that arrays carry, and optimizers that hold arrays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.entries import After
from grader.ask.probe import NotAsked, Observation, probe
from grader.ask.subject import Remote
from grader.homeworks.beras.later.backward import Dialect
from grader.homeworks.beras.later.dialect import TENSOR
from grader.homeworks.beras.later.metrics import by_name, epochs_of
from grader.homeworks.beras.later.probes.core import TAPING, B, C, M, N, layer, layers_in
from grader.homeworks.beras.later.probes.model import BATCH, EPOCHS, RUN, STEP_OF, data, scripted, steps_of
from grader.homeworks.beras.later.probes.sequential import GIVEN

STEPS = ((N, M), (M,), (M, C))  # shapes of the parameters of an optimizer


# --- Tensor -----------------------------------------------------------------------------------------------------


@probe("Tensor", "leaf", passive=True)
def leaf(s: Dialect, draw: Draw) -> Observation:
    """a new Tensor has no gradient yet, and its backward takes one argument and does nothing."""
    tensor = s.new("Tensor", draw.array(N, M))
    tensor.method("backward", [draw.array(N, M)])
    return {"gradient_at_first": tensor.attribute("grad").value, **s.kept(tensor=tensor)}


@probe("Tensor", "no-grad", passive=True)
def no_grad(s: Dialect, draw: Draw) -> Observation:
    """given: after `with Tensor.no_grad()` a new Tensor requires a gradient as before it."""
    if not s.get("Tensor").has("no_grad"):
        raise NotAsked("this submission's Tensor has no no_grad, and nothing of the homework needs it")
    manager = s.get("Tensor").method("no_grad")
    manager.method("__enter__")
    manager.method("__exit__", None, None, None)
    return {"requires_grad_afterwards": s.is_trainable(s.new("Tensor", draw.array(N, M)))}


# --- the weights of a layer -------------------------------------------------------------------------------------


@probe("Dense.initializer", "tensors")
def initial_tensors(s: Dialect, draw: Draw) -> Observation:
    """w and b are Tensors, which can carry a gradient."""
    dense = s.new("Dense", N, M)
    return {f"{name}_is_a_tensor": s.is_tensor(dense.attribute(name)) for name in ("w", "b")}


# --- Diffable.backward ------------------------------------------------------------------------------------------


def batch(s: Dialect, draw: Draw, rows: int = B) -> tuple[Remote, Remote, Remote]:
    """Inputs, labels, and a loss of them."""
    s.rest_on_composing()
    loss = s.double("loss", "Diffable", coefficients=draw.array(rows, C))
    return s.tensor(draw.array(rows, N), "x"), s.tensor(draw.array(rows, C), "y"), loss


def passed(s: Dialect, layers: Sequence[Remote], x: Remote, y: Remote, loss: Remote) -> None:
    """One pass through these layers and the loss, and back."""
    signal: Any = x
    for each in layers:
        signal = s.forward(each, signal)
    s.forward(loss, signal, y).method("backward")


def grads(weights: Sequence[Remote]) -> list[Any]:
    return [each.attribute("grad").value for each in weights]


def forget(weights: Sequence[Remote]) -> None:
    """What the given zero_grad does."""
    for each in weights:
        each.set("grad", None)


@probe("Diffable.backward", "frozen", needs=TAPING, weight=2)
def frozen(s: Dialect, draw: Draw) -> Observation:
    """a parameter that does not require a gradient gets none, and the one beside it gets its own."""
    only, weights = layer(s, draw, N, C)
    s.freeze(weights[0])
    passed(s, [only], *batch(s, draw))
    return dict(zip(("gradient_of_the_frozen", "gradient_of_the_other"), grads(weights)))


@probe("Diffable.backward", "next-pass", needs=TAPING, weight=2)
def next_pass(s: Dialect, draw: Draw) -> Observation:
    """once the gradients are forgotten, a second pass through the same layers gives its own."""
    (one, of_one), (two, of_two) = layer(s, draw, N, M), layer(s, draw, M, C)
    weights = [*of_one, *of_two]
    for _ in range(2):
        for weight in weights:  # as a zero_grad does that fills in zeros
            weight.set("grad", s.tensor(np.zeros(np.shape(weight.value))))
        passed(s, [one, two], *batch(s, draw))
    return {"gradients": grads(weights)}


@probe("Diffable.backward", "from-upstream", needs=TAPING)
def from_upstream(s: Dialect, draw: Draw) -> Observation:
    """a layer that is given an upstream gradient, in a list, sees to itself and to what went into it."""
    s.rest_on_composing()
    (one, of_one), (two, of_two) = layer(s, draw, N, M), layer(s, draw, M, C)
    output = s.forward(two, s.forward(one, s.tensor(draw.array(B, N), "x")))
    J = s.tensor(draw.array(B, C), "J")
    output.method("backward", J if s.composes_bare() else [J])
    return {"gradients": grads([*of_one, *of_two])}


# Both are found in right hand-ins. Which of the two counts in a training step: there the submission's own way is asked.
@probe("Diffable.backward", "two-passes", needs=(*TAPING, "Diffable.backward/next-pass"))
def two_passes(s: Dialect, draw: Draw) -> Observation:
    """the gradients of a second pass are added to those that are there already, or replace them."""
    only, weights = layer(s, draw, N, C)
    first, second = batch(s, draw), batch(s, draw)
    found = []
    for passes in ([first], [second], [first, second]):
        forget(weights)
        for each in passes:
            passed(s, [only], *each)
        found.append(grads(weights))
    return {"added_or_replaced": all(map(adds_or_replaces, *found))}


def adds_or_replaces(one: Any, other: Any, both: Any) -> bool:
    if not all(isinstance(each, np.ndarray) for each in (one, other, both)) or np.shape(both) != np.shape(other):
        return False
    return bool(np.allclose(both, other) or np.allclose(both, one + other))


@probe("Diffable.backward", "plain-labels", needs=TAPING)
def plain_labels(s: Dialect, draw: Draw) -> Observation:
    """labels may be a plain array, which has no backward."""
    only, weights = layer(s, draw, N, C)
    x, _, loss = batch(s, draw)
    output = s.forward(only, x)
    loss(output, draw.array(B, C)).method("backward")
    return {"gradients": grads(weights)}


# --- optimizers -------------------------------------------------------------------------------------------------


def forgotten(s: Dialect, draw: Draw, name: str) -> Observation:
    """What zero_grad leaves of gradients, and of the parameters."""
    held = [s.weight(draw.array(*shape)) for shape in STEPS]
    optimizer = s.optimizer(name, held, 0.5)
    for weight, shape in zip(held, STEPS):
        weight.set("grad", s.tensor(draw.array(*shape)))
    optimizer.method("zero_grad")
    return {"forgotten": [each is None or not np.any(each) for each in grads(held)], **s.kept(parameter=held[0])}


@probe("BasicOptimizer", "zero-grad", passive=True)
def sgd_forgets(s: Dialect, draw: Draw) -> Observation:
    """given: zero_grad forgets the gradient of every parameter: it is None again, or zeros."""
    return forgotten(s, draw, "BasicOptimizer")


@probe("RMSProp", "zero-grad", passive=True)
def rmsprop_forgets(s: Dialect, draw: Draw) -> Observation:
    """given: zero_grad forgets the gradient of every parameter: it is None again, or zeros."""
    return forgotten(s, draw, "RMSProp")


@probe("Adam", "zero-grad", passive=True)
def adam_forgets(s: Dialect, draw: Draw) -> Observation:
    """given: zero_grad forgets the gradient of every parameter: it is None again, or zeros."""
    return forgotten(s, draw, "Adam")


def gone_on(s: Dialect, draw: Draw, name: str) -> Observation:
    """The parameters after a step in which the one between the others is frozen and has no gradient."""
    held = [s.weight(draw.array(*shape)) for shape in STEPS]
    optimizer = s.optimizer(name, held, 0.5)
    s.freeze(held[1])
    try:
        s.step(optimizer, held, [draw.array(*STEPS[0]), None, draw.array(*STEPS[2])])
    except Fault as fault:
        if fault.kind != "raised" or "None" not in fault.message:
            raise
        # Nothing in the homework trains beside a frozen parameter, and many right hand-ins do arithmetic with its None
        raise NotAsked("this optimizer wants a gradient for every parameter") from None
    return {After(f"w{index}", 1).entry: w.read() for index, w in enumerate(held, 1)}


@probe("BasicOptimizer", "goes-on")
def sgd_goes_on(s: Dialect, draw: Draw) -> Observation:
    """behind a frozen parameter, whose gradient is None, the others are changed as well."""
    return gone_on(s, draw, "BasicOptimizer")


@probe("RMSProp", "goes-on")
def rmsprop_goes_on(s: Dialect, draw: Draw) -> Observation:
    """behind a frozen parameter, whose gradient is None, the others are changed as well."""
    return gone_on(s, draw, "RMSProp")


@probe("Adam", "goes-on")
def adam_goes_on(s: Dialect, draw: Draw) -> Observation:
    """behind a frozen parameter, whose gradient is None, the others are changed as well."""
    return gone_on(s, draw, "Adam")


# --- Model ------------------------------------------------------------------------------------------------------


@probe("Model", "of-arguments", needs=(TENSOR,))
def of_arguments(s: Dialect, draw: Draw) -> Observation:
    """given: a model is made of its layers, one argument each, or of a list of them."""
    layers = [layer(s, draw, N, M)[0], layer(s, draw, M, C)[0]]
    made = [s.new("SequentialModel", *layers), s.new("SequentialModel", layers), s.new("SequentialModel", layers[0])]
    kept = [layers_in(s, each, layers) for each in made]
    return {"keeps_its_layers": kept[0] == [0, 1], "of_a_list": kept[1] == [0, 1], "of_a_single_one": kept[2] == [0]}


@probe("Model.fit", "wandb", needs=(*GIVEN, "Model.fit/steps"), despite=STEP_OF)
def fit_logged(s: Dialect, draw: Draw) -> Observation:
    """with a wandb_run it trains just the same."""
    model = scripted(s, draw)
    history = model.method("fit", *data(s, draw, 2 * BATCH), EPOCHS, BATCH, **{RUN: s.double("run", None)}).value
    return {"steps": len(steps_of(model)), "history_of_epochs": by_name(history, partial(epochs_of, epochs=EPOCHS))}


@probe("Model.evaluate", "wandb", needs=(*GIVEN, "Model.evaluate/every-input"), despite=STEP_OF)
def evaluate_logged(s: Dialect, draw: Draw) -> Observation:
    """with a wandb_run it evaluates just the same."""
    model = scripted(s, draw)
    model.method("evaluate", *data(s, draw, 2 * BATCH), BATCH, **{RUN: s.double("run", None)})
    return {"steps": len(steps_of(model))}


@probe("Model.fit", "without-run", needs=(*GIVEN, "Model.fit/steps"), despite=STEP_OF)
def fit_unlogged(s: Dialect, draw: Draw) -> Observation:
    """without a wandb_run, which is None then, it trains and logs nothing."""
    model = scripted(s, draw)
    model.method("fit", *data(s, draw, 2 * BATCH), EPOCHS, BATCH)
    return {"steps": len(steps_of(model))}


@probe("Model.evaluate", "without-run", needs=(*GIVEN, "Model.evaluate/every-input"), despite=STEP_OF)
def evaluate_unlogged(s: Dialect, draw: Draw) -> Observation:
    """without a wandb_run, which is None then, it evaluates and logs nothing."""
    model = scripted(s, draw)
    model.method("evaluate", *data(s, draw, 2 * BATCH), BATCH)
    return {"steps": len(steps_of(model))}
