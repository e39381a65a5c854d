"""Finds the hand-ins in a folder, as a platform exported them, and what their names say about whose they are.

Each entry of the folder is looked at by itself, so exports may be mixed:

    submission_123/ and submission_metadata.yml          Gradescope
    doejane_LATE_55_9001_hw2.zip                         Canvas: name, user's ID, upload's ID, file
    Jane Doe_77_assignsubmission_file_/, or ..._hw2.zip  Moodle: name, participant's number
    anything/, anything.zip                              plain: the name is the student's

What a platform puts in front of a file says whose it is. The rest is a name that a student chose, and it may look like
another platform's front: so the first front counts, and Canvas's is looked for before Moodle's, which cannot follow it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from grader.base.errors import UsageError
from grader.submission.contents import reason, shown
from grader.submission.layout import CODE_FILES
from grader.submission.places import PACKAGES

CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d+)_(?P<upload>\d+)_(?P<file>.+)")
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?")
METADATA = "submission_metadata.yml"
IGNORED = ("__macosx", "thumbs.db", "desktop.ini")
METADATA_BYTES = 64 << 20  # of a course of thousands, with the results of every submission


@dataclass(frozen=True)
class Hint:
    """What an export says about a person; what it does not say is ''. squashed: the name without any spaces."""

    name: str = ""
    id: str = ""
    email: str = ""
    squashed: str = ""


@dataclass(frozen=True)
class HandIn:
    """One hand-in. `name` is unique in the class; `fault` is why it cannot be graded, where that shows at once.

    submitted: when, where the export says so.
    """

    name: str
    path: Path
    people: tuple[Hint, ...] = ()
    notes: tuple[str, ...] = ()
    fault: str = ""
    submitted: datetime | None = None


@dataclass
class Found:
    """All hand-ins by name, and what lay beside them that is none, with the reason."""

    handins: list[HandIn] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)


def find(folder: Path) -> Found:
    """Every hand-in in a folder. Raises UsageError where there is none."""
    entries = listed(folder)
    names = {entry.name for entry in entries}
    if names & set(PACKAGES) or names & set(CODE_FILES):
        raise UsageError(
            f"{shown(folder)}: this is one submission, not a folder of them; grade {shown(folder)} does it"
        )
    if len(entries) == 1 and entries[0].is_dir() and (entries[0] / METADATA).is_file():
        entries = listed(entries[0])  # Gradescope packs everything into one folder
    found = Found()
    metadata = next((entry for entry in entries if entry.name == METADATA), None)
    people = read_metadata(metadata, found) if metadata is not None else {}
    uploads: dict[str, list[tuple[int, Path, re.Match[str]]]] = {}  # Canvas: by the user's ID
    for entry in entries:
        is_folder = entry.is_dir()
        moodle, canvas = MOODLE.fullmatch(entry.name), CANVAS.fullmatch(entry.name)
        if entry == metadata:
            continue
        if entry.name in people:
            who, when = people[entry.name]
            found.handins.append(HandIn(entry.name, entry, who, submitted=when))
        elif canvas and not is_folder:
            uploads.setdefault(canvas["id"], []).append((int(canvas["upload"]), entry, canvas))
        elif moodle and (is_folder or moodle["kind"] == "file"):
            found.handins.append(moodle_handin(entry, moodle))
        elif is_folder:
            found.handins.append(HandIn(entry.name, entry))
        elif entry.suffix.lower() == ".zip" and entry.with_suffix("") in entries:
            found.others[entry.name] = f"beside the folder {shown(entry.stem)}/, which is graded"
        elif is_archive(entry):
            found.handins.append(HandIn(entry.stem, entry))
        else:
            found.others[entry.name] = "neither a folder nor an archive"
    found.handins += [canvas_handin(several) for several in uploads.values()]
    found.handins = sorted(distinct(found.handins), key=lambda each: each.name)
    if not found.handins:
        raise UsageError(f"{shown(folder)}: holds no hand-ins; expected a folder or a .zip for each student")
    return found


def listed(folder: Path) -> list[Path]:
    """What lies in a folder, without what systems leave in it. Raises UsageError."""
    try:
        entries = sorted(folder.iterdir())
    except NotADirectoryError:
        hint = "unpack it first" if folder.suffix.lower() == ".zip" else "expected a folder of hand-ins"
        raise UsageError(f"{shown(folder)}: is no folder; {hint}") from None
    except OSError as error:
        raise UsageError(f"{shown(folder)}: cannot be read ({reason(error)})") from None
    return [each for each in entries if not each.name.startswith(".") and each.name.lower() not in IGNORED]


def is_archive(path: Path) -> bool:
    """Meant as a hand-in; one of a wrong kind is told so when it is opened."""
    return path.is_file() and path.suffix.lower() in (".zip", ".gz", ".tgz", ".tar", ".rar", ".7z", ".xz", ".bz2")


def distinct(handins: Iterable[HandIn]) -> list[HandIn]:
    """No two with one name: it is what a report is filed under, on every system."""
    taken: set[str] = set()
    found = []
    for each in handins:
        name, count = each.name, 1
        while folded(name) in taken:
            count += 1
            name = f"{each.name} ({count})"
        taken.add(folded(name))
        notes = (*each.notes, f"another hand-in has the name {each.name}") if name != each.name else each.notes
        found.append(replace(each, name=name, notes=notes))
    return found


def folded(name: str) -> str:
    """The same for names that some file system takes for one."""
    return unicodedata.normalize("NFKC", name).casefold()


# --- platforms --------------------------------------------------------------------------------------------------


def moodle_handin(entry: Path, match: re.Match[str]) -> HandIn:
    """Folders, or with that setting off one file for each student."""
    name = f"{match['name']}_{match['id']}"
    fault = "" if match["kind"] == "file" else f"handed in as {match['kind']}, not as a file"
    if not entry.is_dir() and not is_archive(entry):
        fault = f"handed in as a single file, {shown(match['file'])}"
    return HandIn(name, entry, (Hint(name=match["name"], id=match["id"]),), fault=fault)


def canvas_handin(several: list[tuple[int, Path, re.Match[str]]]) -> HandIn:
    """The files of one student. Of several archives the last upload counts."""
    several.sort(key=lambda each: each[0])
    archives = [each for each in several if is_archive(each[1])]
    _, path, match = (archives or several)[-1]
    notes = []
    if others := [shown(each["file"]) for _, other, each in several if other != path]:
        notes.append(f"not looked at: {', '.join(others[:5])}{' and more' if len(others) > 5 else ''}")
    if "_LATE_" in path.name:
        notes.append("handed in late")
    names = ", ".join(shown(each["file"]) for _, _, each in several[:5])
    fault = "" if archives else f"handed in as single files without their folders ({names}); ask for a .zip"
    hint = Hint(id=match["id"], squashed=match["name"])
    return HandIn(f"{match['name']}_{match['id']}", path, (hint,), tuple(notes), fault)


def read_metadata(path: Path, found: Found) -> dict[str, tuple[tuple[Hint, ...], datetime | None]]:
    """Gradescope's list: the people of each submission, and when, by its folder. Without it folders stay nameless."""
    try:
        import yaml
    except ModuleNotFoundError:
        found.others[path.name] = "not read, so nobody is named: pip install 'beras-grader[class]' brings PyYAML"
        return {}
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with open(path, "rb") as file:
            data = yaml.load(file.read(METADATA_BYTES), loader)  # a safe loader, the faster one
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        found.others[path.name] = f"cannot be read ({' '.join(str(error).split())[:200]})"
        return {}
    if not isinstance(data, dict):
        found.others[path.name] = "does not list submissions"
        return {}
    return {str(name): (submitters(entry), time_in(entry)) for name, entry in data.items() if isinstance(entry, dict)}


def time_in(entry: dict[str, Any]) -> datetime | None:
    """When a submission came; YAML reads a time without a zone as UTC."""
    found = entry.get(":created_at", entry.get("created_at"))
    if not isinstance(found, datetime):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=timezone.utc)


def submitters(entry: dict[str, Any]) -> tuple[Hint, ...]:
    """A group has several. Ruby writes its keys with a colon in front."""
    people = entry.get(":submitters", entry.get("submitters"))
    hints = []
    for each in people if isinstance(people, list) else []:
        if isinstance(each, dict):
            told = {str(key).lstrip(":"): str(value) for key, value in each.items() if value is not None}
            hints.append(Hint(told.get("name", ""), told.get("sid", ""), told.get("email", "")))
    return tuple(hints)
