"""Expected against actual: where two observations differ, under a tolerance and the freedoms of a Rule.

Pure functions on plain data; nothing here knows of workers, points or students.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.ask.probe import Observation, Probe, Rule
from grader.ask.subject import Raised
from grader.base.arrays import squeezed
from grader.rubric import Tolerances
from grader.worker.wire import Opaque

PLAIN = Rule()
NAN_MARK = -123456.75  # no honest answer to a probe is near it
FLOOR = 1e-6  # absolute; inputs are of order 1, so this is rounding, wherever the right answer is 0


@dataclass(frozen=True)
class Difference:
    """One place where the actual observation is not the expected one.

    kind: 'value', 'shape', 'type', 'keys', 'length', 'raised' (the wrong exception), 'not raised', 'missing'.
    factor: set where the actual array is the expected one times a positive constant and the rule tells that apart.
    """

    entry: str
    kind: str
    expected: Any
    actual: Any
    factor: float | None = None


def differences(
    probe: Probe,
    expected: Observation,
    actual: Observation,
    tolerances: Tolerances,
    convention: str = "",
    mistakes: bool = False,
) -> list[Difference]:
    """Every entry of a probe's observation that differs. Empty: the same behaviour.

    mistakes: two wrong answers are compared, not a right one with another. Then NaN is equal to NaN, and what lies
    outside a rule's intervals in both is alike.
    """
    if mistakes:
        expected, actual = without_nan(expected), without_nan(actual)
    found: list[Difference] = []
    for entry in expected:
        rule = probe.rules.get(entry, PLAIN)
        if rule.evidence:
            continue
        if mistakes and rule.within and entry in actual and not lies_within(expected[entry], rule.within):
            if lies_within(actual[entry], rule.within):
                found.append(Difference(entry, "value", expected[entry], actual[entry]))
            continue
        wanted = actual.get(rule.like) if rule.like and not mistakes else expected[entry]
        if rule.like and not mistakes and not moves_alike(expected[rule.like], wanted, tolerances.of(rule.tolerance)):
            found.append(Difference(rule.like, "value", expected[rule.like], wanted))
        if entry not in actual:
            found.append(Difference(entry, "missing", wanted, None))
            continue
        found += compare(entry, wanted, actual[entry], rule, tolerances.of(rule.tolerance), convention)
    return found


def compare(entry: str, expected: Any, actual: Any, rule: Rule, tolerance: float, convention: str) -> list[Difference]:
    """Differences of one entry, nested lists and dicts walked through."""
    if rule.within:
        return [] if lies_within(actual, rule.within) else [Difference(entry, "value", expected, actual)]
    if isinstance(expected, Raised):
        return compare_raised(entry, expected, actual)
    if isinstance(actual, Raised):
        return [Difference(entry, "raised", expected, actual)]
    if isinstance(expected, Opaque):
        same = isinstance(actual, Opaque) and actual == expected
        return [] if same else [Difference(entry, "type", expected, actual)]
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return [Difference(entry, "type", expected, actual)]
        if set(expected) != set(actual):
            return [Difference(entry, "keys", expected, actual)]
        pairs = [(f"{entry}[{key!r}]", expected[key], actual[key]) for key in expected]
        return [each for name, one, other in pairs for each in compare(name, one, other, rule, tolerance, convention)]
    if isinstance(expected, (list, tuple)):
        return compare_lists(entry, list(expected), actual, rule, tolerance, convention)
    if isinstance(expected, np.ndarray):
        return compare_arrays(entry, expected, actual, rule, tolerance, convention)
    if isinstance(expected, float):
        return compare_numbers(entry, expected, actual, tolerance)
    if isinstance(actual, np.ndarray) and actual.ndim == 0:
        actual = actual.item()
    same = type(actual) in (type(expected), int, bool) and actual == expected
    return [] if same else [Difference(entry, "value", expected, actual)]


def compare_raised(entry: str, expected: Raised, actual: Any) -> list[Difference]:
    """An exception of the expected class or of one derived from it."""
    if not isinstance(actual, Raised):
        return [Difference(entry, "not raised", expected, actual)]
    return [] if expected.type in actual.bases else [Difference(entry, "raised", expected, actual)]


def compare_lists(
    entry: str, expected: list[Any], actual: Any, rule: Rule, tolerance: float, convention: str
) -> list[Difference]:
    if isinstance(actual, np.ndarray) and actual.ndim:
        actual = list(actual)
    if not isinstance(actual, (list, tuple)):
        return [Difference(entry, "type", expected, actual)]
    if len(actual) != len(expected):
        return [Difference(entry, "length", expected, list(actual))]
    pairs = enumerate(zip(expected, actual))
    return [d for i, (one, other) in pairs for d in compare(f"{entry}[{i}]", one, other, rule, tolerance, convention)]


def compare_numbers(entry: str, expected: float, actual: Any, tolerance: float) -> list[Difference]:
    if isinstance(actual, np.ndarray) and actual.ndim == 0 and actual.dtype.kind in "fiu":
        actual = float(actual)
    if isinstance(actual, bool) or not isinstance(actual, (int, float)):
        return [Difference(entry, "type", expected, actual)]
    if not np.isfinite(expected):
        near = actual == expected
    else:
        near = bool(np.isfinite(actual)) and abs(actual - expected) <= tolerance * abs(expected) + FLOOR
    return [] if near else [Difference(entry, "value", expected, float(actual))]


def compare_arrays(
    entry: str, expected: np.ndarray, actual: Any, rule: Rule, tolerance: float, convention: str
) -> list[Difference]:
    array = as_array(actual, expected)
    if array is None:
        return [Difference(entry, "type", expected, actual)]
    if rule.squeeze:
        expected, array = squeezed(expected), squeezed(array)
    if array.shape != expected.shape:
        return [Difference(entry, "shape", expected, array)]
    if expected.dtype.kind in "US":
        return [] if np.array_equal(expected, array) else [Difference(entry, "value", expected, array)]
    if close(array, expected, tolerance):
        return []
    factor = constant_factor(array, expected, tolerance) if rule.gradient else None
    allowed = rule.upstream_factors if convention == "upstream" else ()
    if factor is not None and any(abs(factor / each - 1) <= tolerance for each in allowed):
        return []
    return [Difference(entry, "value", expected, array, factor)]


def as_array(actual: Any, like: np.ndarray) -> np.ndarray | None:
    """Lists and tuples are as good as arrays; None where the value holds no array of that kind."""
    if isinstance(actual, (list, tuple)):
        if any(isinstance(item, Opaque) for item in actual):
            return None
        try:
            actual = np.asarray(actual)
        except (ValueError, TypeError):
            return None
    elif isinstance(actual, (bool, int, float)):
        actual = np.asarray(actual)
    if not isinstance(actual, np.ndarray):
        return None
    texts = like.dtype.kind in "US"
    if actual.dtype.kind not in ("US" if texts else "fiub"):
        return None
    return actual


def close(actual: np.ndarray, expected: np.ndarray, tolerance: float) -> bool:
    """Equal up to rounding, relative to the largest entry (sums lose what the largest term loses).

    Whole numbers, infinities and NAN_MARK are equal to themselves alone, and are no measure for the others.
    """
    if actual.dtype.kind in "biu" and expected.dtype.kind in "biu":
        return bool(np.array_equal(actual, expected))
    actual, expected = actual.astype(np.float64), expected.astype(np.float64)
    exact = ~np.isfinite(expected) | (expected == NAN_MARK)
    if not np.array_equal(actual[exact], expected[exact]):
        return False
    actual, expected = actual[~exact], expected[~exact]
    if not expected.size:
        return True
    if not np.all(np.isfinite(actual)):
        return False
    return bool(np.all(np.abs(actual - expected) <= tolerance * np.abs(expected).max() + FLOOR))


def constant_factor(actual: np.ndarray, expected: np.ndarray, tolerance: float) -> float | None:
    """k > 0 with actual = k * expected, where there is one."""
    actual, expected = actual.astype(np.float64).ravel(), expected.astype(np.float64).ravel()
    power = float(expected @ expected)
    if not np.all(np.isfinite(actual)) or power < FLOOR:
        return None
    with np.errstate(all="ignore"):  # huge wrong numbers overflow here: then there is no factor
        factor = float(actual @ expected) / power
    if factor <= 0 or not np.all(np.abs(actual - factor * expected) <= tolerance * factor * np.abs(expected).max()):
        return None
    return factor


def moves_alike(expected: Any, actual: Any, tolerance: float) -> bool:
    """Is what an answer is to be compared with right itself, but for a positive factor, which others are asked about?

    Who is compared with nothing but an answer of his own is right in whatever he agrees with.
    """
    one, other = flat(expected), flat(actual)
    if one is None or other is None or one.shape != other.shape:
        return False
    return close(other, one, tolerance) or constant_factor(other, one, tolerance) is not None


def flat(value: Any) -> np.ndarray | None:
    """The numbers of an array, or of all arrays in a list, in one row; None where there is anything else."""
    parts = [as_array(each, np.zeros(0)) for each in (value if isinstance(value, (list, tuple)) else [value])]
    arrays = [each.ravel() for each in parts if each is not None]
    return np.concatenate(arrays) if arrays and len(arrays) == len(parts) else None


def lies_within(value: Any, intervals: tuple[tuple[float, float], ...]) -> bool:
    """Does every number lie in one of the intervals?"""
    array = as_array(value, np.zeros(0))
    if array is None or not array.size:
        return False
    slack = 1e-6  # float32 work on the interval's end
    inside = [(array >= low - slack) & (array <= high + slack) for low, high in intervals]
    return bool(np.all(np.any(inside, axis=0)))


def without_nan(value: Any) -> Any:
    """The same data with every NaN replaced by one number, so that NaN is where NaN is."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.where(np.isnan(value), NAN_MARK, value)
    if isinstance(value, float):
        return NAN_MARK if value != value else value
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(without_nan(item) for item in value)
    return value
