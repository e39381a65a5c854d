"""The lines of a message that a student pastes into Python: what the probe did, made fit for people.

A subject notes what it does as records (ask/notes.py). Here they become a script: results that nothing uses later are
printed, long arrays go over several lines, and a very long script is cut behind a whole statement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from grader.ask.notes import Assignment, Call, Definition, Import, Lookup, Note
from grader.ask.stand_ins import trimmed
from grader.ask.subject import DATA_PATH
from grader.diagnose.entry_words import table

MOST_STATEMENTS = 20
LINE = 96
BLOCKS = ("class ", "def ", "with ", "try:", "from sys")  # how statements begin that have one
INDENT = "    "
ENTER, LEAVE = "__enter__", "__exit__"


def script_text(notes: Sequence[Note], measured: str = "{0}") -> str:
    """A script that runs as it stands in the folder of the submission; '' for no notes.

    measured: what is printed of the part that was looked at last, where the check compares what it made of it.
    """
    definitions = [note for note in notes if isinstance(note, Definition)]
    imports = [note.text for note in notes if isinstance(note, Import)]
    steps = [note for note in notes if not isinstance(note, (Definition, Import))]
    steps = [note for place, note in enumerate(steps) if not is_step(note, steps[place + 1 :])]
    if steps and isinstance(steps[-1], Lookup):
        steps[-1] = Lookup(measured.format(steps[-1].text))
    shown, more = steps[:MOST_STATEMENTS], len(steps) - MOST_STATEMENTS
    lines = [closed(each) for each in with_blocks(shown)]
    if more > 0:
        lines.append(f"# and {more} more statements like these")
    classes = [closed(trimmed(each.text, [note.text for note in shown])) for each in definitions]
    if any("np." in line for line in classes + lines):
        imports.insert(0, "import numpy as np")
    if any(f"data_path={DATA_PATH!r}" in line for line in lines):
        lines[:0] = table("LINES").get("made_up_data", "").splitlines()
    return "\n".join(grouped(imports) + classes + [line for line, _ in groupby(lines)]).rstrip("\n")


def grouped(imports: Sequence[str]) -> list[str]:
    """One line for each module that is imported from."""
    names: dict[str, list[str]] = {}
    for line in dict.fromkeys(imports):
        module, _, name = line.partition(" import ")
        names.setdefault(module, []).append(name)
    return [f"{module} import {', '.join(each)}" if each != [""] else module for module, each in names.items()]


def with_blocks(notes: Sequence[Note]) -> list[str]:
    """The lines; what is done between a tape's __enter__ and its __exit__ is the block of a `with`."""
    found: list[str] = []
    inside: list[str] | None = None
    for place, note in enumerate(notes):
        method = note.method if isinstance(note, Call) else ""
        if method == ENTER and isinstance(note, Call) and inside is None:
            found.append(f"with {note.target}:")
            inside = []
        elif method == LEAVE and inside is not None:
            found[-1] += "\n" + block(inside)
            inside = None
        else:
            lines = found if inside is None else inside
            lines += [folded(printed(note, notes[place + 1 :])), *changed_in_place(notes, place)]
    if inside is not None:  # it was never left
        found[-1] += "\n" + block(inside)
    return found


def block(lines: Sequence[str]) -> str:
    return "\n".join(f"{INDENT}{line}" for statement in lines or ("pass",) for line in statement.splitlines())


def closed(statement: str) -> str:
    """A statement with a block of its own ends with an empty line, as an interactive Python wants it."""
    return f"{statement}\n" if statement.startswith(BLOCKS) else statement


def is_step(note: Note, later: Sequence[Note]) -> bool:
    """Is this an attribute that was only looked up on the way to another statement?"""
    return isinstance(note, Lookup) and any(note.text in other.text != note.text for other in later)


def is_used(name: str, later: Sequence[Note]) -> bool:
    return bool(name) and any(re.search(rf"(?<!\.)\b{name}\b", other.text) for other in later)


def printed(note: Note, later: Sequence[Note]) -> str:
    """A statement whose result nothing uses prints it."""
    if isinstance(note, Lookup):
        return f"print({note.text})"
    if isinstance(note, Call) and not is_used(note.name, later):
        return note.expression if is_silent(note) else f"print({note.expression})"
    if isinstance(note, Assignment) and note.value.array is None and not is_used(note.name, later):
        return f"print({note.value.text})"
    return note.text


def is_silent(call: Call) -> bool:
    """Does it return nothing to print?"""
    names = (call.method, call.function)
    return call.method in (ENTER, LEAVE) or any(name in table("RETURNS_NOTHING") for name in names)


def changed_in_place(notes: Sequence[Note], place: int) -> list[str]:
    """A line that prints the arrays which a call changes in place."""
    note = notes[place]
    if not isinstance(note, Call) or note.method not in table("IN_PLACE"):
        return []
    arrays = [
        each.name
        for number, each in enumerate(notes[:place], 1)
        if isinstance(each, Assignment) and each.value.array is not None and is_used(each.name, notes[number:])
    ]
    return [f"print({', '.join(arrays)})"] if arrays else []


def folded(line: str) -> str:
    """A long statement with as many rows of its arrays on a line as fit."""
    if len(line) <= LINE:
        return line
    first, *rows = line.split("], [")
    lines = [first]
    for row in rows:
        if len(lines[-1]) + len(row) + len("], []") <= LINE:
            lines[-1] += f"], [{row}"
        else:
            lines[-1] += "],"
            lines.append(f"    [{row}")
    return "\n".join(lines)
