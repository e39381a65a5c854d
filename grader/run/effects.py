"""What a change to a submission's files can change in its result: for `grade watch`.

A component's checks read the module that it lives in, those of the components that they need, and whatever modules
their last run imported (their notes say which); and each of these reads what it imports. The import of a package
that comes with each of its modules does not count: the grader loads modules one by one.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.ask.notes import Import
from grader.ask.probe import all_probes
from grader.judge.verdict import Verdict
from grader.result import OWN_CHECKS, is_training
from grader.submission.bindings import SourceImport
from grader.submission.opening import module_name, open_submission
from grader.submission.places import Places
from grader.submission.source import SourceModule


@dataclass(frozen=True)
class Snapshot:
    """A submission at one moment: the digest of each file, by its path, and what each module imports.

    places: where it has what the assignment names.
    """

    files: dict[str, bytes]
    imports: dict[str, frozenset[str]]
    places: Places


def snapshot(path: Path, year: int | None = None) -> Snapshot:
    """The submission as it is now. Raises UsageError where there is none."""
    with tempfile.TemporaryDirectory(prefix="beras-watch-") as scratch:
        found = open_submission(path, Path(scratch), year)
        files = {
            each.relative_to(found.root).as_posix(): hashlib.sha256(each.read_bytes()).digest()
            for each in sorted(found.root.rglob("*"))
            if each.is_file()
        }
        if found.predictions is not None:
            files[found.edition.predictions] = hashlib.sha256(found.predictions).digest()
        names = found.modules.keys()
        imports = {
            name: frozenset(one for each in module.imports for one in imported(module, each, names))
            for name, module in found.modules.items()
        }
    return Snapshot(files, imports, found.places)


def imported(module: SourceModule, one: SourceImport, names: Iterable[str]) -> list[str]:
    """The submission's modules that an import may read; of a package all of them, as any may be meant."""
    name = one.name.lstrip(".")
    if one.relative:
        up = len(one.name) - len(name) - (module.path.name == "__init__.py")
        package = module.name.split(".")
        name = ".".join([*package[: len(package) - up], *([name] if name else [])])
    return [each for each in names if each == name or each.startswith(f"{name}.")]


def changed_files(before: Snapshot, after: Snapshot) -> list[str]:
    """Files that came, went, or hold something else."""
    paths = before.files.keys() | after.files.keys()
    return sorted(path for path in paths if before.files.get(path) != after.files.get(path))


def affected(
    components: Iterable[str], before: Snapshot, after: Snapshot, asked_of: Mapping[str, AbstractSet[str]]
) -> tuple[str, ...]:
    """Which of these components have to be graded again; asked_of: the modules that each was last asked of."""
    if before.places.edition is not after.places.edition:
        return tuple(components)
    changed = changed_files(before, after)
    modules = {module_name(PurePosixPath(path)) for path in changed if path.endswith(".py")}
    everything = any(not path.endswith(".py") for path in changed)  # who reads a text, no import says
    return tuple(
        name
        for name in components
        if everything
        or name == OWN_CHECKS  # may ask of anything
        or modules & reached(modules_of(name, before.places, after.places) | asked_of.get(name, set()), before, after)
    )


def modules_asked(verdicts: Iterable[Verdict]) -> dict[str, set[str]]:
    """The modules of a submission that each component's checks imported."""
    found: dict[str, set[str]] = {}
    for verdict in verdicts:
        modules = {note.module for note in verdict.seen.notes if isinstance(note, Import)}
        found.setdefault(verdict.probe.component, set()).update(modules)
    return found


def modules_of(component: str, *several: Places) -> set[str]:
    """The modules of a component and of what its checks need, and of what that needs, in all these places."""
    if is_training(component):
        return {module for places in several for module in places_of(places.edition.modules, places)}
    waiting, known = [component], set()
    while waiting:
        name = waiting.pop()
        if name not in known:
            known.add(name)
            waiting += [
                needed
                for probe in all_probes(several[0].edition)
                if probe.component == name
                for needed in probe.needed_components
            ]
    return {module for places in several for module in places_of(known, places)}


def places_of(components: Iterable[str], places: Places) -> set[str]:
    """The modules that these are looked for in, those that define them, and those that the assignment names."""
    found = {places[name] for name in components}
    named = {places.edition.module_of(name) for name in components}
    return named | {each.module for each in found} | {each.home for each in found}


def reached(modules: set[str], before: Snapshot, after: Snapshot) -> set[str]:
    """These modules and all that they import, as it was and as it is."""
    waiting, known = list(modules), set()
    while waiting:
        name = waiting.pop()
        if name not in known:
            known.add(name)
            waiting += before.imports.get(name, frozenset()) | after.imports.get(name, frozenset())
    return known
