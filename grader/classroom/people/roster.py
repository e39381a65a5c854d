"""The roster: who is in the class, from whatever list a platform exports, and which hand-in is whose.

Known columns are found by their names, so a Canvas gradebook, a Moodle grading worksheet, a Blackboard download and a
Gradescope roster are all rosters. Every row is kept as it was: the same platform wants it back with the grades.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.base.errors import UsageError
from grader.classroom.people.handins import HandIn, Hint
from grader.submission.contents import shown

COLUMNS = {  # what we call it -> what platforms call it, in lower case
    "name": ("student", "name", "full name", "student name"),
    "first": ("first name", "firstname", "given name"),
    "last": ("last name", "lastname", "surname", "family name"),
    "id": ("id", "sid", "student id", "studentid", "id number", "identifier", "user id"),
    "sis": ("sis user id",),
    "login": ("sis login id", "username", "user name", "login", "login id", "github username", "netid"),
    "email": ("email", "email address", "e-mail", "e-mail address", "mail"),
}
MOST_BYTES = 16 << 20
PARTICIPANT = "participant "  # before Moodle's number in its worksheet


@dataclass(frozen=True)
class Person:
    """One row of the roster."""

    name: str
    ids: tuple[str, ...]
    login: str
    email: str
    row: dict[str, str]


@dataclass
class Roster:
    """Everybody in the class. `header`: the columns of the file, in order."""

    people: list[Person] = field(default_factory=list)
    header: list[str] = field(default_factory=list)


def read(path: Path) -> Roster:
    """Raises UsageError where nobody can be told from it."""
    try:
        raw = path.read_bytes()[:MOST_BYTES]
    except OSError as error:
        raise UsageError(f"--roster {shown(path)}: cannot be read ({error.strerror})") from None
    text = decoded(raw, path)
    first = text.partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if not rows:
        raise UsageError(f"--roster {shown(path)}: is empty")
    header = [cell.strip() for cell in rows[0]]
    places = {what: index for what, names in COLUMNS.items() if (index := place_of(header, names)) is not None}
    if not places.keys() & {"name", "last", "id", "sis", "login", "email"}:
        known = ", ".join(sorted({names[0] for names in COLUMNS.values()}))
        raise UsageError(
            f"--roster {shown(path)}: no column says who somebody is; the first line must name columns, such as {known}"
        )
    people = [person(header, row, places) for row in rows[1:] if any(map(str.strip, row)) and not is_total(row)]
    return Roster([each for each in people if each is not None], header)


def decoded(raw: bytes, path: Path) -> str:
    """Spreadsheets write UTF-8 with a mark, Blackboard UTF-16."""
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise UsageError(f"--roster {shown(path)}: is not {name} ({error.reason}); save it as CSV UTF-8") from None


def place_of(header: list[str], names: tuple[str, ...]) -> int | None:
    lower = [cell.lower() for cell in header]
    return next((lower.index(name) for name in names if name in lower), None)


def is_total(row: list[str]) -> bool:
    """Canvas's second line."""
    return "points possible" in row[0].lower()


def person(header: list[str], row: list[str], places: dict[str, int]) -> Person | None:
    cells = [cell.strip() for cell in row] + [""] * (len(header) - len(row))
    told = {what: cells[index] for what, index in places.items()}
    name = told.get("name") or " ".join(filter(None, (told.get("first"), told.get("last"))))
    numbers = [plain_id(cell) for column, cell in zip(header, cells) if column.lower() in COLUMNS["id"]]
    ids = tuple(dict.fromkeys(filter(None, (*numbers, told.get("sis", "")))))
    if not (name or ids or told.get("login") or told.get("email")):
        return None
    return Person(name, ids, told.get("login", ""), told.get("email", ""), dict(zip(header, cells)))


def plain_id(text: str) -> str:
    return text[len(PARTICIPANT) :] if text.lower().startswith(PARTICIPANT) else text


# --- whose is it ------------------------------------------------------------------------------------------------


def match(roster: Roster, handins: Iterable[HandIn]) -> dict[str, list[Person]]:
    """The people of each hand-in, by its name. A trait that several share tells nothing."""
    by_trait: dict[str, list[Person]] = {}
    for each in roster.people:
        for trait in traits_of(each):
            by_trait.setdefault(trait, []).append(each)
    unique = {trait: people[0] for trait, people in by_trait.items() if len(people) == 1}
    found: dict[str, list[Person]] = {}
    for handin in handins:
        hints = handin.people or (Hint(name=handin.name, id=handin.name, email=handin.name),)
        people = [next((unique[t] for t in traits_of_hint(hint) if t in unique), None) for hint in hints]
        found[handin.name] = [each for each in people if each is not None]
    return found


def names_of(handin: HandIn, people: Sequence[Person]) -> list[str]:
    """A hand-in's own name, and what an export or the roster says of its people: names, IDs, e-mail addresses."""
    hints = (text for hint in handin.people for text in (hint.name, hint.id, hint.email))
    rostered = (text for each in people for text in (each.name, each.login, each.email, *each.ids))
    return [handin.name, *filter(None, (*hints, *rostered))]


def traits_of(person: Person) -> set[str]:
    """What a person may be known by, each with its kind: an ID is no name."""
    traits = {f"id {each.casefold()}" for each in (*person.ids, person.login, person.email) if each}
    traits |= {f"id {person.email.partition('@')[0].casefold()}"} if person.email else set()
    words = words_of(person.name)
    traits |= {"name " + " ".join(sorted(words))} if words else set()
    # Canvas writes the sortable name without spaces: Doe, Jane is doejane
    last_first = [*words[-1:], *words[:-1]] if "," not in person.name else words
    traits |= {"squashed " + "".join(last_first), "squashed " + "".join(words)} if words else set()
    return traits


def traits_of_hint(hint: Hint) -> list[str]:
    """The surest first."""
    words = words_of(hint.name)
    traits = [f"id {each.casefold()}" for each in (hint.email, hint.id) if each]
    traits += ["name " + " ".join(sorted(words))] if words else []
    return [*traits, *(["squashed " + "".join(words_of(hint.squashed))] if hint.squashed else [])]


def words_of(name: str) -> list[str]:
    """The words of a name without accents, marks and case."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in plain).split()
