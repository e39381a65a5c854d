"""What people change about a grade: points in place of the grader's, rows of their own, and what lateness costs.

An adjustment belongs to a person or a hand-in by name, not to a result: grading again keeps it. The gradebook holds all
that ever were, each with its reason and author; of several about one thing the last counts.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from grader.base.attempts import AttemptRules, moment
from grader.base.errors import UsageError
from grader.homework import YEARS, edition
from grader.result import ComponentResult, Result
from grader.submission.contents import shown

COLUMNS = ("who", "item", "points", "of", "reason", "author")
TOTAL, LATE, SUBMITTED = "total", "late", "submitted"  # items that are neither components nor rows of a person's own
MOST_POINTS = 100_000
Judged = Mapping[str, tuple[float, float, float]]  # points, most and not judged, by component


@dataclass(frozen=True)
class Adjustment:
    """One line of the file. points: as written; '' takes back what was said before. of: for a row of one's own."""

    who: str
    item: str
    points: str
    of: str
    reason: str
    author: str

    @property
    def value(self) -> float:
        return float(self.points)

    @property
    def signed(self) -> str:
        return f"{self.reason} ({self.author})"


@dataclass(frozen=True)
class Policy:
    """due: None where nothing is late. percent: of all points, for each day begun. attempts: 'best' or 'last'.

    rules: how many attempts of a person are graded.
    """

    due: datetime | None = None
    grace: timedelta = timedelta()
    percent: float = 0.0
    attempts: str = "best"
    rules: AttemptRules = field(default_factory=AttemptRules)


@dataclass(frozen=True)
class Grade:
    """What a hand-in gets in the end. most: of points. changes: in words, each with its reason."""

    points: float
    most: float
    not_judged: float = 0.0
    changes: tuple[str, ...] = ()
    instead: dict[str, Adjustment] = field(default_factory=dict)  # by component
    own: dict[str, tuple[float, Adjustment | None]] = field(default_factory=dict)  # by row: of how many points


# --- reading ------------------------------------------------------------------------------------------------------


