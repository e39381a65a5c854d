"""One wrong array beside the right one, what a relation says of the two, and how arrays are compared for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from grader.base.arrays import unique
from grader.diagnose.inputs import Asked

TOLERANCE = 1e-5  # as the rubric's: float32 work
ROUGH = 1e-2  # 'right to two digits'
ABOUT = 0.015  # how well the ratio of two sample statistics fits what it is
FEW = 3  # values on each side of a bound: fewer are right or wrong by chance
SEVERAL = 4  # different values that a formula of two numbers must fit: with fewer it fits by chance
Answers = list[tuple[str, np.ndarray]]
MISFIT = "wrong-shape"  # the code of a gradient that nothing passes through, and of an array of another shape
SLIP = "one-slip"  # the code of slips that nobody listed
EDIT = "one-edit"  # that of a student's own line that one edit makes right
CODES = (
    "affine", "aliasing", "all-zero", "almost-right", "attribute-missing", "axis-not-reduced", "axis-out-of-bounds",
    "axis-reduced", "belongs-elsewhere", "boolean-minus", "caret-for-power", "clipped", "columns-permuted",
    "constant-factor", "constant-offset", "division-by-zero", "entries-missing", "equals-input", "factor-per-line",
    "function-of-it", "impossible", "input-added", "key-missing", "later-steps", "low-precision", "name-unknown",
    "none-in-place",
    "not-an-array", "not-finite", "offset-per-line", "one-edit", "one-slip", "only-sign", "other-axis",
    "other-distribution", "other-number-of-parts", "right-by-sign", "right-values-wrong-shape", "rows-permuted",
    "shapes-do-not-fit", "shifted", "sign-flipped", "some-rows", "stale", "step-direction", "step-factor", "transposed",
    "transposed-shape", "truth-value", "value-replaced", "whole-numbers", "wrong-kind", "wrong-shape",
)  # fmt: skip


@dataclass(frozen=True)
class Relation:
    """`code` is one of CODES and names a page; `sentence` says what is seen in this case.

    factor: that of a single number, which other numbers may contradict; None for all else.
    """

    code: str
    sentence: str
    factor: float | None = None

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"no relation is called {self.code!r}: add it to CODES, and write its page")


@dataclass(frozen=True)
class Case:
    """A wrong array beside the right one, what the probe asked with, and the probe's other answers.

    entry: where in the observation it is; others: every right answer by entry, in the order of asking; came_back: the
    submission's answers likewise; sampled: both are statistics of random draws, so that a factor holds roughly;
    words: what a student calls an entry.
    """

    actual: np.ndarray
    expected: np.ndarray
    asked: Asked = field(default_factory=Asked)
    entry: str = ""
    others: Answers = field(default_factory=list)
    came_back: Answers = field(default_factory=list)
    sampled: bool = False
    words: Callable[[str], str] = "`{}`".format

    @property
    def scale(self) -> float:
        return float(np.abs(self.expected).max(initial=0.0))


def near(actual: np.ndarray, expected: np.ndarray, scale: float | None = None, tolerance: float = TOLERANCE) -> bool:
    """Equal up to rounding, relative to the largest entry. Unlike compare.close it has no floor: a factor is divided
    out before, so that nothing is small."""
    if actual.shape != expected.shape or not np.isfinite(actual).all():
        return False
    scale = float(np.abs(expected).max(initial=0.0)) if scale is None else scale
    return bool(np.all(np.abs(actual.astype(np.float64) - expected) <= tolerance * scale))


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.dtype.kind in "fiub" and other.dtype.kind in "fiub" and near(one, other.astype(np.float64))


def factor_of(actual: np.ndarray, expected: np.ndarray) -> float | None:
    """k with actual = k * expected, where there is one and it is not 0."""
    if actual.shape != expected.shape or not np.isfinite(actual).all():
        return None
    actual = actual.astype(np.float64)
    power = float((expected**2).sum())
    factor = float((actual * expected).sum()) / power if power else 0.0
    return factor if factor and near(actual / factor, expected) else None


def one_size(actual: np.ndarray, expected: np.ndarray) -> float | None:
    """The size that all values have where only the signs are those of the expected ones, and sizes should differ."""
    if actual.shape != expected.shape or not np.isfinite(actual).all() or unique(np.abs(expected)).size < SEVERAL:
        return None
    size = float(np.abs(actual).max())
    signs = np.sign(expected)
    return size if size and unique(signs).size > 1 and near(actual / size, signs) else None


def is_flat(array: np.ndarray) -> bool:
    """Fewer than two different values: equal to another array by chance."""
    return array.size < 2 or bool((array == array.flat[0]).all())


def telling(array: np.ndarray) -> bool:
    """Enough different values, or enough values, to be equal to another array by no chance.

    Of a single number, enough digits.
    """
    if not array.ndim:
        return float(f"{float(array):.3g}") != float(array)
    return not is_flat(array) and (unique(array).size > 2 or array.size > 7)


def every(case: Case) -> str:
    return "every value" if case.actual.ndim else "the number"


def index(mask: np.ndarray) -> str:
    return "[" + ", ".join(str(int(i)) for i in np.argwhere(mask)[0]) + "]"


def shortened(places: list[int]) -> str:
    """A list of places, the long ones cut."""
    most = 8
    return str(places) if len(places) <= most else str(places[:most])[:-1] + ", ...]"
