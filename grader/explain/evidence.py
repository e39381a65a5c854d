"""What a verdict leaves in the result besides its message: the arrays that differ, and where in the code to look."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from grader.ask.client import Frame
from grader.ask.response import Response
from grader.base.arrays import squeezed
from grader.explain.message import value_text
from grader.judge.compare import FLOOR, Difference, as_array
from grader.judge.verdict import Verdict
from grader.result import Mismatch, Values
from grader.rubric import Tolerances
from grader.submission.parser import parse_mended
from grader.submission.places import Places

MOST_NUMBERS = 400  # of an array that is kept: a table of 20 by 20 can still be looked at
MOST_MISMATCHES = 6  # of one check
DIGITS = 9  # tells float32 values apart, and every difference that a tolerance sees


def mismatches(verdict: Verdict, tolerances: Tolerances) -> list[Mismatch]:
    """The entries of a check's answer that differ, with their arrays where these are small."""
    found = []
    for difference in verdict.differences[:MOST_MISMATCHES]:
        rule = verdict.probe.rules.get(difference.entry.partition("[")[0])
        found.append(mismatch(difference, tolerances.of(rule.tolerance if rule else "")))
    return found


def mismatch(difference: Difference, tolerance: float) -> Mismatch:
    """One difference as plain data, with the places at which the numbers differ."""
    expected, actual = difference.expected, difference.actual
    found = Mismatch(difference.entry, difference.kind, values(expected), values(actual, like=expected))
    array = as_array(actual, expected) if isinstance(expected, np.ndarray) else None
    if array is None or difference.kind != "value" or array.dtype.kind in "US":
        return found
    if array.shape != expected.shape:
        array, expected = squeezed(array), squeezed(expected)
        found.expected, found.actual = values(expected), values(array)
    if array.shape == expected.shape and array.ndim and array.size <= MOST_NUMBERS:
        places = np.flatnonzero(differing(array, expected, tolerance))
        found.places = places.tolist()
        if places.size:
            found.first = [int(index) for index in np.unravel_index(places[0], array.shape)]
    return found


def differing(actual: np.ndarray, expected: np.ndarray, tolerance: float) -> np.ndarray:
    """Where two arrays of one shape differ, as compare.close sees it."""
    actual, expected = actual.astype(np.float64), expected.astype(np.float64)
    measured = np.isfinite(expected)
    scale = np.abs(expected[measured]).max() if measured.any() else 0.0
    with np.errstate(invalid="ignore"):
        near = np.abs(actual - expected) <= tolerance * scale + FLOOR
    return np.asarray(~np.where(measured, near, actual == expected))


def values(value: Any, like: Any = None) -> Values:
    """One side of a difference. like: what the value would be read as, a list where an array is expected."""
    array = value if isinstance(value, np.ndarray) else as_array(value, like) if isinstance(like, np.ndarray) else None
    found = Values(value_text(value))
    if array is None:
        return found
    found.dtype, found.shape = str(array.dtype), list(array.shape)
    if array.dtype.kind in "fiub" and array.ndim and 0 < array.size <= MOST_NUMBERS:
        found.numbers = plain_numbers(array.tolist())
    return found


def plain_numbers(value: Any) -> Any:
    """Nested lists of numbers as JSON can hold them."""
    if isinstance(value, list):
        return [plain_numbers(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else str(value)
    return value


def place(seen: Response, component: str, places: Places) -> tuple[str, int]:
    """File and line where the cause most likely is: where it raised, else what was called last, else the class."""
    frames: Sequence[Frame] = seen.fault.frames if seen.fault is not None else ()
    if component not in places.edition.given:
        frames = without_given(frames, places)
    elif seen.unfit is not None:
        frames = ()
    if frames:
        return frames[-1].file, frames[-1].line
    if seen.fault is not None and seen.fault.place[1]:
        return seen.fault.place
    owner = places[component].name
    module = places.modules.get(places[component].home)
    if module is None:
        return "", 0
    method = seen.last_call.called if seen.last_call is not None else ""
    if seen.unfit is not None:  # what it gave does not fit, wherever that shows
        method = seen.unfit.method.removesuffix("()")
    lines = definitions(module.path)
    for name in (f"{owner}.{method}", method, f"{owner}.forward", owner):
        if name in lines:
            return str(module.relative), lines[name]
    return str(module.relative), 1


def without_given(frames: Sequence[Frame], places: Places) -> Sequence[Frame]:
    """The calls down to the last that is no given code: that may raise, and what it was given is to blame."""
    for number, frame in reversed(list(enumerate(frames))):
        if frame.file != frames[-1].file:
            break
        if is_given(frame, places):
            return without_given(frames[:number], places)
    return frames


def is_given(frame: Frame, places: Places) -> bool:
    """Is a line in a class that is given, and in no method of it that students write?"""
    within, given = places.within(frame.file, frame.line), places.edition.given
    written = (f"{name}." for name in places.edition.components if name not in given)
    return bool(within) and given.issuperset(within) and not f"{frame.function}.".startswith(tuple(written))


@lru_cache(maxsize=64)
def definitions(path: Path) -> dict[str, int]:
    """The line of every class, method and function of a file, by qualified name."""
    try:
        tree, *_ = parse_mended(path.read_bytes())
    except OSError:
        return {}
    lines: dict[str, int] = {}

    def walk(nodes: list[ast.stmt], prefix: str) -> None:
        for node in nodes:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                lines.setdefault(prefix + node.name, node.lineno)
                walk(node.body, f"{prefix}{node.name}.")

    if isinstance(tree, ast.Module):
        walk(tree.body, "")
    return lines
