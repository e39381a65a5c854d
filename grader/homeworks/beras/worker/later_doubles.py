"""Stand-ins for the parts of a network of the years from 2023 on (see doubles.py).

They derive from the hand-in's own base classes and use its own `__call__` and compose methods, as its own layers do.
Methods go by the names of the year, which come with the script (`words`); its word `recorded` is '' where no tape is
open while a network runs, and every call leaves its way back on its output.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from .study import layers_of

RAISED = "raised on purpose by the grader, to see what is left behind"


def make(kind: str, base: Any, script: dict[str, Any]) -> Any:
    """A double of the given kind. script: what it does, and `words`, what its methods are called."""
    return MAKERS[kind](base, script, script["words"])


def derived(name: str, base: Any, body: dict[str, Any]) -> Any:
    """A class that can be made though the submission's base may ask for methods that no check calls."""
    kind: Any = type(name, (base,), body)
    kind.__abstractmethods__ = frozenset()
    return kind


def taped(base: Any, words: dict[str, str]) -> bool:
    """Is what is called now written down?"""
    return not words["recorded"] or getattr(base, "gradient_tape", None) is not None


def composing(base: Any, words: dict[str, str], starts: bool = False) -> dict[str, Any]:
    """The compose methods of the base class, which say in the same words in every core why they cannot go on.

    starts: of a loss, where the way back starts and no gradient comes from above.
    """

    def method(name: str) -> Any:
        def composed(self: Any, *given: Any) -> Any:
            try:
                return getattr(super(type(self), self), name)(*given)
            except Exception as error:
                J = given[0] if given else None
                if isinstance(J, np.ndarray) and J.ndim == 2:
                    raise TypeError("a layer was given a bare array of gradients, and takes a list of them") from error
                if starts and J is not None and J[0] is not None:
                    raise TypeError("the loss was given a gradient, and nothing comes before it") from error
                raise

        return composed

    return {name: method(name) for name in (words["compose_to_input"], words["compose_to_weight"])}


