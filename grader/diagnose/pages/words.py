"""A page in the words of another year: names, what is imported from where, and gradients in lists."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping
from functools import cache

from grader.homework import FIRST, HOMEWORK, YEARS, Edition, edition

BLOCK = re.compile(r"^```(?:python|example)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IMPORT = re.compile(r"^from (\S+) import (.+)$", re.MULTILINE)
# A point of a list, or an entry of the last section: `code`: what it is
POINT = re.compile(r"^(?:- .*\n(?:  .*\n)*|`[a-z0-9]+(?:-[a-z0-9]+)+`[,:].*\n(?:(?!`|#|- ).+\n?)*)", re.MULTILINE)
HEAD = re.compile(r"- ([\w.]+(?:, [\w.]+)*)[:,] ")  # the components that a point is about
CODE = re.compile(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`")
EMPTY = re.compile(r"^## .*\n\s*(?=## |\Z)", re.MULTILINE)
FORWARD_PASS = "forward pass"  # an expression of the field, and no method
# Methods of the first edition that take or give one array, where all later years have a list of arrays
TAKES_ONE, GIVES_ONE = (frozenset(FIRST.settings.get("one_array", {}).get(which, ())) for which in ("taken", "given"))


def translated(page: str, of: Edition, to: Edition) -> str:
    """A page about the code of one year, as one about that of another."""
    if of is to:
        return page
    rewritten = code_of(to)
    if rewritten is not None and code_of(of) is not rewritten:
        page = BLOCK.sub(lambda found: found[0].replace(found[1], rewritten(found[1], to.modules)), page)
    if of is FIRST:
        page = BLOCK.sub(lambda found: found[0].replace(found[1], with_lists(found[1])), page)
    page = FORWARD_PASS.join(to.translated(text, of) for text in page.split(FORWARD_PASS))
    return IMPORT.sub(lambda found: imports(found[1], found[2].split(", "), to), page)


def of_interest(page: str, year: Edition, told: Collection[str]) -> str:
    """A page without the points that are about components, or name mistakes, of other years alone.

    told: the codes that a verdict of the year can name. What a component is called elsewhere becomes its name here.
    """

    def kept(found: re.Match[str]) -> str:
        point = found[0]
        codes, head = CODE.findall(point), HEAD.match(point)
        names = head[1].split(", ") if head else []
        own = [year.component_like(name) for name in names if name in components()]
        here = [name for name in own if name in year.components] + [name for name in names if name not in components()]
        if (names and not here) or (codes and not set(codes) & set(told)):
            return ""
        return point.replace(head[1], ", ".join(here), 1) if head else point

    return EMPTY.sub("", POINT.sub(kept, page))


@cache
def components() -> frozenset[str]:
    """Those of any year."""
    return frozenset(name for year in YEARS for name in edition(year).components)


def code_of(edition: Edition) -> Callable[[str, Mapping[str, str]], str] | None:
    """What makes code of another year that of this one, where other names are not enough; its dialect's module has it.

    It is given the module of each name.
    """
    return getattr(HOMEWORK.module(edition.dialect), "rewritten", None)


def imports(module: str, names: list[str], edition: Edition) -> str:
    """The lines that import these names in a year; those that it does not know, from the module that they were in."""
    homes: dict[str, list[str]] = {}
    for name in names:
        homes.setdefault(edition.modules.get(name, module), []).append(name)
    return "\n".join(f"from {home} import {', '.join(each)}" for home, each in homes.items())


def with_lists(code: str) -> str:
    """Code for the first edition, with gradients handed over and taken out of lists."""
    lines = code.encode().splitlines(keepends=True)  # Python counts columns in bytes
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    added: list[tuple[int, bytes]] = []
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in TAKES_ONE and node.args:
            first, *_, last = *node.args, node.args[-1]
            added.append((starts[first.lineno - 1] + first.col_offset, b"["))
            added.append((starts[(last.end_lineno or 0) - 1] + (last.end_col_offset or 0), b"]"))
        if node.func.attr in GIVES_ONE:
            added.append((starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0), b"[0]"))
    text = b"".join(lines)
    for place, each in sorted(added, reverse=True):
        text = text[:place] + each + text[place:]
    return text.decode()
