"""Answers the grader's requests on live objects: import, look up, call, assign, read.

Objects stay here and are named by numbers (`Ref`); what goes back is a snapshot of plain data. Whatever student code
raises becomes a plain `error` with the submission's own traceback lines and nothing else of this machine.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import linecache
import random
import sys
from collections.abc import Iterator, Sequence
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from . import changes, placeholders, scripts, wire
from .signatures import parameters
from .wire import Opaque, Ref

INLINE_BYTES = 1 << 20  # larger results stay here until they are asked for
MESSAGE_CHARACTERS = 2_000
FRAMES = 12  # innermost lines of a traceback that are worth showing


class Host:
    """One implementation, reached by requests.

    root: the folder that holds its modules.
    operations: a module with the homework's own requests: functions that take the host and what the request carries.
    """

    plain = staticmethod(wire.plain)

    def __init__(self, root: str, operations: ModuleType | None = None) -> None:
        self.operations = operations
        self.root = root.rstrip("/") + "/"
        self.before = dict(sys.modules)  # nothing of the submission is among them
        self.objects: dict[int, Any] = {}
        self.watched: dict[str, list[str]] = {}  # functions, by module
        self.idle: list[list[Any]] = []  # a module, and module, class and methods that take long: see `load`
        self.called: list[str] = []  # those of them that were called, as MODULE:NAME
        self.trace: changes.Trace | None = None

    def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        """One request in, one reply out. Never raises, except for what the interpreter itself throws at it."""
        try:
            if "forget" in request:
                self.forget(request["forget"])
            result = self.run(request["op"], request["with"])
        except MemoryError as error:
            return {"error": self.describe_error(error)}
        except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt are answers too
            return {"error": self.describe_error(error)}
        return {"result": result}

    def run(self, op: str, arguments: dict[str, Any]) -> Any:
        own = getattr(self, "do_" + op, None)
        operation = own or functools.partial(getattr(self.operations, op), self)
        return operation(**arguments)

    # --- requests ---------------------------------------------------------------------------------------------

    def do_after(self, made: list[list[Any]], operation: str, arguments: dict[str, Any]) -> Any:
        """A request after others that make objects, each under a name that was chosen for it: one way for all."""
        for name, maker, given in made:
            self.objects[name.id] = self.objects[self.run(maker, given)["ref"].id]
        return self.run(operation, arguments)

    def do_seed(self, seed: int) -> None:
        """Seeds the global generators that submissions draw from."""
        np.random.seed(seed)
        random.seed(seed)

    def do_load(self, module: str) -> Any:
        """Imports one module of the submission."""
        return self.keep(self.load(module))

    def do_find(self, module: str, name: str) -> Any:
        """A class or function of a module of the submission."""
        return self.keep(getattr(self.load(module), name))

    def do_object_of_call(self, module: str, base: Ref, method: str) -> Any:
        """What a script calls a method on first, see scripts.py."""
        return self.keep(scripts.object_of_call(module, self.objects[base.id], method))

    def do_watch(self, functions: dict[str, list[str]]) -> None:
        """Notes from here on which of these functions are called."""
        self.watched = functions
        self.called = []

    def do_called(self) -> list[str]:
        """Those of the watched functions that were called, each once, in the order of their first calls."""
        return list(dict.fromkeys(self.called))

    def do_exchange(self, module: str, name: str, source: str) -> None:
        """Gives a function of the submission other code, until its modules are forgotten."""
        changes.exchange(self.load(module), name, source)

    def do_assign(self, module: str, name: str, number: float) -> None:
        """Gives a constant of the submission another number, until its modules are forgotten."""
        changes.assign(self.load(module), name, number)

    def do_trace(self) -> None:
        """Notes from here on which lines of the submission run."""
        self.trace = changes.Trace(self.root)

    def do_traced(self) -> list[list[Any]]:
        """Those lines, each a file and a number."""
        return self.trace.end() if self.trace is not None else []

    def do_keep(self, value: Any) -> Any:
        """Stores plain data, so that a later request can name it."""
        return self.keep(self.live(value))

    def do_made_around(self, cls: Ref, name: str, value: Any, args: list[Any]) -> Any:
        """An object of a class, made while one of its methods gives this value, whatever that one does."""
        kind, found = self.objects[cls.id], self.live(value)
        own = vars(kind)[name]
        setattr(kind, name, lambda *_, **__: found)
        try:
            return self.keep(kind(*map(self.live, args)))
        finally:
            setattr(kind, name, own)

    def do_get(self, target: Ref, name: str) -> Any:
        """An attribute."""
        return self.keep(getattr(self.objects[target.id], name))

    def do_item(self, target: Ref, key: Any) -> Any:
        """An element: target[key]."""
        return self.keep(self.objects[target.id][key])

    def do_item_of(self, target: Ref, of: Ref) -> Any:
        """What a dict holds for the id of another object; None where it has no such key."""
        return self.keep(self.objects[target.id].get(id(self.objects[of.id])))

    def do_has(self, target: Ref, name: str) -> bool:
        return hasattr(self.objects[target.id], name)

    def do_set(self, target: Ref, name: str, value: Any) -> None:
        """Sets an attribute."""
        setattr(self.objects[target.id], name, self.live(value))

    def do_fill(self, target: Ref, name: str, value: Any) -> None:
        """Writes into an array, or into one that is an attribute, in place."""
        array, values = getattr(self.objects[target.id], name) if name else self.objects[target.id], self.live(value)
        if isinstance(array, np.ndarray) and not np.can_cast(np.asarray(values).dtype, array.dtype, "same_kind"):
            raise TypeError(f"cannot hold fractions: an array of {array.dtype.name}")
        array[...] = values

    def do_call(self, target: Ref, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Calls an object, or a method of it where a name is given."""
        function = getattr(self.objects[target.id], name) if name else self.objects[target.id]
        return self.keep(function(*map(self.live, args), **self.live(kwargs)))

    def do_call_as_written(self, target: Ref, name: str, args: list[Any]) -> Any:
        """Calls a method with as many of the arguments as it requires; the reply says how many those were."""
        method = getattr(self.objects[target.id], name)
        required = [kind for _, kind in parameters(method)].count("required")
        return self.keep(method(*map(self.live, args[:required]))) | {"required": required}

    def do_with(self, manager: Ref, target: Ref, args: list[Any]) -> Any:
        """Calls `target` inside the context manager; what the call raises passes through its exit."""
        result = None  # where the exit swallows what the call raises
        with self.objects[manager.id]:
            result = self.objects[target.id](*map(self.live, args))
        return self.keep(result)

    def do_read(self, target: Ref) -> Any:
        """A fresh snapshot, of any size that a check has a use for."""
        value = self.objects[target.id]
        if wire.array_bytes(value) <= wire.MAX_REPLY:
            return wire.plain(value)
        if isinstance(value, np.ndarray):
            array = np.ndarray.view(value, np.ndarray)
            return Opaque(f"an array of {array.dtype} {array.shape}, too large to look at")
        return Opaque(f"a {type(value).__name__} of {len(value)} with arrays too large to look at")

    def do_view(self, value: Any, kind: Ref, attributes: dict[str, Any]) -> Any:
        """Plain data as an array of a class of the submission's, whose constructor is not asked."""
        array = np.array(self.live(value)).view(self.objects[kind.id])
        for name, each in attributes.items():
            setattr(array, name, each)
        return self.keep(array)

    def do_is_instance(self, target: Ref, kind: Ref) -> bool:
        return isinstance(self.objects[target.id], self.objects[kind.id])

    def do_layout(self, target: Ref) -> dict[str, Any]:
        """Shape and dtype of an array, without its contents."""
        array = self.array(target)
        return {"shape": list(array.shape), "dtype": str(array.dtype)}

    def do_rows(self, target: Ref, rows: list[int]) -> Any:
        """Some rows of an array; those beyond its end are left out."""
        array = self.array(target)
        return wire.plain(array[[row for row in rows if row < len(array)]])

    def do_same(self, one: Ref, other: Ref) -> bool:
        """Are they the same object?"""
        return self.objects[one.id] is self.objects[other.id]

    def do_is_a(self, target: Ref, cls: Ref) -> bool:
        """Is it an object of this class?"""
        return isinstance(self.objects[target.id], self.objects[cls.id])

    def do_signature(self, target: Ref) -> list[list[str]]:
        """Name and kind of each parameter that a call takes: 'required', 'optional' or 'variadic'."""
        return parameters(self.objects[target.id])

    def do_rests_on(self, target: Ref, base: Ref, name: str) -> bool:
        """Does an object hold one of the class `base`, or is its method `name` that class's own, or does it call it?"""
        found, base_class = self.objects[target.id], self.objects[base.id]
        if not isinstance(base_class, type):
            return False
        method, inherits = getattr(type(found), name, None), base_class in type(found).__mro__
        if inherits and method is getattr(base_class, name, None):
            return True
        called = getattr(getattr(method, "__code__", None), "co_names", ())
        known = getattr(method, "__globals__", {})
        if (inherits and "super" in called) or any(known.get(each) is base_class for each in called):
            return True
        return any(isinstance(each, base_class) for each in getattr(found, "__dict__", {}).values())

    def do_random_state(self) -> str:
        """A digest of NumPy's global generator: it changes when somebody draws or seeds."""
        state: Any = np.random.get_state(legacy=True)
        return hashlib.sha256(repr(state[2:]).encode() + np.asarray(state[1]).tobytes()).hexdigest()[:16]

    # --- objects ----------------------------------------------------------------------------------------------

    def forget(self, seed: int) -> None:
        """Makes ready for another check: no objects, no module of the submission, fresh random numbers."""
        self.objects.clear()
        for name, module in list(sys.modules.items()):
            is_new = self.before.get(name) is not module
            if is_new and (getattr(module, "__file__", None) or "").startswith(self.root):
                del sys.modules[name]
        self.do_seed(seed)

    def load(self, module: str) -> ModuleType:
        """Imports a module. What one that imports all others trains meanwhile is not carried out."""
        try:
            with self.idling(module):
                return importlib.import_module(module)
        finally:
            for name, functions in self.watched.items():
                if name in sys.modules:
                    watch(sys.modules[name], functions, self.called)

    @contextlib.contextmanager
    def idling(self, importing: str) -> Iterator[None]:
        """Lets the methods of `idle` do nothing meanwhile, and give something that swallows what is done with it."""
        kept: list[tuple[Any, str, Any]] = []
        wanted = [each for by, *each in self.idle if by == importing and importing not in sys.modules]
        for module, name, methods in wanted:
            with contextlib.suppress(Exception, SystemExit):  # what does not load trains nothing
                cls = getattr(importlib.import_module(module), name)
                kept += [(cls, method, vars(cls)[method]) for method in methods if method in vars(cls)]
        try:
            for cls, method, _ in kept:
                setattr(cls, method, lambda *_, **__: placeholders.Silent())
            yield
        finally:
            for cls, method, own in kept:
                setattr(cls, method, own)

    def loadable(self, names: Sequence[list[str]]) -> list[Any]:
        """Those of these classes, each named by module and name, that are there."""
        found = []
        for module, name in names:
            with contextlib.suppress(Exception, SystemExit):  # what does not load has no habits
                found.append(getattr(self.load(module), name))
        return found

    def keep(self, value: Any) -> dict[str, Any]:
        """Stores a live object; the reply names it and carries a snapshot if that is small."""
        number = len(self.objects) + 1
        self.objects[number] = value
        small = wire.array_bytes(value) <= INLINE_BYTES
        snapshot = wire.plain(value) if small else None
        return {"ref": Ref(number), "kind": type(value).__name__, "inline": small, "value": snapshot}

    def array(self, target: Ref) -> np.ndarray:
        """An object as a plain array; TypeError where it holds something else."""
        value = self.objects[target.id]
        if isinstance(value, np.ndarray):
            return np.ndarray.view(value, np.ndarray)
        array = wire.plain(value)
        if not isinstance(array, np.ndarray):
            raise TypeError(
                f"expected an array, got {array.kind if isinstance(array, Opaque) else type(value).__name__}"
            )
        return array

    def live(self, value: Any) -> Any:
        """Plain data with every Ref replaced by the object it names."""
        if isinstance(value, Ref):
            return self.objects[value.id]
        if type(value) is list:
            return [self.live(item) for item in value]
        if type(value) is tuple:
            return tuple(self.live(item) for item in value)
        if type(value) is dict:
            return {key: self.live(item) for key, item in value.items()}
        return value

    # --- errors -----------------------------------------------------------------------------------------------

    def describe_error(self, error: BaseException) -> dict[str, Any]:
        """Plain description of an exception: its class and bases, its message, the submission's own lines."""
        try:
            message = str(error).replace(self.root, "")[:MESSAGE_CHARACTERS]  # a path that students know
        except BaseException:  # noqa: BLE001  a student's __str__ may do anything
            message = ""
        frames: list[list[Any]] = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if code.co_filename.startswith(self.root):
                source = linecache.getline(code.co_filename, trace.tb_lineno).strip()[:200]
                name = getattr(code, "co_qualname", code.co_name)[:200]
                frames.append([code.co_filename[len(self.root) :], trace.tb_lineno, name, source])
            trace = trace.tb_next
        code_of_exit = getattr(error, "code", None) if isinstance(error, SystemExit) else None
        return {
            "type": type(error).__name__,
            "bases": [base.__name__ for base in type(error).__mro__],
            "message": message,
            "frames": frames[-FRAMES:],
            "code": code_of_exit if isinstance(code_of_exit, (int, type(None))) else 1,
        }


