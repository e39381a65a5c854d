"""Where a submission has what the assignment names: nearly always where it was asked for, and sometimes elsewhere.

A package with a name of its own, modules that lie flat, everything in one file, another word for the same thing: what
is plainly meant is graded under the name that was expected, and the notes say once what was taken for what. Only where
the expected name is missing and one thing alone can be meant; everything else stays missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import cast

from grader.homework import FIRST, HOMEWORK, YEARS, Edition, edition
from grader.submission.bindings import Binding
from grader.submission.parser import LINE_ENDS
from grader.submission.source import SourceModule

EDITIONS = tuple(map(edition, YEARS))
PACKAGES = tuple(dict.fromkeys(each.package for each in EDITIONS))
NAMES = frozenset(name for each in EDITIONS for name in each.modules)
STEMS = frozenset(module.partition(".")[2] for each in EDITIONS for module in each.modules.values() if "." in module)
LEAST_STEMS = 3  # names of modules that make a folder the package
LEAST_NAMES = 4  # of the assignment that do, whatever its modules are called
MOST_DEFINITIONS = 500  # of a module that is searched for other names; the whole homework has some 60
LONGEST_CHAIN = 5  # of modules that hand on a name
ASIDE = re.compile(
    r"(?i)(^|[._])(tests?|conftest|old|older|backup|bak|orig|original|template|stencil|visualize)([._]|\d*$)"
)


class OtherNames:
    """How else students call what the assignment names. A homework that knows has a class of its own in `names`.

    kinds: words that may end a name. also: other names, without case, underscores and a kind at the end. methods: what
    a class of a name has to define for itself.
    """

    kinds: tuple[str, ...] = ()
    also: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    methods: Mapping[str, frozenset[str]] = MappingProxyType({})

    def fits(self, name: str, module: SourceModule, each: Binding, year: Edition) -> bool:
        """Has a definition of the right kind, with the right methods, what one of this name must have besides?"""
        return True

    def is_like(self, name: str, module: SourceModule, each: Binding, year: Edition) -> bool:
        """Can what fits be nothing else, whatever it is called?"""
        return False


@cache
def other_names() -> OtherNames:
    """Those of the homework."""
    return cast("OtherNames", HOMEWORK.module(HOMEWORK.names).Names()) if HOMEWORK.names else OtherNames()


@dataclass(frozen=True)
class Place:
    """Where a name of the assignment is.

    module, name   what to import
    home           the module that defines it; `module` may only hand it on
    found          whether a source shows it; if not, this is where it is looked for
    """

    module: str
    name: str
    home: str
    found: bool


@dataclass(frozen=True)
class Places:
    """The places of all names of an implementation. package: the folder that stands for Beras/; '' for none."""

    edition: Edition
    table: Mapping[str, Place]
    package: str
    modules: Mapping[str, SourceModule] = field(default_factory=dict)

    def __getitem__(self, component: str) -> Place:
        return self.table[self.edition.owner_of(component)]

    def has(self, component: str) -> bool:
        """Is there anything of a component, be it only its file?"""
        place = self[component]
        return place.module in self.modules and (
            place.found or place.module == self.expected(self.edition.module_of(component))
        )

    def expected(self, module: str) -> str:
        """A module of the assignment as this implementation would call it."""
        return expected(module, self.package, self.modules)

    @cached_property
    def in_order(self) -> tuple[str, ...]:
        """Every module that something is looked for in, those that others stand on first."""
        base = self.edition.calling.partition("/")[0]  # the class that all others stand on
        first = [self.package] * bool(self.package) + ([self[base].module] if base else [])
        middle = {place.module for place in self.table.values()} - set(self.last)
        return tuple(dict.fromkeys([*first, *sorted(middle), *self.last]))

    @cached_property
    def last(self) -> list[str]:
        """The modules that import all others."""
        last: list[str] = []
        for module in HOMEWORK.imported_last:
            here = {self.table[name].module for name, where in self.edition.modules.items() if where == module}
            last += sorted(here) or [module]
        return last

    def idle(self) -> list[tuple[str, str, str, list[str]]]:
        """Module, class and methods that do nothing while the first, one that imports all others, is imported."""
        return [
            (importing, self[name].module, self[name].name, list(map(self.edition.word, methods)))
            for name, methods in HOMEWORK.idle.items()
            if name in self.edition.modules
            for importing in self.last
            if importing != self[name].module
        ]

    def path(self, module: str) -> str:
        """The file of a module, below the folder with the code."""
        if module in self.modules:
            return self.modules[module].relative.as_posix()
        return f"{self.package}/__init__.py" if module == self.package else self.edition.file_of(module)

    def part_of(self, file: str, line: int) -> str:
        """The module of the assignment that a line belongs to, wherever it stands; '' where it may be any."""
        inside = {name: place for name, place in self.table.items() if self.path(place.home) == file}
        modules = {self.edition.modules[name] for name in inside}
        if len(modules) < 2:
            return next(iter(modules), "")
        owner = next(iter(self.within(file, line)), "")
        return self.edition.modules[owner] if owner else ""

    def within(self, file: str, line: int) -> list[str]:
        """The names of the assignment whose class or function a line stands in."""
        found = []
        for name, place in self.table.items():
            definition = self.modules[place.home].definition(place.name) if place.home in self.modules else None
            if definition is not None and self.path(place.home) == file and is_in(definition, line):
                found.append(name)
        return found

    def is_part_of(self, component: str, file: str, line: int) -> bool:
        """Does a line belong to a component's own module?"""
        own = file == self.path(self[component].home)
        return own and self.part_of(file, line) in ("", self.edition.module_of(component))

    def notes(self) -> list[str]:
        """What was taken for what, in one line."""
        wanted, modules = self.edition.package, self.edition.modules
        taken = [f"{self.package}/ for {wanted}/"] if self.package not in (wanted, "") else []
        moved: dict[str, dict[str, list[str]]] = {}
        for name, place in self.table.items():
            stem = modules[name].rpartition(".")[2]
            flat = not self.package and place.module == stem != modules[name]
            if flat:
                taken.append(f"the modules beside assignment.py for {wanted}/")
            elif place.found and place.module not in (f"{self.package}.{stem}", modules[name]):
                moved.setdefault(self.path(place.home), {}).setdefault(modules[name], []).append(name)
        for there, names in moved.items():
            taken.append(f"{there} for {', '.join(self.moved_text(*each) for each in names.items())}")
        taken += [f"{place.name} for {name}" for name, place in self.table.items() if place.name != name]
        return [f"taken for what the assignment names: {'; '.join(dict.fromkeys(taken))}"] if taken else []

    def moved_text(self, module: str, names: list[str]) -> str:
        """A module of the assignment, with the names that another one has of it if that has not all of them."""
        staying = [name for name, where in self.edition.modules.items() if where == module and name not in names]
        there = any(self.table[name].found for name in staying)
        file = self.edition.file_of(module)
        return f"{file} ({', '.join(names)})" if there else file


