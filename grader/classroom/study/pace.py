"""How fast the class trains: time to the threshold against the reference, and who is far from the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log10
from statistics import median, quantiles

from grader.classroom.class_list import Ledger
from grader.classroom.gradebook import Gradebook
from grader.classroom.schedule import cpu_to_threshold
from grader.homework import every_component
from grader.result import is_training

FENCE = 1.5  # interquartile ranges beyond a quartile, Tukey's: what lies further out is an outlier
FEWEST = 5  # hand-ins; of fewer nobody is far from the rest


@dataclass(frozen=True)
class Pace:
    """One hand-in: CPU seconds to the threshold, as a multiple of the reference's where that is known."""

    name: str
    seconds: float
    ratio: float | None


@dataclass
class Race:
    """A model over the class. place: where on a logarithmic axis from 0 to 1 a dot or the reference is drawn."""

    model: str
    threshold: float
    trained: int = 0
    reference: float | None = None  # median CPU seconds
    paces: list[Pace] = field(default_factory=list)  # of those who reached it, the fastest first
    outliers: list[Pace] = field(default_factory=list)

    @property
    def middle(self) -> Pace:
        return self.paces[len(self.paces) // 2]

    @property
    def ends(self) -> tuple[float, float]:
        """The axis in CPU seconds, with room around what is drawn on it."""
        known = [each.seconds for each in self.paces] + ([self.reference] if self.reference else [])
        return min(known) / 1.3, max(known) * 1.3

    def place(self, seconds: float) -> float:
        low, high = self.ends
        return log10(seconds / low) / log10(high / low)


def races(ledger: Ledger, gradebook: Gradebook) -> list[Race]:
    """One for each model that anybody has trained."""
    by_model: dict[tuple[int, str], Race] = {}
    if not any(
        gradebook.select("SELECT 1 FROM checks WHERE component = ? AND outcome = 'passed' LIMIT 1", (name,))
        for name in filter(is_training, every_component())
    ):
        return []
    for line in ledger.graded:
        if line.row is None or line.second:
            continue
        year, result = line.row.edition, gradebook.result(line.row.key)
        for trained in result["training"] if result is not None else ():
            model = trained["model"]
            race = by_model.setdefault((year, model), Race(ledger.of_year(model, year), trained["threshold"]))
            race.trained += 1
            seconds = cpu_to_threshold(trained)
            if seconds:
                race.paces.append(Pace(line.name, seconds, trained["ratio_to_reference"]))
    for (year, model), race in by_model.items():
        race.paces.sort(key=lambda each: each.seconds)
        race.outliers = outliers(race.paces)
        measured = gradebook.select("SELECT cpu_seconds FROM yardsticks WHERE model = ? AND edition = ?", (model, year))
        race.reference = median(row[0] for row in measured) if measured else None
    return [race for race in by_model.values() if race.paces]


def outliers(paces: list[Pace]) -> list[Pace]:
    """Those beyond Tukey's fences, by the logarithm: twice as slow is as far off as twice as fast."""
    if len(paces) < FEWEST:
        return []
    logs = [log10(each.ratio or each.seconds) for each in paces]
    lower, _, upper = quantiles(logs, n=4)
    reach = FENCE * max(upper - lower, 0.05)  # the clock of CPU seconds ticks in hundredths
    return [each for each, at in zip(paces, logs) if not lower - reach <= at <= upper + reach]
