"""One formula for every value: a factor, a sign, an offset, one more function, fewer digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.base.arrays import unique
from grader.diagnose.relations.case import (
    ABOUT,
    ROUGH,
    SEVERAL,
    TOLERANCE,
    Case,
    Relation,
    every,
    factor_of,
    index,
    is_flat,
    near,
    one_size,
    same,
    telling,
)

EXTREME = 10.0  # exp, log and division are harmless for smaller inputs, those next to 0 aside
COUNTS = 12  # a single number that is 2 to 12 times too large, or too small, is likely to be counted wrongly


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


def only_sign(case: Case) -> Relation | None:
    """Every value has one and the same size: what is left of the expected ones is their sign."""
    size = one_size(case.actual, case.expected)
    if size is None:
        return None
    return Relation("only-sign", f"every value is {size:.6g} with the sign of the expected one: sizes are lost")


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


def function_of(case: Case) -> Relation | None:
    """The right values, sent through one more function."""
    if case.expected.size < 2 and {abs(float(case.actual.flat[0])), abs(float(case.expected.flat[0]))} & {0.0, 1.0}:
        return None  # exp(0) is 1, and 0 and 1 are their own squares
    for name, function in FUNCTIONS:
        values = function(case.expected)
        if np.isfinite(values).all() and not near(values, case.expected) and near(case.actual, values):
            return Relation("function-of-it", f"{every(case)} is {name} the expected one")
    return softmax_of(case) or powers_per_row(case)


def goes_on(sentence: str, numbers: Sequence[tuple[float, float]]) -> bool:
    """Does the function that a sentence names hold for all of several (actual, expected)? Of one it may by chance."""
    function = next((function for name, function in FUNCTIONS if f" is {name} " in sentence), None)
    if function is None or not numbers:
        return True
    actual, expected = np.array(numbers, dtype=np.float64).T
    return near(actual, function(expected), max(1.0, float(np.abs(expected).max())))


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
    so_that = standardised(case, factor, offset)
    return Relation("affine", f"{every(case)} is {factor:.6g} times the expected one {sign} {abs(offset):.6g}{so_that}")


def standardised(case: Case, factor: float, offset: float) -> str:
    """What a multiple of the right values and a number make of them, where it is one of the usual scalings; else ''."""
    if abs(case.actual.mean()) < ROUGH / 10 and abs(case.actual.std() - 1) < ROUGH / 10:
        return ": what came back has mean 0 and standard deviation 1"
    if case.expected.min() < 0 or case.expected.max() > 1 or factor < 1 or offset > 0:
        return ""
    if abs(offset + 1) < TOLERANCE and abs(factor - 2) < TOLERANCE:
        return ": what should go from 0 to 1 goes from -1 to 1"
    mean, deviation = -offset / factor, 1 / factor
    return f": that is (x - {mean:.4g}) / {deviation:.4g}, as if x were standardised"


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


def input_multiplied(case: Case) -> Relation | None:
    """Every value is the right one times, or over, the entry of an array that the probe handed over."""
    for name, given in [*case.asked.weights, *case.asked.arrays]:
        if given.shape != case.expected.shape or given.dtype.kind not in "fiu" or unique(given).size < SEVERAL:
            continue
        for told, wrong in (("multiplied by", case.expected * given), ("divided by", case.expected / given)):
            if np.isfinite(wrong).all() and unique(wrong).size >= SEVERAL and near(case.actual, wrong):
                return Relation("input-added", f"right, but that it is {told} {name} as well, element by element")
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
        for name, given in case.asked.arrays:
            factor = factor_of(first, np.ravel(given)) if given.size == first.size >= SEVERAL else None
            if factor is not None and not is_flat(given):
                told = f"{abs(factor):.6g} times {name} is {'added' if factor > 0 else 'taken off'}"
                return Relation("offset-per-line", f"each {line} is off by a number of its own: {told}")
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
        told = f"each {line} is the expected one times a number of its own ({values}, ...)"
        for what, measure in MEASURES:
            came, wanted = (np.apply_along_axis(measure, 1, each) for each in (actual, expected))
            if near(came, np.ones(len(came))) and not near(wanted, np.ones(len(wanted))):
                told += f": in what came back {what} of each {line} is 1"
                break
        return Relation("factor-per-line", told)
    return None


MEASURES: tuple[tuple[str, Callable[[np.ndarray], Any]], ...] = (
    ("the sum", np.sum),
    ("the length, the root of the sum of squares,", np.linalg.norm),
    ("the largest entry", np.max),
    ("the sum of sizes", lambda row: np.abs(row).sum()),
    ("the standard deviation", np.std),
)


def low_precision(case: Case) -> Relation | None:
    """Equal but for the digits that a smaller dtype, or rounding, can hold."""
    actual = case.actual.astype(np.float64)
    if not case.expected.ndim and telling(case.expected):
        for digits in (1, 2, 3):
            if near(actual, np.round(case.expected, digits), tolerance=1e-12):
                return Relation("low-precision", f"the number is the expected one rounded to {digits} decimals")
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
