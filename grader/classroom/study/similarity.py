"""Which hand-ins look alike: pairs by the share of their own code that they have in common.

The method is winnowing (Schleimer, Wilkerson & Aiken 2003) with a window of 1: homework is short, so every gram is kept
and every passage of GRAM nodes that two hand-ins share is found. Grams of the given code do not count, nor do those
that many hand-ins have: they are how such code is written. Two hand-ins that give the same rare wrong answers are moved
up. Nothing here decides anything.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grader.base.errors import UsageError
from grader.classroom.class_list import Ledger, Line
from grader.classroom.study.groups import WrongAnswers
from grader.classroom.study.student_code import GRAM, Function, GivenCode, own_functions
from grader.submission.archives import open_handin
from grader.submission.opening import Submission

COMMON, COMMON_SHARE = 10, 0.5  # hand-ins, and share of the class: what more of them have is how such code is written
LEAST_GRAMS = 50  # of own code; with less, half of it may be alike by chance
LEAST_SHARE = 0.1  # of the smaller one's own code, for a pair to be told of
MOST_PAIRS = 100  # that are told of
RARE, RARE_SHARE = 3, 0.02  # hand-ins, and share of the class, that give the same wrong answer
RAISE, MOST_RAISE = 0.1, 0.3  # what a component with the same rare wrong answers adds, and all of them together
BINS = 1000  # of the distribution of shares


@dataclass(frozen=True)
class Code:
    """The own code of one hand-in; grams: of its functions, each once, sorted.

    Its text is not kept: thousands of them would need room. It is read again where it is shown.
    """

    line: Line
    grams: np.ndarray

    @property
    def name(self) -> str:
        return self.line.name

    @property
    def who(self) -> str:
        return self.line.who


@dataclass(frozen=True)
class Pair:
    """Two hand-ins. shares: how much of each is in the other. answers: checks with the same rare answers."""

    one: Code
    other: Code
    shares: tuple[float, float]
    answers: tuple[str, ...] = ()

    @property
    def components(self) -> list[str]:
        return list(dict.fromkeys(check.partition("/")[0] for check in self.answers))

    @property
    def rank(self) -> float:
        return max(self.shares) + min(RAISE * len(self.components), MOST_RAISE)


@dataclass
class Similarity:
    """What was found.

    limit: grams that more hand-ins have are common and do not count. short: who has too little code of its own.
    unread: what could not be read, and why. usual: the share that half of all pairs do not exceed, and the one
    that 99 of 100 do not.
    """

    pairs: list[Pair] = field(default_factory=list)
    compared: int = 0
    limit: int = COMMON
    short: list[str] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    common: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))
    usual: tuple[float, float] = (0.0, 0.0)


def read_codes(
    ledger: Ledger, handed_out: Mapping[int, GivenCode], found: Similarity, tell: Callable[[int, int], None]
) -> list[Code]:
    """The own code of every hand-in that counts for somebody.

    handed_out: the given code of each year. tell: is told how many of how many are read.
    """
    lines = [line for line in ledger.lines if not line.second and not line.entry.handin.fault]
    codes = []
    for count, line in enumerate(lines, 1):
        try:
            with opened(line) as submission:
                given, modules = handed_out[submission.edition.year], submission.modules.values()
                functions = own_functions(modules, given)
                if broken := [str(each.relative) for each in modules if each.source_error is not None]:
                    found.unread[line.name] = f"left out, as Python does not read it: {', '.join(broken)}"
            codes.append(Code(line, np.setdiff1d(grams_of(functions), given.grams, assume_unique=True)))
        except UsageError as error:
            found.unread[line.name] = str(error).removeprefix(f"{line.entry.handin.path}: ")
        tell(count, len(lines))
    return codes


@contextmanager
def opened(line: Line) -> Iterator[Submission]:
    """A copy of a hand-in. Raises UsageError."""
    with tempfile.TemporaryDirectory(prefix="beras-code-") as scratch:
        yield open_handin(line.entry.handin.path, Path(scratch))


def read_functions(line: Line, handed_out: Mapping[int, GivenCode]) -> list[Function]:
    """What the student of a hand-in wrote. Raises UsageError."""
    with opened(line) as submission:
        return own_functions(submission.modules.values(), handed_out[submission.edition.year])


def grams_of(functions: Sequence[Function]) -> np.ndarray:
    return np.unique(np.concatenate([np.zeros(0, np.uint64), *(each.grams for each in functions if each.is_long)]))


def similarity(codes: list[Code], answers: WrongAnswers, found: Similarity) -> Similarity:
    """Compares all with all."""
    limit = found.limit = max(COMMON, int(COMMON_SHARE * len(codes)))
    found.common = common_grams(codes, limit)
    own = [np.setdiff1d(code.grams, found.common, assume_unique=True) for code in codes]
    found.short = [code.name for code, grams in zip(codes, own) if len(grams) < LEAST_GRAMS]
    chosen = [(code, grams) for code, grams in zip(codes, own) if len(grams) >= LEAST_GRAMS]
    found.compared = len(chosen)
    rare = rare_answers(answers, [code for code, _ in chosen])
    best: list[tuple[float, int, int, Pair]] = []
    histogram = np.zeros(BINS, np.int64)
    sizes = np.array([len(grams) for _, grams in chosen])
    for i, shared in shared_grams([grams for _, grams in chosen]):
        later = np.arange(i + 1, len(chosen))
        shares = shared[later] / np.minimum(sizes[later], sizes[i])
        histogram += np.histogram(shares, BINS, (0.0, 1.0))[0]
        least = max(LEAST_SHARE, best[0][0] - MOST_RAISE if len(best) == MOST_PAIRS else 0.0)
        for j in later[shares >= least]:  # below it, no wrong answers could move a pair up among the best
            one, other = chosen[i][0], chosen[j][0]
            if set(map(id, one.line.people)) & set(map(id, other.line.people)):
                continue
            both = (float(shared[j] / sizes[i]), float(shared[j] / sizes[j]))
            pair = Pair(one, other, both, same_answers(answers, rare, one, other))
            entry = (pair.rank, -i, -int(j), pair)
            (heapq.heappush if len(best) < MOST_PAIRS else heapq.heappushpop)(best, entry)
    found.pairs = [pair for *_, pair in sorted(best, key=lambda entry: entry[:3], reverse=True)]
    found.usual = quantile(histogram, 0.5), quantile(histogram, 0.99)
    return found


def common_grams(codes: list[Code], limit: int) -> np.ndarray:
    """What more hand-ins have than the limit."""
    everything = np.concatenate([np.zeros(0, np.uint64), *(code.grams for code in codes)])
    everything.sort()
    last = everything[limit:] == everything[: max(len(everything) - limit, 0)]  # each hand-in has a gram once
    return np.unique(everything[limit:][last])


def shared_grams(documents: list[np.ndarray]) -> Iterator[tuple[int, np.ndarray]]:
    """Of each document in turn, how many grams every other one shares with it."""
    if not documents:
        return
    everything = np.concatenate(documents)
    order = np.argsort(everything, kind="stable").astype(np.int32)
    owners = np.repeat(np.arange(len(documents), dtype=np.int32), [len(each) for each in documents])[order]
    known, starts, counts = np.unique(everything[order], return_index=True, return_counts=True)
    del everything, order  # with thousands of hand-ins they are large
    for number, grams in enumerate(documents):
        places = np.searchsorted(known, grams)
        lengths = counts[places]
        # The owners of all these grams in one array: each gram's run of them, one after the other
        ends = np.cumsum(lengths)
        runs = np.arange(ends[-1]) + np.repeat(starts[places] - (ends - lengths), lengths)
        yield number, np.bincount(owners[runs], minlength=len(documents))


def quantile(histogram: np.ndarray, part: float) -> float:
    """The share that this part of all pairs does not exceed."""
    total = histogram.sum()
    return float(np.searchsorted(np.cumsum(histogram), part * total) + 1) / BINS if total else 0.0


# --- the same wrong answers -------------------------------------------------------------------------------------


def rare_answers(answers: WrongAnswers, codes: list[Code]) -> set[int]:
    """Wrong answers that few hand-ins give, by their places in `answers.kinds`."""
    limit = max(RARE, RARE_SHARE * len(codes))
    counts: dict[int, int] = {}
    for code in codes:
        for place in shown_by(answers, code):
            counts[place] = counts.get(place, 0) + 1
    return {place for place, count in counts.items() if 2 <= count <= limit}


def same_answers(answers: WrongAnswers, rare: set[int], one: Code, other: Code) -> tuple[str, ...]:
    places = shown_by(answers, one) & shown_by(answers, other) & rare
    return tuple(sorted(answers.kinds[place].check for place in places))


def shown_by(answers: WrongAnswers, code: Code) -> set[int]:
    row = code.line.row
    return answers.shown.get(row.id, set()) if row is not None else set()


# --- side by side -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Side:
    """A function as it is shown: its lines, and whether each is alike."""

    file: str
    name: str
    line: int
    lines: list[tuple[str, bool]]


def side_by_side(
    pair: Pair, common: np.ndarray, read: Callable[[Line], list[Function]]
) -> list[tuple[list[Side], Side]]:
    """Passages that two hand-ins share: functions that belong together, those with the most in common first.

    Several functions of one may lie in one function of the other: that is shown once, beside all of them.
    """
    alike = np.setdiff1d(np.intersect1d(pair.one.grams, pair.other.grams), common)
    theirs = [function for function in read(pair.other.line) if function.is_long]
    found: list[tuple[int, Function, Function]] = []
    for function in read(pair.one.line):
        shared = np.intersect1d(function.grams, alike)
        sizes = [len(np.intersect1d(shared, other.grams)) for other in theirs]
        if function.is_long and max(sizes, default=0):
            found.append((max(sizes), function, theirs[int(np.argmax(sizes))]))
    found.sort(key=lambda each: -each[0])
    rows: dict[tuple[str, int], tuple[list[Side], Side]] = {}
    for _, one, other in found:
        left, _ = rows.setdefault((other.file, other.line), ([], marked(other, alike)))
        left.append(marked(one, alike))
    return list(rows.values())


def marked(function: Function, alike: np.ndarray) -> Side:
    """A function with the lines of every shared gram marked."""
    lines = function.text.split("\n")
    marks = np.zeros(len(lines), bool)
    for place in np.flatnonzero(np.isin(function.grams, alike)):
        for first, last in function.lines[place : place + GRAM]:
            marks[max(first - function.line, 0) : last - function.line + 1] = True
    shown = [(text, bool(mark)) for text, mark in zip(lines, marks)]
    return Side(function.file, function.name, function.line, shown)