def _layer(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """A layer with a constant Jacobian: forward(x) = x @ jacobian + shift. Its weight gradients are constants too."""
    jacobian, shift = script.get("jacobian"), script.get("shift", 0.0)
    local = script.get("local", jacobian)
    weights = script.get("weights", [])  # a list or a tuple
    seen: list[Any] = []
    ran: list[bool] = []

    def forward(self: Any, x: Any) -> Any:
        seen.append(np.array(x))
        ran.append(taped(base, words))
        if script.get("raises"):
            raise ArithmeticError(RAISED)
        return x @ jacobian + shift

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        self.double_called.append(taped(base, words))
        return super(kind, self).__call__(*args, **kwargs)

    body = {
        words["weights"]: property(lambda self: weights),
        "seen": seen,
        "double_ran": ran,
        words["forward"]: forward,
        words["input_gradients"]: lambda self: [local],
        words["weight_gradients"]: lambda self: list(script.get("weight_gradients", ())),
        "__call__": call,
        **composing(base, words),
    }
    kind = derived("Layer", base, body)
    layer = kind()
    layer.double_called = []
    return layer


def _loss(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """A linear loss: the sum of coefficients * prediction. Its gradient is constant."""
    coefficients = script["coefficients"]
    seen: list[Any] = []

    def forward(self: Any, y_pred: Any, y_true: Any) -> Any:
        seen.append((np.array(y_pred), np.array(y_true)))
        return np.sum(coefficients[: len(y_pred)] * y_pred)  # of a Tensor: a Tensor without axes

    def input_gradients(self: Any) -> Any:
        rows = len(self.inputs[0])
        return [coefficients[:rows], np.zeros(np.shape(self.inputs[1]))]

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        self.double_called.append(taped(base, words))
        return super(kind, self).__call__(*args, **kwargs)

    body = {
        words["weights"]: property(lambda self: []),
        "seen": seen,
        words["forward"]: forward,
        words["input_gradients"]: input_gradients,
        words["weight_gradients"]: lambda self: [],
        "__call__": call,
        **composing(base, words, starts=True),
    }
    kind = derived("Loss", base, body)
    loss = kind()
    loss.double_called = []
    return loss


def by_row(rows: Any) -> float:
    """A number from 0 to 1 that differs from batch to batch, and of all rows is the mean over the rows."""
    return float(np.mean(1 / (1 + np.abs(np.asarray(rows)[:, 0]))))


def _metric(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """A metric that replies with one number, or by row where it is None, and writes down what it saw."""
    seen: list[Any] = []

    def forward(self: Any, probs: Any, labels: Any) -> Any:
        seen.append((np.array(probs), np.array(labels)))
        return np.float64(by_row(probs) if script["reply"] is None else script["reply"])

    return derived("Metric", base, {words["forward"]: forward, "seen": seen})()


class Optimizer:
    """Writes down what it is given and changes every weight in place by a constant, so that a step can be seen."""

    def __init__(self, script: dict[str, Any]) -> None:
        self.bump = script.get("bump", 0.0)
        self.learning_rate = 1.0
        self.params: list[Any] = []
        self.grads: list[Any] = []
        self.forgotten = 0

    def apply_gradients(self, trainable_params: Any, grads: Any) -> None:
        params = list(trainable_params)
        self.params.append([np.array(each) for each in params])
        self.grads.append([np.array(each) for each in grads])
        for each in params if self.bump else ():
            each += self.bump


class Stepper:
    """The same where an optimizer holds its weights, each of which holds its gradient.

    forgotten: how many gradients were thrown away before a step was made of them.
    """

    def __init__(self, script: dict[str, Any]) -> None:
        self.bump = script.get("bump", 0.0)
        self.learning_rate = 1.0
        self.parameters = list(script["parameters"])
        self.params: list[Any] = []
        self.grads: list[Any] = []
        self.forgotten = 0
        self.stepped = False

    def zero_grad(self) -> None:
        for each in self.parameters:
            self.forgotten += each.grad is not None and not self.stepped
            each.grad = None
        self.stepped = False

    def step(self) -> None:
        self.stepped = True
        reached = [each for each in self.parameters if each.grad is not None]
        self.params.append([np.array(each) for each in reached])
        self.grads.append([np.array(each.grad) for each in reached])
        for each in reached if self.bump else ():
            each += self.bump


def _model(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """A model whose batch_step replies with the next of its losses, in the form that the submission's own has.

    trained, evaluated: expressions of the grader's, see homeworks/beras/later/forms.py. The predictions are the inputs.
    reply: the accuracy of every batch; None for one by row.
    """
    forms = {
        training: compile(script[name], name, "eval") for name, training in (("trained", True), ("evaluated", False))
    }

    def step(self: Any, x: Any, y: Any, training: bool = True) -> Any:
        self.double_steps.append((np.array(x), np.array(y), bool(training)))
        losses = script["losses"]
        loss = float(losses[min(len(self.double_steps), len(losses)) - 1])
        acc = by_row(x) if script["reply"] is None else script["reply"]
        known = {"np": np, "loss": loss, "acc": acc, "x": x, "y": y}
        return eval(forms[bool(training)], known)  # noqa: S307  the grader's own text

    body = {words["forward"]: lambda self, inputs: inputs, "batch_step": step}
    for word in ("input_gradients", "weight_gradients"):
        body[words[word]] = lambda self: []
    model = derived("ScriptedModel", base, body)(script["layers"])
    model.double_steps = []
    return model


def _holder(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """Something with weights, to ask the four properties of Weighted about."""
    weights = list(script["weights"])
    return derived("Holder", base, {words["weights"]: property(lambda self: weights)})()


def _raiser(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """A function that fails, to see whether a context manager cleans up."""

    def fail() -> None:
        raise ArithmeticError(RAISED)

    return fail


def _plumbing(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """Puts right what a training step runs on, in the submission's own classes: so the step alone is asked about.

    base: Weighted. script: `model` and `tape`, the classes Model and GradientTape, and `scale`: the tape's gradient for
    a source is `scale` times the source, and 0 where what was recorded does not lead back to it from a single number,
    as a loss is.
    """

    weighted(base, script["model"], words, "trainable")
    seen: list[Any] = []

    def gradient(self: Any, target: Any, sources: Any) -> Any:
        reached = weights_behind(target, getattr(self, words["recorded"]), words)
        seen.append([bool(reached), len(list(sources))])
        scale = script["scale"] if np.size(target) == 1 else 0.0
        return [np.asarray(each) * (scale if id(each) in reached else 0.0) for each in sources]

    script["tape"].gradient = gradient
    return seen


def weights_behind(target: Any, recorded: Any, words: dict[str, str]) -> set[int]:
    """Ids of the weights with a gradient, of the layers that the record leads to.

    A model that was called itself has weights and no gradient of them: the way ends there.
    """
    found: set[int] = set()
    waiting, done = [target], set()
    while waiting:
        layer = recorded.get(id(waiting.pop()))
        if layer is None or id(layer) in done:
            continue
        done.add(id(layer))
        pairs = zip(getattr(layer, words["weights"]), getattr(layer, words["weight_gradients"])())
        found |= {id(weight) for weight, _ in pairs}
        waiting += [x for x, _ in zip(layer.inputs, getattr(layer, words["input_gradients"])())]
    return found


def _backward_plumbing(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """The same where a Diffable passes gradients back itself.

    script: `model` and `diffable`, the classes Model and Diffable, `scale`, and `adds`: does a gradient add to the one
    that a weight has already, as the submission's own does, or replace it?
    """
    weighted(base, script["model"], words, "requires_grad")
    ends: list[bool] = []

    def backward(self: Any, grad: Any = None) -> None:
        scale = script["scale"] if np.size(self.outputs[0]) == 1 else 0.0 if grad is None else float(np.ravel(grad)[0])
        ends.append(grad is None)
        for each in getattr(self, words["weights"]):
            if each.requires_grad:
                found = np.asarray(each) * scale
                each.grad = found if each.grad is None or not script["adds"] else found + each.grad
        for each in self.inputs:
            onward = getattr(each, "backward", None)
            if callable(onward):
                onward([np.full((1, 1), scale)])

    script["diffable"].backward = backward
    return ends


def weighted(base: Any, model: Any, words: dict[str, str], flag: str) -> None:
    """Puts right Weighted and Model.weights. flag: what says of an array whether it may change."""

    def held(self: Any) -> Any:
        return getattr(self, words["weights"])

    def chosen(wanted: bool) -> Any:
        return property(lambda self: [each for each in held(self) if bool(getattr(each, flag)) == wanted])

    def set_trainable(self: Any, value: bool) -> None:
        for each in held(self):
            setattr(each, flag, value)

    setattr(base, words["trainable_variables"], chosen(True))
    setattr(base, words["non_trainable_variables"], chosen(False))
    base.trainable = property(lambda self: any(getattr(each, flag) for each in held(self)), set_trainable)
    setattr(model, words["weights"], property(lambda self: [each for layer in layers_of(self) for each in held(layer)]))


def _run(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """A run of wandb: of the class that stands in for it where a submission imports it, else one that logs nothing."""
    return getattr(sys.modules.get("wandb"), "Run", Run)()


class Run:
    def log(self, *args: Any, **kwargs: Any) -> None:
        """Logs nothing."""


MAKERS: dict[str, Any] = {
    "layer": _layer,
    "loss": _loss,
    "metric": _metric,
    "optimizer": lambda base, script, words: Optimizer(script),
    "model": _model,
    "holder": _holder,
    "raiser": _raiser,
    "plumbing": _plumbing,
    "stepper": lambda base, script, words: Stepper(script),
    "backward-plumbing": _backward_plumbing,
    "run": _run,
}
