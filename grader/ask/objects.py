"""An implementation as plain Python has it: what an instructor's own checks are written against.

    softmax = submission.Softmax()
    assert np.allclose(softmax(np.zeros((2, 5))), 0.2)

Classes and functions are named as the assignment names them, wherever the hand-in has them. Calls, attributes and items
go to the worker. What comes back is plain data; an array that also stands for the live one, so that a tape knows a
tensor again; or a live object. What the hand-in raises is a `Fault`, and an exception of that built-in class as well.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.notes import Write
from grader.ask.subject import METHODS, Remote, Subject, sent
from grader.base.errors import UsageError
from grader.worker.wire import Opaque

# A check may expect these, and those below them; others have no plain constructor
EXPECTED = (
    AttributeError, TypeError, ValueError, LookupError, ArithmeticError, AssertionError, RuntimeError,
)  # fmt: skip


class Implementation:
    """The classes and functions of a hand-in, by their names in the assignment."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def __getattr__(self, name: str) -> Object:
        if name.startswith("_"):
            raise AttributeError(name)
        edition = self._subject.edition
        if edition.component_like(name) not in edition.modules:
            raise UsageError(f"submission.{name}: the assignment of {edition.year} names no such class or function")
        with natural():
            return Object(self._subject.get(name))


class Object:
    """A live object: called, looked at and changed as any other."""

    def __init__(self, remote: Remote) -> None:
        object.__setattr__(self, "_remote", remote)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return called(self._remote, "", args, kwargs)

    def __getattr__(self, name: str) -> Any:
        return attribute(self._remote, name)

    def __setattr__(self, name: str, value: Any) -> None:
        put(self._remote, name, value)

    def __getitem__(self, key: Any) -> Any:
        with natural():
            return opened(self._remote.item(key))

    def __bool__(self) -> bool:
        try:
            return len(self) > 0
        except Fault as fault:
            if fault.kind == "missing":
                return True
            raise

    def __len__(self) -> int:
        return int(called(self._remote, "__len__", (), {}))

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))

    def __enter__(self) -> Any:
        return called(self._remote, "__enter__", (), {})

    def __exit__(self, *about: object) -> None:
        called(self._remote, "__exit__", (None, None, None), {})

    def __repr__(self) -> str:
        return f"<{self._remote.kind} of the hand-in>"


class Method:
    """A method of a live object, which is there as long as somebody calls it."""

    def __init__(self, owner: Remote, name: str) -> None:
        self._owner, self._name = owner, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return called(self._owner, self._name, args, kwargs)


class Array(np.ndarray):
    """An array that came back. What is computed from it is an array of the check's own."""

    _remote: Remote | None

    def __array_finalize__(self, source: object) -> None:
        self._remote = None

    def __getattr__(self, name: str) -> Any:
        if self._remote is None:
            raise AttributeError(f"an array has no {name}")
        return attribute(self._remote, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_remote" or hasattr(np.ndarray, name) or self._remote is None:
            object.__setattr__(self, name, value)
        else:
            put(self._remote, name, value)


def called(target: Remote, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    subject = target.subject
    with natural():
        return opened(subject.call(target, method, tuple(map(given, args)), given(kwargs)))


def attribute(target: Remote, name: str) -> Any:
    if name.startswith("__"):  # what Python and NumPy look for by themselves
        raise AttributeError(name)
    subject = target.subject
    with natural():
        reply = subject.ask("get", target=target.ref, name=name)
        if subject.remote(reply, name).kind in METHODS:
            return Method(target, name)
        return opened(subject.looked_up(reply, f"{target.expression}.{name}"))


def put(target: Remote, name: str, value: Any) -> None:
    subject, value = target.subject, given(value)
    subject.note(Write(f"{target.expression}.{name}", subject.given(value)))
    with natural():
        subject.ask("set", target=target.ref, name=name, value=sent(value))


def opened(remote: Remote) -> Any:
    """What a check gets to see of a live object."""
    value = remote.value
    if isinstance(value, Opaque):
        return Object(remote)
    if isinstance(value, np.ndarray):
        if remote.kind in ("list", "tuple"):
            return value.tolist() if remote.kind == "list" else tuple(value.tolist())
        array = value.view(Array)
        array._remote = remote
        array.flags.writeable = False  # the live one would not change with it
        return array
    if isinstance(value, (list, tuple)) and not is_plain(value):
        return type(value)(opened(remote.item(place)) for place in range(len(value)))
    if isinstance(value, dict) and not is_plain(value):
        return {key: opened(remote.item(key)) for key in value}
    return value


def is_plain(value: Any) -> bool:
    """Is nothing in it that stands for a live object?"""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return not isinstance(value, (Opaque, np.ndarray)) and all(map(is_plain, items))


def given(value: Any) -> Any:
    """An argument as a subject takes it: live objects as what they stand for, arrays as plain ones."""
    if isinstance(value, (Object, Array)) and value._remote is not None:
        return value._remote
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if type(value) in (list, tuple):
        return type(value)(map(given, value))
    if type(value) is dict:
        return {key: given(item) for key, item in value.items()}
    return value


@contextmanager
def natural() -> Iterator[None]:
    """What the hand-in raises is also an exception of the built-in class that it is of."""
    try:
        yield
    except Fault as fault:
        lacks = fault.type == "AttributeError" and not fault.frames
        kind = "missing" if lacks and fault.kind == "raised" else fault.kind
        cls = next((each for name in (fault.type, *fault.bases) if (each := class_of(name)) is not None), Fault)
        raise cls(**{**vars(fault), "kind": kind}) from None


@cache
def class_of(name: str) -> type[Fault] | None:
    """Faults that are also of the built-in class of this name, where a check may expect that one."""
    base = getattr(builtins, name, None)
    if not isinstance(base, type) or not issubclass(base, EXPECTED) or issubclass(base, UnicodeError):
        return None
    return type(f"{name}OfHandIn", (Fault, base), {"__module__": __name__})