def is_in(definition: Binding, line: int) -> bool:
    return definition.lines[0] <= line <= definition.lines[1]


@cache
def as_named(year: Edition = FIRST) -> Places:
    """Everything where the assignment of that year says."""
    table = {name: Place(module, name, module, True) for name, module in year.modules.items()}
    return Places(year, table, year.package)


def resolve(modules: Mapping[str, SourceModule], year: Edition = FIRST) -> Places:
    """The places of all names in these modules."""
    package, names = package_of(modules, year), year.modules
    searched = [each for each in modules.values() if is_searched(each, package)]
    found: dict[str, Place] = {}
    for name in names:
        wanted = expected(names[name], package, modules)
        if wanted in modules and home(modules, wanted, name):
            found[name] = Place(wanted, name, home(modules, wanted, name), True)
    for name in names.keys() - found.keys():
        there = the_one([each for each in searched if defines(each, name)], modules)
        if there is not None:
            found[name] = Place(there.name, name, there.name, True)
    taken = {(place.home, place.name) for place in found.values()}
    for name in names.keys() - found.keys():
        others = [
            (module, each)
            for module in searched
            if len(module.defines) <= MOST_DEFINITIONS
            for each in module.defines
            if (module.name, each.name) not in taken and each.name not in names and fits(name, module, each, year)
        ]
        called = [(module, each) for module, each in others if is_called(name, each)]
        meant = called or [(module, each) for module, each in others if other_names().is_like(name, module, each, year)]
        if len(meant) == 1:
            found[name] = Place(meant[0][0].name, meant[0][1].name, meant[0][0].name, True)
    homes = {place.home for place in found.values()}
    alone = next(iter(homes)) if len(homes) == 1 else ""  # all in one file: what is missing is missing there
    for name in names.keys() - found.keys():
        wanted = expected(names[name], package, modules)
        place = wanted if wanted in modules or "." in alone or not alone else alone
        found[name] = Place(place, name, place, False)
    return Places(year, {name: found[name] for name in names}, package, modules)


