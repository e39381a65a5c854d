"""How an implementation of 2023 to 2025 is asked: the verbs of the probes, in these years' words.

Gradients go through the hand-in's own compose methods, which take a list of upstream gradients and give a list: only
that shows what the given code makes of a local gradient. Layers sum over the batch, and losses carry the 1/B.

Arguments are Tensors, weights Variables. They are made as views, so that no check but Tensor's own rests on how the
hand-in's constructor turns a list into one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.notes import Assignment
from grader.ask.subject import Remote, held
from grader.homework import edition as edition_of
from grader.homeworks.beras.later.stand_ins import CLASSES
from grader.homeworks.beras.later.training import Training
from grader.homeworks.beras.local_gradients import ELEMENTWISE, ComposedGradient
from grader.worker.wire import Ref

# What every call of a layer, loss or metric makes of its result
TENSOR = "Tensor/of-arrays"
# What makes Tensors in the submission's own code: the weights of a layer, the data
MAKERS_OF_TENSORS = ("Dense", "load_and_preprocess_data")
# The local gradients that a compose method stands on
LOCAL_OF = {"compose_to_input": "input_gradients", "compose_to_weight": "weight_gradients"}
GIVEN_OF = {"compose_to_input": "Diffable/composes-to-input", "compose_to_weight": "Diffable/composes-to-weight"}
ONE = np.array([[0.5, -1.0], [2.0, 0.25]])  # what a look at a submission's own form is made with
# The methods that doubles are asked for, by the contract's words
ASKED_OF_DOUBLES = (
    "forward", "weights", "input_gradients", "weight_gradients", "compose_to_input", "compose_to_weight",
    "trainable_variables", "non_trainable_variables",
)  # fmt: skip


class Dialect(Training):
    """One implementation of a later year."""

    edition = edition_of(2025)
    stand_ins = CLASSES
    flag = "trainable"  # of an array: may training change it?

    def get(self, name: str) -> Remote:
        if name in MAKERS_OF_TENSORS:
            self.needs.append(TENSOR)
        return super().get(name)

    # --- arrays -----------------------------------------------------------------------------------------------

    def tensor(self, value: Any, name: str = "") -> Any:
        """A Tensor with these numbers, under a name in the script; what is no array of numbers stays as it is."""
        if isinstance(value, Remote) or not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
            return value
        return self.view(value, "Tensor", name)

    def relist(self, layer: Remote, weights: list[Any]) -> None:
        """Nothing: here `weights` is a property, which makes the list anew."""

    def weight(self, value: np.ndarray, name: str = "w", trainable: bool = True) -> Remote:
        """A Variable with these numbers."""
        found = self.view(value, "Variable", name)
        if not trainable:
            self.freeze(found)
        return found

    def freeze(self, weight: Remote) -> None:
        """Says of one array that training is not to change it."""
        weight.set(self.flag, False)

    def is_trainable(self, array: Remote) -> Any:
        """Whether training may change an array; what the flag holds, where that is no matter of yes or no."""
        return truth(array.attribute(self.flag).value)

    def view(self, value: np.ndarray, kind: str, name: str = "") -> Remote:
        found = self.get(kind)
        expression = f"{found.expression}({self.literal(value)})"
        if name:
            name = self.unused_name(name)
            self.note(Assignment(name, replace(self.given(value), text=expression)))
        reply = {"kind": found.expression, "inline": True, "value": np.array(value)}
        return Remote(self, self.viewed(value, found), name or expression, reply)

    def viewed(self, value: np.ndarray, kind: Remote) -> Ref:
        return self.later("view", value=value, kind=kind.ref, attributes={self.flag: True})

    def keep(self, value: Any, name: str) -> Remote:
        found = self.tensor(value, name)
        return found if isinstance(found, Remote) else super().keep(value, name)

    def number(self, value: Any) -> Any:
        """An array with one entry, however many axes it has, is a number too."""
        return float(np.ravel(value)[0]) if isinstance(value, np.ndarray) and value.size == 1 else super().number(value)

    # --- layers and losses ------------------------------------------------------------------------------------

    def forward(self, function: Remote, *inputs: Any) -> Remote:
        self.needs.append(TENSOR)
        return super().forward(function, *map(self.tensor, inputs))

    def rests_on(self, layer: Remote, base: str, **needs: Sequence[str]) -> None:
        super().rests_on(layer, base, **{self.word(method): names for method, names in needs.items()})

    def input_gradient(self, layer: Remote, upstream: Any, x: Any, listed: bool = False) -> Any:
        """What the layer's own compose method makes of this upstream gradient, for its first input."""
        shapes = [] if x is None else [np.shape(x)]
        return self.entry(self.composed(layer, "compose_to_input", upstream, shapes, listed), 0)

    def weight_gradients(
        self, layer: Remote, upstream: Any, shapes: Sequence[tuple[int, ...]], listed: bool = False
    ) -> Any:
        """What the layer's own compose method makes of it, one gradient a weight: sums over the batch."""
        return entries(self.composed(layer, "compose_to_weight", upstream, shapes, listed).value)

    def composed(
        self, layer: Remote, word: str, upstream: Any, of: Sequence[tuple[int, ...]], listed: bool = False
    ) -> Remote:
        """of: the shapes of what the gradients are for. listed: in a list only, as the year's given code takes it.

        Where the submission changed the given code to take the bare array, its layers are right if they take that.
        """
        self.convention = "jacobian"
        self.rests_on(layer, "Diffable", **{word: (GIVEN_OF[word],)})
        J, name, written = self.tensor(upstream), self.word(word), len(self.notes)
        self.inputs.append(held(J))
        try:
            found = layer.method(name, [J])
            if listed or all(map(is_like, entries(found.value), of)) or not self.composes_bare():
                return found
        except Fault as fault:
            if listed or not self.composes_bare():
                if fault.kind == "raised":
                    self.note_misfits(layer, LOCAL_OF[word], np.shape(held(J)), of, fault.type)
                raise
        del self.notes[written:]
        return layer.method(name, J)

    def composes_bare(self) -> bool:
        """Do this submission's given methods take an upstream gradient itself, not in a list? Leaves no trace."""
        with suppress(Fault, TypeError, ValueError), self.unnoted():
            layer = self.double("layer", "Diffable", jacobian=ONE, shift=ONE[0])
            layer(self.tensor(ONE))
            found = self.entry(layer.method(self.word("compose_to_input"), self.tensor(ONE)), 0)
            return bool(np.allclose(found, ONE @ ONE.T))
        return False

    def rest_on_composing(self) -> None:
        """Says that the way back stands on the given methods, unless it fits them as this submission changed them.

        Where both take the bare array, what is wrong on the way back is its own.
        """
        if not (self.composes_bare() and self.goes_back()):
            self.needs += GIVEN_OF.values()

    def goes_back(self) -> bool:
        """Does a gradient get through two layers? Leaves no trace."""
        with suppress(Fault, TypeError, ValueError), self.unnoted():
            weight = self.weight(ONE)
            first = self.double("layer", "Diffable", jacobian=ONE, weights=[weight], weight_gradients=[ONE])
            signal, loss = self.tensor(ONE), self.double("loss", "Diffable", coefficients=ONE)
            with self.recorded() as tape:
                for layer in (first, self.double("layer", "Diffable", jacobian=ONE)):
                    signal = self.forward(layer, signal)
                value = self.forward(loss, signal, self.tensor(ONE))
            found = entries(self.gradients(tape, value, [weight]))[0]
            return bool(np.allclose(found, ONE * (ONE @ ONE.T).sum(axis=0)))
        return False

    def note_misfits(
        self, layer: Remote, word: str, upstream: tuple[int, ...], of: Sequence[tuple[int, ...]], raised: str
    ) -> None:
        """Notes the local gradients of which the given code could make nothing: for their shapes, or as no arrays."""
        name, couples = (
            self.word(word),
            layer.kind not in {self.places[each].name for each in ELEMENTWISE if each in self.places.table},
        )
        with suppress(Fault), self.unnoted():
            found = layer.method(name).value
            for value, shape in zip(found if isinstance(found, (list, tuple)) else [], of):
                x, weight = ((), shape) if word == "weight_gradients" else (shape, ())
                local = ComposedGradient(value, False, name, upstream, x, weight, couples)
                is_array = isinstance(value, np.ndarray)
                if raised == "AttributeError" if not is_array else np.shape(value) not in local.fitting():
                    self.locals.append(local)

    def loss_gradient(self, loss: Remote) -> Any:
        """The gradient of the loss with respect to the prediction, 1/B included."""
        self.convention = "jacobian"
        return self.entry(loss.method(self.word("input_gradients")), 0)

    def entry(self, found: Remote, index: int) -> Any:
        """One of several gradients, in a list or along the first axis of an array; anything else as it came."""
        value = found.value
        return found.item(index).value if has_entries(value) and index < len(value) else value

    def passes_back(self, layer: Remote, upstream: Remote) -> None:
        """The gradient was composed already."""

    def uses_upstream(self, name: str) -> bool:
        return False

    # --- networks ---------------------------------------------------------------------------------------------

    def double(self, kind: str, base: str | None, like: Sequence[str] = (), **script: Any) -> Remote:
        """A scripted stand-in (../worker/later_doubles.py) in this year's words."""
        words = {name: self.word(name) for name in ASKED_OF_DOUBLES}
        words |= {"recorded": str(self.edition.settings.get("recorded_by", ""))}
        return self.stood_in(kind, base, like, script, words)

    def optimizer_double(self, weights: Sequence[Remote], bump: float = 0.0) -> Remote:
        """A scripted optimizer for these weights, which writes down every step."""
        return self.double("optimizer", None, bump=bump)

    def plumbing(self, scale: float) -> None:
        """Puts right what a training step runs on: a gradient becomes `scale` times its weight."""
        model, tape = self.get("Model"), self.get("GradientTape")
        self.walks = self.double("plumbing", "Weighted", model=model, tape=tape, scale=scale)

    def went_back(self) -> bool:
        """Were gradients asked for since `plumbing`?"""
        return bool(self.walks.method("__len__").value)

    def recording(self, layer: Remote, x: Remote) -> dict[str, Any]:
        """Is a call of this layer written down while a tape is open, and only then?"""
        before = layer(x)
        tape, diffable = self.new("GradientTape"), self.get("Diffable")
        diffable.set("gradient_tape", tape)  # without its __enter__ and __exit__
        output = layer(x)
        diffable.set("gradient_tape", None)
        written = tape.attribute(str(self.edition.settings["recorded_by"]))
        return {
            "written_down": self.is_maker(written, output, layer),
            "not_written_down": not self.is_maker(written, before, layer),
        }

    def inputs_kept(self, layer: Remote, given: Sequence[Remote]) -> dict[str, bool]:
        """Does a layer hold what it was called with as `__call__` left it, so that the tape knows those arrays?"""
        inputs = layer.attribute("inputs")
        is_a_list = inputs.kind == "list"
        count = inputs.method("__len__").value if is_a_list else 0
        same = [self.is_same(inputs.item(place), each) for place, each in enumerate(given) if place < count]
        return {"inputs_is_a_list": is_a_list, "inputs_are_the_arguments": len(same) == len(given) and all(same)}

    def is_maker(self, written: Remote, output: Remote, wanted: Remote) -> bool:
        """Does a tape's dict say that this array is that layer's?"""
        maker = self.remote(self.ask("item_of", target=written.ref, of=output.ref), "maker")
        return self.is_same(maker, wanted)

    @contextmanager
    def recorded(self) -> Iterator[Remote | None]:
        """What is called meanwhile is recorded, for `gradients`."""
        tape = self.new("GradientTape")
        tape.method("__enter__")
        yield tape
        tape.method("__exit__", None, None, None)

    def gradients(self, tape: Remote | None, loss: Remote, weights: Sequence[Remote]) -> Any:
        """The gradient of a recorded loss for each of these weights, in their order."""
        assert tape is not None
        found = tape.method("gradient", loss, list(weights)).value
        return list(found) if isinstance(found, tuple) else found

    def run(self, model: Remote, x: Any) -> Remote:
        """The output of a model, which has no gradient of its own: by name, not as a function."""
        return model.method(self.word("forward"), self.tensor(x))

    def is_same(self, one: Remote, other: Remote) -> bool:
        return bool(self.ask("same", one=one.ref, other=other.ref))

    def is_tensor(self, value: Remote) -> bool:
        return bool(self.ask("is_instance", target=value.ref, kind=self.get("Tensor").ref))


def truth(value: Any) -> Any:
    """A matter of yes or no as NumPy says it, too; anything else as it came."""
    if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind == "b":
        return bool(value)
    return bool(value) if isinstance(value, np.bool_) else value


def entries(value: Any) -> list[Any]:
    return list(value) if has_entries(value) else [value]


def is_like(value: Any, shape: tuple[int, ...]) -> bool:
    """A gradient for an array of this shape, up to a row that stands for a vector?"""
    return isinstance(value, np.ndarray) and value.ndim <= 2 and value.size == math.prod(shape)


def has_entries(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)
