"""How an implementation of the first edition is asked: the verbs of the probes.

Probes speak mathematics: `s.new("Dense", 3, 4)`, `s.forward(dense, x)`, `s.weight_gradients(dense, J)`. What is
particular to this edition of the course stays here: how methods are called, and the two gradient conventions
(ASSIGNMENT.md): *jacobian*, where `input_gradients()` returns the local Jacobian, and *upstream*, where it takes the
upstream gradient and returns the propagated one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from grader.ask.client import Fault, Worker
from grader.ask.notes import Assignment, Call, Given, Write
from grader.ask.probe import NotAsked
from grader.ask.subject import Remote, Subject, Trainee, held, missing_method, sent
from grader.homework import FIRST
from grader.homeworks.beras.local_gradients import PER_EXAMPLE, LayerGradient
from grader.homeworks.beras.stand_ins import CLASSES
from grader.submission.places import Places

# The checks that show in which convention a class is written
SHOWS = {"Dense": "Dense/input-gradient", "LeakyReLU": "LeakyReLU/gradient"}
RATE_PARAMETERS = ("learning_rate", "lr", "alpha")


INITIALIZE = "_initialize_weight"


def comes_of_initializer(fault: Fault) -> bool:
    """Did a Dense layer not come to be because of what draws its weights: that raised, or gave no pair?"""
    gave_no_pair = fault.type in ("TypeError", "ValueError") and "unpack" in fault.message
    return fault.kind == "raised" and (gave_no_pair or any(INITIALIZE in frame.function for frame in fault.frames))


class Dialect(Subject):
    """One implementation of the first edition."""

    edition = FIRST
    stand_ins = CLASSES

    def __init__(self, worker: Worker, data_path: str = "", places: Places | None = None) -> None:
        super().__init__(worker, data_path, places)
        self.upstream: dict[str, bool] = {}  # what is known of classes, see uses_upstream

    def word(self, name: str) -> str:
        """What this year calls something that the contract calls `name`."""
        return self.edition.word(name)

    def new(self, name: str, *args: Any, **kwargs: Any) -> Remote:
        """An instance; a `learning_rate` that a layer insists on (upstream convention) is given."""
        cls = self.get(name)
        try:
            return cls(*args, **kwargs)
        except Fault as fault:
            if fault.type == "TypeError" and f"abstract class {name} " in fault.message and not fault.frames:
                lacking = fault.message.replace("'", "").rpartition("abstract method")[2].removeprefix("s").strip()
                raise Fault("missing", f"{name} has no {lacking}") from None
            insisted = [rate for rate in RATE_PARAMETERS if f"'{rate}'" in fault.message]
            if fault.type != "TypeError" or not insisted:
                raise
            self.notes.pop()
            return cls(*args, **kwargs, **dict.fromkeys(insisted, 0.5))

    def weight(self, value: np.ndarray, name: str = "w") -> Remote:
        """An array that an optimizer changes."""
        return self.keep(value, name)

    def number(self, value: Any) -> Any:
        """A Python float, a NumPy scalar and a 0-d array are all 'a float'."""
        is_number = isinstance(value, (int, float)) or (isinstance(value, np.ndarray) and value.ndim == 0)
        return float(value) if is_number else value

    def passes_back(self, layer: Remote, upstream: Remote) -> None:
        """What a tape calls of an element-wise layer, where that is not what `input_gradient` has asked."""
        if self.convention == "jacobian" and layer.has("compose_to_input"):
            layer.method("compose_to_input", upstream)

    def dense(self, w: np.ndarray, b: np.ndarray) -> Remote:
        """A Dense layer with these weights, set in place (they may be views, or a property may serve them).

        Where there is no array of the right shape, as the initializer is wrong or not written yet, an array of the
        grader's takes its place: what Dense makes of its weights is asked all the same.
        """
        try:
            layer = self.new("Dense", *w.shape)
        except Fault as fault:
            if not comes_of_initializer(fault):
                raise
            return self.dense_around(w, b)
        put = {name: self.filled(layer, name, value) for name, value in (("w", w), ("b", b))}
        if any(put.values()):
            self.relist(layer, [array or layer.attribute(name) for name, array in put.items()])
        return layer

    def optimizer(self, name: str, weights: Sequence[Remote], rate: float, **options: Any) -> Remote:
        """An optimizer for these weights."""
        return self.new(name, rate, **options)

    def step(self, optimizer: Remote, weights: Sequence[Remote], gradients: Sequence[Any]) -> None:
        """One step: the weights, which are all that the optimizer is for, have these gradients."""
        optimizer.method("apply_gradients", list(weights), list(gradients))

    def dense_around(self, w: np.ndarray, b: np.ndarray) -> Remote:
        """A Dense layer whose initializer is the grader's, and gives these weights."""
        self.notes.pop()
        cls, weights = self.get("Dense"), (self.weight(w, "w"), self.weight(b, "b"))
        given, args = tuple(each.ref for each in weights), list(w.shape)
        name = self.unused_name(cls.expression.lower())
        made = Given(f"lambda *_, **__: ({', '.join(each.expression for each in weights)})")
        self.note(Write(f"{cls.expression}.{INITIALIZE}", made))
        self.note(Call(cls.expression, args=[*map(self.given, args)], name=name))
        return self.remote(self.ask("made_around", cls=cls.ref, name=INITIALIZE, value=given, args=args), name)

    def filled(self, layer: Remote, name: str, value: np.ndarray) -> Remote | None:
        """Gives a weight of a layer these numbers; the array that had to be put in its place, if one had."""
        written = len(self.notes)
        try:
            layer.fill(value, name)
        except Fault as fault:
            if fault.kind != "unusable":
                raise
            del self.notes[written:]
            array = self.weight(value, name)
            try:
                layer.set(name, array)
            except Fault:
                raise fault from None
            return array
        return None

    def relist(self, layer: Remote, weights: list[Any]) -> None:
        """Puts arrays of the grader's into the list of a layer's weights, too."""
        layer.set("weights", weights)

    def forward(self, function: Remote, *inputs: Any) -> Remote:
        """The output of a layer, loss or metric for these inputs."""
        self.needs.append(self.edition.calling)
        return function(*inputs)

    def input_gradient(self, layer: Remote, upstream: Any, x: Any) -> Any:
        """The gradient with respect to the input, for this upstream gradient, in whichever convention it is written.

        x: the layer's last input. Returns an array like x; where the local gradient has no shape that an upstream
        gradient could pass through, that local gradient itself.
        """
        local = self._gradient(layer, "input_gradients", upstream)
        if self.convention == "upstream":
            return local
        J = held(upstream)
        local = stacked(local)
        couples = layer.kind in {self.places[each].name for each in PER_EXAMPLE}
        composed, formula = propagated(local, J, np.shape(x), elementwise=not couples)
        self.locals.append(LayerGradient(local, bool(formula), "input_gradients", J.shape, np.shape(x)))
        self.note_composition("dx", upstream, formula)
        return composed

    def weight_gradients(self, layer: Remote, upstream: Any, shapes: Sequence[tuple[int, ...]]) -> Any:
        """One gradient a weight, each the mean over the batch (in the upstream convention mean or sum)."""
        local = self._gradient(layer, "weight_gradients", upstream)
        local = list(local) if isinstance(local, (list, tuple)) else [local]
        if self.convention == "upstream":
            return local
        J = held(upstream)
        stacks = [stacked(gradient) for gradient in local[: len(shapes)]]
        found = [averaged(gradient, J, shape) for gradient, shape in zip(stacks, shapes)]
        parts = [
            LayerGradient(gradient, one is not gradient, "weight_gradients", J.shape, weight=shape)
            for gradient, one, shape in zip(stacks, found, shapes)
        ]
        self.locals += parts
        self.note_composition("grads", upstream, AVERAGED if all(part.fits for part in parts) else "")
        return found + local[len(shapes) :]

    def note_composition(self, name: str, upstream: Any, formula: str) -> None:
        """Notes how a local gradient and the upstream gradient J give what is compared."""
        if formula:
            local = self.notes.pop()
            self.note(Assignment("J", self.given(upstream)))
            self.note(Assignment(self.unused_name(name), Given(formula.format(local=local.text))))

    def _gradient(self, layer: Remote, method: str, upstream: Any) -> Any:
        """Calls a gradient method the way it is written, and notes which convention that is."""
        with missing_method(method):
            try:
                reply = self.ask("call_as_written", target=layer.ref, name=method, args=[sent(upstream)])
            except Fault as fault:
                if fault.kind == "raised" and fault.frames:  # it was called, and is written in one of the two
                    with self.unnoted():
                        kinds = [kind for _, kind in self.parameters(layer.attribute(method))]
                    self.convention = "upstream" if "required" in kinds else "jacobian"
                    given = [self.given(upstream)] if self.convention == "upstream" else []
                    self.note_call(Call(layer.expression, method, given))
                raise
        self.convention = "upstream" if isinstance(reply, dict) and reply.get("required") else "jacobian"
        call = Call(layer.expression, method, [self.given(upstream)] if self.convention == "upstream" else [])
        self.note_call(call)
        return self.remote(reply, call.expression).value

    def loss_gradient(self, loss: Remote) -> Any:
        """The gradient of the loss with respect to the prediction, for each example.

        A loss has no upstream gradient to take, so its convention is that of the submission's layers.
        """
        gradient = self._gradient(loss, "input_gradients", 1.0)
        with suppress(Fault):
            self.convention = "upstream" if self.uses_upstream("Dense") else self.convention
        return gradient

    def tape_gradient(self, tape: Remote) -> Any:
        """What tape.gradient() returns, as a list."""
        gradients = tape.method("gradient").value
        return list(gradients) if isinstance(gradients, tuple) else gradients

    def not_asked(self, reason: str, name: str = "Dense") -> NotAsked:
        """Why a question makes no sense for a class whose gradient methods take the upstream gradient."""
        return NotAsked(reason, SHOWS.get(name, ""), "upstream")

    def uses_upstream(self, name: str) -> bool:
        """Do the gradient methods of this class take the upstream gradient? Leaves no trace in the notes."""
        if name in self.upstream:
            return self.upstream[name]
        with self.unnoted():
            method = self.get(name).attribute("input_gradients")
            required = [parameter for parameter, kind in self.parameters(method) if kind == "required"]
        self.upstream[name] = len(required) > 1  # self, and the upstream gradient
        return self.upstream[name]

    # --- trainings --------------------------------------------------------------------------------------------

    @classmethod
    def makers(cls, kind: str) -> tuple[str, ...]:
        return (f"get_{kind}_model_components",)

    @classmethod
    def model_forward(cls) -> str:
        return "call"

    def trainee(self, kind: str) -> Trainee:
        components = self.get(self.makers(kind)[0])()
        model, epochs, batch_size = map(components.attribute, ("model", "epochs", "batch_size"))
        return Trainee(model, epochs.value, batch_size.value)

    def misfit(self, kind: str, model: Remote) -> str:
        """At most one Dense and one activation (simple), two or more of each (advanced)."""
        rows = self.ask("layer_kinds", model=model.ref, dense=self.get("Dense").ref)
        layers = [row for row in rows if isinstance(row, list) and len(row) == 4]
        dense = sum(1 for row in layers if row[1])
        # One that passes its input on (flattening, dropout, a linear activation) is one too many nowhere
        activations = sum(1 for row in layers if not row[1] and not row[2] and not (kind == "simple" and row[3]))
        found = f"the model has {dense} Dense and {activations} activation{'s' * (activations != 1)}"
        if kind == "simple" and (dense > 1 or activations > 1):
            return f"{found}: the simple model has at most one of each"
        if kind == "advanced" and (dense < 2 or activations < 2):
            return f"{found}: the advanced model has two or more of each"
        return ""

    def arrays(self, data: Remote) -> Remote:
        """Arrays of NumPy's own."""
        return data

    def fast_core(self, model: Remote) -> Any:
        return self.ask("vectorise", base=self.get("Diffable").ref, model=model.ref)

    def made_of(self, trainee: Trainee) -> Any:
        return self.ask("made_of", model=trainee.model.ref)

    def study(self, trainee: Trainee, x: Remote, y: Remote, factor: float, steps: int, seconds: float) -> Any:
        return self.ask(
            "study",
            model=trainee.model.ref,
            x=x.ref,
            y=y.ref,
            batch_size=trainee.batch_size,
            steps=steps,
            seconds=seconds,
            forward=self.model_forward(),
            factor=factor,
        )

    @classmethod
    def what_is_slow(cls, methods: Sequence[str]) -> str:
        given, own = ([each for each in methods if ("." in each) == is_own] for is_own in (False, True))
        slow = [f"Diffable's {' and '.join(given)}, which loop over the batch"] if given else []
        slow += [f"{each}, which makes an array of all weights for each example" for each in own]
        return ", and of ".join(slow)


