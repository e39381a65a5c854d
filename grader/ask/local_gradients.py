"""What is wrong with a local gradient that no upstream gradient could pass through.

A probe compares what a local gradient and an upstream one give together (subject.py). Where they do not fit, that
has no shape of its own to speak of: a student is told of the local gradient alone, which is what the code returned.
What would fit, the homework knows: its dialect derives from `Local`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Local:
    """What a gradient method returned. fits: an upstream gradient passes through it."""

    value: Any
    fits: bool

    @property
    def method(self) -> str:
        """The method, as a student calls it."""
        raise NotImplementedError

    def right_shapes(self, component: str) -> str:
        """The shapes that would fit, in words."""
        raise NotImplementedError

    def made_of(self, component: str, x: np.ndarray) -> str:
        """What it is, as a student would write it, if x is the layer's input; '' where that is unknown."""
        return ""

    def made_too_early(self, x: np.ndarray) -> str:
        """How the batch went out of it before its turn, if x is the layer's input; '' where it did not."""
        return ""

    def sentence(self, component: str, inputs: Sequence[np.ndarray] = ()) -> str:
        """What is wrong with one that does not fit. inputs: arrays that the layer was given."""
        due = self.right_shapes(component)
        if not isinstance(self.value, np.ndarray):
            return f"{self.method} gives {kind_of(self.value)} where an array of floats is due, {due}"
        shape = np.shape(self.value)
        made_of = next(filter(None, (self.made_of(component, x) for x in inputs)), "")
        given = f"{made_of}, of the shape {shape}," if made_of else f"the shape {shape}"
        return f"{self.method} gives {given} and should give {due}"


def kind_of(value: Any) -> str:
    """What is no array, in words."""
    if isinstance(value, (bool, int, float)):
        return f"the plain number {value}"
    return "None" if value is None else f"a {type(value).__name__}"


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """The same numbers; axes of length 1 may have been taken out on the way."""
    return one.dtype == other.dtype and one.size == other.size and one.ravel().tolist() == other.ravel().tolist()
