"""What a submission wrongly answered, small enough to be kept for thousands of them: shared mistakes show by it.

Two wrong answers are the same if a verdict would call them so, and no hash of rounded numbers can promise that: two
numbers that differ in the last bit may lie on two sides of a rounding's edge, the more likely the more numbers there
are. So only what is discrete is hashed, as `form`: which entries differ, how, in what shape, with which exception. Of
each array some numbers are kept beside it, and compared under the tolerance of the check: its largest magnitude, its
root mean square, and three sums of its entries with fixed weights, so that the order of the entries counts.

Only what differs is looked at, read as the verdict read it. So styles do not count: lists or arrays, float32 or
float64, `(m,)` or `(1, m)`, one gradient convention or the other. All of this is computed in the grader's process from
verdicts, and is part of no student's result.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.probe import Rule
from grader.ask.subject import Raised
from grader.base.arrays import squeezed
from grader.diagnose import pages
from grader.judge.compare import FLOOR, Difference, as_array
from grader.judge.verdict import Verdict
from grader.result import Outcome
from grader.rubric import Tolerances
from grader.worker.wire import Opaque

WRONG = (Outcome.FAILED, Outcome.PARTIAL, Outcome.ERROR)
FREQUENCIES = (1.0, 2**0.5, 3**0.5)  # radians an entry: no two entries of an array weigh the same in all three sums
SLACK = 3.0  # times the tolerance: each of two answers may be off by it, and sums gather some rounding
MOST_ITEMS = 20  # of a list or dict
MOST_SKETCHES = 50  # of one check, whatever is nested in its answer
DIGITS = 9
VARYING = re.compile(r"0x[0-9a-fA-F]+|\d+\.\d*(?:e[-+]?\d+)?")  # addresses and measured numbers in messages
OWN_WORDS = re.compile(r"(raise|assert)\b")
Sketch = tuple[float, ...]  # tolerance, largest magnitude, then parts of it


@dataclass(frozen=True)
class Fingerprint:
    """The wrong answer to one check. known: a misconception explains it."""

    component: str
    check: str
    form: str
    numbers: tuple[Sketch, ...]
    known: bool

    def plain(self) -> list[Any]:
        return [self.component, self.check, self.form, [list(each) for each in self.numbers], self.known]


def fingerprints(verdicts: Iterable[Verdict], tolerances: Tolerances) -> list[Fingerprint]:
    """Of every wrong answer among these verdicts. What gave no answer (not written, too slow, killed) has none."""
    return [found for verdict in verdicts if (found := fingerprint(verdict, tolerances)) is not None]


def fingerprint(verdict: Verdict, tolerances: Tolerances) -> Fingerprint | None:
    fault = verdict.seen.fault
    if verdict.outcome not in WRONG or not (fault or verdict.differences):
        return None
    form: list[Any] = []
    numbers: list[Sketch] = []
    if fault is not None:
        if "SyntaxError" in fault.bases:  # of the file, not of this check
            return None
        form.append(form_of_fault(fault))
    for difference in verdict.differences:
        rule = verdict.probe.rules.get(difference.entry.partition("[")[0], Rule())
        form.append((difference.entry, difference.kind))
        add(answer(difference, rule), rule, tolerances.of(rule.tolerance), form, numbers)
    known = any(code not in pages.RELATIONS for code in verdict.diagnosis)
    digest = hashlib.sha256(repr(form).encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return Fingerprint(verdict.probe.component, verdict.probe.name, digest, tuple(numbers), known)


def form_of_fault(fault: Fault) -> tuple[str, ...]:
    """Python's and NumPy's messages tell mistakes apart; what a student's own `raise` or `assert` says is a style."""
    is_own = bool(fault.frames) and OWN_WORDS.match(fault.frames[-1].source.strip()) is not None
    return fault.kind, fault.type, "" if is_own else VARYING.sub("#", fault.message[:300])


def answer(difference: Difference, rule: Rule) -> Any:
    """What came back, read as the verdict read it."""
    actual = difference.actual
    if isinstance(difference.expected, np.ndarray):
        array = as_array(actual, difference.expected)
        actual = actual if array is None else array
    return squeezed(actual) if rule.squeeze and isinstance(actual, np.ndarray) else actual


def add(value: Any, rule: Rule, tolerance: float, form: list[Any], numbers: list[Sketch]) -> None:
    """Adds what is discrete about a value to the form, and what is measured to the numbers."""
    if isinstance(value, Raised):
        form.append(("raised", value.type))
    elif isinstance(value, Opaque):
        form.append(("opaque", value.kind[:200]))
    elif isinstance(value, dict):
        form.append(("dict", len(value)))
        for key, item in sorted(value.items(), key=lambda pair: repr(pair[0]))[:MOST_ITEMS]:
            form.append(repr(key)[:200])
            add(item, rule, tolerance, form, numbers)
    elif isinstance(value, (list, tuple)):
        form.append(("list", len(value)))
        for item in value[:MOST_ITEMS]:
            add(item, rule, tolerance, form, numbers)
    elif isinstance(value, (bool, str)) or value is None:
        form.append(repr(value)[:200])
    else:
        add_numbers(np.asarray(value), rule, tolerance, form, numbers)


def add_numbers(array: np.ndarray, rule: Rule, tolerance: float, form: list[Any], numbers: list[Sketch]) -> None:
    if array.dtype.kind not in "fiub":
        form.append((array.shape, hashlib.sha256(repr(array.tolist()).encode()).hexdigest()))
        return
    flat = array.astype(np.float64).ravel()
    if rule.within:  # what lies outside of the intervals is drawn by chance: on which side is what can be told
        edges = sorted({edge for interval in rule.within for edge in interval})
        form.append(("outside", sorted(set(np.searchsorted(edges, flat).tolist()))))
        return
    finite = np.isfinite(flat)
    odd = (int(np.isnan(flat).sum()), int((flat == np.inf).sum()), int((flat == -np.inf).sum()))
    form.append((array.shape, odd))
    if len(numbers) < MOST_SKETCHES:
        numbers.append(sketch(np.where(finite, flat, 0.0), tolerance))


def sketch(flat: np.ndarray, tolerance: float) -> Sketch:
    """The tolerance, the largest magnitude, and four parts of it: root mean square and weighted sums."""
    peak = float(np.abs(flat).max()) if flat.size else 0.0
    if peak <= FLOOR:
        return (tolerance, 0.0, 0.0, *(0.0 for _ in FREQUENCIES))
    scaled = flat / peak
    weights = np.cos(np.outer(FREQUENCIES, np.arange(1, flat.size + 1)))
    sums = (weights @ scaled) / flat.size**0.5
    return tuple(rounded(each) for each in (tolerance, peak, float(np.sqrt(np.mean(scaled**2))), *sums.tolist()))


def rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


def same(one: Iterable[Sketch], other: Iterable[Sketch]) -> bool:
    """Are the numbers of two answers of one form the same, up to rounding?"""
    return all(map(near, one, other))


def near(one: Sketch, other: Sketch) -> bool:
    peak = max(one[1], other[1])
    if peak <= FLOOR:
        return True
    slack = SLACK * (one[0] + FLOOR / peak)
    if abs(one[1] - other[1]) > slack * peak:
        return False
    return all(abs(a - b) <= slack for a, b in zip(one[2:], other[2:]))
