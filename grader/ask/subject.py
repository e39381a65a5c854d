"""An implementation under question: its classes and objects, and a record of what was asked.

What a probe says in words of mathematics, `s.weight_gradients(dense, J)`, is a verb of the homework's dialect
(homeworks/beras/dialect.py), which is a Subject that knows how methods are called.

Everything that is asked is also written down (`Subject.notes`), so that every verdict comes with lines that a student
can paste.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from grader.ask.client import Fault, Worker
from grader.ask.draw import is_drawn_at_length
from grader.ask.entries import Kept
from grader.ask.local_gradients import Local
from grader.ask.notes import Assignment, Call, Definition, Given, Import, Lookup, Note, Write
from grader.ask.stand_ins import stand_in
from grader.base.text import one_line
from grader.homework import HOMEWORK, Edition
from grader.submission.places import Places, as_named
from grader.worker.wire import Ref

METHODS = ("method", "builtin_function_or_method", "method-wrapper")  # as Python calls their class
DATA_PATH = "../data"  # where the assignment says that MNIST is


@dataclass(frozen=True)
class Raised:
    """An exception as an observation: its class and the classes that it derives from."""

    type: str
    bases: tuple[str, ...]
    message: str


class Remote:
    """A live object of the implementation: a name in the script, a snapshot of its value, further questions."""

    def __init__(self, subject: Subject, ref: Ref, expression: str, reply: dict[str, Any]) -> None:
        self.subject, self.ref, self.expression = subject, ref, expression
        self.kind = one_line(str(reply.get("kind")))
        self._inline = bool(reply.get("inline"))
        self._value = reply.get("value")

    @property
    def value(self) -> Any:
        """What it held when it came back."""
        return self._value if self._inline else self.read()

    def read(self) -> Any:
        """What it holds now."""
        return self.subject.ask("read", target=self.ref)

    def now(self) -> Remote:
        """The same object, with what it holds by now."""
        return Remote(
            self.subject, self.ref, self.expression, {"kind": self.kind, "inline": True, "value": self.read()}
        )

    def attribute(self, name: str) -> Remote:
        expression = f"{self.expression}.{name}"
        try:
            reply = self.subject.ask("get", target=self.ref, name=name)
        except Fault:
            self.subject.note(Lookup(expression))  # the line that fails is what a script shows
            raise
        return self.subject.looked_up(reply, expression)

    def item(self, key: int | str) -> Remote:
        reply = self.subject.ask("item", target=self.ref, key=key)
        return self.subject.looked_up(reply, f"{self.expression}[{key!r}]")

    def has(self, name: str) -> bool:
        return bool(self.subject.ask("has", target=self.ref, name=name))

    def set(self, name: str, value: Any) -> None:
        self.subject.note(Write(f"{self.expression}.{name}", self.subject.given(value)))
        self.subject.ask("set", target=self.ref, name=name, value=sent(value))

    def fill(self, value: Any, name: str = "") -> None:
        """Writes values in place, into this array or into one that is an attribute."""
        place = f"{self.expression}.{name}" if name else self.expression
        self.subject.note(Write(place, self.subject.given(value), in_place=True))
        try:
            self.subject.ask("fill", target=self.ref, name=name, value=sent(value))
        except Fault as fault:
            raise unfilled(place, value, fault) from None

    def __call__(self, *args: Any, **kwargs: Any) -> Remote:
        return self.subject.call(self, "", args, kwargs)

    def method(self, name: str, *args: Any, **kwargs: Any) -> Remote:
        return self.subject.call(self, name, args, kwargs)


@dataclass(frozen=True)
class Trainee:
    """A compiled model, how many epochs it is to be trained, and in batches of how many examples.

    The two numbers are as the submission says them, so they may be anything.
    """

    model: Remote
    epochs: Any
    batch_size: Any


def unfilled(place: str, value: Any, fault: Fault) -> Fault:
    """Why values could not be written in place, in words of what was there; the fault itself where that is no array."""
    if fault.kind != "raised" or fault.frames or fault.type not in ("TypeError", "ValueError"):
        return fault
    shapes = re.findall(r"\([\d, ]*\)", fault.message)
    if "'NoneType'" in fault.message:
        told = f"{place} is None: there is no array to put numbers into"
    elif found := re.match(r"'([\w.]+)' object does not support item assignment", fault.message):
        told = f"{place} is a {found[1]}, and should be an array"
    elif "cannot hold fractions" in fault.message:
        told = f"{place} holds whole numbers, and should hold floats"
    elif "could not broadcast" in fault.message and shapes:
        shape = shapes[-1].replace(",", ", ").replace(", )", ",)")
        told = f"{place} has the shape {shape}, and should have {np.shape(value)}"
    else:
        return fault
    return Fault("unusable", told, fault.type, fault.bases)


def sent(value: Any) -> Any:
    """Arguments as they go over the wire: live objects as references."""
    if isinstance(value, Remote):
        return value.ref
    if type(value) in (list, tuple):
        return type(value)(sent(item) for item in value)
    if isinstance(value, dict):
        return {key: sent(item) for key, item in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    return value


class Subject:
    """One implementation under question."""

    edition: Edition  # whose dialect this is
    stand_ins: Mapping[str, str] = MappingProxyType({})  # what stands in for a double in a script

    def __init__(self, worker: Worker, data_path: str = "", places: Places | None = None) -> None:
        self.worker = worker
        self.places = places or as_named(self.edition)
        self.data_path = data_path  # a folder with made-up images in the form of MNIST's files
        self.classes: dict[str, Remote] = {}  # whose imports are noted
        self.found: dict[str, Remote] = {}
        self.waiting: list[list[Any]] = []  # requests that go along with the next one, see `later`
        self.promised = 0
        self.notes: list[Note] = []
        self.names: dict[str, int] = {}
        self.last_call: Call | None = None
        self.inputs: list[np.ndarray] = []  # arrays that calls were given, in order: what relations look at
        self.locals: list[Local] = []  # gradients, as the methods returned them
        self.needs: list[str] = []  # probes of other code that what was asked rests on, as far as that shows
        self.convention = ""  # set by the first gradient that is asked for: 'jacobian' or 'upstream'

    # --- asking -----------------------------------------------------------------------------------------------

    def ask(self, op: str, **arguments: Any) -> Any:
        if not self.waiting or op == "find":
            return self.worker.ask(op, **arguments)
        made, self.waiting = self.waiting, []
        return self.worker.ask("after", made=made, operation=op, arguments=arguments)

    def later(self, op: str, **arguments: Any) -> Ref:
        """Has an object made just before the next question, which saves a way there and back; names it already.

        What goes wrong then is told as the answer to that question.
        """
        self.promised += 1
        self.waiting.append([Ref(-self.promised), op, arguments])  # the worker itself counts from 1
        return Ref(-self.promised)

    def remote(self, reply: Any, expression: str) -> Remote:
        if not isinstance(reply, dict) or not isinstance(reply.get("ref"), Ref):
            raise Fault("protocol", "the worker named no object")
        return Remote(self, reply["ref"], expression, reply)

    def looked_up(self, reply: Any, expression: str) -> Remote:
        """A part of an object, noted so that the script shows it; a method shows nothing before it is called."""
        found = self.remote(reply, expression)
        if found.kind not in METHODS:
            self.note(Lookup(expression))
        return found

    def attempt(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """The value of a call, or the exception it raised as an observation.

        What waits is made first: that it cannot be is no answer to the call.
        """
        if self.waiting:
            self.ask("called")
        try:
            result = function(*args, **kwargs)
        except Fault as fault:
            if fault.kind != "raised" or "NotImplementedError" in fault.bases:
                raise
            return Raised(fault.type, fault.bases, fault.message)
        return result.value if isinstance(result, Remote) else result

    def call(self, target: Remote, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Remote:
        """Calls an object, or a method of it."""
        expression = f"{target.expression}.{method}" if method else target.expression
        named = {name: self.given(arg) for name, arg in kwargs.items()}
        name = self.fresh_name(expression)
        self.note_call(Call(target.expression, method, [*map(self.given, args)], named, name))
        given = [held(arg) for arg in args if isinstance(arg, (np.ndarray, Remote))]
        self.inputs += [array for array in given if array.dtype.kind in "fiu" and array.ndim]
        arguments_sent = [sent(arg) for arg in args]
        with missing_method(method):
            reply = self.ask("call", target=target.ref, name=method, args=arguments_sent, kwargs=sent(kwargs))
        return self.remote(reply, name)

    # --- writing down -----------------------------------------------------------------------------------------

    def note(self, note: Note) -> None:
        self.notes.append(note)

    def note_call(self, call: Call) -> None:
        self.last_call = call
        self.note(call)

    @contextmanager
    def unnoted(self) -> Iterator[None]:
        """What is asked meanwhile leaves no trace in the notes."""
        notes, classes, names = list(self.notes), dict(self.classes), dict(self.names)
        try:
            yield
        finally:
            self.notes, self.classes, self.names = notes, classes, names

    def fresh_name(self, expression: str) -> str:
        """A variable for the result of calling `expression`."""
        base = expression.rpartition(".")[2].lower()
        base = {
            "onehotencoder": "encoder",
            "gradienttape": "tape",
            "sequentialmodel": "model",
            "sequential": "model",
        }.get(base, base)
        name = self.unused_name(base if base.isidentifier() else "result")
        return name if name != expression else name + "_out"

    def unused_name(self, base: str) -> str:
        self.names[base] = self.names.get(base, 0) + 1
        count = self.names[base]
        return base if count == 1 else f"{base}_{count}"

    def given(self, value: Any) -> Given:
        """An argument as a note has it."""
        written_out = isinstance(value, np.ndarray) and not is_drawn_at_length(value) and value.dtype.kind in "fiub"
        number = value if isinstance(value, (int, float)) else 0
        return Given(self.literal(value), np.asarray(value) if written_out else None, number)

    def literal(self, value: Any) -> str:
        """Python source for an argument."""
        if isinstance(value, Remote):
            return value.expression
        if isinstance(value, str) and value and value == self.data_path:
            return repr(DATA_PATH)  # the made-up files are where no student has them
        if isinstance(value, np.ndarray):
            if is_drawn_at_length(value):
                return str(vars(value)["recipe"])
            plain = value.dtype in (np.float64, np.int64) or value.dtype.kind == "U"
            kind = "" if plain else f", dtype=np.{value.dtype}"
            return f"np.array({value.tolist()}{kind})"
        if isinstance(value, (list, tuple)):
            inner = ", ".join(map(self.literal, value))
            return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
        return repr(value)

    # --- the assignment's things --------------------------------------------------------------------------------

    def get(self, name: str) -> Remote:
        """A class or function of the assignment. Raises Fault('missing') where there is none."""
        if name not in self.classes:
            here = self.edition.component_like(name)
            place = self.places[here]
            module, path = place.module, self.places.path(place.module)
            self.notes.insert(0, Import(module, place.name))
            if name in self.found:
                self.classes[name] = self.found[name]
                return self.found[name]
            try:
                reply = self.ask("find", module=module, name=place.name)
            except Fault as fault:
                if fault.type == "AttributeError" and not fault.frames:
                    raise Fault("missing", f"{path} has no {here}") from None
                if fault.type == "ModuleNotFoundError" and repr(module) in fault.message and not fault.frames:
                    raise Fault("missing", f"there is no {path}") from None
                raise
            self.classes[name] = self.found[name] = self.remote(reply, place.name)
        return self.classes[name]

    def keep(self, value: Any, name: str) -> Remote:
        """Stores an argument in the implementation, so that one can look whether a call changes it."""
        name = self.unused_name(name)
        self.note(Assignment(name, self.given(value)))
        return self.remote(self.ask("keep", value=sent(value)), name)

    def kept(self, by: str = "", /, **held: Remote) -> dict[str, bool]:
        """For each object whether it still holds what it held when it came back (see Kept).

        by: the one call since then, if it was one.
        """
        return {Kept(name, by).entry: same_values(remote.value, remote.read()) for name, remote in held.items()}

    def parameters(self, target: Remote) -> list[tuple[str, str]]:
        rows = self.ask("signature", target=target.ref)
        return [(str(row[0]), str(row[1])) for row in rows if isinstance(row, list) and len(row) == 2]

    def takes(self, target: Remote, parameter: str) -> bool:
        """Does a function take this argument by name?"""
        return any(name == parameter or kind == "variadic" for name, kind in self.parameters(target))

    def double(self, kind: str, base: str | None, like: Sequence[str] = (), **script: Any) -> Remote:
        """A double of the homework, a scripted stand-in, for what is not being asked about.

        like: classes whose habits it has, where somebody looks for them: which attributes, which methods of their own.
        """
        return self.stood_in(kind, base, like, script, {})

    def stood_in(
        self, kind: str, base: str | None, like: Sequence[str], script: dict[str, Any], words: dict[str, str]
    ) -> Remote:
        """words: what its methods are called, where that is not as the contract says."""
        base_class = None if base is None else self.get(base)
        name = self.unused_name(kind.replace("-", "_"))
        base_name = base_class.expression if base_class else ""
        if kind.removeprefix("watched-") in self.stand_ins:  # what puts things right behind the scenes has no lines
            text, made = stand_in(self.stand_ins, kind, {"base": base_name, **words}, script, self.literal)
            if (definition := Definition(text)) not in self.notes:
                self.note(definition)
            self.note(Assignment(name, Given(made)))
        script |= {"words": words} if words else {}
        target = None if base_class is None else base_class.ref
        habits = [[self.places[each].module, self.places[each].name] for each in like]
        return self.remote(self.ask("double", kind=kind, base=target, script=sent(script), like=habits), name)

    def rests_on(self, layer: Remote, base: str, **needs: Sequence[str]) -> None:
        """Notes probes of the class `base`, for each method by name, where an object uses that class's method."""
        try:
            with self.unnoted():
                for method, names in needs.items():
                    if self.ask("rests_on", target=layer.ref, base=self.get(base).ref, name=method):
                        self.needs += names
        except Fault as fault:
            if fault.kind != "missing":
                raise

    # --- what a training asks; kind is the name of one, without `training.` ---------------------------------------

    @classmethod
    def makers(cls, kind: str) -> tuple[str, ...]:
        """The functions of the assignment that make what is trained."""
        raise NotImplementedError

    @classmethod
    def model_forward(cls) -> str:
        """The method of a model that predicts."""
        raise NotImplementedError

    def trainee(self, kind: str) -> Trainee:
        """The model that the assignment asks for. Raises Fault."""
        raise NotImplementedError

    def misfit(self, kind: str, model: Remote) -> str:
        """How a model is not what was asked for, or ''."""
        raise NotImplementedError

    def arrays(self, data: Remote) -> Remote:
        """Data as the assignment hands it to a model."""
        raise NotImplementedError

    def fast_core(self, model: Remote) -> Any:
        """Vectorises what the hand-in's given core loops over, and a model uses; the names of that. Raises Fault."""
        raise NotImplementedError

    def made_of(self, trainee: Trainee) -> Any:
        """The classes, by name, that a fresh model is made of. Raises Fault."""
        raise NotImplementedError

    def study(self, trainee: Trainee, x: Remote, y: Remote, factor: float, steps: int, seconds: float) -> Any:
        """Takes some steps of a fresh model, its learning rate times a factor; what became of it. Raises Fault."""
        raise NotImplementedError

    @classmethod
    def what_is_slow(cls, methods: Sequence[str]) -> str:
        """What `fast_core` replaced, and why, in words."""
        raise NotImplementedError


@contextmanager
def missing_method(name: str) -> Iterator[None]:
    """Tells a method that is not there from one that looks for another attribute in vain."""
    try:
        yield
    except Fault as fault:
        words = re.fullmatch(rf"'(\w+)' object has no attribute '{re.escape(name)}'", fault.message.partition(". ")[0])
        if fault.type != "AttributeError" or fault.frames or not words or not name:
            raise
        raise Fault("missing", f"{words[1]} has no {name}") from None


def same_values(one: Any, other: Any) -> bool:
    """Bit for bit the same array."""
    return bool(np.array_equal(np.asarray(one), np.asarray(other)))


def held(value: Any) -> np.ndarray:
    """The array that a live object held when it came back, or a plain array itself."""
    return np.asarray(value.value if isinstance(value, Remote) else value)


@cache
def subject_of(edition: Edition) -> type[Subject]:
    """The class that asks implementations of a year."""
    module = HOMEWORK.module(edition.dialect)
    return type("Dialect", (module.Dialect,), {"edition": edition})