def stacked(value: Any) -> Any:
    """A list of numbers, or of arrays of one shape, as the array that it is; anything else as it came."""
    if not isinstance(value, (list, tuple)):
        return value
    try:
        return np.asarray(value)
    except ValueError:
        return value


def propagated(local: Any, J: np.ndarray, shape: tuple[int, ...], elementwise: bool = True) -> tuple[Any, str]:
    """Upstream gradient J (B, m) through a local Jacobian, (n, m), (B, n, m) or element-wise like the input.

    elementwise: may it be that? A layer whose outputs depend on the whole row has no slope for each number.

    Returns the gradient with respect to the input, and the formula for it; the local one and '' where none fits.
    """
    if not isinstance(local, np.ndarray) or local.dtype.kind not in "fiub":
        return local, ""
    batch, m = J.shape
    if elementwise and local.shape == shape and shape == J.shape:
        return local * J, "{local} * J"
    if local.ndim == 2 and local.shape == (shape[-1], m):
        return J @ local.T, "J @ {local}.T"
    if local.ndim == 3 and local.shape[0] in (1, batch) and local.shape[1:] == (shape[-1], m):
        jacobians = np.broadcast_to(local, (batch, shape[-1], m))
        return np.einsum("bnm,bm->bn", jacobians, J), "({local} @ J[:, :, None])[:, :, 0]"
    return local, ""


# The mean over the batch of each weight's local gradient times the upstream gradient.
AVERAGED = "[(g * (J[:, None, :] if np.ndim(g) == 3 else J)).mean(axis=0) for g in {local}]"


def averaged(local: Any, J: np.ndarray, shape: tuple[int, ...]) -> Any:
    """Mean over the batch of a local weight gradient times J (B, m), in the weight's own shape."""
    if isinstance(local, (int, float)):
        local = np.asarray(local)  # a number broadcasts as well as an array of ones
    if not isinstance(local, np.ndarray) or local.dtype.kind not in "fiub":
        return local
    upstream = J[:, None, :] if local.ndim == 3 else J
    try:
        product = np.broadcast_to(local * upstream, np.broadcast_shapes(local.shape, upstream.shape))
    except ValueError:
        return local
    if product.shape[0] != len(J):
        return local
    mean = product.mean(axis=0)
    return mean.reshape(shape) if mean.size == int(np.prod(shape)) else mean
