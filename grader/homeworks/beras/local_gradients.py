"""Local gradients of layers: which shapes an upstream gradient (B, m) passes through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.ask.local_gradients import Local

ELEMENTWISE = ("LeakyReLU", "ReLU", "Sigmoid")
PER_EXAMPLE = ("Softmax",)


@dataclass(frozen=True)
class LayerGradient(Local):
    """What a gradient method returned, for the input (`weight` is empty) or for a weight of that shape.

    name: the method, in the year's words. upstream: the shape of the upstream gradient. x: that of the layer's input.
    """

    name: str
    upstream: tuple[int, ...]
    x: tuple[int, ...] = ()
    weight: tuple[int, ...] = ()

    @property
    def method(self) -> str:
        return f"{self.name}()"

    def fitting(self) -> tuple[tuple[int, ...], ...]:
        """The shapes that an upstream gradient passes through."""
        rows, m = self.upstream
        if len(self.weight) == 2:
            return (rows, self.weight[0], 1), (rows, *self.weight), (1, *self.weight)
        if self.weight:
            return (m,), (1, m), (rows, m), (rows, 1), (1, 1), (1,), ()
        return self.x, (self.x[-1], m), (rows, self.x[-1], m), (1, self.x[-1], m)

    def right_shapes(self, component: str) -> str:
        rows, m = self.upstream
        if len(self.weight) == 2:
            return f"{(rows, self.weight[0], 1)} or {(rows, *self.weight)}, one for each example"
        if self.weight:
            return f"{(m,)} or {(rows, m)}"
        if component in ELEMENTWISE:
            return f"{self.x}, one slope for each number"
        per_example = f"{(rows, self.x[-1], m)}, one Jacobian for each example"
        return per_example if component in PER_EXAMPLE else f"{(self.x[-1], m)} or {per_example}"

    def made_of(self, component: str, x: np.ndarray) -> str:
        """x as it is, or turned around, for a gradient of w; the diagonals of the Jacobians alone."""
        value = self.value
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f" or value.ndim != 2 or x.ndim != 2:
            return ""
        if len(self.weight) == 2:
            found = {"x": x, "x.T": x.T}
        elif component in PER_EXAMPLE and x.shape == self.upstream:
            powers = np.exp(x - x.max(axis=-1, keepdims=True))
            shares = powers / powers.sum(axis=-1, keepdims=True)
            found = {"s (1 - s), the diagonals alone": shares * (1 - shares)}
        else:
            return ""
        same = (each for each, array in found.items() if value.shape == array.shape and np.allclose(value, array))
        return next(same, "")

    def made_too_early(self, x: np.ndarray) -> str:
        """How a gradient of w was made from the batch's inputs too early."""
        value = self.value
        if len(self.weight) != 2 or not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
            return ""
        n, m = self.weight
        if x.shape != (self.upstream[0], n) or len(x) == 1:
            return ""
        for how, over_batch in (("summed", x.sum(axis=0)), ("averaged", x.mean(axis=0))):
            column = over_batch[:, None]
            if value.size in (n, n * m) and np.allclose(value.reshape(n, -1), column, rtol=1e-5):
                return (
                    f"{self.method} gives x {how} over the batch, {value.shape}: it should keep one gradient for each "
                    f"example, {(len(x), n, 1)}, for the mean is taken after the product with the upstream gradient"
                )
        return ""


@dataclass(frozen=True)
class ComposedGradient(LayerGradient):
    """What the given code of later years composes: example by example if it has three axes, else shared by them all.

    couples: an output depends on every input of its row, so that a slope for each number is no Jacobian.
    """

    couples: bool = True

    def fitting(self) -> tuple[tuple[int, ...], ...]:
        m = self.upstream[1]
        if len(self.weight) == 1:
            return (m,), (1, m), (1, 1), (1,), ()
        found = super().fitting()
        return found[1:] if self.couples and not self.weight else found

    def right_shapes(self, component: str) -> str:
        m = self.upstream[1]
        return f"{(m,)} or {(1, m)}" if len(self.weight) == 1 else super().right_shapes(component)
