"""What the gradebook says about a class as a whole: every number of the class report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import sqrt
from statistics import mean, median

from grader.classroom.class_list import Ledger
from grader.classroom.gradebook import Gradebook
from grader.diagnose import pages
from grader.homework import edition
from grader.result import Outcome

BINS = 10  # of the distribution of scores
JUDGED = "('blocked', 'not asked', 'not on this track', 'not finished', 'grader fault', 'not graded')"


@dataclass(frozen=True)
class CheckStatistics:
    """One check over the class. separates: correlation of getting it right with the score on all else, -1 to 1."""

    component: str
    name: str
    asked: int
    passed: int
    separates: float | None

    @property
    def share(self) -> float:
        return self.passed / self.asked if self.asked else 0.0


@dataclass(frozen=True)
class Mistake:
    """A known mistake and the hand-ins that show it."""

    code: str
    title: str
    names: list[str]


@dataclass
class Statistics:
    """The class in numbers."""

    scores: list[float] = field(default_factory=list)
    bins: list[int] = field(default_factory=list)
    checks: list[CheckStatistics] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    components: list[tuple[str, int, int, float]] = field(default_factory=list)  # name, full marks, graded, mean share

    @property
    def middle(self) -> float:
        return median(self.scores) if self.scores else 0.0


def statistics(ledger: Ledger, gradebook: Gradebook) -> Statistics:
    """Counts each hand-in that counts for somebody once."""
    lines = {line.row.id: line for line in ledger.graded if line.row is not None and not line.second}
    names = ledger.names
    found = Statistics(scores=[line.score or 0.0 for id_ in lines for line in [lines[id_]] for _ in names[id_]])
    found.bins = histogram(found.scores, ledger.max_score)
    rows = gradebook.each(
        f"SELECT result, component, name, outcome, points, max_points, diagnosis, outcome IN {JUDGED} FROM checks"
    )
    by_check: dict[tuple[str, str], list[tuple[bool, float, float]]] = defaultdict(list)
    by_component: dict[tuple[str, int], dict[int, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    years = {id_: line.row.edition for id_, line in lines.items() if line.row is not None}
    shown_by: dict[str, set[str]] = defaultdict(set)
    for result, component, name, outcome, points, most, diagnosis, unjudged in rows:
        if result not in lines:
            continue
        for code in diagnosis.split() if outcome != Outcome.PASSED else ():
            if code not in pages.RELATIONS:
                shown_by[code].update(names[result])
        year = years[result]
        sums = by_component[component, year][result]
        sums[0] += points
        sums[1] += most
        if not unjudged:
            row = lines[result].row
            score = (row.score if row is not None else None) or 0.0  # as it was judged, whatever people changed
            by_check[component, ledger.of_year(name, year)] += [
                (outcome == Outcome.PASSED, score - points, points)
            ] * len(names[result])
    found.checks = [check(key, answers) for key, answers in by_check.items()]
    found.checks.sort(key=lambda each: (each.share, each.name))
    found.mistakes = [Mistake(code, pages.title(code), sorted(who)) for code, who in shown_by.items()]
    found.mistakes.sort(key=lambda each: (-len(each.names), each.code))
    for year in ledger.years:
        for component in edition(year).components:
            sums_of = [sums for id_, sums in by_component[component, year].items() if sums[1] > 0 for _ in names[id_]]
            if sums_of:
                full = sum(round(earned, 2) >= round(most, 2) for earned, most in sums_of)
                share = mean(earned / most for earned, most in sums_of)
                found.components.append((ledger.of_year(component, year), full, len(sums_of), share))
    return found


def histogram(scores: list[float], most: float) -> list[int]:
    bins = [0] * BINS
    for score in scores:
        bins[min(int(score / most * BINS), BINS - 1) if most else 0] += 1
    return bins


def check(key: tuple[str, str], answers: list[tuple[bool, float, float]]) -> CheckStatistics:
    passed = sum(right for right, _, _ in answers)
    rest = [score for _, score, _ in answers]
    return CheckStatistics(*key, len(answers), passed, correlation([float(right) for right, _, _ in answers], rest))


def correlation(xs: list[float], ys: list[float]) -> float | None:
    """Pearson's, of getting one item right with the rest of the score; None where either never varies."""
    mean_x, mean_y = mean(xs), mean(ys)
    power = sum((x - mean_x) ** 2 for x in xs) * sum((y - mean_y) ** 2 for y in ys)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) / sqrt(power) if power > 1e-12 else None
