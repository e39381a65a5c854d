"""Stand-ins for the parts of a network that are not being asked about.

A double does what its script says and writes down what it was asked. It stands in for a layer, a loss, an optimizer
or a metric, so that a check of the tape does not depend on the student's Dense, nor a check of `evaluate` on the
student's `batch_step`. Doubles hold no formula of the assignment: a layer is a constant linear map that the grader
drew, a loss a constant linear functional, an optimizer a notebook. Their numbers are NumPy's, which are Python floats
as well: code that says `loss.item()` finds what NumPy's own functions return.

They are no better than the given code of the course: what has no weights has no attribute `weights` either, unless its
base class or the submission's own layers of that kind have one, and then the base class composes to its weights.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

Like = Callable[[], Any]


def make(kind: str, base: Any, script: dict[str, Any], like: Like = lambda: ()) -> Any:
    """A double of the given kind, derived from the submission's own base class where it must be one of those.

    like: gives the submission's own classes whose habits it has.
    """
    return MAKERS[kind](base, script, like)


def _layer(base: Any, script: dict[str, Any], like: Like) -> Any:
    """A layer with a constant Jacobian: forward(x) = x @ jacobian + shift. Its weight gradients are constants too."""
    jacobian, shift = script["jacobian"], script["shift"]
    weighted = bool(script["weights"])

    class Layer(_with_weights(base, script) if weighted else _without_weights(base, like)):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.trainable = script.get("trainable", True)
            self.seen: list[Any] = []

        def forward(self, x: Any) -> Any:
            self.seen.append(np.array(x))
            if script.get("raises"):
                raise ArithmeticError("raised on purpose by the grader, to see what is left behind")
            return np.asarray(x) @ jacobian + shift

        def input_gradients(self, upstream: Any = None) -> Any:
            return jacobian if upstream is None else self.compose_to_input(upstream)

        def compose_to_input(self, J: Any) -> Any:
            return np.asarray(J) @ jacobian.T

    return concrete(Layer)()


def _with_weights(base: Any, script: dict[str, Any]) -> Any:
    """The base class, with the scripted weights and their gradients."""

    class Weighted(base):
        weights: Any = ()  # the base may have a property that cannot be set

        def __init__(self) -> None:
            super().__init__()
            self.weights = list(script["weights"])

        def weight_gradients(self, upstream: Any = None) -> Any:
            return tuple(script["weight_gradients"]) if upstream is None else self.compose_to_weight(upstream)

        def compose_to_weight(self, J: Any) -> Any:
            J = np.asarray(J)
            per_example = [(each, J[:, None, :] if each.ndim == 3 else J) for each in script["weight_gradients"]]
            return [(gradient * upstream).mean(axis=0) for gradient, upstream in per_example]

    return Weighted


def _without_weights(base: Any, like: Like) -> Any:
    """The base class, as what has no weights derives from it in this submission."""

    class Weightless(base):
        def __getattr__(self, name: str) -> Any:
            """Asked only for what is not there: the base class has no `weights`, and its own layers may."""
            if name == "weights" and any(has_weights(each) for each in like()):
                return []
            inherited = getattr(super(), "__getattr__", None)
            if inherited is not None:
                return inherited(name)
            raise AttributeError(f"this layer without weights has no attribute {name!r}")

        def weight_gradients(self, upstream: Any = None) -> Any:
            return ()

    if not hasattr(base, "compose_to_weight"):
        Weightless.compose_to_weight = lambda self, J: []
    return Weightless


def has_weights(kind: Any) -> bool:
    """Has an instance of this class an attribute `weights`?"""
    with suppress(Exception):  # one that is not written yet has no habits
        return hasattr(kind(), "weights")
    return False


def _raw_layer(base: Any, script: dict[str, Any], like: Like) -> Any:
    """A Diffable with scripted local gradients and the submission's own compose methods."""

    class Layer(base):
        if "weights" in script:
            weights: Any = ()  # the base may have a property that cannot be set

        def __init__(self) -> None:
            super().__init__()
            if "weights" in script:
                self.weights = list(script["weights"])

        def forward(self, x: Any) -> Any:
            return x

        def input_gradients(self) -> Any:
            return script.get("input_gradients")

        def weight_gradients(self) -> Any:
            return tuple(script.get("weight_gradients", ()))

    return concrete(Layer)()


def _loss(base: Any, script: dict[str, Any], like: Like) -> Any:
    """A linear loss: the mean over the batch of sum(coefficients * prediction). Its gradient is constant."""
    coefficients = script["coefficients"]

    class Loss(_without_weights(base, like)):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[Any] = []

        def forward(self, y_pred: Any, y_true: Any) -> Any:
            self.seen.append((np.array(y_pred), np.array(y_true)))
            self.batch = len(y_pred)
            return np.float64(np.mean(np.sum(coefficients[: self.batch] * np.asarray(y_pred), axis=-1)))

        def input_gradients(self, upstream: Any = None) -> Any:
            return coefficients[: self.batch] * (1.0 if upstream is None else upstream)

        def compose_to_input(self, J: Any) -> Any:
            """Like that of the submission's own losses: inherited, or element by element where they have one."""
            inherited = getattr(super(), "compose_to_input", None)
            own = any(getattr(each, "compose_to_input", None) is not base.compose_to_input for each in like())
            return self.input_gradients() * J if inherited is None or own else inherited(J)

    return concrete(Loss)()


