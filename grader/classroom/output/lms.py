"""Grades as the importers of Canvas, Moodle and Blackboard read them, and as a plain table.

Each takes its people from the roster, and is left out where the roster lacks what the platform knows people by. Who
handed in nothing, and whose hand-in could not be graded, has an empty cell: that leaves a grade as it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from grader.classroom.class_list import Ledger, Line
from grader.classroom.people.roster import Person, Roster
from grader.report.to_csv import cell

CANVAS_FIRST = ("Student", "ID")
CANVAS_MORE = ("SIS User ID", "SIS Login ID", "Integration ID", "Root Account")
SECTION = "Section"
MARK = "\ufeff"
BLACKBOARD = ("Last Name", "First Name", "Username")


def number(value: float | None) -> str:
    """Platforms compare at two decimals."""
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def graded_people(ledger: Ledger) -> Iterable[tuple[Person, Line | None]]:
    """Everybody on the roster with the hand-in that counts."""
    for person in ledger.roster.people if ledger.roster is not None else ():
        yield person, ledger.best_of(person)


def score_of(line: Line | None) -> str:
    return number(line.score) if line is not None else ""


def item_column(roster: Roster, title: str) -> str:
    """The column of the assignment as the platform itself names it, with its ID, where the roster has it."""
    named = [column for column in roster.header if column.lower().startswith(title.lower())]
    return named[0] if named else title


def written(rows: list[list[str]], delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()


def lacks(roster: Roster | None, columns: tuple[str, ...], platform: str) -> str:
    """Why there is nothing to give to a platform, or ''."""
    missing = [each for each in columns if roster is None or each not in roster.header]
    names = ", ".join(missing)
    return f"{platform} needs the columns {names}: give --roster the file that {platform} exports" if missing else ""


def canvas(ledger: Ledger, title: str) -> str:
    """https://github.com/instructure/canvas-lms, lib/gradebook_importer.rb: who, section, then the assignment."""
    assert ledger.roster is not None
    roster = ledger.roster
    column = item_column(roster, title)
    about = [*CANVAS_FIRST, *(each for each in CANVAS_MORE if each in roster.header), SECTION]
    rows = [[*about, column], ["    Points Possible", *[""] * (len(about) - 1), number(ledger.max_score)]]
    for person, line in graded_people(ledger):
        rows.append([*(cell(person.row.get(each, "")) for each in about), score_of(line)])
    return written(rows)


def moodle(ledger: Ledger, title: str) -> str:
    """Grade import of Moodle, whose columns are mapped by hand. A row without a grade would only risk the import."""
    assert ledger.roster is not None
    rows = [["Email address", "ID number", title, "Feedback"]]
    for person, line in graded_people(ledger):
        if line is not None and line.score is not None and person.email:
            identity = person.row.get("ID number", "")
            rows.append([cell(person.email), cell(identity), score_of(line), cell(feedback(line))])
    return written(rows)


def blackboard(ledger: Ledger, title: str) -> str:
    """Upload of Blackboard's Grade Center, by the column names of its own download."""
    assert ledger.roster is not None
    column = item_column(ledger.roster, title)
    rows = [[*BLACKBOARD, column]]
    for person, line in graded_people(ledger):
        rows.append([*(cell(person.row.get(each, "")) for each in BLACKBOARD), score_of(line)])
    return written(rows, "\t")


def feedback(line: Line) -> str:
    if line.score is None or line.max_score is None:
        return ""
    told = [f"{number(line.score)} of {number(line.max_score)} points", *line.changes]
    told += [f"{number(line.not_judged)} points not judged"] if line.not_judged else []
    reason = line.row.reason if line.row is not None else ""
    return "; ".join([*told, *([reason] if reason else [])])


def grades(ledger: Ledger) -> str:
    """One row a hand-in, and one for each who handed in nothing. The mark in front tells Excel that this is UTF-8."""
    rows = [["hand-in", "who", "email", "id", "state", "score", "max_score", "seconds", "counts", "notes"]]
    rows[0] += ["edition", "not_judged", "graded_score", "submitted"]
    for line in ledger.lines:
        people = line.people
        email = " ".join(filter(None, (each.email for each in people or line.hints)))
        ids = " ".join(each.ids[0] for each in people if each.ids) or " ".join(h.id for h in line.hints if h.id)
        row = line.row
        notes = [row.reason if row is not None else "", *line.changes, *line.notes]
        notes += [f"the same contents as {', '.join(line.alike)}"] if line.alike else []
        seconds = f"{row.seconds:g}" if row is not None else ""
        about = [line.name, line.who, email, ids, line.state, number(line.score), number(line.max_score), seconds]
        rows.append([*map(cell, about), "no" if line.second else "yes", cell("; ".join(filter(None, notes)))])
        rows[-1].append(str(row.edition) if row is not None and line.score is not None else "")
        rows[-1] += [number(line.not_judged if line.score is not None else None), number(row.score if row else None)]
        rows[-1].append(line.entry.handin.submitted.isoformat() if line.entry.handin.submitted else "")
    for person in ledger.absent:
        identity = person.ids[0] if person.ids else ""
        about = [cell(each) for each in ("", person.name, person.email, identity)]
        rows.append([*about, "nothing handed in", *[""] * 9])
    return MARK + written(rows)
