"""The class as people see it: each hand-in with its people and its result, and who handed in nothing.

Everything that is written about a class is written from a `Ledger`, and the ledger from the gradebook.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime

from grader.classroom.adjustments import TOTAL, Adjustment, Grade, Policy, grade_of, last_words, own_rows
from grader.classroom.gradebook import Gradebook, Row
from grader.classroom.people.handins import Hint
from grader.classroom.people.roster import Person, Roster, match, names_of
from grader.classroom.schedule import KeyedHandIn

NOT_YET = "not graded yet"


@dataclass(frozen=True)
class Line:
    """One hand-in. alike: other hand-ins with the very same contents. second: another one of the same person counts.

    grade: what it gets in the end, where that is not what the grader found.
    """

    entry: KeyedHandIn
    row: Row | None
    people: tuple[Person, ...] = ()
    alike: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    second: bool = False
    grade: Grade | None = None

    @property
    def name(self) -> str:
        return self.entry.handin.name

    @property
    def state(self) -> str:
        return self.row.state if self.row is not None else NOT_YET

    @property
    def score(self) -> float | None:
        if self.grade is not None:
            return self.grade.points
        return self.row.score if self.row is not None else None

    @property
    def max_score(self) -> float | None:
        if self.grade is not None:
            return self.grade.most
        return self.row.max_score if self.row is not None else None

    @property
    def not_judged(self) -> float:
        if self.grade is not None:
            return self.grade.not_judged
        return self.row.not_judged if self.row is not None else 0.0

    @property
    def changes(self) -> tuple[str, ...]:
        """What people and lateness changed, in words."""
        return self.grade.changes if self.grade is not None else ()

    @property
    def page(self) -> str:
        """Tells one state of a student's page from another."""
        assert self.row is not None
        return " ".join([str(self.row.id), self.row.key, *self.changes])

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
    unmet: tuple[str, ...] = ()  # whom an adjustment names, and nobody is called

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
    gradebook: Gradebook,
    entries: dict[str, KeyedHandIn],
    others: dict[str, str],
    roster: Roster | None,
    policy: Policy | None = None,
) -> Ledger:
    """The class as the gradebook has it, with what people changed and, by the policy, what lateness costs."""
    policy = policy or Policy()
    rows = gradebook.rows()
    alike: dict[str, list[str]] = defaultdict(list)
    for name, entry in entries.items():
        alike[entry.digest].append(name)
    notes: dict[str, list[str]] = defaultdict(list)
    for name, note in gradebook.notes():
        notes[name].append(note)
    people = match(roster, [entry.handin for entry in entries.values()]) if roster is not None else {}
    adjustments = last_words(gradebook.adjustments())
    own = own_rows(adjustments)
    lines, met = [], set()
    for name, entry in sorted(entries.items()):
        row, called = rows.get(entry.key), {each.casefold() for each in names_of(entry.handin, people.get(name, ()))}
        met |= called
        mine = [each for each in adjustments if each.who.casefold() in called]
        lines.append(
            Line(
                entry,
                row,
                tuple(people.get(name, ())),
                tuple(other for other in alike[entry.digest] if other != name),
                (*entry.handin.notes, *dict.fromkeys(notes[name])),
                grade=final(gradebook, row, mine, own, entry.handin.submitted, policy),
            )
        )
    lines = seconds_marked(lines, policy)
    present = {id(each) for line in lines for each in line.people}
    absent = [each for each in roster.people if id(each) not in present] if roster is not None else []
    most = max((line.max_score or 0.0 for line in lines), default=0.0)
    unmet = tuple(dict.fromkeys(each.who for each in adjustments if each.who.casefold() not in met))
    return Ledger(lines, absent, others, roster, most, unmet)


def final(
    gradebook: Gradebook,
    row: Row | None,
    mine: list[Adjustment],
    own: dict[str, float],
    submitted: datetime | None,
    policy: Policy,
) -> Grade | None:
    """The grade of a hand-in, where somebody or something changes what the grader found."""
    if row is None or not (mine or own or policy.due) or (row.score is None and not any(e.item == TOTAL for e in mine)):
        return None
    judged = gradebook.judged(row.id)
    grade = grade_of(row.score or 0.0, row.max_score or 0.0, judged, mine, own, submitted, policy)
    return grade if grade.changes else None


def seconds_marked(lines: list[Line], policy: Policy) -> list[Line]:
    """Of several hand-ins of one person one counts."""
    several: dict[int, list[Line]] = defaultdict(list)
    limit = f"one more than {policy.rules.limit}: it does not count"
    for line in lines:
        for each in line.people:
            several[id(each)].append(line)
    too_many = {line.name for of_one in several.values() for line in beyond(of_one, policy)}
    lines = [replace(line, notes=(*line.notes, limit)) if line.name in too_many else line for line in lines]
    counting = {
        who: counts([line for line in of_one if line.name not in too_many], policy).name
        for who, of_one in several.items()
    }
    return [
        replace(line, notes=(*line.notes, "the same person has another hand-in, which counts"), second=True)
        if line.people and all(counting[id(each)] != line.name for each in line.people)
        else line
        for line in lines
    ]


def beyond(of_one: list[Line], policy: Policy) -> list[Line]:
    """What is one attempt more than are graded; nothing where not every time is known."""
    times = {line.name: line.entry.handin.submitted for line in of_one}
    found: list[Line] = []
    graded: list[datetime] = []
    for line, now in sorted(((line, now) for line in of_one if (now := times[line.name])), key=lambda each: each[1]):
        if None in times.values() or policy.rules.next_graded(graded, now) is None:
            graded.append(now)
        else:
            found.append(line)
    return found


def counts(of_one: list[Line], policy: Policy) -> Line:
    """The last, where the policy says so and every time is known; else the best, and of equal ones the first."""
    times = [line.entry.handin.submitted for line in of_one]
    if policy.attempts == "last" and all(times):
        return max(of_one, key=lambda line: (line.entry.handin.submitted or datetime.min).timestamp())
    return max(of_one, key=lambda line: line.score if line.score is not None else -1.0)
