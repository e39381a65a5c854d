"""What a submission takes from outside that is not there today: packages, windows, an older NumPy.

None of it is the student's fault where nothing comes of it, so it is told in a note and judged as the rubric says.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.base.message import Message
from grader.base.text import one_line, printable
from grader.submission.bindings import SourceImport
from grader.submission.opening import Submission, forbidden_imports
from grader.worker import old_numpy
from grader.worker.placeholders import PROGRESS, SILENT, WINDOWS

MOST = 3  # places that a note names; of more only the number
Place = tuple[str, int]


def notes(submission: Submission, refused: dict[str, set[Place]]) -> list[str]:
    """At most one note of each kind.

    refused: what lines of the submission do that the installed NumPy refuses, as they were met.
    """
    found = [import_note(submission, used=False), import_note(submission, used=True), name_note(submission)]
    for said, places in sorted(refused.items()):
        where = listed([f"{printable(file, 100)} line {line}" for file, line in sorted(places)], "more")
        found.append(said.replace("{where}", where))
    return [note for note in found if note]


def import_note(submission: Submission, used: bool) -> str:
    """Imports of what is not there, those whose names something reads or those that nothing needs."""
    found = [(name, each) for name, imports in missing_imports(submission).items() for each in imports]
    texts = [
        f"{at(submission, name, each.line)} imports {printable(each.module, 60)}"
        for name, each in sorted(found, key=lambda place: (place[0], place[1].line))
        if each.used == used and not (used and each.module in (PROGRESS, *SILENT))
    ]
    if not texts:
        return ""
    one = len(texts) == 1
    if used:
        return (
            f"{listed(texts, 'more')}; {'it is' if one else 'these are'} not there when the submission is graded, "
            "and what uses it fails: only NumPy and the standard library are"
        )
    return f"{listed(texts, 'more')}, which {'is' if one else 'are'} not used: delete {'it' if one else 'them'}"


def missing_imports(submission: Submission) -> dict[str, list[SourceImport]]:
    """By module, the unguarded imports of packages and of windows; a file of that name is somewhere else, not missing.

    One import of each package, the first.
    """
    forbidden = forbidden_imports(submission)
    own = {part for name in submission.modules for part in name.split(".")}
    found: dict[str, list[SourceImport]] = {}
    for name, module in submission.modules.items():
        of_windows = [each for each in module.imports if each.module in WINDOWS and not (each.guarded or each.relative)]
        by_package: dict[str, SourceImport] = {}
        for each in (*forbidden.get(name, ()), *of_windows):
            if each.module not in own:
                by_package.setdefault(each.module, each)
        if by_package:
            found[name] = list(by_package.values())
    return found


def name_note(submission: Submission) -> str:
    """Names that NumPy removed."""
    texts = []
    for name, module in submission.modules.items():
        for used, line in module.numpy_names:
            if old_numpy.is_removed(used):
                removed = old_numpy.REMOVED[used]
                texts.append(
                    f"{at(submission, name, line)} uses np.{used}, which NumPy {removed.since} removed: "
                    f"write {removed.instead}"
                )
    return listed(texts, "more", "; ")


def at(submission: Submission, module: str, line: int) -> str:
    return f"{printable(str(submission.modules[module].relative), 100)} line {line}"


def listed(texts: Iterable[str], more: str, separator: str = ", ") -> str:
    """The first few, and how many there are beside them."""
    all_of_them = list(texts)
    left = len(all_of_them) - MOST
    return separator.join(all_of_them[:MOST]) + (f" and {left} {more}" if left > 0 else "")


def import_message(submission: Submission, module: str, imports: tuple[SourceImport, ...]) -> Message:
    """What a forbidden import is, where, and that these points hang on it alone."""
    path = submission.modules[module].relative
    places = listed((f"`import {one_line(each.name)}` ({path} line {each.line})" for each in imports), "more")
    return Message(
        f"{places} is not allowed: only NumPy and the standard library are",
        (
            ("pattern", "the answer itself is right: these points hang on that line alone"),
            ("next", "delete the import"),
        ),
    )
