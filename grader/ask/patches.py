"""Small changes to the reference: one known mistake (misconceptions) or one permitted difference (variants).

A patch is a TOML file of exact texts, each of which must occur once in the file that it changes. With a key `code` it
is a form of the mistake of that name, and has no page of its own.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from grader.base import tomlfile
from grader.homework import HOMEWORK, Edition

VARIANTS = HOMEWORK.folder / "variants"
MISCONCEPTIONS = HOMEWORK.folder / "misconceptions" / "patches"
RELATIVES = MISCONCEPTIONS / "relatives"  # other algorithms that are taken for the one asked for
Sources = dict[str, str]  # path below the root -> text


class PatchError(Exception):
    """A patch does not fit the reference: the grader's own fault."""


@dataclass(frozen=True)
class Patch:
    """`edits` are (file, old text, new text).

    code: what the patch is known by, the name of its file; page: the code that a student is told, whose page explains
    it. They differ where a mistake comes in several forms, as half of it does: all of them have one page.
    convention: the only gradient convention in which somebody can make it; '' for both. sentence: what a relative is,
    after `as if`: it has no page.
    """

    code: str
    component: str
    edits: tuple[tuple[str, str, str], ...]
    told: str = ""
    convention: str = ""
    sentence: str = ""

    @property
    def page(self) -> str:
        return self.told or self.code

    def fits(self, edition: Edition, sources: Sources) -> bool:
        """Is there what it changes?"""
        if self.component not in edition.components:
            return False
        with suppress(PatchError):
            return bool(self.applied(sources))
        return False

    def applied(self, sources: Sources) -> Sources:
        """The sources with this patch. Raises PatchError where an old text does not occur exactly once."""
        patched = dict(sources)
        for file, old, new in self.edits:
            count = patched.get(file, "").count(old)
            if count != 1:
                raise PatchError(f"{self.code}: the text to replace occurs {count} times in {file}, not once: {old!r}")
            patched[file] = patched[file].replace(old, new)
        return patched


@cache
def texts(folder: Path) -> dict[str, str]:
    """The text of every patch of a folder, by name. They are read once: what is kept of their answers is of these."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))}


@cache
def load(folder: Path) -> dict[str, Patch]:
    """Every patch of a folder, by its code."""
    return {name: parsed(name, text) for name, text in texts(folder).items()}


def fitting(folder: Path, edition: Edition, sources: Sources) -> dict[str, Patch]:
    """The patches of a folder that can be made in the reference of a year, in its words.

    Those of another year are made where the text that they change is the same but for names; those of a year that is
    nearer come before one of the same name.
    """
    if list(edition.told_by.values()) == [edition]:
        return load(folder)
    found: dict[str, Patch] = {}
    for below, of in edition.told_by.items():
        here = (renamed(patch, of, edition) for patch in load(folder / below).values())
        found |= {patch.code: patch for patch in here if patch.fits(edition, sources)}
    return {code: patch for code, patch in found.items() if not {code, patch.page} & edition.impossible}


def renamed(patch: Patch, of: Edition, to: Edition) -> Patch:
    """The same change in another year's words, and in the file where that year has the component."""
    component = to.component_like(patch.component)
    if of is to or component not in to.components:
        return patch
    moved = {of.file_of(of.module_of(patch.component)): to.file_of(to.module_of(component))}
    edits = tuple(
        (moved.get(file) or to.translated(file, of), to.translated(old, of), to.translated(new, of))
        for file, old, new in patch.edits
    )
    return replace(patch, component=component, edits=edits)


def read(path: Path) -> Patch:
    return parsed(path.stem, path.read_text(encoding="utf-8"))


def parsed(code: str, text: str) -> Patch:
    data = tomlfile.loads(text)
    edits = tuple((edit["file"], edit["old"], edit["new"]) for edit in data["edit"])
    return Patch(
        code, data["component"], edits, data.get("code", ""), data.get("convention", ""), data.get("sentence", "")
    )
