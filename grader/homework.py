"""What the engine is told of an assignment: a `Homework`, and an `Edition` of it for each year of the course.

A homework is a folder. The one that is graded is HOMEWORK: `homeworks/beras`, or the folder that `grade --homework`
names. It is chosen before anything of it is read, by an environment variable, so that every process of a run has it.

An edition is a folder below it, `editions/yYEAR/`. Its `edition.toml` says what things are called, where they live and
how they are asked; what it does not say it has from the first edition, whose words are the contract's.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, Protocol, cast

from grader.base import tomlfile
from grader.base.errors import UsageError
from grader.base.paths import CHECKOUT, PACKAGE
from grader.result import TRAINING, is_training

if TYPE_CHECKING:
    import numpy as np

VARIABLE = "GRADE_HOMEWORK"  # names the folder of a homework, as --homework does
BUILT_IN = PACKAGE / "homeworks" / "beras"
ELSEWHERE = "grade_homework"  # what the package is called that a folder outside this package becomes


class Exam(Protocol):
    """What a trained model is asked, as images in rows.

    places: where each test image is among them. moved: where those are that were changed a little, of other images.
    """

    @property
    def images(self) -> np.ndarray: ...
    @property
    def places(self) -> np.ndarray: ...
    @property
    def moved(self) -> np.ndarray: ...
    @property
    def moved_labels(self) -> np.ndarray: ...


class Dataset(Protocol):
    """What models are trained on. public: a folder that untrusted code may read."""

    @property
    def public(self) -> Path: ...
    @property
    def test_images(self) -> np.ndarray: ...
    @property
    def test_labels(self) -> np.ndarray: ...

    def exam(self) -> Exam:
        """The test images in an order that nobody knows before, with others among them."""


class Data(Protocol):
    """The module of a homework that has its data."""

    NAMES: Sequence[str]  # of its files

    def load(self, directory: Path | None = None, submission: Path | None = None) -> Dataset:
        """The data in a folder, by default the one that is found. Raises UsageError."""

    def located(self, directory: Path) -> Path:
        """The folder that holds the files. Raises UsageError."""

    def found_directory(self, submission: Path | None = None) -> Path:
        """The folder where none was named. Raises UsageError."""

    def default_directory(self) -> Path: ...


@dataclass(frozen=True, eq=False)
class Homework:
    """An assignment: a folder with `homework.toml`, editions/, probes, dialects, misconceptions/ and variants/.

    title      what reports are headed with
    data       the module with what models are trained on, see `Data`; '' where nothing is trained
    questions  the module whose `probe_folder` makes the files that checks ask with; '' for none
    words      the module that says how students call what checks see, see diagnose/entry_words.py; '' for none
    names      the module that says how else students call what the assignment names, see submission/places.py
    features   the module that tells its years apart, see submission/recognition.py; '' where there is one
    worker     the module with requests of its own for what runs beside student code, see `operations`; '' for none
    inherits   component -> the one whose functions it may inherit, as the handout says; its own are as right
    builds_on       component -> those whose code it runs in some hand-ins, and that may be to blame where it fails
    may_be_empty    classes whose empty functions are meant to be that
    hooks           methods that a class need not have
    extensions      components that cost nothing where a rubric names none
    wraps           classes that only hold what they are given
    examples        two components that help texts name
    data_name       what is trained on, in words
    imported_last   modules beside the package that import all others
    every_training  components that every training runs; others are run where a model is made of them
    idle            class -> methods that take long, and that do nothing while one of `imported_last` is imported
    """

    folder: Path
    title: str
    data: str = ""
    questions: str = ""
    words: str = ""
    names: str = ""
    features: str = ""
    worker: str = ""
    inherits: Mapping[str, str] = field(default_factory=dict)
    builds_on: Mapping[str, Sequence[str]] = field(default_factory=dict)
    may_be_empty: Sequence[str] = ()
    imported_last: Sequence[str] = ()
    idle: Mapping[str, Sequence[str]] = field(default_factory=dict)
    every_training: Sequence[str] = ()
    hooks: Sequence[str] = ()
    extensions: Sequence[str] = ()
    wraps: Sequence[str] = ()
    examples: Sequence[str] = ("COMPONENT", "COMPONENT")
    data_name: str = ""

    @property
    def is_built_in(self) -> bool:
        return self.folder == BUILT_IN

    def name_of(self, module: str) -> str:
        """The full name of one of its modules, named below its folder."""
        return f"grader.homeworks.{self.folder.name}.{module}" if self.is_built_in else f"{ELSEWHERE}.{module}"

    def module(self, name: str) -> ModuleType:
        """A module of this homework, named below its folder."""
        if not self.is_built_in and ELSEWHERE not in sys.modules:
            spec = importlib.util.spec_from_loader(ELSEWHERE, None, is_package=True)
            assert spec is not None
            spec.submodule_search_locations = [str(self.folder)]
            sys.modules[ELSEWHERE] = importlib.util.module_from_spec(spec)
        return importlib.import_module(self.name_of(name))

    def operations(self) -> ModuleType | None:
        """The requests of its own that a worker is asked; in a folder with what they import, and nothing else."""
        return self.module(self.worker) if self.worker else None

    def dataset(self) -> Data:
        return cast("Data", self.module(self.data))

    def probe_folder(self) -> str:
        """The folder with made-up data that checks ask with; '' for none."""
        return str(self.module(self.questions).probe_folder()) if self.questions else ""


def opened(folder: Path) -> Homework:
    """The homework in a folder. Raises UsageError."""
    try:
        about = tomlfile.read(folder / "homework.toml")
    except OSError as error:
        raise UsageError(f"--homework {folder}: homework.toml cannot be read ({error.strerror})") from None
    except (tomlfile.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"--homework {folder}: homework.toml is not valid TOML ({error})") from None
    strange = sorted(set(about) - {each.name for each in fields(Homework)})
    if strange or "folder" in about or not isinstance(about.get("title"), str):
        raise UsageError(
            f"--homework {folder}: homework.toml needs a title"
            + (f"; it knows nothing of {', '.join(strange)}" if strange else "")
        )
    if not any(folder.glob("editions/y*/edition.toml")):
        raise UsageError(f"--homework {folder}: there is no editions/yYEAR/edition.toml in it")
    return Homework(folder, **about)


HOMEWORK = opened(Path(os.environ[VARIABLE]).resolve() if os.environ.get(VARIABLE) else BUILT_IN)
EDITIONS = HOMEWORK.folder / "editions"
YEARS = tuple(sorted(int(path.parent.name[1:]) for path in EDITIONS.glob("y*/edition.toml")))
FIRST_YEAR = YEARS[0]
# A word: a keyword of a call is its function's own, and with hyphens it is the name of a mistake
NAMED = re.compile(r"(?<![\w-])[a-zA-Z_]\w*\b(?!=[^=]|-\w)")
TABLES = ("parts", "checks")  # of which a year has what it does not say from the year that it is like, or the first


@dataclass(frozen=True, eq=False)
class Edition:
    """One year of the course.

    package     the folder that holds its modules
    modules     the module of each name that can be imported
    components  what is judged, in the order of the report
    given       those of them that are handed out complete: worth nothing, must not be broken
    names       the contract's word -> this year's, where they differ
    called      the contract's name of a component, class or function -> this year's, where that is another one
    parts       the methods that students write of each component, in this year's words
    calling     the check of what every call of a layer, loss or metric goes through; '' for none
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
    called: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return EDITIONS / f"y{self.year}"

    @property
    def reference(self) -> Path:
        """The reference implementation; not there where this is installed."""
        return (CHECKOUT if self.lies_at_the_top else self.folder) / "reference"

    @property
    def lies_at_the_top(self) -> bool:
        """Do its reference and rubric lie at the top of this project, where newcomers look first?"""
        return bool(self.settings.get("lies_at_the_top"))

    def holes_in(self, file: str) -> dict[str, str]:
        """The functions of a file that students write, each with the step of the handout that it belongs to."""
        return holes_in(self.settings, file)

    @property
    def rubric(self) -> Path:
        return (PACKAGE if self.lies_at_the_top else self.folder) / "rubric.toml"

    @cached_property
    def impossible(self) -> frozenset[str]:
        """Codes of mistakes of other years that nobody can make here, as what they get wrong is right or not there."""
        return frozenset(self.settings.get("mistakes", {}).get("without", ()))

    @cached_property
    def told_by(self) -> Mapping[str, Edition]:
        """The years in whose words its mistakes are told, by the folder below that of the first; its own are the last.

        They are those of the first year, of the year that it is like, and its own.
        """
        years = dict.fromkeys([FIRST_YEAR, self.settings.get("like", self.year), self.year])
        line = [self if year == self.year else edition(year) for year in years]
        return {each.settings.get("mistakes", {}).get("folder", ""): each for each in line if each.has_mistakes}

    @property
    def has_mistakes(self) -> bool:
        """Are there mistakes that are told in its words?"""
        return self.year == FIRST_YEAR or "folder" in self.settings.get("mistakes", {})

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

    @property
    def usual_file(self) -> str:
        """A file of its package that every hand-in has."""
        named = self.settings.get("usual_file")
        return named or f"{next(each for each in self.modules.values() if '.' in each).rpartition('.')[2]}.py"

    def word(self, name: str) -> str:
        """What this year calls something that the contract calls `name`."""
        return self.names.get(name, name)

    def loading(self, folder: Path) -> dict[str, str]:
        """The packages that this year's given code loads MNIST with, each with the folder that has it here."""
        return dict.fromkeys(self.loaders, str(folder))

    def translated(self, text: str, of: Edition) -> str:
        """A text in the words of another year, in the words of this one."""
        own = words_between(of, self)
        text = NAMED.sub(lambda found: own.get(found[0], found[0]), text)
        return re.sub(rf"\b{of.package}\b", self.package, text)

    @cached_property
    def left_out(self) -> frozenset[str]:
        """`without`, as this year calls its components."""
        parts = (name.partition("/") for name in self.without)
        return frozenset(f"{self.component_like(component)}/{check}" for component, _, check in parts)

    def component_like(self, name: str) -> str:
        """A component, class or function of another year, as this one calls it: otherwise, or in other capitals."""
        if name in self.called:
            return self.called[name]
        return self.in_any_capitals.get(name.casefold(), name)

    @cached_property
    def in_any_capitals(self) -> Mapping[str, str]:
        """The components, by their names in small letters."""
        return {each.casefold(): each for each in self.components}

    def owner_of(self, component: str) -> str:
        """The class or function that a component is, or is a part of."""
        return component if component in self.modules else component.partition(".")[0]

    def module_of(self, component: str) -> str:
        """The module that a component lives in."""
        return self.modules[self.owner_of(component)]

    def file_of(self, module: str) -> str:
        return f"{self.package}/__init__.py" if module == self.package else module.replace(".", "/") + ".py"


