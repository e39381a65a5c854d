"""The class as people see it: each hand-in with its people and its result, and who handed in nothing.

Everything that is written about a class is written from a `Ledger`, and the ledger from the gradebook.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from grader.classroom.gradebook import Gradebook, Row
from grader.classroom.people.handins import Hint
from grader.classroom.people.roster import Person, Roster, match
from grader.classroom.schedule import KeyedHandIn

NOT_YET = "not graded yet"


@dataclass(frozen=True)
class Line:
    """One hand-in. alike: other hand-ins with the very same contents. second: the same person has a better one."""

    entry: KeyedHandIn
    row: Row | None
    people: tuple[Person, ...] = ()
    alike: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    second: bool = False

    @property
    def name(self) -> str:
        return self.entry.handin.name

    @property
    def state(self) -> str:
        return self.row.state if self.row is not None else NOT_YET

    @property
    def score(self) -> float | None:
        return self.row.score if self.row is not None else None

    @property
    def hints(self) -> tuple[Hint, ...]:
        return self.entry.handin.people

    @property
    def who(self) -> str:
        """The people's names, as far as anybody knows them."""
        named = [each.name for each in self.people] or [each.name for each in self.hints]
        return ", ".join(filter(None, named)) or self.name


@dataclass
class Ledger:
    """The whole class, hand-in by hand-in; `absent`: who is on the roster and handed in nothing."""

    lines: list[Line] = field(default_factory=list)
    absent: list[Person] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)
    roster: Roster | None = None
    max_score: float = 0.0

    @property
    def graded(self) -> list[Line]:
        return [line for line in self.lines if line.score is not None]

    @property
    def years(self) -> tuple[int, ...]:
        """The editions of what was graded; mostly there is one."""
        return tuple(sorted({line.row.edition for line in self.graded if line.row is not None}))

    def of_year(self, name: str, year: int) -> str:
        """What is called `name` in a year, where other years have something of that name, too."""
        return f"{name} ({year})" if len(self.years) > 1 else name

    @property
    def names(self) -> dict[int, list[str]]:
        """The hand-ins of each result; those with another that counts are not among them."""
        found: dict[int, list[str]] = defaultdict(list)
        for line in self.graded:
            if line.row is not None and not line.second:
                found[line.row.id].append(line.name)
        return dict(found)

    @property
    def troubled(self) -> list[Line]:
        """Hand-ins without a whole result."""
        return [line for line in self.lines if line.state != "graded"]

    @property
    def strangers(self) -> list[Line]:
        """Hand-ins of nobody on the roster."""
        return [line for line in self.lines if self.roster is not None and not line.people]

    def best_of(self, person: Person) -> Line | None:
        """The hand-in that counts for somebody."""
        return next((line for line in self.lines if person in line.people and not line.second), None)


def ledger(
    gradebook: Gradebook, entries: dict[str, KeyedHandIn], others: dict[str, str], roster: Roster | None
) -> Ledger:
    rows = gradebook.rows()
    alike: dict[str, list[str]] = defaultdict(list)
    for name, entry in entries.items():
        alike[entry.digest].append(name)
    notes: dict[str, list[str]] = defaultdict(list)
    for name, note in gradebook.notes():
        notes[name].append(note)
    people = match(roster, [entry.handin for entry in entries.values()]) if roster is not None else {}
    lines = [
        Line(
            entry,
            rows.get(entry.key),
            tuple(people.get(name, ())),
            tuple(other for other in alike[entry.digest] if other != name),
            (*entry.handin.notes, *dict.fromkeys(notes[name])),
        )
        for name, entry in sorted(entries.items())
    ]
    lines = seconds_marked(lines)
    present = {id(each) for line in lines for each in line.people}
    absent = [each for each in roster.people if id(each) not in present] if roster is not None else []
    most = max((line.row.max_score or 0.0 for line in lines if line.row is not None), default=0.0)
    return Ledger(lines, absent, others, roster, most)


def seconds_marked(lines: list[Line]) -> list[Line]:
    """Of several hand-ins of one person the best counts, and of equal ones the first."""
    best: dict[int, Line] = {}
    for line in lines:
        for each in line.people:
            rival = best.get(id(each))
            if rival is None or (line.score or -1.0) > (rival.score or -1.0):
                best[id(each)] = line
    return [
        Line(
            line.entry, line.row, line.people, line.alike,
            (*line.notes, "the same person has another hand-in, which counts"), True,
        )
        if line.people and all(best[id(each)] is not line for each in line.people)
        else line
        for line in lines
    ]  # fmt: skip
