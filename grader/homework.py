"""What the engine is told of an assignment: an `Edition` for each year of the course.

An edition is a folder, `homeworks/beras/editions/yYEAR/`. Its `edition.toml` says what things are called, where they
live and how they are asked; what it does not say it has from the first edition, whose words are the contract's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.base import tomlfile
from grader.base.paths import BERAS, CHECKOUT, PACKAGE

EDITIONS = BERAS / "editions"
HOMEWORK = "grader.homeworks.beras"  # the package that its probes and dialects are in
FIRST_YEAR = 2022
YEARS = tuple(sorted(int(path.name[1:]) for path in EDITIONS.glob("y*/edition.toml") for path in [path.parent]))
TABLES = ("parts", "checks")  # of which a year has what it does not say from the year that it is like, or the first
TRAINING = "training"  # how the name of a component begins that is a training


@dataclass(frozen=True, eq=False)
class Edition:
    """One year of the course.

    package     the folder that holds its modules
    modules     the module of each name that can be imported
    components  what is judged, in the order of the report
    given       those of them that are handed out complete: worth nothing, must not be broken
    names       the contract's word -> this year's, where they differ
    parts       the methods that students write of each component, in this year's words
    calling     the check of what every call of a layer, loss or metric goes through
    probes_in   the modules with the probes, below the homework's package
    dialect     the module with the class that asks an implementation of this year, `Dialect`
    without     checks of those modules that this year has no use for, in the words of the year that names them
    loaders     packages that its given code loads MNIST with, of which nothing else may be used
    """

    year: int
    title: str
    terms: tuple[str, ...]
    package: str
    modules: Mapping[str, str]
    components: tuple[str, ...]
    given: frozenset[str]
    names: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...]]
    calling: str
    probes_in: tuple[str, ...]
    dialect: str
    without: frozenset[str]
    settings: Mapping[str, Any]
    loaders: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        return EDITIONS / f"y{self.year}"

    @property
    def reference(self) -> Path:
        """The reference implementation; not there where this is installed."""
        return CHECKOUT / "reference" if self.year == FIRST_YEAR else self.folder / "reference"

    def holes_in(self, file: str) -> dict[str, str]:
        """The functions of a file that students write, each with the step of the handout that it belongs to."""
        return holes_in(self.settings, file)

    @property
    def rubric(self) -> Path:
        return PACKAGE / "rubric.toml" if self.year == FIRST_YEAR else self.folder / "rubric.toml"

    @cached_property
    def impossible(self) -> frozenset[str]:
        """Codes of mistakes of other years that nobody can make here, as what they get wrong is right or not there."""
        return frozenset(self.settings.get("mistakes", {}).get("without", ()))

    @cached_property
    def trainings(self) -> tuple[str, ...]:
        return tuple(name for name in self.components if is_training(name))

    @property
    def predictions(self) -> str:
        """The file of predictions that is handed in beside the code; '' where none is."""
        return str(self.settings.get("training", {}).get("predictions", ""))

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """The names that are functions, not classes."""
        return tuple(name for name in self.modules if name[0].islower())

    def word(self, name: str) -> str:
        """What this year calls something that the contract calls `name`."""
        return self.names.get(name, name)

    def loading(self, folder: Path) -> dict[str, str]:
        """The packages that this year's given code loads MNIST with, each with the folder that has it here."""
        return dict.fromkeys(self.loaders, str(folder))

    def translated(self, text: str, of: Edition) -> str:
        """A text in the words of another year, in the words of this one."""
        back = {theirs: word for word, theirs in of.names.items() if "." not in word}
        own = {word: self.names.get(back.get(word, word), back.get(word, word)) for word in {*back, *self.names}}
        own = {name: self.component_like(name) for name in of.components if name not in self.components} | own
        if "recorded_by" in of.settings:  # a dict; the tape of the first edition has a list
            own[of.settings["recorded_by"]] = self.settings.get("recorded_by", of.settings["recorded_by"])
        text = re.sub(r"\b[a-zA-Z_]\w*\b", lambda found: own.get(found[0], found[0]), text)
        return re.sub(rf"\b{of.package}\b", self.package, text)

    @cached_property
    def left_out(self) -> frozenset[str]:
        """`without`, as this year calls its components."""
        parts = (name.partition("/") for name in self.without)
        return frozenset(f"{self.component_like(component)}/{check}" for component, _, check in parts)

    def component_like(self, name: str) -> str:
        """A component of another year: names differ in capitals at most."""
        return {each.casefold(): each for each in self.components}.get(name.casefold(), name)

    def owner_of(self, component: str) -> str:
        """The class or function that a component is, or is a part of."""
        return component if component in self.modules else component.partition(".")[0]

    def module_of(self, component: str) -> str:
        """The module that a component lives in."""
        return self.modules[self.owner_of(component)]

    def file_of(self, module: str) -> str:
        return f"{self.package}/__init__.py" if module == self.package else module.replace(".", "/") + ".py"


def holes_in(settings: Mapping[str, Any], file: str) -> dict[str, str]:
    """The same, of the settings of an edition."""
    return {name: step for step, files in settings.get("holes", {}).items() for name in files.get(file, ())}


def is_training(component: str) -> bool:
    """Is a component a training, and no class or function?"""
    return component.partition(".")[0] == TRAINING


def listed(line: Sequence[Mapping[str, Any]], key: str) -> frozenset[str]:
    """The checks that a year and those that it is like name under a key."""
    return frozenset(name for each in line for name in each.get("checks", {}).get(key, ()))


def settings_of(year: int) -> dict[str, Any]:
    return dict(tomlfile.read(EDITIONS / f"y{year}" / "edition.toml"))


@cache
def edition(year: int) -> Edition:
    """The edition of a year. Raises KeyError for one that is not among YEARS."""
    if year not in YEARS:
        raise KeyError(year)
    own = settings_of(year)
    line = [settings_of(FIRST_YEAR), *([settings_of(own["like"])] if "like" in own else []), own]
    parts, checks = ({key: value for each in line for key, value in each.get(table, {}).items()} for table in TABLES)
    names = own.get("names", {})
    wanted = own["components"]
    order = wanted.get("order") or [each for each in own["modules"] if each in {*wanted["judged"], *wanted["given"]}]
    modules = {each: module for each, module in own["modules"].items() if "." not in each and each != TRAINING}
    return Edition(
        year=year,
        title=own["title"],
        terms=tuple(own["terms"]),
        package=own["package"],
        modules=MappingProxyType(modules),
        components=tuple(order),
        given=frozenset(wanted["given"]),
        names=MappingProxyType(names),
        parts=MappingProxyType({
            component: tuple(names.get(each, each) for each in methods)
            for component, methods in parts.items()
            if component in order
        }),
        calling=next(each["calling"] for each in reversed(line) if "calling" in each),
        probes_in=tuple(checks["probes"]),
        dialect=checks["dialect"],
        without=listed(line, "without") - listed(line, "with"),
        settings=MappingProxyType(own),
        loaders=tuple(own.get("loaders", ())),
    )  # fmt: skip


FIRST = edition(FIRST_YEAR)  # what is meant where no year is named
LATEST = edition(YEARS[-1])


@cache
def every_component() -> tuple[str, ...]:
    """The components of all years, those of the first year first, each once."""
    return tuple(dict.fromkeys(name for year in YEARS for name in edition(year).components))
