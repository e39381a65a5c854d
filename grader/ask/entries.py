"""Entries of an observation whose names say when something was looked at: written here, and read here."""

from __future__ import annotations

import re
from dataclasses import dataclass

KEPT, BY, AFTER = "_kept", "_by_", "_after_"


@dataclass(frozen=True)
class Kept:
    """Does something hold after the calls what it held before? by: the call, '' for several."""

    name: str
    by: str = ""

    @property
    def entry(self) -> str:
        """`x_kept`, or `x_kept_by_forward`."""
        return f"{self.name}{KEPT}{BY}{self.by}" if self.by else f"{self.name}{KEPT}"


@dataclass(frozen=True)
class After:
    """What something holds after a step. Steps are counted from 1."""

    name: str
    step: int

    @property
    def entry(self) -> str:
        """`w1_after_2`."""
        return f"{self.name}{AFTER}{self.step}"

    def before(self) -> After:
        """The same after the step before."""
        return After(self.name, self.step - 1)


def kept_in(entry: str) -> Kept | None:
    """What an entry says was looked at again; None for any other entry."""
    name, found, rest = entry.partition(KEPT)
    return Kept(name, rest.removeprefix(BY) if rest.startswith(BY) else "") if found else None


def after_in(entry: str) -> After | None:
    """After which step an entry says something was looked at; None for any other entry."""
    found = re.fullmatch(rf"(\w+){AFTER}(\d+)", entry)
    return After(found[1], int(found[2])) if found else None
