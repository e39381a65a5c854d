"""Stand-ins for the parts of a network of 2023 to 2025 (see doubles.py).

They derive from the hand-in's own base classes and use its own `__call__` and compose methods, as its own layers do.
Methods go by the names of the year, which come with the script (`words`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

RAISED = "raised on purpose by the grader, to see what is left behind"


def make(kind: str, base: Any, script: dict[str, Any]) -> Any:
    """A double of the given kind. script: what it does, and `words`, what its methods are called."""
    return MAKERS[kind](base, script, script["words"])


def derived(name: str, base: Any, body: dict[str, Any]) -> Any:
    """A class that can be made though the submission's base may ask for methods that no check calls."""
    kind: Any = type(name, (base,), body)
    kind.__abstractmethods__ = frozenset()
    return kind


def taped(base: Any) -> bool:
    return getattr(base, "gradient_tape", None) is not None


def _layer(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """A layer with a constant Jacobian: forward(x) = x @ jacobian + shift. Its weight gradients are constants too."""
    jacobian, shift = script.get("jacobian"), script.get("shift", 0.0)
    local = script.get("local", jacobian)
    weights = script.get("weights", [])  # a list or a tuple
    seen: list[Any] = []
    ran: list[bool] = []

    def forward(self: Any, x: Any) -> Any:
        seen.append(np.array(x))
        ran.append(taped(base))
        if script.get("raises"):
            raise ArithmeticError(RAISED)
        return x @ jacobian + shift

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        self.double_called.append(taped(base))
        return super(kind, self).__call__(*args, **kwargs)

    body = {
        "weights": property(lambda self: weights),
        "seen": seen,
        "double_ran": ran,
        words["forward"]: forward,
        words["input_gradients"]: lambda self: [local],
        words["weight_gradients"]: lambda self: list(script.get("weight_gradients", ())),
        "__call__": call,
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
        self.double_called.append(taped(base))
        return super(kind, self).__call__(*args, **kwargs)

    body = {
        "weights": property(lambda self: []),
        "seen": seen,
        words["forward"]: forward,
        words["input_gradients"]: input_gradients,
        words["weight_gradients"]: lambda self: [],
        "__call__": call,
    }
    kind = derived("Loss", base, body)
    loss = kind()
    loss.double_called = []
    return loss


def _metric(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """A metric that replies with one number, and writes down what it saw."""
    seen: list[Any] = []

    def forward(self: Any, probs: Any, labels: Any) -> Any:
        seen.append((np.array(probs), np.array(labels)))
        return np.float64(script["reply"])

    return derived("Metric", base, {words["forward"]: forward, "seen": seen})()


class Optimizer:
    """Writes down what it is given and changes every weight in place by a constant, so that a step can be seen."""

    def __init__(self, script: dict[str, Any]) -> None:
        self.bump = script.get("bump", 0.0)
        self.learning_rate = 1.0
        self.params: list[Any] = []
        self.grads: list[Any] = []

    def apply_gradients(self, trainable_params: Any, grads: Any) -> None:
        params = list(trainable_params)
        self.params.append([np.array(each) for each in params])
        self.grads.append([np.array(each) for each in grads])
        for each in params if self.bump else ():
            each += self.bump


def _model(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """A model whose batch_step replies with the next of its losses, in the form that the submission's own has.

    trained, evaluated: expressions of the grader's, see homeworks/beras/later/forms.py. The predictions are the inputs.
    """
    forms = {
        training: compile(script[name], name, "eval") for name, training in (("trained", True), ("evaluated", False))
    }

    def step(self: Any, x: Any, y: Any, training: bool = True) -> Any:
        self.double_steps.append((np.array(x), np.array(y), bool(training)))
        losses = script["losses"]
        loss = float(losses[min(len(self.double_steps), len(losses)) - 1])
        return eval(forms[bool(training)], {"np": np, "loss": loss, "x": x, "y": y})  # noqa: S307  the grader's own text

    body = {words["forward"]: lambda self, inputs: inputs, "batch_step": step}
    for word in ("input_gradients", "weight_gradients"):
        body[words[word]] = lambda self: []
    model = derived("ScriptedModel", base, body)(script["layers"])
    model.double_steps = []
    return model


def _holder(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """Something with weights, to ask the four properties of Weighted about."""
    weights = list(script["weights"])
    return derived("Holder", base, {"weights": property(lambda self: weights)})()


def _raiser(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """A function that fails, to see whether a context manager cleans up."""

    def fail() -> None:
        raise ArithmeticError(RAISED)

    return fail


def _plumbing(base: Any, script: dict[str, Any], words: dict[str, str]) -> Any:
    """Puts right what a training step runs on, in the submission's own classes: so the step alone is asked about.

    base: Weighted. script: `model` and `tape`, the classes Model and GradientTape, and `scale`: the tape's gradient for
    a source is `scale` times the source, and 0 where the target was not recorded or is no single number, as a loss is.
    """

    def chosen(wanted: bool) -> Any:
        return property(lambda self: [each for each in self.weights if bool(each.trainable) == wanted])

    def set_trainable(self: Any, value: bool) -> None:
        for each in self.weights:
            each.trainable = value

    setattr(base, words["trainable_variables"], chosen(True))
    setattr(base, words["non_trainable_variables"], chosen(False))
    base.trainable = property(lambda self: any(each.trainable for each in self.weights), set_trainable)
    script["model"].weights = property(lambda self: [each for layer in self.layers for each in layer.weights])
    seen: list[Any] = []

    def gradient(self: Any, target: Any, sources: Any) -> Any:
        recorded = getattr(self, words["recorded"])
        known = recorded.get(id(target)) is not None
        seen.append([known, len(list(sources))])
        scale = script["scale"] if known and np.size(target) == 1 else 0.0
        return [np.asarray(each) * scale for each in sources]

    script["tape"].gradient = gradient
    return seen


MAKERS: dict[str, Any] = {
    "layer": _layer,
    "loss": _loss,
    "metric": _metric,
    "optimizer": lambda base, script, words: Optimizer(script),
    "model": _model,
    "holder": _holder,
    "raiser": _raiser,
    "plumbing": _plumbing,
}
