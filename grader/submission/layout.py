"""Finds the folder with the code, and files that lie or are called almost as they should be.

What is looked at are the names of files; their contents only where names do not tell. Python tells capitals apart, and
cannot import `layers copy.py`; a platform that takes single files takes their folders away. Where it is plain which
file was meant, the copy of a submission gets the name or place that its own imports ask for, and a note says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import PurePosixPath

from grader.submission.places import ASIDE, EDITIONS, LEAST_NAMES, LEAST_STEMS, NAMES, PACKAGES, STEMS

MODULES = frozenset(module for each in EDITIONS for module in each.modules.values() if "." not in module)
CODE_FILES = tuple(f"{module}.py" for module in sorted(MODULES))  # beside the package
KNOWN = STEMS | MODULES
WRITTEN = NAMES - {name for each in EDITIONS for name in each.given}  # by students
MOST_READ = 400  # files that are looked into to find the code
# What systems and browsers put behind the name of a copy: `layers copy 2`, `layers - Copy`, `layers (1)`, `layers-1`
COPY_MARK = re.compile(r"(?i)(?:[ _-]+(?:copy|kopie|copie|copia)(?:[ _-]*\d+)?|[ _]*\(\d+\)|[ -]\d)$")
DEFINED = re.compile(r"^(?:class|def)[ \t]+(\w+)", re.MULTILINE)
IMPORTS = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<module>[.\w]+)[ \t]+import[ \t]*\(?(?P<names>[\w ,\t*]*)"
    r"|import[ \t]+(?P<modules>[\w., \t]+))",
    re.MULTILINE,
)
Read = Callable[[PurePosixPath], str]


# --- the folder with the code -----------------------------------------------------------------------------------


def roots(paths: list[PurePosixPath], read: Read, deepest: int) -> list[PurePosixPath]:
    """The folders that may be the one with the code; only where there is one of them it is plain."""
    codes = [path for path in paths if path.suffix == ".py"]
    packages = [path.parent.parent for path in codes if path.parent.name in PACKAGES]
    newer = [folder for folder in packages if not any(map(is_aside, folder.parts))]
    if exact := shallowest(newer or packages, deepest):
        return exact
    named = shallowest((path.parent for path in codes if path.name in CODE_FILES), deepest)
    if len(named) == 1:
        return [] if is_of_another_homework([path for path in codes if path.is_relative_to(named[0])], read) else named
    meant = [path.parent for path in codes if f"{unmarked(path.stem).casefold()}.py" in CODE_FILES]
    return named or shallowest(by_contents(codes, read), deepest) or shallowest(meant, deepest)


def is_aside(folder: str) -> bool:
    """Is a folder called as one for tests, a template or an older copy: `backup`, `hw2-old`?"""
    return ASIDE.search(re.sub("[ -]", "_", folder)) is not None


def is_of_another_homework(codes: list[PurePosixPath], read: Read) -> bool:
    """Do files that are called as here define things, but none that students write here, and import nothing of it?"""
    texts = [read(path) for path in codes[:MOST_READ]]
    defined = {name for text in texts for name in DEFINED.findall(text)}
    imported = {name.partition(".")[0] for text in texts for name in imports(text)}
    modules = {path.stem for path in codes} & STEMS
    return bool(defined) and not defined & WRITTEN and not imported & {*PACKAGES} and len(modules) < LEAST_STEMS


def shallowest(folders: Iterable[PurePosixPath], deepest: int) -> list[PurePosixPath]:
    """Those of the least depth, if that is not beyond `deepest`."""
    depths = {folder: len(folder.parts) for folder in folders}
    least = min(depths.values(), default=0)
    return sorted(folder for folder, depth in depths.items() if depth == least <= deepest)


def by_contents(codes: list[PurePosixPath], read: Read) -> list[PurePosixPath]:
    """Where code lies that defines what the assignment names, or has modules of those names."""
    folders: dict[PurePosixPath, list[PurePosixPath]] = {}
    for path in codes[:MOST_READ]:
        if not any(ASIDE.search(part) for part in (*path.parts[:-1], path.stem)):
            folders.setdefault(path.parent, []).append(path)
    found = []
    for folder, inside in folders.items():
        names = {name for path in inside for name in DEFINED.findall(read(path))} & NAMES
        stems = {unmarked(path.stem).casefold() for path in inside} & STEMS
        if len(names) >= LEAST_NAMES or len(stems) >= LEAST_STEMS:
            around = [path for path in codes if path.parent == folder.parent and folder.parts]
            found.append(folder.parent if is_imported_as_folder(folder, inside, around, read) else folder)
    return found


def is_imported_as_folder(
    folder: PurePosixPath, inside: list[PurePosixPath], around: list[PurePosixPath], read: Read
) -> bool:
    """Is a folder with code a package, or the folder of modules that lie flat?"""
    if not folder.parts:
        return False
    if any(path.name == "__init__.py" for path in inside):
        return True
    imported = {name for path in (*inside, *around) for name in imports(read(path))}
    return any(name == folder.name or name.startswith((f"{folder.name}.", ".")) for name in imported)


# --- almost right -----------------------------------------------------------------------------------------------


def unmarked(stem: str) -> str:
    """The name of the file that this one is a copy of."""
    while (shorter := COPY_MARK.sub("", stem)) not in (stem, ""):
        stem = shorter
    return stem


def imports(text: str) -> set[str]:
    """Everything that a text imports, by name: A.b of `from A import b` and of `import A.b`, as well as A."""
    found = set()
    for each in IMPORTS.finditer(text):
        module = each["module"]
        if module:
            names = [name.split()[0] for name in each["names"].split(",") if name.split()]
            found |= {module, *(f"{module}{'' if module.endswith('.') else '.'}{name}" for name in names)}
        else:
            found |= {name.split()[0] for name in each["modules"].split(",") if name.split()}
    return found


class Renames:
    """Which files of a submission get another name in its copy, and what is said about it.

    files: all that is copied, below the folder with the code.
    """

    def __init__(self, files: Iterable[PurePosixPath], read: Read) -> None:
        self.now = {path: path for path in files}
        self.original = dict(self.now)
        self.notes: list[str] = []
        near = [path for path in self.now if path.suffix == ".py" and len(path.parts) <= 2]
        if len(near) <= MOST_READ:
            self.imported = {path: imports(read(path)) for path in near}
            self.names = {part for names in self.imported.values() for name in names for part in parts_of(name)}
            self.rename_package()
            self.rename_files()
            self.move_into_package()

    def of(self, path: PurePosixPath) -> PurePosixPath:
        return self.now[path]

    def rename(self, old: PurePosixPath, new: PurePosixPath) -> None:
        """Gives the file that is called `old` by now another name, which is free."""
        path = self.original.pop(old)
        self.now[path], self.original[new] = new, path

    def rename_package(self) -> None:
        """`beras/` or `Beras copy/` where imports say Beras, `Beras/` where they say beras; nothing is called that."""
        folders = {path.parts[0] for path in self.now if len(path.parts) > 1}
        near = [each for each in folders if unmarked(each).casefold() == PACKAGES[0].casefold()]
        asked = [package for package in PACKAGES if package in self.names]
        if len(near) != 1 or len(asked) != 1 or near[0] in (*asked, *self.names):
            return
        for path in self.now:
            if path.parts[0] == near[0] and len(path.parts) > 1:
                self.rename(path, PurePosixPath(asked[0], *path.parts[1:]))
        self.notes.append(f"{near[0]}/ is taken for {asked[0]}/: {reason(near[0], asked[0])}; rename the folder")

    def rename_files(self) -> None:
        """`layers copy.py` and `Layers.py`, where the name that was meant is free and imports ask for no other."""
        claims: dict[PurePosixPath, list[PurePosixPath]] = {}
        for path in self.imported:
            old = self.now[path]
            stem = unmarked(old.stem)
            if stem.casefold() in KNOWN and not self.is_asked_for(old, stem):
                stem = stem.casefold()
            if stem != old.stem and stem.isidentifier():
                claims.setdefault(old.with_name(f"{stem}.py"), []).append(old)
        for new, olds in claims.items():
            several = " and ".join(sorted(map(str, olds)))
            if new in self.original:
                self.notes.append(f"{several}: not looked at, {new} is there")
            elif len(olds) > 1:
                self.notes.append(f"{several}: which of them is {new}? Name the right one so")
            else:
                self.rename(olds[0], new)
                self.notes.append(f"{several} is taken for {new}: {reason(olds[0].stem, new.stem)}; rename it")

    def is_asked_for(self, path: PurePosixPath, stem: str) -> bool:
        """Do imports ask for this module with these capitals?"""
        return not self.names.isdisjoint({".".join([*path.parts[:-1], stem]), f".{stem}"})

    def move_into_package(self) -> None:
        """Modules that lie flat, though imports look for them in a package."""
        flat = {path.stem: path for path in self.original if len(path.parts) == 1 and path.suffix == ".py"}
        if not self.names.isdisjoint(STEMS & flat.keys()):
            return  # imported as they lie
        package = self.package_asked_for(flat.keys())
        moved = {
            stem
            for stem, path in flat.items()
            if (stem in STEMS or f"{package}.{stem}" in self.names)
            and stem not in (*KNOWN - STEMS, "visualize")
            and PurePosixPath(package, path.name) not in self.original
        }
        if not package or not moved & STEMS:
            return
        if PurePosixPath(package, "__init__.py") not in self.original and "__init__" in flat:
            moved.add("__init__")
        for stem in moved:
            self.rename(flat[stem], PurePosixPath(package, f"{stem}.py"))
        names = ", ".join(f"{stem}.py" for stem in sorted(moved))
        self.notes.append(f"taken as if in {package}/, where imports look for them: {names}; put them there")

    def package_asked_for(self, flat: Collection[str]) -> str:
        """The package that imports look for modules of the assignment in; '' for none."""
        asked = Counter(
            name.partition(".")[0]
            for names in self.imported.values()
            for name in names
            if name.partition(".")[2].partition(".")[0] in STEMS
        )
        asked = Counter({name: count for name, count in asked.items() if name and name not in flat})
        if asked:
            return max(asked, key=lambda name: (asked[name], name))
        relative = any(
            each.startswith(".") for path in self.imported if len(path.parts) == 1 for each in self.imported[path]
        )
        package = PACKAGES[-1] if "gradient_tape" in flat else PACKAGES[0]  # by what the later years alone have
        return package if relative else ""


def parts_of(name: str) -> Iterator[str]:
    """A, A.b and A.b.c of A.b.c.d: the modules that an import of it imports."""
    dots = re.match(r"\.*", name)
    assert dots is not None
    parts = name[dots.end() :].split(".", 3)[:3]
    for count in range(1, len(parts) + 1):
        yield dots[0] + ".".join(parts[:count])


def reason(one: str, other: str) -> str:
    """Why Python does not find it."""
    if unmarked(one) != one:
        return "it has the name of a copy"
    return "Python tells capitals apart"
