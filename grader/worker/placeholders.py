"""Placeholders for modules that a submission imports and that are not there, or do not load.

Whatever the reason, a missing module costs what really uses it and nothing else:

- matplotlib and wandb swallow everything (a plot or a log that nobody sees), tqdm only iterates;
- a module of the submission that is known not to load imports as a placeholder that raises at the first use;
- so does any module from elsewhere that cannot be imported here, a window of tkinter or TensorFlow, and any name that
  a module of today no longer has (importer.py). Where the submission catches the ImportError itself, it gets that.

Nothing of this depends on the level of isolation.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any

SILENT = ("matplotlib", "mpl_toolkits", "wandb")
PROGRESS = "tqdm"
# Where Python and the fences have a screen or not must not matter
WINDOWS = ("tkinter", "_tkinter", "turtle", "turtledemo", "idlelib")
NO_SCREEN = "it opens a window, and there is no screen here"
OPTIMIZED = 1  # inspect.CO_OPTIMIZED: the code of a function, not of a module's or a class's body
BINARY = ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift")
OPERATORS = (
    *(f"{side}{name}" for name in BINARY for side in ("", "r", "i")),
    *("neg", "pos", "abs", "invert", "round", "lt", "le", "gt", "ge"),
    *("getitem", "setitem", "delitem", "contains", "enter", "exit"),
)
# Python or NumPy wants something real of these
CONVERSIONS = ("iter", "next", "len", "float", "int", "complex", "index", "array")


class Silent:
    """Swallows calls, attributes, items and loops: a plot that nobody sees."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def __format__(self, form: str) -> str:
        return ""

    def __getitem__(self, key: Any) -> Any:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        return None

    def __or__(self, other: Any) -> Any:
        return self

    __ror__ = __or__

    def __instancecheck__(self, instance: Any) -> bool:
        return False

    def __iter__(self) -> Any:
        return iter((self, self))

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        return None


class Run(Silent):
    """One run of wandb, which is told what happens: a class, for annotations that are evaluated name it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        return None


class ProgressBar:
    """A progress bar that shows nothing: it iterates, and counts where it is told to."""

    def __init__(self, iterable: Any = None, *args: Any, **kwargs: Any) -> None:
        self.iterable, self.n = iterable, kwargs.get("initial", 0)
        self.total = kwargs.get("total", len(iterable) if hasattr(iterable, "__len__") else None)

    def __iter__(self) -> Iterator[Any]:
        for item in self.iterable:
            yield item
            self.n += 1

    def __len__(self) -> int:
        return self.total or 0

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        """set_description, set_postfix, refresh, close and the like."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Silent()

    def update(self, n: Any = 1) -> None:
        self.n += n

    @staticmethod
    def write(text: Any = "", *args: Any, **kwargs: Any) -> None:
        print(text)

    @staticmethod
    def pandas(*args: Any, **kwargs: Any) -> None:
        return None


def progress_range(*args: Any, **kwargs: Any) -> ProgressBar:
    return ProgressBar(range(*args), **kwargs)


class Unavailable:
    """A name from a module that is not there: may be passed around, raises when it is used.

    reason: what to say then. name: what it is called in full, where the message should tell.
    """

    deferred = False  # the result of a use while a module was imported

    def __init__(self, reason: str, name: str = "") -> None:
        self.__dict__.update(_reason=reason, _name=name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__version__":
            raise AttributeError(name)
        return type(self)(self._reason, f"{self._name}.{name}" if self._name else "")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise self._error()

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        """A class that is derived from it needs it, too."""
        raise self._error()

    def __instancecheck__(self, instance: Any) -> bool:
        return False

    def __subclasscheck__(self, subclass: Any) -> bool:
        return False

    def _error(self) -> ImportError:
        return ImportError(f"{self._name} {self._reason}" if self._name else self._reason)


CLASSES = {"wandb.Run": Run}  # of the silent modules


class Absent(Unavailable):
    """The same from outside of the submission. What only happens while a module is imported waits for its use."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._used(sys._getframe(1))

    def __bool__(self) -> bool:
        return not self.deferred

    def _used(self, user: FrameType) -> Any:
        if user.f_code.co_flags & OPTIMIZED:
            raise self._error()
        result = Absent(self._reason, self._name)
        result.__dict__["deferred"] = True
        return result


def deferrable(self: Absent, *_: Any, **__: Any) -> Any:
    return self._used(sys._getframe(1))


def refused(self: Absent, *_: Any, **__: Any) -> Any:
    raise self._error()


for _name in OPERATORS:
    setattr(Absent, f"__{_name}__", deferrable)
for _name in CONVERSIONS:
    setattr(Absent, f"__{_name}__", refused)


class StubModule(ModuleType):
    """A module whose every name is `make(name)`."""

    make: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__["make"](name)


class GivenPackage(ModuleType):
    """Stands for a Beras/__init__.py that does not load: hands on what the given one does, once that is asked for.

    `handed_on` are the modules that it re-exports, in the order of their imports. One that does not load itself is
    asked last: it would claim to have every name.
    """

    handed_on: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            claimed = None
            for module in (f"{self.__name__}.{each}" for each in self.handed_on):
                try:
                    found = getattr(importlib.import_module(module), name, None)
                except ModuleNotFoundError as error:
                    if error.name != module:
                        raise
                    continue  # a package with modules of other names
                if isinstance(found, Unavailable) and not isinstance(found, Absent):
                    claimed = claimed or found
                elif found is not None:
                    return found
            if claimed is not None:
                return claimed
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


class StubFinder:
    """Finds placeholders before the import system finds anything else."""

    def __init__(self, root: str, unavailable: dict[str, str], handed_on: Sequence[str]) -> None:
        self.root, self.unavailable, self.handed_on = root, unavailable, tuple(handed_on)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        own = os.path.join(self.root, top)
        is_given = os.path.isdir(own)
        if top in WINDOWS and not self.is_own(top):
            raise ModuleNotFoundError(NO_SCREEN, name=fullname)
        if fullname in self.unavailable or (top in (*SILENT, PROGRESS) and not self.is_own(top)):
            spec = ModuleSpec(fullname, self, is_package=True)  # type: ignore[arg-type]
            if is_given and fullname == top:
                spec.submodule_search_locations = [own]
            return spec
        return None

    def is_own(self, top: str) -> bool:
        place = os.path.join(self.root, top)
        return os.path.isdir(place) or os.path.isfile(f"{place}.py")

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        if spec.submodule_search_locations:
            package = GivenPackage(spec.name)
            package.__dict__["handed_on"] = self.handed_on
            return package
        module = StubModule(spec.name)
        module.__dict__["make"] = self.maker(spec.name)
        return module

    def maker(self, fullname: str) -> Callable[[str], Any]:
        """What makes the names of this module."""
        if fullname in self.unavailable:
            return lambda _: Unavailable(self.unavailable[fullname])
        if fullname.partition(".")[0] == PROGRESS:
            return progress
        return lambda name: CLASSES.get(f"{fullname}.{name}") or Silent()

    def exec_module(self, module: ModuleType) -> None:
        return None


def progress(name: str) -> Any:
    """A name of tqdm or of one of its modules."""
    if name in ("trange", "tnrange"):
        return progress_range
    if name in ("auto", "autonotebook", "notebook", "std", "asyncio", "gui", "rich"):
        return importlib.import_module(f"{PROGRESS}.{name}")
    return ProgressBar
