"""Looks up what students call the entries of an observation: `w1_after_1` is "the first weight after step 1".

A probe names what it saw in short, for code. The words are the homework's: a module with two tables, PHRASES and WRONG,
of an entry or, behind a colon, an entry of one component or one check. Parts of lists and dicts have words of their
own: `[#]` stands for any number, of which {0}, {1} give the first, the second, ... in words, and {n0}, {n1} the number
itself.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from grader.ask.entries import AFTER, kept_in
from grader.homework import HOMEWORK, YEARS, edition

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
NUMBER = re.compile(rf"(?<=\[)\d+(?=\])|(?<=\bw)\d+(?={AFTER})|(?<={AFTER})\d+")
LAST_PART = re.compile(r"\[[^\[\]]*\]$")


@cache
def table(name: str) -> dict[str, Any]:
    """A table of the homework's words; empty where it has none.

    The words for a component's entries serve a year that calls it otherwise, unless there are some for that name.
    """
    found = dict(getattr(HOMEWORK.module(HOMEWORK.words), name, {})) if HOMEWORK.words else {}
    for theirs, own in {each for year in YEARS for each in edition(year).called.items()}:
        for key in [each for each in found if re.match(rf"{re.escape(theirs)}[/:]", each)]:
            found.setdefault(own + key.removeprefix(theirs), found[key])
    return found


def phrase(check: str, entry: str) -> str:
    """An entry of what a check saw, in words; that of which it is a part where it has none of its own."""
    found = looked_up(table("PHRASES"), check, entry)
    if found:
        return found
    whole = LAST_PART.sub("", entry)
    if whole != entry:
        return f"{phrase(check, whole)} at {entry[len(whole) :]}"
    return kept(entry) or f"`{entry}`"


def kept(entry: str) -> str:
    """The name of an argument that is looked at again after the calls."""
    found = kept_in(entry)
    return found.name.replace("random_state", "the random state").replace("gradient_", "gradient ") if found else ""


def changed(entry: str) -> str:
    """The sentence for an argument that holds other values afterwards; '' for any other entry."""
    found = kept_in(entry)
    return f"{kept(entry)} holds other values after {found.by or 'these calls'} than before" if found else ""


def measured(entry: str) -> str:
    """How Python comes from a value `{0}` that is looked at to the number that is compared."""
    return str(table("MEASURED").get(entry, "{0}"))


def wrong(check: str, entry: str) -> str:
    """The sentence for a matter of yes or no that is not as it should be; '' where there is none."""
    return looked_up(table("WRONG"), check, entry)


def bounds(check: str, entry: str) -> tuple[float, float, float | None, str] | None:
    """Between which numbers an entry lies whatever it is asked about, what its rows sum to, and why."""
    found = table("BOUNDS")
    return next((found[name] for name in names_of(check, entry) if name in found), None)


def counted(check: str, entry: str) -> int:
    """How many rows an entry is a share of; 0 where it is none, or of another number each time."""
    found = table("SHARES")
    return next((int(found[name]) for name in names_of(check, entry) if name in found), 0)


def names_of(check: str, entry: str) -> tuple[str, ...]:
    """The names in a table that an entry of a check may have, the closest first."""
    component, _, slug = check.partition("/")
    form = NUMBER.sub("#", entry)
    return f"{check}:{form}", f"{component}:{form}", f"{slug}:{form}", form


def looked_up(words: dict[str, str], check: str, entry: str) -> str:
    numbers = [int(each) for each in NUMBER.findall(entry)]
    found = next((words[name] for name in names_of(check, entry) if name in words), "")
    # Weights are counted from 1 by their names, places of a list from 0
    first = 1 if AFTER in entry else 0
    ordinals = [ordinal(number - first) for number in numbers]
    return found.format(*ordinals, **{f"n{place}": number for place, number in enumerate(numbers)})


def ordinal(index: int) -> str:
    return ORDINALS[index] if 0 <= index < len(ORDINALS) else f"number {index + 1}"
