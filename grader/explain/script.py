"""The lines of a message that a student pastes into Python: what the probe did, made fit for people.

A subject notes every call as one statement (subject.py). Here those notes become a script: results that nothing uses
later are printed, long arrays go over several lines, and a very long script is cut behind a whole statement.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import groupby

from grader.ask.stand_ins import is_definition, trimmed
from grader.ask.subject import DATA_PATH
from grader.diagnose.entry_words import table
from grader.diagnose.inputs import STEPS

MOST_STATEMENTS = 20
LINE = 96
# They return nothing to print
SILENT = (*STEPS, ".compile(", ".__enter__(", ".__exit__(", "encoder.fit(", ".backward(", ".zero_grad(")
BLOCKS = ("class ", "def ", "with ", "try:", "from sys")  # how statements begin that have one
INDENT = "    "
LENGTH = re.compile(r"([\w.\[\]]+)\.__len__\(\)")
ENTERED, LEFT = re.compile(r"(\w+)\.__enter__\(\)$"), re.compile(r"(\w+)\.__exit__\(")
ARRAY = re.compile(r"(?:[A-Z]\w*\()?np\.")  # how what makes an array begins, or a Variable of one


def script_text(notes: Sequence[str]) -> str:
    """A script that runs as it stands in the folder of the submission; '' for no notes."""
    definitions = [note for note in notes if is_definition(note)]
    notes = [note for note in notes if note not in definitions]
    imports = [note for note in notes if note.startswith("from ")]
    statements = [LENGTH.sub(r"len(\1)", note) for note in notes if not note.startswith("from ")]
    statements = [note for place, note in enumerate(statements) if not is_step(note, statements[place + 1 :])]
    shown, more = statements[:MOST_STATEMENTS], len(statements) - MOST_STATEMENTS
    arrays: list[str] = []
    lines = []
    for place, note in enumerate(shown):
        lines.append(folded(printed(note, shown[place + 1 :])))
        name, value = assigned(note)
        arrays += [name] if ARRAY.match(value) and is_used(name, shown[place + 1 :]) else []
        if any(step in note for step in STEPS) and arrays:
            lines.append(f"print({', '.join(arrays)})")
    lines = [closed(each) for each in with_blocks(lines)]
    if more > 0:
        lines.append(f"# and {more} more statements like these")
    classes = [closed(trimmed(each, shown)) for each in definitions]
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


def with_blocks(lines: Sequence[str]) -> list[str]:
    """What is done between a tape's __enter__ and its __exit__ as the block of a `with`."""
    found: list[str] = []
    inside: list[str] | None = None
    for line in lines:
        entered, left = ENTERED.search(line), LEFT.search(line)
        if entered and inside is None:
            found.append(f"with {entered[1]}:")
            inside = []
        elif inside is None:
            found.append(line)
        elif left:
            found[-1] += "\n" + block(inside)
            inside = None
        else:
            inside.append(line)
    if inside is not None:  # it was never left
        found[-1] += "\n" + block(inside)
    return found


def block(lines: Sequence[str]) -> str:
    return "\n".join(f"{INDENT}{line}" for statement in lines or ("pass",) for line in statement.splitlines())


def closed(statement: str) -> str:
    """A statement with a block of its own ends with an empty line, as an interactive Python wants it."""
    return f"{statement}\n" if statement.startswith(BLOCKS) else statement


def assigned(note: str) -> tuple[str, str]:
    """Variable and value of an assignment to a variable; for any other expression '' and itself, else '' twice."""
    statement = ast.parse(note).body[0]
    if isinstance(statement, ast.Expr):
        return "", note
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, note.partition(" = ")[2]
    return "", ""


def is_step(note: str, later: Sequence[str]) -> bool:
    """Is this an attribute that was only looked up on the way to another statement?"""
    return "(" not in note and " = " not in note and any(note in other != note for other in later)


def is_used(name: str, later: Sequence[str]) -> bool:
    return bool(name) and any(re.search(rf"(?<!\.)\b{name}\b", other) for other in later)


def printed(note: str, later: Sequence[str]) -> str:
    """A statement whose result nothing uses prints it."""
    name, value = assigned(note)
    if not value or is_used(name, later):
        return note
    return value if any(method in value for method in SILENT) or ARRAY.match(value) else f"print({value})"


def folded(line: str) -> str:
    """A long statement with each row of its arrays on a line of its own."""
    return line if len(line) <= LINE else line.replace("], [", "],\n    [")
