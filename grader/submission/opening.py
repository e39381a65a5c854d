"""Finds a submission's code, copies it, and reads what can be read without running it.

A submission is a folder, a folder with the code in a subfolder, or a .zip of either (entries.py). Only text that code
may need is copied; the original is never touched. Syntax, imports and empty functions are found by parsing (source.py),
nothing is imported.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path, PurePosixPath

from grader.base.errors import UsageError, is_full
from grader.homework import FIRST, HOMEWORK, YEARS, Edition, edition
from grader.submission.bindings import SourceImport
from grader.submission.contents import Entry, LeftOut, entries_of, reason, shown
from grader.submission.layout import Read, Renames, roots
from grader.submission.parser import SourceError
from grader.submission.places import Places, resolve
from grader.submission.recognition import Recognition, edition_of, recognise
from grader.submission.source import SourceModule, read_module, with_given

EXPECTED = f"expected a folder {FIRST.package}/ with {FIRST.usual_file} and the other modules"
# Text that code may read beside its own modules. Arrays, pickles and models stay behind: a submission learns here.
COPIED = (".py", ".txt", ".json", ".toml", ".csv", ".md", ".cfg", ".yaml", ".yml")
LEFT_BEHIND = (".npy", ".npz", ".pkl", ".pickle", ".pt", ".pth", ".h5", ".hdf5", ".joblib")
PREDICTIONS = frozenset(map(attrgetter("predictions"), map(edition, YEARS))) - {""}
NO_CODE = "a submission brings code, not data or weights"
MAX_FILE = 1 << 20  # bytes; a module of a megabyte holds data, not code
MAX_TOTAL = 16 << 20
MAX_DEPTH = 4  # folders between what was named and the code
NAMED_IN_A_NOTE = 5  # files; of more only the number
ALLOWED = frozenset({"numpy", "matplotlib"})  # matplotlib wherever it stands: a plot cannot do the student's work


@dataclass(frozen=True)
class Submission:
    """A submission's own copy. `prefix` leads from what the user named to the folder with the code.

    recognition: the year that it was taken for, and by what.
    places: where it has what the assignment names.
    predictions: the beginning of the file of predictions, where this year takes one and it is there; it is not copied.
    """

    origin: Path
    root: Path
    prefix: PurePosixPath
    modules: dict[str, SourceModule]
    notes: tuple[str, ...]
    places: Places
    recognition: Recognition
    predictions: bytes | None = None

    @property
    def edition(self) -> Edition:
        return self.places.edition


def open_submission(path: Path, scratch: Path, year: int | None = None) -> Submission:
    """Finds the code below `path` and copies it into `scratch`. Raises UsageError with one line.

    year: that of the edition, where it is not to be told by features.
    """
    left_out: LeftOut = {}
    target = scratch / "submission"
    target.mkdir(parents=True, exist_ok=True)
    with entries_of(path, left_out) as found:
        prefix = code_folder(found, shown(path))
        inside = [entry for entry in found if entry.path.is_relative_to(prefix)]
        renames = Renames([entry.path.relative_to(prefix) for entry in inside], reader(inside, prefix))
        modules = copy(inside, prefix, renames, target.resolve(), left_out, shown(path))
        found_year = recognise(modules.values()) if year is None else Recognition(year, ("--edition",))
        edition = edition_of(found_year, shown(path))
        predictions = predictions_in(inside, edition, left_out)
    if choices := frozenset(edition.settings.get("given_choices", ())):
        modules = {name: with_given(module, choices) for name, module in modules.items()}
    places = resolve(modules, edition)
    notes = [
        *renames.notes,
        *places.notes(),
        *notes_of_gaps(module for name, module in modules.items() if name in relevant(places, edition)),
        *(note(why, paths) for why, paths in left_out.items()),
    ]
    return Submission(
        path, target.resolve(), prefix, modules, tuple(map(shown, notes)), places, found_year, predictions
    )


def relevant(places: Places, edition: Edition) -> set[str]:
    """The modules of the assignment, by whatever name; older copies and scratch files are not looked at."""
    return {*edition.modules.values(), edition.package, *(place.home for place in places.table.values())}


def notes_of_gaps(modules: Iterable[SourceModule]) -> list[str]:
    """Which files Python does not compile yet, though most of them can be judged."""
    modules = list(modules)
    gaps = [f"{module.relative} line {module.gaps[0]}" for module in modules if module.gaps]
    faults = [f"{module.relative} line {each.line}" for module in modules for each in module.faults]
    notes = []
    if gaps:
        notes.append(
            f"Python cannot import {', '.join(gaps)} yet: ???, or comments where code should be; what else is written "
            "there is judged all the same"
        )
    if faults:
        listed = ", ".join(faults[:NAMED_IN_A_NOTE])
        notes.append(
            f"Python cannot import a file with such an error: {listed}; nothing of it runs before that is right, and "
            "what else is written there is judged all the same"
        )
    return notes


def note(why: str, paths: list[PurePosixPath]) -> str:
    """Which files were left out, and why."""
    names = ", ".join(shown(path)[:200] for path in paths[:NAMED_IN_A_NOTE])
    more = f" and {len(paths) - NAMED_IN_A_NOTE} more" if len(paths) > NAMED_IN_A_NOTE else ""
    return f"left out, {why}: {names}{more}"


# --- finding ----------------------------------------------------------------------------------------------------


def code_folder(found: list[Entry], named: str) -> PurePosixPath:
    """The shallowest folder with the package, else with the assignment's files, else such code. Raises UsageError."""
    paths = [entry.path for entry in found]
    several = roots(paths, reader(found, PurePosixPath()), MAX_DEPTH)
    if len(several) > 1:
        names = ", ".join(shown(root)[:200] for root in several[:NAMED_IN_A_NOTE])
        raise UsageError(f"{named}: holds several submissions ({names}); name one of them")
    if several:
        return several[0]
    if not paths:
        raise UsageError(f"{named}: is empty (data, caches and hidden files are not looked at); {EXPECTED}")
    raise UsageError(f"{named}: no {HOMEWORK.title} code in it; {EXPECTED} (looked {MAX_DEPTH} folders deep)")