def watch(module: Any, functions: list[str], called: list[str]) -> None:
    """Puts a note of each call in front of these functions of a module: of methods, properties and setters too."""
    for name in functions:
        owner, _, last = name.removesuffix(".setter").rpartition(".")
        place = module
        for part in owner.split(".") if owner else ():
            place = vars(place).get(part)
            if not isinstance(place, type):
                break
        found: Any = vars(place).get(last) if isinstance(place, (type, ModuleType)) else None
        noted: Any = None
        if isinstance(found, property):
            half = found.fset if name.endswith(".setter") else found.fget
            if is_plain(half):
                half = noting(half, f"{module.__name__}:{name}", called)
                noted = found.setter(half) if name.endswith(".setter") else found.getter(half)
        elif isinstance(found, (staticmethod, classmethod)) and is_plain(found.__func__):
            noted = type(found)(noting(found.__func__, f"{module.__name__}:{name}", called))
        elif is_plain(found):
            noted = noting(found, f"{module.__name__}:{name}", called)
        if noted is not None:
            with contextlib.suppress(AttributeError, TypeError):  # a class that lets nobody change it
                setattr(place, last, noted)


def is_plain(function: Any) -> bool:
    """Is it a function of the submission's, without a note in front?"""
    return type(function) is FunctionType and function.__code__ is not NOTING


def noting(function: Any, name: str, called: list[str]) -> Any:
    """The function, which leaves its name in a list when it is called."""

    @functools.wraps(function)
    def noted(*args: Any, **kwargs: Any) -> Any:
        if name not in called:
            called.append(name)
        return function(*args, **kwargs)

    return noted


NOTING = noting(len, "", []).__code__
