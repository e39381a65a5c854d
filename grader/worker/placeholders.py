"""Placeholders for modules that a submission imports and that are not there, or do not load.

Whatever the reason, a missing module costs what really uses it and nothing else:

- matplotlib and wandb swallow everything (a plot or a log that nobody sees), tqdm only iterates;
- a module of the submission that is known not to load imports as a placeholder that raises at the first use;
- so does any module from elsewhere that cannot be imported here, a window of tkinter or TensorFlow, and any name that
  a module of today no longer has. Where the submission catches the ImportError itself, it gets that instead.

Nothing of this depends on the level of isolation.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any

SILENT = ("matplotlib", "mpl_toolkits", "wandb")
PROGRESS = "tqdm"
# Where Python and the fences have a screen or not must not matter
WINDOWS = ("tkinter", "_tkinter", "turtle", "turtledemo", "idlelib")
NO_SCREEN = "it opens a window, and there is no screen here"
PROCESSES = ("multiprocessing", "concurrent")
OPTIMIZED = 1  # inspect.CO_OPTIMIZED: the code of a function, not of a module's or a class's body
IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))
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


class Progress:
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

    def __enter__(self) -> Progress:
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


def progress_range(*args: Any, **kwargs: Any) -> Progress:
    return Progress(range(*args), **kwargs)


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
    return Progress


# --- what turns out not to load -----------------------------------------------------------------------------------


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


class Importer:
    """Stands in front of `__import__` for the submission's own code: what fails elsewhere becomes a placeholder."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip(os.sep) + os.sep
        self.original = builtins.__import__
        self.failed: dict[str, Exception] = {}  # by name, so that an import in a loop is tried once

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
            return absent(name if fromlist else top, self.place(caller, top), error)
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
        return any(
            top in folders or f"{top}.py" in files for _, folders, files in os.walk(self.root)
        )  # after a failure only

    def is_caught(self, caller: FrameType) -> bool:
        """Does the submission itself see to it that this import may fail?"""
        return any(guards(node, caller.f_lineno) for node in guarding(caller.f_code.co_filename))

    def place(self, caller: FrameType, name: str) -> str:
        return f"{caller.f_code.co_filename[len(self.root) :]} line {caller.f_lineno} imports {name}"


@lru_cache(maxsize=8)  # imports may stand in a loop
def guarding(path: str) -> tuple[ast.AST, ...]:
    """The statements of a file that may catch what others raise."""
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, (*TRIES, ast.With)))


def guards(node: ast.AST, line: int) -> bool:
    """`try` with `except ImportError`, or `with suppress(ImportError)`, around this line."""
    if isinstance(node, TRIES):
        kinds = [handler.type for handler in node.handlers]
    elif isinstance(node, ast.With):
        calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
        kinds = [kind for call in calls if last_name(call.func) == "suppress" for kind in call.args]
    else:
        return False
    inside = node.body[0].lineno <= line <= (node.body[-1].end_lineno or 0)
    return inside and any(map(catches, kinds))


def catches(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(each is None or last_name(each) in IMPORT_ERRORS for each in kinds)


def last_name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def absent(name: str, place: str, error: Exception) -> Any:
    """A placeholder for a module that cannot be imported."""
    top = name.partition(".")[0]
    numpy = sys.modules.get("numpy")
    if top == "numpy" and numpy is not None:
        return Partial(StandIn(name, numpy), f"is not there: {version_of(name)} has no such module ({place})")
    if top in WINDOWS:
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
