"""Stands in front of every import of a submission: what fails elsewhere becomes a placeholder (placeholders.py)."""

from __future__ import annotations

import ast
import builtins
import os
import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from types import CodeType, FrameType, ModuleType
from typing import Any

from .import_guards import TRIES, guards
from .placeholders import NO_SCREEN, WINDOWS, Absent, StubFinder

PROCESSES = ("multiprocessing", "concurrent")


class Partial:
    """A module that lacks some of the names that are imported from it."""

    def __init__(self, module: ModuleType, reason: str) -> None:
        self.__dict__.update(_module=module, _reason=reason)

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(self._module, name)
        except AttributeError:
            if name.startswith("__"):
                raise
            return Absent(self._reason, f"{self._module.__name__}.{name}")


class Lines:
    """Which line each instruction of a code is of."""

    def __init__(self, code: CodeType) -> None:
        self.code = code  # kept, so that no other one gets its identity
        rows = [(start, line) for start, _, line in code.co_lines() if line is not None]
        self.starts, self.lines = [start for start, _ in rows], [line for _, line in rows]

    def at(self, instruction: int) -> int:
        place = bisect_right(self.starts, instruction) - 1
        return self.lines[place] if place >= 0 else self.code.co_firstlineno


class Importer:
    """Stands in front of `__import__` for the submission's own code: what fails elsewhere becomes a placeholder."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip(os.sep) + os.sep
        self.original = builtins.__import__
        self.failed: dict[str, Exception] = {}  # by name, so that an import in a loop is tried once
        self.lines: dict[int, Lines] = {}  # by the identity of the code

    def __call__(
        self, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:  # the names are Python's
        caller = sys._getframe(1)
        if level or not caller.f_code.co_filename.startswith(self.root):
            return self.original(name, globals, locals, fromlist, level)
        try:
            if name in self.failed:
                raise self.failed[name].with_traceback(None)
            module = self.original(name, globals, locals, fromlist, level)
        except Exception as error:
            if self.is_own(name.partition(".")[0]) or self.is_caught(caller):
                raise
            self.failed[name] = error
            top = name.partition(".")[0]
            return absent(name if fromlist else top, self.place(caller, top), error, self.in_other_capitals(top))
        if name.startswith(PROCESSES):
            use_threads()
        return self.complete(module, fromlist or (), caller)

    def complete(self, module: Any, fromlist: Any, caller: FrameType) -> Any:
        """The module, with placeholders for names that it no longer has."""
        name = getattr(module, "__name__", "")
        missing = [each for each in fromlist if each != "*" and not hasattr(module, each)]
        if not missing or self.is_own(name.partition(".")[0]) or self.is_caught(caller):
            return module
        return Partial(module, f"is not there: {version_of(name)} has no such name ({self.place(caller, name)})")

    def is_own(self, top: str) -> bool:
        """Is there a file or folder of this name anywhere in the submission? It was meant, and is somewhere else."""
        return top in self.own_names

    def in_other_capitals(self, top: str) -> str:
        """The file or folder whose name differs from this one in capitals alone; '' for none."""
        return next((name for name in sorted(self.own_names) if name.casefold() == top.casefold()), "")

    @cached_property
    def own_names(self) -> frozenset[str]:
        """Of all its folders and files; looked for after a failure only, and once: imports may stand in a loop."""
        walked = [(folders, files) for _, folders, files in os.walk(self.root)]
        modules = [name[:-3] for _, files in walked for name in files if name.endswith(".py")]
        return frozenset((*modules, *(name for folders, _ in walked for name in folders)))

    def is_caught(self, caller: FrameType) -> bool:
        """Does the submission itself see to it that this import may fail?"""
        return any(guards(node, self.line_of(caller)) for node in guarding(caller.f_code.co_filename))

    def place(self, caller: FrameType, name: str) -> str:
        return f"{caller.f_code.co_filename[len(self.root) :]} line {self.line_of(caller)} imports {name}"

    def line_of(self, caller: FrameType) -> int:
        """The line that a frame is at. Python itself walks the code up to there, for each of thousands of imports."""
        code = caller.f_code
        if id(code) not in self.lines:
            self.lines[id(code)] = Lines(code)
        return self.lines[id(code)].at(caller.f_lasti)


@lru_cache(maxsize=8)  # imports may stand in a loop
def guarding(path: str) -> tuple[ast.AST, ...]:
    """The statements of a file that may catch what others raise."""
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, (*TRIES, ast.With)))


def absent(name: str, place: str, error: Exception, near: str) -> Any:
    """A placeholder for a module that cannot be imported. near: what is there, and differs in capitals alone."""
    top = name.partition(".")[0]
    numpy = sys.modules.get("numpy")
    if top == "numpy" and numpy is not None:
        return Partial(StandIn(name, numpy), f"is not there: {version_of(name)} has no such module ({place})")
    if near:
        why = f"is not there: this submission has {near}, and Python tells capitals apart"
    elif top in WINDOWS:
        why = f"cannot be used: {NO_SCREEN}"
    elif top in sys.stdlib_module_names:
        why = f"cannot be used: {top} does not load here, {error}"
    else:
        why = "is not there: only NumPy and the standard library are"
    return Absent(f"{why} ({place})", name)


class StandIn(ModuleType):
    """A module of NumPy's that is gone; what NumPy has under its own name by now is taken from there."""

    def __init__(self, name: str, numpy: ModuleType) -> None:
        super().__init__(name)
        self.__dict__["_numpy"] = numpy

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._numpy, name)


def version_of(module: str) -> str:
    """NumPy 2.4 or Python 3.11, whichever a module comes with."""
    if module.partition(".")[0] == "numpy":
        return "NumPy " + ".".join(sys.modules["numpy"].__version__.split(".")[:2])
    return f"Python {sys.version_info.major}.{sys.version_info.minor}"


def use_threads() -> None:
    """Pools, processes and locks of processes become those of threads.

    Processes share locks through a folder that the stricter levels keep from them.
    """
    import concurrent.futures
    import multiprocessing.context
    import multiprocessing.dummy

    for name in (*multiprocessing.dummy.__all__, "Value", "Array"):
        threaded = pool if name == "Pool" else getattr(multiprocessing.dummy, name)
        setattr(multiprocessing, name, threaded)
        for context in (multiprocessing.context.BaseContext, *multiprocessing.context.BaseContext.__subclasses__()):
            setattr(context, name, staticmethod(threaded))
    concurrent.futures.ProcessPoolExecutor = concurrent.futures.ThreadPoolExecutor  # type: ignore[misc, assignment]


def pool(processes: Any = None, initializer: Any = None, initargs: Any = (), maxtasksperchild: Any = None) -> Any:
    import multiprocessing.dummy

    return multiprocessing.dummy.Pool(processes, initializer, initargs)


def install(root: str, unavailable: dict[str, str], handed_on: Sequence[str] = ()) -> None:
    """Puts the placeholders in front of every other import. handed_on: the modules that the package re-exports."""
    sys.meta_path.insert(0, StubFinder(root, unavailable, handed_on))
    builtins.__import__ = Importer(root)


def install_libraries(root: str, libraries: Callable[..., dict[str, ModuleType]], folders: dict[str, str]) -> None:
    """Offers packages that given code loads data with, each with the data of a folder; one of its own goes first.

    libraries: makes their modules, by full name.
    """
    own = {name.partition(".")[0] for name in os.listdir(root)}
    wanted = {name: folder for name, folder in folders.items() if name not in own}
    sys.modules.update(libraries(wanted, Absent))
