"""How often a person's hand-ins are graded, and from which attempt on a check says all that it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from grader.base.errors import UsageError

MOST, LONGEST = 1_000_000, 100_000  # attempts, hours: more than any course has


@dataclass(frozen=True)
class AttemptRules:
    """At most so many attempts of a person are graded within so many hours; most 0: all of them.

    reveal: the attempt that shows what a check says, by check, or as the rubric names them; all others show it at once.
    """

    most: int = 0
    hours: float = 24.0
    reveal: Mapping[str, int] = field(default_factory=dict)

    def next_graded(self, graded: Iterable[datetime], now: datetime) -> datetime | None:
        """When an attempt is graded again, if one of `now` is beyond the most; None where it is graded.

        graded: when those came that were graded before it.
        """
        window = timedelta(hours=self.hours)
        recent = sorted(each for each in graded if now - window < each <= now)
        return recent[-self.most] + window if self.most and len(recent) >= self.most else None

    @property
    def limit(self) -> str:
        """The limit in words."""
        return f"{self.most} attempt{'s' * (self.most != 1)} within {self.hours:g} hours"


def rules_of(data: Mapping[str, Any], source: str) -> AttemptRules:
    """The rules that the tables [attempts] and [reveal] of a rubric describe. Raises UsageError."""
    table, reveal = data["attempts"], data["reveal"]
    where = f"rubric {source}, [attempts]"
    most, hours = table["most"], table["hours"]
    if type(most) is not int or not 0 <= most <= MOST:
        raise UsageError(f"{where}, most: must be a whole number from 0 to {MOST}, not {most!r}")
    if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not 0 < hours <= LONGEST:
        raise UsageError(f"{where}, hours: must be a number above 0 and at most {LONGEST}, not {hours!r}")
    where = f"rubric {source}, [reveal]"
    if not isinstance(reveal, dict):
        raise UsageError(f"{where}: must be a table of checks and the attempt that shows what they say")
    for name, value in reveal.items():
        if type(value) is not int or not 0 < value <= MOST:
            raise UsageError(f'{where}, "{name}": must be the number of an attempt, from 1 to {MOST}, not {value!r}')
    return AttemptRules(most, float(hours), dict(reveal))


def moment(text: str) -> datetime | None:
    """A time as people and platforms write it, None for anything else; one without a zone is of this machine's."""
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone()
    except (ValueError, OverflowError):
        return None
