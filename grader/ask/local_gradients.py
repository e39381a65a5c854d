"""What is wrong with a local gradient that no upstream gradient could pass through.

A probe compares what a local gradient and an upstream one give together (subject.py). Where they do not fit, that
has no shape of its own to speak of: a student is told of the local gradient alone, which is what the code returned.
What would fit, the homework knows: its dialect derives from `Local`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from grader.judge.verdict import Verdict


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

    def made_too_early(self, x: np.ndarray) -> str:
        """How the batch went out of it before its turn, if x is the layer's input; '' where it did not."""
        return ""

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


def made_too_early(verdict: Verdict) -> str:
    """How a gradient lost the batch before it met the upstream gradient; '' where it did not."""
    found = (local.made_too_early(x) for local in verdict.seen.locals for x in verdict.seen.inputs)
    return next(filter(None, found), "")
