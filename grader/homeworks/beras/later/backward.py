"""How an implementation of 2026 is asked, where no tape is open: arrays carry their gradient and the way back.

A call leaves the layer's `backward` on what it returns. So a loss is asked for the gradients by `loss.backward()`, and
each parameter is asked for its `grad`; an optimizer holds the parameters, and `step()` looks at their `grad`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.subject import Remote
from grader.homework import edition as edition_of
from grader.homeworks.beras.later import dialect
from grader.homeworks.beras.later.backward_pages import rewritten as rewritten  # of pages, see diagnose/pages/words.py
from grader.homeworks.beras.later.backward_stand_ins import CLASSES
from grader.homeworks.beras.later.dialect import ONE
from grader.worker.wire import Ref

# What Python says where `__call__` sets `backward` on something that takes no attribute
NO_CARRIER = re.compile(
    r"'([\w.]+)' object has no attribute 'backward'|cannot set '?backward'? attribute of immutable type '([\w.]+)'"
)
TENSORS = "Linear.initializer/tensors"


class Dialect(dialect.Dialect):
    """One implementation of a year without a tape."""

    edition = edition_of(2026)
    stand_ins = CLASSES
    flag = "requires_grad"

    def ask(self, op: str, **arguments: Any) -> Any:
        try:
            return super().ask(op, **arguments)
        except Fault as fault:
            raise in_words(fault) from None

    def viewed(self, value: np.ndarray, kind: Remote) -> Ref:
        """An array that no layer made, without a gradient."""
        return self.later("leaf", value=value, kind=kind.ref, attributes={"grad": None, self.flag: True})

    def dense(self, w: np.ndarray, b: np.ndarray) -> Remote:
        layer = super().dense(w, b)
        with self.unnoted():
            if not all(self.is_tensor(layer.attribute(name)) for name in ("w", "b")):
                self.needs.append(TENSORS)  # what asks for their gradients says nothing else
        return layer

    # --- optimizers -------------------------------------------------------------------------------------------

    def optimizer(self, name: str, weights: Sequence[Remote], rate: float, **options: Any) -> Remote:
        return self.new(name, list(weights), rate, **options)

    def step(self, optimizer: Remote, weights: Sequence[Remote], gradients: Sequence[Any]) -> None:
        for weight, gradient in zip(weights, gradients):
            weight.set("grad", self.tensor(gradient))
        optimizer.method("step")

    def optimizer_double(self, weights: Sequence[Remote], bump: float = 0.0) -> Remote:
        return self.double("stepper", None, parameters=list(weights), bump=bump)

    # --- networks ---------------------------------------------------------------------------------------------

    def plumbing(self, scale: float) -> None:
        model, diffable, adds = self.get("Model"), self.get("Diffable"), self.gradients_add()
        self.walks = self.double(
            "backward-plumbing", "Weighted", model=model, diffable=diffable, scale=scale, adds=adds
        )

    def gradients_add(self) -> bool:
        """Does the gradient of a second pass add to the first one's? Else it replaces it. Leaves no trace."""
        # One that is not written yet, or gives something else, adds nothing
        with suppress(Fault, TypeError, ValueError), self.unnoted():
            weight = self.weight(ONE)
            layer = self.double("layer", "Diffable", jacobian=ONE, weights=[weight], weight_gradients=[ONE])
            passes = []
            for _ in range(2):
                loss = self.double("loss", "Diffable", coefficients=ONE)
                self.forward(loss, self.forward(layer, ONE), ONE).method("backward")
                passes.append(np.array(weight.attribute("grad").value, dtype=float))
            return bool(np.any(passes[0])) and np.array_equal(passes[1], 2 * passes[0])
        return False

    def recording(self, layer: Remote, x: Remote) -> dict[str, Any]:
        """Does what a call returns carry the layer's own `backward`?"""
        found = layer(x).attribute("backward")
        return {"carries_backward": found.has("__self__") and self.is_same(found.attribute("__self__"), layer)}

    def inputs_kept(self, layer: Remote, given: Sequence[Remote]) -> dict[str, bool]:
        """Do the arrays that a layer holds lead back to what it was called with? A copy of a Tensor does."""
        inputs = layer.attribute("inputs")
        with suppress(Fault):
            back = [inputs.item(place).attribute("backward") for place in range(len(given))]
            return {"way_back_kept": all(map(self.is_same, back, (each.attribute("backward") for each in given)))}
        return {"way_back_kept": False}

    @contextmanager
    def recorded(self) -> Iterator[Remote | None]:
        yield None

    def gradients(self, tape: Remote | None, loss: Remote, weights: Sequence[Remote]) -> Any:
        loss.method("backward")
        return [each.attribute("grad").value for each in weights]


def in_words(fault: Fault) -> Fault:
    """Why an output cannot carry the way back: `forward` gave no Tensor, or is not written. Any other fault itself."""
    found = NO_CARRIER.match(fault.message) if fault.kind == "raised" else None
    if found is None or not fault.frames or not fault.frames[-1].function.endswith("__call__"):
        return fault
    given, kind = found.groups()
    if kind == "NotImplementedError":
        return Fault("raised", "forward returns NotImplementedError", kind, (kind,))
    name = (given or kind).rpartition(".")[2]
    told = "forward returns nothing" if name == "NoneType" else f"forward returns something of type {name}"
    return Fault("unusable", f"{told}, and __call__ can leave `backward` on a Tensor only", fault.type, fault.bases)