def _accuracy(base: Any, script: dict[str, Any], like: Like) -> Any:
    """A metric that replies with the next number of its list (the last one for ever).

    Without a list it depends on the rows it sees, so that the mean over all rows does not depend on how they are cut.
    """

    @concrete
    class Accuracy(base):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[Any] = []

        def forward(self, probs: Any, labels: Any) -> Any:
            self.seen.append((np.array(probs), np.array(labels)))
            replies = script.get("replies")
            if replies is None:
                return np.float64(np.mean(np.asarray(probs)[:, -1] % 1.0))
            return np.float64(replies[min(len(self.seen), len(replies)) - 1])

    return Accuracy()


class Optimizer:
    """Writes down the gradients it is given and changes every weight by constants, so that a step can be seen."""

    def __init__(self, base: Any, script: dict[str, Any], like: Like) -> None:
        self.bump, self.factor = script.get("bump", 0.0), script.get("factor", 1.0)
        self.learning_rate = 1.0
        self.grads: list[Any] = []
        self.weights: list[Any] = []

    def apply_gradients(self, weights: Any, grads: Any) -> None:
        weights = list(weights)  # a generator can be read once only
        self.weights.append([np.array(weight) for weight in weights])
        self.grads.append([np.array(grad) for grad in grads])
        for weight in weights if self.bump or self.factor != 1.0 else ():
            weight *= self.factor
            weight += self.bump


def _model(base: Any, script: dict[str, Any], like: Like) -> Any:
    """A model whose batch_step replies from a list of losses and accuracies and moves its weights when it trains."""

    @concrete
    class Model(base):
        def __init__(self, layers: Any) -> None:
            super().__init__(layers)
            # A fit or an evaluate may well keep something under a name like `steps`
            self.double_steps: list[Any] = []

        def compile(self, *parts: Any) -> None:
            before = list(map(sys.getrefcount, parts))
            super().compile(*parts)
            # Under whatever names and in whatever objects: what is kept has one more reference
            self.double_kept = [now > then for now, then in zip(map(sys.getrefcount, parts), before)]
            self.double_parts = parts

        def call(self, inputs: Any) -> Any:
            for layer in self.layers:
                inputs = layer(inputs)
            return inputs

        def batch_step(self, x: Any, y: Any, training: bool = True) -> Any:
            self.double_steps.append(bool(training))
            optimizer, loss_fn, acc_fn = self.double_parts
            y_pred = self.call(x)
            values = {"loss": loss_fn(y_pred, y), "acc": acc_fn(y_pred, y)}
            if training:
                weights = [weight for layer in self.layers for weight in getattr(layer, "weights", ())]
                optimizer.apply_gradients(weights, [np.zeros_like(weight) for weight in weights])
            return values

    return Model(script["layers"])


def concrete(double: Any) -> Any:
    """The class, usable though the submission's base may ask for methods that no contract knows, nor checks call."""
    double.__abstractmethods__ = frozenset()
    return double


def _raiser(base: Any, script: dict[str, Any], like: Like) -> Any:
    """A function that fails, to see whether a context manager cleans up."""

    def fail() -> None:
        raise ArithmeticError("raised on purpose by the grader, to see what is left behind")

    return fail


def _row_mean_loss(base: Any, script: dict[str, Any], like: Like) -> Any:
    """A loss whose value depends on the rows it sees: the mean of the first column of the prediction."""

    @concrete
    class Loss(base):
        def forward(self, y_pred: Any, y_true: Any) -> Any:
            return np.float64(np.mean(np.asarray(y_pred)[:, 0]))

        def input_gradients(self) -> Any:
            return np.zeros(1)

        def weight_gradients(self) -> Any:
            return ()

    return Loss()


def _watched(make_double: Any) -> Any:
    """The same double, which writes down whether a tape was open: when it was called, and whenever its forward ran."""

    def made(base: Any, script: dict[str, Any], like: Like) -> Any:
        double = make_double(base, script, like)

        class Watched(type(double)):  # type: ignore[misc]
            def __call__(self, *args: Any, **kwargs: Any) -> Any:
                self.double_called.append(is_taped(base))
                return super().__call__(*args, **kwargs)

            def forward(self, *args: Any, **kwargs: Any) -> Any:
                self.double_ran.append(is_taped(base))
                return super().forward(*args, **kwargs)

        double.double_called, double.double_ran = [], []
        double.__class__ = concrete(Watched)
        return double

    return made


def is_taped(base: Any) -> bool:
    """Is a tape open?"""
    return getattr(base, "gradient_tape", None) is not None


MAKERS: dict[str, Any] = {
    "layer": _layer,
    "raw-layer": _raw_layer,
    "loss": _loss,
    "row-mean-loss": _row_mean_loss,
    "accuracy": _accuracy,
    "optimizer": Optimizer,
    "model": _model,
    "raiser": _raiser,
    "watched-layer": _watched(_layer),
    "watched-loss": _watched(_loss),
}