def reader(found: list[Entry], prefix: PurePosixPath) -> Read:
    """Gives the text of a file below `prefix`; '' for one that cannot be read, which copying tells."""
    entries = {entry.path.relative_to(prefix): entry for entry in found}
    texts: dict[PurePosixPath, str] = {}
    left = MAX_TOTAL

    def text(path: PurePosixPath) -> str:
        nonlocal left
        if path not in texts:
            texts[path] = ""
            if entries[path].size <= left:
                with contextlib.suppress(OSError, ValueError):
                    texts[path] = bounded(entries[path]).decode("utf-8", "replace")
                    left -= len(texts[path])
        return texts[path]

    return text


# --- copying ----------------------------------------------------------------------------------------------------


def copy(
    found: list[Entry], prefix: PurePosixPath, renames: Renames, target: Path, left_out: LeftOut, named: str
) -> dict[str, SourceModule]:
    """Copies code and small texts, and reads the modules. Raises UsageError where there is too much of it."""
    modules, total = {}, 0
    for entry in found:
        relative = renames.of(entry.path.relative_to(prefix))
        suffix = relative.suffix.lower()
        if suffix in LEFT_BEHIND:
            left_out.setdefault(NO_CODE, []).append(entry.path)
        if suffix not in COPIED:
            continue
        total += min(entry.size, MAX_FILE)
        if total > MAX_TOTAL:
            raise UsageError(
                f"{named}: holds more than {MAX_TOTAL >> 20} MB of code and text; name the code's own folder"
            )
        name, place = module_name(relative), target / relative
        try:
            content = bounded(entry)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        except (OSError, ValueError) as error:
            if is_full(error):  # no fault of the submission's
                raise
            fault = f"cannot be copied ({reason(error)})"
            if suffix == ".py":
                modules[name] = SourceModule(
                    name, place, relative, SourceError(1, 1, "", "^", f"the file {fault}", kind="")
                )
            else:
                left_out.setdefault(fault, []).append(entry.path)
            continue
        if suffix == ".py":
            modules[name] = read_module(name, place, relative, content)
    return dict(sorted(modules.items()))


def is_read(path: PurePosixPath) -> bool:
    """Does a grading look into a file of this name?"""
    return path.suffix.lower() in COPIED or path.name in PREDICTIONS


def predictions_in(inside: list[Entry], year: Edition, left_out: LeftOut) -> bytes | None:
    """The first bytes of the file of predictions, one more than it may have; None where there is none."""
    found = [entry for entry in inside if entry.path.name == year.predictions]
    if not found:
        return None
    entry = min(found, key=lambda each: len(each.path.parts))
    brought = left_out.get(NO_CODE, [])
    brought.remove(entry.path)
    if not brought:
        del left_out[NO_CODE]
    try:
        return entry.read(MAX_FILE + 1)
    except (OSError, UsageError):  # what cannot be read holds nothing
        return b""


def bounded(entry: Entry) -> bytes:
    """The contents of a file. Raises ValueError for one that is too large, OSError, UsageError."""
    content = entry.read(MAX_FILE + 1) if entry.size <= MAX_FILE else b""
    if max(entry.size, len(content)) > MAX_FILE:
        raise ValueError(f"too large for code, {max(entry.size, len(content))} bytes")
    return content


def module_name(relative: PurePosixPath) -> str:
    """Beras.layers of Beras/layers.py, Beras of Beras/__init__.py."""
    parts = relative.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "__init__"


# --- what the source shows --------------------------------------------------------------------------------------


def forbidden_imports(submission: Submission) -> dict[str, tuple[SourceImport, ...]]:
    """By module, the unguarded imports of what is neither standard library, NumPy, matplotlib nor the student's own.

    What this year's given code imports, to load MNIST and besides, is as good: nothing else of it can be used.
    """
    own = {name.partition(".")[0] for name in submission.modules}
    year = submission.edition
    given = {*year.loaders, *map(str, year.settings.get("given_imports", ()))}
    allowed = own | ALLOWED | given | sys.stdlib_module_names | {"__future__"}
    found = {}
    for name, module in submission.modules.items():
        imports = [each for each in module.imports if not (each.guarded or each.relative or each.module in allowed)]
        if imports:
            found[name] = tuple(imports)
    return found
