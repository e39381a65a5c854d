"""Relations between one wrong array and the right one: each looks at a case and says what it sees, or nothing.

Pure functions. A sentence names the slice of the data that shows the relation and never guesses at a cause: the pages
of relation_pages/ list those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from grader.base.arrays import squeezed, unique, unique_rows
from grader.diagnose.inputs import Asked

TOLERANCE = 1e-5  # as the rubric's: float32 work
ROUGH = 1e-2  # 'right to two digits'
MOST_LINES = 2000  # compared with each other
EXTREME = 10.0  # exp, log and division are harmless for smaller inputs, those next to 0 aside
ABOUT = 0.015  # how well the ratio of two sample statistics fits what it is
SEVERAL = 4  # different values that a formula of two numbers must fit: with fewer it fits by chance
COUNTS = 12  # a single number that is 2 to 12 times too large, or too small, is likely to be counted wrongly
Answers = list[tuple[str, np.ndarray]]
SLIP = "one-slip"  # the code of small changes that nobody listed
CODES = (
    "affine", "aliasing", "all-zero", "almost-right", "attribute-missing", "axis-not-reduced", "axis-reduced",
    "belongs-elsewhere", "boolean-minus", "caret-for-power", "clipped", "columns-permuted", "constant-factor",
    "constant-offset", "entries-missing", "equals-input", "factor-per-line", "function-of-it", "impossible",
    "input-added", "later-steps", "low-precision", "none-in-place", "not-an-array", "not-finite", "offset-per-line",
    "one-slip", "other-axis", "other-distribution", "right-by-sign", "right-values-wrong-shape", "rows-permuted",
    "shapes-do-not-fit", "shifted", "sign-flipped", "some-rows", "stale", "step-direction", "step-factor",
    "transposed", "transposed-shape", "truth-value", "value-replaced", "whole-numbers", "wrong-shape",
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


def relate_one(case: Case) -> Relation | None:
    """The first relation that holds, the most specific ones first."""
    return next((relation for look in LOOKS if (relation := look(case)) is not None), None)


# --- equal to something else ------------------------------------------------------------------------------------


def other_answer(case: Case) -> Relation | None:
    """Equal to the right answer to another question of the same probe."""
    if not telling(case.actual):
        return None
    names = [name for name, _ in case.others]
    place = names.index(case.entry) if case.entry in names else len(names)
    indices = sorted(range(len(names)), key=lambda index: top(names[index]) != top(case.entry))  # its own list first
    for index in indices:
        name, answer = case.others[index]
        if name == case.entry or not same(case.actual, answer) or same(answer, case.expected):
            continue
        alike = any(other == name and same(answer, array) for other, array in case.came_back)
        if top(name) == top(case.entry) or not alike:
            return Relation("belongs-elsewhere", f"this would be right as {case.words(name)}")
        if "seen_by_" in case.entry and "seen_by_" in name:  # what was handed over, and no answer
            return Relation("belongs-elsewhere", f"this is {case.words(name)}")
        if index < place:
            return Relation("stale", f"this is the answer to an earlier question once more: {case.words(name)}")
        return Relation("aliasing", f"the answer to a later question overwrote this one: {case.words(name)}")
    return None


def top(entry: str) -> str:
    return entry.partition("[")[0]


def equals_input(case: Case) -> Relation | None:
    for name, given in case.asked.arrays:
        if not is_flat(given) and unchanged(case.actual, given) and not same(case.expected, given):
            return Relation("equals-input", f"what came back is {name}, unchanged")
    return None


def unchanged(actual: np.ndarray, given: np.ndarray) -> bool:
    """The very same numbers: after a tiny step they are nearly the same, and not unchanged."""
    return actual.shape == given.shape and np.array_equal(actual, given.astype(actual.dtype))


def all_zero(case: Case) -> Relation | None:
    if case.actual.size and not case.actual.any() and case.expected.any():
        return Relation("all-zero", "every value is 0" if case.actual.ndim else "it is 0")
    return None


# --- shapes and axes --------------------------------------------------------------------------------------------


def transposed(case: Case) -> Relation | None:
    """Two axes are swapped."""
    if case.actual.ndim < 2 or case.actual.ndim != case.expected.ndim:
        return None
    for one, other in combinations(range(case.actual.ndim), 2) if case.actual.ndim > 2 else ():
        if min(case.actual.shape[one], case.actual.shape[other]) > 1 and near(
            case.actual.swapaxes(one, other), case.expected
        ):
            return Relation("transposed", f"axes {one} and {other} of {case.actual.ndim} are exchanged")
    turned = case.actual.swapaxes(-1, -2)
    if turned.shape != case.expected.shape:
        return None
    if near(turned, case.expected):
        return Relation(
            "transposed", "the array is the transpose of the expected one: [i, j] holds what belongs at [j, i]"
        )
    if case.actual.shape != case.expected.shape:
        return Relation(
            "transposed-shape", f"the shape {case.actual.shape} is the expected {case.expected.shape} turned around"
        )
    return None


def reduced(case: Case) -> Relation | None:
    """An axis was summed or averaged away."""
    if case.actual.shape == case.expected.shape:
        return None
    for name, axis, smaller in reductions(case.expected):
        if smaller.any() and same(squeezed(case.actual), squeezed(smaller)):
            length = case.expected.size if axis is None else case.expected.shape[axis]
            what = "everything" if axis is None else f"axis {axis}"
            return Relation("axis-reduced", f"{what} (of length {length}) is {name} away; the rest is right")
    return None


def not_reduced(case: Case) -> Relation | None:
    """An axis is still there that should have been summed or averaged away."""
    if case.actual.shape == case.expected.shape:
        return None
    for name, axis, smaller in reductions(case.actual):
        if same(squeezed(smaller), squeezed(case.expected)):
            length = case.actual.size if axis is None else case.actual.shape[axis]
            what = "everything" if axis is None else f"axis {axis}"
            return Relation("axis-not-reduced", f"{what} (of length {length}) should have been {name} away")
    return None


def reductions(array: np.ndarray) -> Iterator[tuple[str, int | None, np.ndarray]]:
    """An array with one axis, or all, summed or averaged away."""
    axes: list[int | None] = [axis for axis, length in enumerate(array.shape) if length > 1]
    for axis in [*axes, None] if array.ndim > 1 else axes:
        yield "summed", axis, np.asarray(array.sum(axis=axis, dtype=np.float64))
        if np.any(array.max(axis=axis) != array.min(axis=axis)):  # of equal numbers each one is the mean
            yield "averaged", axis, np.asarray(array.mean(axis=axis, dtype=np.float64))


def other_axis(case: Case) -> Relation | None:
    """One axis is normalised or reduced, and it should have been another."""
    tables = case.actual.shape == case.expected.shape and case.actual.ndim == 2 and min(case.actual.shape) > 1
    if tables and unique(case.actual).size > 2:  # a single 1 among zeros sums to 1 as well
        for what, measure, goal in (("sum to 1", np.sum, 1.0), ("have mean 0", np.mean, 0.0)):

            def is_so(array: np.ndarray, axis: int | None, measure: Any = measure, goal: float = goal) -> bool:
                slack = TOLERANCE * (goal or float(np.abs(array).max()))
                return bool(np.all(np.abs(measure(array, axis=axis) - goal) <= slack))

            for right, wrong in ((1, 0), (0, 1), (1, None), (0, None)):
                if is_so(case.expected, right) and is_so(case.actual, wrong) and not is_so(case.actual, right):
                    lines = {0: "the columns", 1: "the rows", None: "all values together"}
                    return Relation("other-axis", f"{lines[wrong]} {what}, and {lines[right]} should")
    expected, actual = squeezed(case.expected), squeezed(case.actual)
    for name, given in case.asked.arrays:
        if given.ndim != 2 or min(given.shape) < 2:
            continue
        for verb, reduce in (("summed", np.sum), ("averaged", np.mean), ("maximised", np.max), ("argmaxed", np.argmax)):
            for right, wrong in ((0, 1), (1, 0)):
                if same(expected, reduce(given, axis=right)) and same(actual, reduce(given, axis=wrong)):
                    return Relation("other-axis", f"{name} is {verb} over axis {wrong} and should be over axis {right}")
    return None


def wrong_shape(case: Case) -> Relation | None:
    if case.actual.shape == case.expected.shape:
        return None
    if case.actual.size == case.expected.size and near(case.actual.reshape(case.expected.shape), case.expected):
        return Relation(
            "right-values-wrong-shape",
            f"the values are right, but the shape is {case.actual.shape} and not {case.expected.shape}",
        )
    return Relation("wrong-shape", f"the shape is {case.actual.shape} and should be {case.expected.shape}")


# --- the same formula everywhere --------------------------------------------------------------------------------


def not_finite(case: Case) -> Relation | None:
    """NaN or infinity where the right answer is a number."""
    bad = ~np.isfinite(case.actual)
    if not bad.any() or not np.isfinite(case.expected).all():
        return None
    kind = "nan" if np.isnan(case.actual).any() else "inf"
    if not bad.ndim:
        return Relation("not-finite", f"it is {kind}: look for exp, log or a division of something extreme")
    extreme = [(name, array) for name, array in case.asked.arrays if array.shape == bad.shape and explains(array, bad)]
    where = f", first at {index(bad)}"
    if len(extreme) == 1:
        ((name, array),) = extreme
        where += f", where {name} is {float(array[tuple(np.argwhere(bad)[0])]):g}"
    rest = f"; the other {int((~bad).sum())} are finite" if not bad.all() else ""
    return Relation(
        "not-finite",
        f"{int(bad.sum())} of {bad.size} values are {kind}{where}{rest}: look for exp, log or a division of something"
        " extreme",
    )


def explains(given: np.ndarray, bad: np.ndarray) -> bool:
    """Is an input extreme, or 0, wherever the result is not finite, and nowhere else?"""
    there, elsewhere = given[bad].astype(np.float64), given[~bad].astype(np.float64)
    if not there.any():
        return bool(elsewhere.all())
    beyond = not elsewhere.size or there.min() > elsewhere.max() or there.max() < elsewhere.min()
    return bool(np.abs(there).min() >= EXTREME and beyond)


def sign_flipped(case: Case) -> Relation | None:
    if not near(-case.actual.astype(np.float64), case.expected):
        return None
    return Relation("sign-flipped", f"{every(case)} is right but for its sign")


def constant_factor(case: Case) -> Relation | None:
    factor = factor_of(case.actual, case.expected)
    if factor is None:
        return None
    if case.sampled:
        name = case.asked.names_of(factor, alone=True, exact=ABOUT).replace("that is", "nearly")
        return (
            Relation("constant-factor", f"{every(case)} is {factor:.3g} times the expected one{name}") if name else None
        )
    alone = is_flat(case.expected[case.expected != 0])  # one number is some factor times any other
    name = case.asked.names_of(factor, alone)
    if alone and not name and (not is_count(factor) or function_of(case) is not None):
        return None
    sentence = f"{every(case)} is {factor:.6g} times the expected one{name}"
    return Relation("constant-factor", sentence, factor if not case.expected.ndim else None)


def is_count(factor: float) -> bool:
    wholes = range(2, COUNTS + 1)
    return any(abs(abs(factor) ** power / whole - 1) < TOLERANCE for whole in wholes for power in (1, -1))


def befores(case: Case) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """What an array may have been before a step: its name, what it was, and what it should have been.

    First the array as it was handed over: of several in this shape the one that is nearest to what is expected. Then,
    where the probe looked after each step, what came back after the step before.
    """
    given = [(name, array) for name, array in case.asked.weights if array.shape == case.expected.shape]
    if given:
        name, array = min(given, key=lambda each: float(np.abs(each[1] - case.expected).max(initial=0.0)))
        yield name, array, array
    entry, _, step = case.entry.rpartition("_after_")
    earlier = f"{entry}_after_{int(step) - 1}" if entry and step.isdecimal() else ""
    right, came = dict(case.others).get(earlier), dict(case.came_back).get(earlier)
    if right is not None and came is not None and right.shape == came.shape == case.expected.shape:
        yield case.words(earlier), came, right


def step_factor(case: Case) -> Relation | None:
    """An update along the right direction and of the wrong length."""
    for name, before, should in befores(case):
        if before.shape != case.actual.shape:
            continue
        change, right = case.actual - before, case.expected - should
        factor = factor_of(change, right)
        if factor is None or is_flat(right) or abs(factor - 1) < ROUGH:
            continue
        backwards = abs(factor + 1) < TOLERANCE
        why = ": it goes the other way" if backwards else case.asked.names_of(factor)
        return Relation("step-factor", f"the change from {name} is {factor:.6g} times the expected change{why}")
    return None


def step_clipped(case: Case) -> Relation | None:
    """An update that is right up to some size and not longer than that."""
    for name, before, should in befores(case):
        if before.shape != case.actual.shape:
            continue
        change, right = case.actual - before, case.expected - should
        bound = float(np.abs(change).max(initial=0.0))
        cut = np.abs(right) > bound * (1 + ROUGH)
        if unique(right[cut]).size > 1 and (~cut).any() and near(change, np.clip(right, -bound, bound), case.scale):
            why = case.asked.names_of(bound, alone=True)
            return Relation(
                "clipped", f"the change from {name} is right up to a size of {bound:.6g}, and cut off there{why}"
            )
    return None


def step_direction(case: Case) -> Relation | None:
    """An update that goes the right way everywhere, and too far everywhere or not far enough."""
    for name, before, should in befores(case):
        if before.shape != case.actual.shape:
            continue
        change, right = case.actual - before, case.expected - should
        moving = np.abs(right) > TOLERANCE * case.scale
        if np.count_nonzero(moving) < SEVERAL or not np.isfinite(change).all():
            continue
        factors = change[moving] / right[moving]
        low, high = float(factors.min()), float(factors.max())
        if low > 0 and (high < 1 - ROUGH or low > 1 + ROUGH):
            how = "not far enough" if high < 1 else "too far"
            ends = list(dict.fromkeys((f"{low:.2g}", f"{high:.2g}")))
            return Relation(
                "step-direction",
                f"every value moves from {name} the right way, and {how}: {' to '.join(ends)} times the expected"
                " change",
            )
    return None


def function_of(case: Case) -> Relation | None:
    """The right values, sent through one more function."""
    if case.expected.size < 2 and {abs(float(case.actual.flat[0])), abs(float(case.expected.flat[0]))} & {0.0, 1.0}:
        return None  # exp(0) is 1, and 0 and 1 are their own squares
    for name, function in FUNCTIONS:
        values = function(case.expected)
        if np.isfinite(values).all() and not near(values, case.expected) and near(case.actual, values):
            return Relation("function-of-it", f"{every(case)} is {name} the expected one")
    return softmax_of(case) or powers_per_row(case)


FUNCTIONS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("the logarithm of", np.log),
    ("the exponential of", np.exp),
    ("the square of", np.square),
    ("the square root of", np.sqrt),
    ("1 over", np.reciprocal),
    ("1 minus", lambda array: 1 - array),
    ("the absolute value of", np.abs),
    ("the hyperbolic tangent of", np.tanh),
    ("the logistic function of", lambda array: 1 / (1 + np.exp(-array))),
)


def softmax_of(case: Case) -> Relation | None:
    if case.expected.ndim != 2 or case.expected.shape[1] < 2:
        return None
    powers = np.exp(case.expected - case.expected.max(axis=1, keepdims=True))
    if not near(case.actual, powers / powers.sum(axis=1, keepdims=True)):
        return None
    return Relation("function-of-it", "each row is the softmax of the expected one")


def powers_per_row(case: Case) -> Relation | None:
    """Probabilities, each to one and the same power, and each row made to sum to 1 again: softmax of scaled logits."""
    if case.actual.shape != case.expected.shape or case.expected.ndim != 2 or case.expected.shape[1] < 3:
        return None
    both = (case.actual.astype(np.float64), case.expected)
    if not all((array > 0).all() and near(array.sum(axis=1), np.ones(len(array))) for array in both):
        return None
    came, wanted = (np.log(array) - np.log(array).mean(axis=1, keepdims=True) for array in both)
    power = factor_of(came, wanted)
    if power is None or unique(case.expected).size < SEVERAL:
        return None
    why = case.asked.names_of(power)
    return Relation("function-of-it", f"each row is the softmax of the right logits times {power:.6g}{why}")


def affine(case: Case) -> Relation | None:
    """The right values times one number plus another."""
    distinct = unique(case.expected)
    if case.actual.shape != case.expected.shape or distinct.size < SEVERAL or not np.isfinite(case.actual).all():
        return None
    middle = case.expected.mean()
    factor = factor_of(case.actual - case.actual.mean(), case.expected - middle)
    if factor is None:
        return None
    offset = float(case.actual.mean() - factor * middle)
    if f"{factor:.6g}" == "1" and abs(offset) < ROUGH / 10 * case.scale:  # within the tolerance, anything small is so
        return None
    if not near(case.actual, factor * case.expected + offset):
        return None
    sign = "plus" if offset > 0 else "minus"
    standardised = abs(case.actual.mean()) < ROUGH / 10 and abs(case.actual.std() - 1) < ROUGH / 10
    so_that = ": what came back has mean 0 and standard deviation 1" if standardised else ""
    return Relation("affine", f"{every(case)} is {factor:.6g} times the expected one {sign} {abs(offset):.6g}{so_that}")


def input_added(case: Case) -> Relation | None:
    """What is wrong is one number times an array that the probe handed over."""
    offset = case.actual - case.expected
    for name, given in [*case.asked.weights, *case.asked.arrays]:
        if given.shape != offset.shape or unique(given).size < SEVERAL:
            continue
        factor = factor_of(offset, given.astype(np.float64))
        if factor is None:
            continue
        if not near(case.actual - factor * given, case.expected):
            continue
        verb = "is added" if factor > 0 else "is taken off"
        times = "" if abs(abs(factor) - 1) < TOLERANCE else f"{abs(factor):.6g} times "
        return Relation("input-added", f"right, but that {times}{name} {verb} as well")
    return None


def constant_offset(case: Case) -> Relation | None:
    offset = case.actual - case.expected
    if case.actual.size < 2 or not near(offset, np.full_like(offset, offset.flat[0]), case.scale):
        return None
    size = float(offset.flat[0])
    return Relation(
        "constant-offset", f"{every(case)} is {abs(size):.6g} {'more' if size > 0 else 'less'} than the expected one"
    )


def offset_per_line(case: Case) -> Relation | None:
    """Each row, or each column, is off by a number of its own: something is missing or added."""
    if case.actual.ndim != 2 or min(case.actual.shape) < 2:
        return None
    offset = case.actual - case.expected
    for line, by_line in (("column", offset), ("row", offset.T)):
        first = by_line[0]
        if not near(by_line, np.broadcast_to(first, by_line.shape), case.scale):
            continue
        values = ", ".join(f"{value:.4g}" for value in first[:3])
        for name, given in case.asked.arrays:
            for times, what, by in OFFSETS:
                if not is_flat(given) and same(times * np.ravel(given), first):
                    return Relation("offset-per-line", f"{name} {what}: each {line} is off by {by} of its entries")
        return Relation("offset-per-line", f"each {line} is off by a number of its own ({values}, ...)")
    return None


OFFSETS = (
    (-1.0, "is missing", "one"),
    (1.0, "is added once too often", "one"),
    (-2.0, "is taken off instead of added", "twice one"),
    (2.0, "is added instead of taken off", "twice one"),
)


def factor_per_line(case: Case) -> Relation | None:
    """Each row, or each column, has a factor of its own: something is normalised over too much or too little."""
    if case.actual.ndim != 2 or min(case.actual.shape) < 2:
        return None
    for line, actual, expected in (
        ("row", case.actual, case.expected),
        ("column", case.actual.T, case.expected.T),
    ):
        factors = [factor_of(one, other) for one, other in zip(actual, expected)]
        if None in factors or any(np.count_nonzero(other) < 2 for other in expected):
            continue
        values = ", ".join(f"{factor:.4g}" for factor in factors[:3])
        return Relation("factor-per-line", f"each {line} is the expected one times a number of its own ({values}, ...)")
    return None


def low_precision(case: Case) -> Relation | None:
    """Equal but for the digits that a smaller dtype, or rounding, can hold."""
    actual = case.actual.astype(np.float64)
    if unique(case.expected).size < 3:
        return None  # so few values are rounded ones by chance
    worst = float(np.abs(actual - case.expected).max())
    for name, function in (("cut off to", np.trunc), ("rounded down to", np.floor), ("rounded to", np.round)):
        if worst and np.array_equal(actual, function(case.expected)) and actual.any():
            return Relation("low-precision", f"{every(case)} is the expected one {name} a whole number")
    for digits in range(1, 7):
        if np.abs(actual - np.round(case.expected, digits)).max() < 1e-12 * case.scale:
            return Relation("low-precision", f"{every(case)} is the expected one rounded to {digits} decimals")
    for dtype, bound in ((np.float16, ROUGH), (np.float32, ROUGH / 10)):
        if worst <= bound * case.scale and fits(actual, dtype) and not fits(case.expected, dtype):
            return Relation(
                "low-precision",
                f"{every(case)} has only the digits of {np.dtype(dtype)}: off by at most {worst / case.scale:.1g} of"
                " the largest value",
            )
    return None


def fits(array: np.ndarray, dtype: type[np.floating[Any]]) -> bool:
    """Does a smaller dtype hold every value exactly?"""
    with np.errstate(over="ignore", under="ignore"):
        return bool(np.array_equal(array.astype(dtype).astype(np.float64), array))


def rounded(case: Case) -> Relation | None:
    if not near(case.actual, case.expected, tolerance=ROUGH):
        return None
    worst = float(np.abs(case.actual - case.expected).max() / case.scale)
    size = "its size" if not case.actual.ndim else "the largest value"
    return Relation(
        "almost-right", f"off by at most {worst:.1g} of {size}: a small constant too many, or low precision"
    )


# --- right in places --------------------------------------------------------------------------------------------


def permuted(case: Case) -> Relation | None:
    """The rows, or the columns, are right and in another order."""
    if case.actual.shape != case.expected.shape or not case.actual.ndim:
        return None
    for code, lines, actual, expected in (
        ("rows-permuted", "rows", case.actual, case.expected),
        ("columns-permuted", "columns", case.actual.T, case.expected.T),
    ):
        order = order_of(actual, expected, case.scale)
        if order is None or (code == "columns-permuted" and case.actual.ndim != 2):
            continue
        if len(unique_rows(expected)) < 3:
            continue  # two kinds of line are in another order by chance
        reverse = order == list(range(len(order)))[::-1]
        shift = next((k for k in range(1, len(order)) if order == list(np.roll(np.arange(len(order)), k))), 0)
        lines = "values" if case.actual.ndim == 1 else lines
        how = "in reverse order" if reverse else f"moved by {shift}" if shift else f"in the order {shortened(order)}"
        return Relation(code, f"the {lines} are right but {how}")
    return None


def order_of(actual: np.ndarray, expected: np.ndarray, scale: float) -> list[int] | None:
    """For each line that came back the expected line that it is, each used once; None where they are not the same."""
    if len(actual) > MOST_LINES:
        return None
    came, wanted = actual.reshape(len(actual), -1), expected.reshape(len(expected), -1)
    free = np.ones(len(wanted), dtype=bool)
    order: list[int] = []
    for line in came:
        places = np.flatnonzero(free & np.all(np.abs(wanted - line) <= TOLERANCE * scale, axis=1))
        if not places.size:
            return None
        free[places[0]] = False
        order.append(int(places[0]))
    return order if order != list(range(len(order))) else None


def by_sign_of_input(case: Case) -> Relation | None:
    """Right where the input is positive, wrong elsewhere (or the other way round)."""
    for name, given in case.asked.arrays:
        if given.shape != case.actual.shape:
            continue
        right = np.abs(case.actual - case.expected) <= TOLERANCE * case.scale
        for sign, mask in (("positive", given > 0), ("negative", given < 0)):
            if mask.any() and (~mask).any() and right[mask].all() and not right[~mask].any():
                factor = None if is_flat(case.expected[~mask]) else factor_of(case.actual[~mask], case.expected[~mask])
                wrong = "wrong" if factor is None else f"{factor:.6g} times the expected one"
                return Relation(
                    "right-by-sign",
                    f"right wherever {name} is {sign}, {wrong} everywhere else, first at {index(~right)}",
                )
    return None


def clipped(case: Case) -> Relation | None:
    """Right between two bounds, and equal to the nearer bound outside."""
    if case.actual.shape != case.expected.shape or not case.actual.ndim or not np.isfinite(case.actual).all():
        return None
    actual = case.actual.astype(np.float64)
    low, high = float(actual.min()), float(actual.max())
    slack = TOLERANCE * case.scale
    above, below = case.expected > high + slack, case.expected < low - slack
    if not near(actual, np.clip(case.expected, low, high), case.scale) or is_flat(actual):
        return None
    if unique(case.expected[above | below]).size < 2 or unique(actual[~(above | below)]).size < 3:
        return None
    if above.any() and below.any():
        return Relation("clipped", f"right from {low:.6g} to {high:.6g}, and cut off at these bounds outside")
    bound, where = (high, "larger") if above.any() else (low, "smaller")
    return Relation("clipped", f"{bound:.6g} came back wherever the expected value is {where}; all else is right")


def clipped_logarithm(case: Case) -> Relation | None:
    """A loss that stops at -log of a power of ten, which is how guards against log(0) are written."""
    if case.actual.size != 1 or case.expected.size != 1 or not np.isfinite(case.actual).all():
        return None
    loss, right = float(case.actual.flat[0]), float(case.expected.flat[0])
    power = round(loss / np.log(10))
    if not 2 <= power <= 12 or not near(case.actual.flatten(), np.array([power * np.log(10)])) or not loss < right:
        return None
    return Relation("clipped", f"{loss:.6g} is -log(1e-{power}): a probability is not let below 1e-{power}")


def value_replaced(case: Case) -> Relation | None:
    """One value is another one wherever it should stand, and everything else is right."""
    if case.actual.shape != case.expected.shape or not np.isfinite(case.actual).all():
        return None
    wrong = np.abs(case.actual - case.expected) > TOLERANCE * max(case.scale, 1.0)
    if np.count_nonzero(wrong) < 3 or not (~wrong).any():
        return None
    goal, came = case.expected[wrong][0], case.actual[wrong][0]
    if (
        (case.expected[wrong] != goal).any()
        or (case.actual[wrong] != came).any()
        or (case.expected[~wrong] == goal).any()
    ):
        return None
    return Relation("value-replaced", f"{came:g} came back wherever {goal:g} is expected; all else is right")


def shifted(case: Case) -> Relation | None:
    """Everything stands one place further along an axis than it should."""
    if case.actual.shape != case.expected.shape or not 1 <= case.actual.ndim <= 2:
        return None
    ways = (("column", "left", "right"), ("row", "up", "down"))
    for (lines, back, on), axis in zip(ways, (-1, 0)):
        actual, expected = np.moveaxis(case.actual, axis, 0), np.moveaxis(case.expected, axis, 0)
        for way, came, wanted in ((on, actual[1:], expected[:-1]), (back, actual[:-1], expected[1:])):
            if not wanted.size:
                continue
            rows = wanted.reshape(len(wanted), -1)
            lines_there = rows[rows.any(axis=1)]
            enough = len(unique_rows(lines_there)) > 2 or unique(wanted).size >= SEVERAL
            if enough and near(came, wanted, case.scale):
                line = "place" if case.actual.ndim == 1 else lines
                way = {"left": "earlier", "right": "later"}.get(way, way) if case.actual.ndim == 1 else way
                return Relation("shifted", f"every value stands one {line} too far {way}")
    return None


def some_rows(case: Case) -> Relation | None:
    """Some rows, columns or values are right, the others are not."""
    if case.actual.shape != case.expected.shape or not case.actual.ndim:
        return None
    for lines, actual, expected in (
        ("rows", case.actual, case.expected),
        ("columns", case.actual.T, case.expected.T),
    ):
        right = [near(one, other, case.scale) for one, other in zip(actual, expected)]
        told = [ok and bool(other.any()) for ok, other in zip(right, expected)]
        single = case.actual.ndim == 1 or actual[0].size < 3
        enough = len(right) / 2 if single else 1  # one or two values are right by chance more often
        if not single and len(right) == 2:
            continue  # and one of two rows is
        if all(right) or sum(told) < enough or (lines == "columns" and case.actual.ndim != 2):
            continue
        wrong = [i for i, ok in enumerate(right) if not ok]
        lines = "values" if case.actual.ndim == 1 else lines
        return Relation(
            "some-rows", f"{lines} {shortened(wrong)} are wrong, the other {sum(right)} of {len(right)} are right"
        )
    return None


LOOKS: tuple[Callable[[Case], Relation | None], ...] = (
    other_answer, transposed, equals_input, reduced, not_reduced, other_axis, wrong_shape,
    not_finite, all_zero, sign_flipped, constant_factor, step_factor, constant_offset, offset_per_line, value_replaced,
    permuted, shifted, affine, step_clipped, clipped, clipped_logarithm, by_sign_of_input, function_of, input_added,
    factor_per_line, low_precision, some_rows, step_direction, rounded,
)  # fmt: skip


# --- what they share --------------------------------------------------------------------------------------------


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