def expected(module: str, package: str, modules: Mapping[str, SourceModule]) -> str:
    """A module of the assignment under the package's own name, flat where there is none; in any case."""
    stem = module.rpartition(".")[2]
    name = f"{package}.{stem}" if package and "." in module else stem
    if name in modules:
        return name
    alike = [each for each in modules if each.casefold() == name.casefold()]
    if len(alike) == 1:
        return alike[0]
    return name if package or "." not in module else module


def package_of(modules: Mapping[str, SourceModule], year: Edition) -> str:
    """The folder with the modules of the assignment; '' where they lie flat."""
    folders: dict[str, list[SourceModule]] = {}
    for module in modules.values():
        parts = module.relative.parts
        if len(parts) == 2 and not ASIDE.search(parts[0]):
            folders.setdefault(parts[0], []).append(module)
    if year.package in folders or not folders:
        return year.package if year.package in folders else ""
    good = [folder for folder, inside in folders.items() if is_package(inside)]
    if len(good) > 1:  # an older copy beside it: what the files outside import counts
        used = {each.module for module in modules.values() if "." not in module.name for each in module.imports}
        good = [folder for folder in good if folder in used]
    return good[0] if len(good) == 1 else ""


def is_package(inside: Iterable[SourceModule]) -> bool:
    stems = {module.relative.stem.casefold() for module in inside}
    names = {each.name for module in inside for each in module.defines if each.kind == "class"}
    return len(stems & STEMS) >= LEAST_STEMS or len(names & NAMES) >= LEAST_NAMES


def is_searched(module: SourceModule, package: str) -> bool:
    """Is a module beside assignment.py or in the package, and neither a test nor an older copy?"""
    parts = module.relative.parts
    return (len(parts) == 1 or (len(parts) == 2 and parts[0] == package)) and not ASIDE.search(module.relative.stem)


def defines(module: SourceModule, name: str) -> bool:
    definition = module.definition(name)
    return definition is not None and definition.kind != "import"


def home(modules: Mapping[str, SourceModule], start: str, name: str) -> str:
    """The module that defines what `start` has under this name, as far as sources show; '' where `start` has none."""
    at, sought = start, name
    for _ in range(LONGEST_CHAIN):
        module = modules[at]
        definition = module.definition(sought)
        if definition is None:
            stars = [handed_on(modules, module, each.origin[0]) for each in module.defines if each.name == "*"]
            inner = next((each for each in stars if each and modules[each].definition(sought)), "")
        elif definition.kind == "import" and definition.origin[1] == sought:
            inner = handed_on(modules, module, definition.origin[0])
        else:
            return at if definition.kind != "import" else start
        if not inner:
            return start if definition is not None else "" if at == start else start
        at = inner
    return start


def handed_on(modules: Mapping[str, SourceModule], module: SourceModule, written: str) -> str:
    """The submission's module that `from WRITTEN import` in a module means; '' where it is none."""
    name = written.lstrip(".")
    if written != name:
        parts = module.relative.parts[:-1]
        up = len(written) - len(name) - 1
        name = ".".join([*parts[: len(parts) - up], *([name] if name else [])])
    return name if name in modules and name != module.name else ""


def the_one(those: list[SourceModule], modules: Mapping[str, SourceModule]) -> SourceModule | None:
    """The only one of these modules, or the only one that another module imports."""
    if len(those) > 1:
        used = {handed_on(modules, each, one.name) for each in modules.values() for one in each.imports}
        those = [each for each in those if each.name in used]
    return those[0] if len(those) == 1 else None


# --- other names ------------------------------------------------------------------------------------------------


def plain(name: str) -> str:
    """A name without case, underscores and the kind of thing at its end."""
    short = name.casefold().replace("_", "")
    for kind in other_names().kinds:
        if short.endswith(kind) and short != kind:
            return short.removesuffix(kind)
    return short


def is_called(name: str, each: Binding) -> bool:
    """Is this another way to write, or another word for, what the assignment calls `name`?"""
    return plain(each.name) == plain(name) or plain(each.name) in other_names().also.get(name, ())


def fits(name: str, module: SourceModule, each: Binding, year: Edition) -> bool:
    """Has a definition what one of this name must have?"""
    if each.kind != ("function" if name in year.functions else "class"):
        return False
    known = other_names()
    return each.members >= set(map(year.word, known.methods.get(name, ()))) and known.fits(name, module, each, year)


def text_of(module: SourceModule, each: Binding) -> str:
    """The lines of a definition, without comments and its head."""
    return "\n".join(line.partition("#")[0] for line in lines_in(module.path)[each.lines[0] : each.lines[1]])


@lru_cache(maxsize=16)
def lines_in(path: Path) -> list[str]:
    try:
        return LINE_ENDS.split(path.read_text("utf-8", "replace"))
    except OSError:
        return []
