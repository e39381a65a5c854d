"""What a probe did, as records: one note for each statement of the lines that a student can paste.

A subject writes them down (subject.py); the lines to paste are made of them (explain/script.py), and whoever asks what
a probe put in, or what it called last, reads the records and no text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Given:
    """A value that a statement gives to a call or a variable.

    text: as Python writes it. array: the array that this is, where its numbers are written out. number: the number, 0
    where it is none.
    """

    text: str
    array: np.ndarray | None = None
    number: float = 0


@dataclass(frozen=True)
class Import:
    module: str
    name: str

    @property
    def text(self) -> str:
        return f"from {self.module} import {self.name}"


@dataclass(frozen=True)
class Definition:
    """A short class that stands in for a double; `text` has lines of which a script keeps the needed ones."""

    text: str


@dataclass(frozen=True, eq=False)
class Assignment:
    """A variable that nothing of the submission was called for."""

    name: str
    value: Given

    @property
    def text(self) -> str:
        return f"{self.name} = {self.value.text}"


@dataclass(frozen=True, eq=False)
class Write:
    """Another value for an attribute, or numbers that are put into an array in place."""

    target: str
    value: Given
    in_place: bool = False

    @property
    def text(self) -> str:
        return f"{self.target}{'[...]' * self.in_place} = {self.value.text}"


@dataclass(frozen=True, eq=False)
class Call:
    """A call of an object, or of a method of it. name: the variable that holds what it returned, '' for none."""

    target: str
    method: str = ""
    args: Sequence[Given] = ()
    kwargs: dict[str, Given] = field(default_factory=dict)
    name: str = ""

    @property
    def function(self) -> str:
        return f"{self.target}.{self.method}" if self.method else self.target

    @property
    def called(self) -> str:
        """The last name of what was called: of a method, a function or a class."""
        return self.function.rpartition(".")[2]

    @property
    def expression(self) -> str:
        if self.method == "__len__":
            return f"len({self.target})"
        arguments = [each.text for each in self.args] + [f"{key}={each.text}" for key, each in self.kwargs.items()]
        return f"{self.function}({', '.join(arguments)})"

    @property
    def text(self) -> str:
        return f"{self.name} = {self.expression}" if self.name else self.expression


@dataclass(frozen=True)
class Lookup:
    """A part of an object that was looked at."""

    text: str


@dataclass(frozen=True)
class Statement:
    """Any other statement, which has a block of its own."""

    text: str


Note = Import | Definition | Assignment | Write | Call | Lookup | Statement