def read(path: Path) -> list[Adjustment]:
    """The lines of a CSV file. Raises UsageError, with the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"--adjust {shown(path)}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UsageError(f"--adjust {shown(path)}: is not UTF-8; save it as CSV UTF-8") from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise UsageError(
            f"--adjust {shown(path)}: the first line must name the columns {', '.join(COLUMNS)}; "
            f"{', '.join(missing)} missing"
        )
    found = []
    for row in rows:
        each = Adjustment(**{name: (row[name] or "").strip() for name in COLUMNS})
        if any((each.who, each.item, each.points, each.reason)):
            fault = fault_of(each)
            if fault:
                raise UsageError(f"--adjust {shown(path)}, line {rows.line_num}: {fault}")
            found.append(each)
    return found


def fault_of(each: Adjustment) -> str:
    """What is wrong with a line, or ''."""
    components = {name for year in YEARS for name in edition(year).components}
    if not each.who or not each.item:
        return "who and item must be there"
    if not each.reason or not each.author:
        return "a reason and an author must be there: students ask"
    if each.item == SUBMITTED:
        return "" if not each.points or moment(each.points) else f"{each.points!r} is no time, as in 2026-11-20 23:59"
    if each.points and number(each.points) is None:
        return f"points must be a number from 0 to {MOST_POINTS}, not {each.points!r}"
    if each.of and not number(each.of):
        return f"of must be a number above 0, or empty for a component, not {each.of!r}"
    if each.points and not each.of and each.item not in components and each.item not in (TOTAL, LATE):
        return (
            f"{each.item} is no component (grade --list), nor {TOTAL}, {LATE} or {SUBMITTED}; a row of your own says "
            "in the column `of` out of how many points"
        )
    if each.of and (each.item in components or each.item in (TOTAL, LATE)):
        return f"{each.item} is no row of your own: leave `of` empty"
    return ""


def number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found <= MOST_POINTS else None


# --- what comes of it -----------------------------------------------------------------------------------------------


def last_words(every: Iterable[Adjustment]) -> list[Adjustment]:
    """Of several about one thing the last, unless it takes the others back."""
    last: dict[tuple[str, str], Adjustment] = {}
    for each in every:
        last.pop((each.who.casefold(), each.item), None)  # so that it stands where it was said last
        last[each.who.casefold(), each.item] = each
    return [each for each in last.values() if each.points]


def own_rows(adjustments: Iterable[Adjustment]) -> dict[str, float]:
    """The rows that people added, and of how many points: the same for the whole class."""
    found: dict[str, float] = {}
    for each in adjustments:
        if each.of:
            found[each.item] = max(found.get(each.item, 0.0), float(each.of))
    return found


def grade_of(
    points: float,
    most: float,
    judged: Judged,
    mine: Iterable[Adjustment],
    rows: Mapping[str, float],
    submitted: datetime | None,
    policy: Policy,
) -> Grade:
    """A hand-in's grade from what the grader found. mine: the adjustments of its people. rows: of the whole class."""
    by_item = {each.item: each for each in mine}
    changes = []
    not_judged = sum(left for _, _, left in judged.values())
    instead = {name: by_item[name] for name in judged if name in by_item}
    for name, each in instead.items():
        before, _, left = judged[name]
        points, not_judged = points + each.value - before, not_judged - left
        changes.append(f"{name}: {each.value:g} points instead of {before:g}: {each.signed}")
    own = {name: (of, by_item.get(name)) for name, of in rows.items()}
    for name, (of, given) in own.items():
        most += of
        if given is None:
            not_judged += of
            changes.append(f"{name}: {of:g} points not judged yet")
        else:
            points += given.value
            changes.append(f"{name}: {given.value:g} of {of:g} points: {given.signed}")
    stated = by_item.get(SUBMITTED)
    points, told = after_lateness(points, most, moment(stated.points) if stated else submitted, by_item, policy)
    changes += told
    if whole := by_item.get(TOTAL):
        changes.append(f"{whole.value:g} points in all instead of {points:g}: {whole.signed}")
        points, not_judged = whole.value, 0.0
    return Grade(round(points, 2), round(most, 2), round(max(not_judged, 0.0), 2), tuple(changes), instead, own)


def after_lateness(
    points: float, most: float, submitted: datetime | None, by_item: Mapping[str, Adjustment], policy: Policy
) -> tuple[float, list[str]]:
    """The points that are left, and why, where any are taken."""
    late = timedelta()
    if policy.due is not None and submitted is not None and submitted > policy.due + policy.grace:
        late = submitted - policy.due
    days = math.ceil(late / timedelta(days=1))
    penalty = days * policy.percent / 100 * most
    if stated := by_item.get(LATE):
        penalty = stated.value
    taken = round(min(penalty, max(points, 0.0)), 2)
    if not late and not taken:
        return points, []
    days, hours = divmod(math.ceil(late / timedelta(hours=1)), 24)
    how = f"handed in {days} day{'s' * (days != 1)} and {hours} hour{'s' * (hours != 1)} late" if late else "late"
    why = f": {stated.signed}" if stated else f" ({policy.percent:g} % for each day begun)" if policy.percent else ""
    return points - taken, [f"{how}: {taken:g} points less{why}"]


def shown_in(result: Result, grade: Grade) -> Result:
    """The result as its student reads it: points that people gave, their rows, and the grade that counts."""
    parts = []
    for part in result.components:
        if given := grade.instead.get(part.name):
            part = replace(part, points=given.value, outcome=outcome(given.value, part.max_points), not_judged=0.0)
            part.message = given.signed
        parts.append(part)
    for name, (of, given) in grade.own.items():
        value, left = (given.value, 0.0) if given else (0.0, of)
        word = outcome(value, of) if given else "not graded"
        message = given.signed if given else "not judged yet"
        parts.append(ComponentResult(name, word, value, of, message, not_judged=left, instructors=True))
    totals = {"score": grade.points, "max_score": grade.most, "not_judged": grade.not_judged}
    return replace(result, components=parts, notes=[*grade.changes, *result.notes], **totals)  # type: ignore[arg-type]


def outcome(points: float, most: float) -> str:
    return "passed" if points >= most else "partial" if points else "failed"
