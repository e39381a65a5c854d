"""The lines of a message that a student pastes into Python: what the probe did, made fit for people.

A subject notes every call as one statement (subject.py). Here those notes become a script: results that nothing uses
later are printed, long arrays go over several lines, and a very long script is cut behind a whole statement.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

MOST_STATEMENTS = 20
LINE = 96
SILENT = (".apply_gradients(", ".compile(", ".__enter__(", ".__exit__(", "encoder.fit(")  # they return nothing to print


def script_text(notes: Sequence[str]) -> str:
    """A script that runs as it stands in the folder of the submission; '' for no notes."""
    imports = [note for note in notes if note.startswith("from ")]
    statements = [note for note in notes if not note.startswith("from ")]
    statements = [note for place, note in enumerate(statements) if not is_step(note, statements[place + 1 :])]
    shown, more = statements[:MOST_STATEMENTS], len(statements) - MOST_STATEMENTS
    arrays: list[str] = []
    lines = []
    for place, note in enumerate(shown):
        lines.append(folded(printed(note, shown[place + 1 :])))
        name, value = assigned(note)
        arrays += [name] if value.startswith("np.") and is_used(name, shown[place + 1 :]) else []
        if ".apply_gradients(" in note and arrays:  # it works in place
            lines.append(f"print({', '.join(arrays)})")
    if more > 0:
        lines.append(f"# and {more} more statements like these")
    if any("np." in line for line in lines):
        imports.insert(0, "import numpy as np")
    return "\n".join(imports + lines)


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
    return value if any(method in value for method in SILENT) or value.startswith("np.") else f"print({value})"


def folded(line: str) -> str:
    """A long statement with each row of its arrays on a line of its own."""
    return line if len(line) <= LINE else line.replace("], [", "],\n    [")
