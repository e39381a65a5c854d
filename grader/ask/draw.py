"""Inputs that a probe draws: the same seed gives the same ones, and each array remembers how it was drawn."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

LITERAL_ELEMENTS = 36  # arrays up to this size are written out in a script, larger ones by how they were drawn


class Drawn(np.ndarray):
    """An array that remembers the expression it came from."""

    recipe: str = ""


class Draw:
    """Seeded inputs for one probe. Every value is exact in float32: float32 work loses nothing on the way in."""

    def __init__(self, seed: int) -> None:
        self.seed, self.count = seed, 0

    def _drawn(self, recipe: str) -> Drawn:
        drawn = evaluated(recipe).copy().view(Drawn)
        drawn.recipe = recipe
        return drawn

    def _generator(self) -> str:
        self.count += 1
        return f"np.random.default_rng({self.seed * 1000 + self.count})"

    def array(self, *shape: int) -> Drawn:
        """Multiples of 1/8 in [-4, 4], none of them 0: away from every kink."""
        size = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        return self._drawn(f"(lambda a: (a + (a >= 0)) / 8)({self._generator()}.integers(-32, 32, size=({size})))")

    def positive(self, *shape: int) -> Drawn:
        """Multiples of 1/8 in (0, 4]."""
        size = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        return self._drawn(f"{self._generator()}.integers(1, 33, size=({size})) / 8")

    def probabilities(self, rows: int, classes: int) -> Drawn:
        """Rows of probabilities, multiples of 1/64 that sum to 1, each at least 1/64; no ties."""
        weights = f"{self._generator()}.permuted(np.tile(np.arange(1, {classes + 1}), ({rows}, 1)), axis=1)"
        total = classes * (classes + 1) // 2
        return self._drawn(f"(lambda a: (a + (a == {classes}) * {64 - total}) / 64)({weights})")

    def one_hot(self, rows: int, classes: int) -> Drawn:
        """Rows of the identity in a random order, every class at least once where there are enough rows."""
        return self._drawn(f"np.eye({classes})[{self._generator()}.permutation({rows}) % {classes}]")

    def integer(self, low: int, high: int) -> int:
        self.count += 1
        return int(np.random.default_rng(self.seed * 1000 + self.count).integers(low, high))


@lru_cache(maxsize=4096)
def evaluated(recipe: str) -> np.ndarray:
    """The array that a recipe of `Draw` describes; several implementations are asked with the same ones."""
    return np.asarray(eval(recipe, {"np": np}))  # noqa: S307  text of this module's own


def is_drawn_at_length(array: np.ndarray) -> bool:
    """Is it written as the expression it was drawn by, which is shorter than its numbers?"""
    return bool(getattr(array, "recipe", "")) and array.size > LITERAL_ELEMENTS
