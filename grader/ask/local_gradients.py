"""What is wrong with a local gradient that no upstream gradient could pass through.

A probe compares what a local gradient and an upstream one give together (subject.py). Where they do not fit, that
has no shape of its own to speak of: a student is told of the local gradient alone, which is what the code returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from grader.judge.verdict import Verdict

ELEMENTWISE = ("LeakyReLU", "ReLU")
PER_EXAMPLE = ("Softmax",)


@dataclass(frozen=True)
class Local:
    """What a gradient method returned, for the input (`weight` is empty) or for a weight of that shape.

    fits: an upstream gradient of the shape `upstream` passes through it. x: the shape of the layer's input.
    """

    value: Any
    fits: bool
    upstream: tuple[int, ...]
    x: tuple[int, ...] = ()
    weight: tuple[int, ...] = ()

    @property
    def method(self) -> str:
        return "weight_gradients()" if self.weight else "input_gradients()"

    def right_shapes(self, component: str) -> str:
        """The shapes that would fit, in words."""
        rows, m = self.upstream
        if len(self.weight) == 2:
            return f"{(rows, self.weight[0], 1)} or {(rows, *self.weight)}, one for each example"
        if self.weight:
            return f"{(m,)} or {(rows, m)}"
        if component in ELEMENTWISE:
            return f"{self.x}, one slope for each number"
        per_example = f"{(rows, self.x[-1], m)}, one Jacobian for each example"
        return per_example if component in PER_EXAMPLE else f"{(self.x[-1], m)} or {per_example}"

    def sentence(self, component: str) -> str:
        """What is wrong with one that does not fit."""
        shape = np.shape(self.value)
        return f"{self.method} gives the shape {shape} and should give {self.right_shapes(component)}"


def misfit(verdict: Verdict, actual: Any) -> Local | None:
    """The local gradient that came back in place of what it should have been multiplied to, if one did."""
    if not isinstance(actual, np.ndarray):
        return None
    found = (each for each in verdict.seen.locals if not each.fits and isinstance(each.value, np.ndarray))
    return next((each for each in found if alike(each.value, actual)), None)


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """The same numbers; axes of length 1 may have been taken out on the way."""
    return one.dtype == other.dtype and one.size == other.size and one.ravel().tolist() == other.ravel().tolist()


def summed(verdict: Verdict) -> str:
    """How a gradient of w was made from the batch's inputs too early; '' where it was not."""
    for local in verdict.seen.locals:
        value = local.value
        if len(local.weight) != 2 or not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
            continue
        n, m = local.weight
        for x in verdict.seen.inputs:
            if x.shape != (local.upstream[0], n) or len(x) == 1:
                continue
            for how, over_batch in (("summed", x.sum(axis=0)), ("averaged", x.mean(axis=0))):
                column = over_batch[:, None]
                if value.size in (n, n * m) and np.allclose(value.reshape(n, -1), column, rtol=1e-5):
                    return (
                        f"weight_gradients() gives x {how} over the batch, {value.shape}: it should keep one gradient "
                        f"for each example, {(len(x), n, 1)}, for the mean is taken after the product with the "
                        "upstream gradient"
                    )
    return ""