@cache
def words_between(of: Edition, to: Edition) -> Mapping[str, str]:
    """What one year calls things -> what the other does, where they differ."""
    back = {theirs: word for word, theirs in of.names.items() if "." not in word}
    own = {word: to.names.get(back.get(word, word), back.get(word, word)) for word in {*back, *to.names}}
    theirs = {name: to.component_like(name) for name in {*of.components, *to.called}}
    own = {name: found for name, found in theirs.items() if name != found and "." not in found} | own
    if "recorded_by" in of.settings:  # a dict; the tape of the first edition has a list
        own[of.settings["recorded_by"]] = to.settings.get("recorded_by", of.settings["recorded_by"])
    return own


def holes_in(settings: Mapping[str, Any], file: str) -> dict[str, str]:
    """The same, of the settings of an edition."""
    return {name: step for step, files in settings.get("holes", {}).items() for name in files.get(file, ())}


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
    called = wanted.get("called", {})
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
            called.get(component, component): tuple(names.get(each, each) for each in methods)
            for component, methods in parts.items()
            if called.get(component, component) in order
        }),
        calling=next((each["calling"] for each in reversed(line) if "calling" in each), ""),
        probes_in=tuple(checks["probes"]),
        dialect=checks["dialect"],
        without=listed(line, "without") - listed(line, "with"),
        settings=MappingProxyType(own),
        loaders=tuple(own.get("loaders", ())),
        called=MappingProxyType(called),
    )  # fmt: skip


FIRST = edition(FIRST_YEAR)  # what is meant where no year is named


@cache
def every_component() -> tuple[str, ...]:
    """The components of all years, those of the first year first, each once."""
    return tuple(dict.fromkeys(name for year in YEARS for name in edition(year).components))
