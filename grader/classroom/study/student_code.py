"""What a student wrote of a hand-in: its functions without those that were given, as disguises do not change them.

A function becomes the sequence of its syntax tree's nodes. Formatting, comments, docstrings and annotations are not in
it; names that a student is free to choose are all alike in it. What cannot be renamed stays: Python's own names,
NumPy's, and the attributes of the given code.
"""

from __future__ import annotations

import ast
import builtins
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from grader.base.errors import UsageError
from grader.homework import FIRST
from grader.submission.contents import shown
from grader.submission.parser import LINE_ENDS, SourceError, text_of
from grader.submission.places import EDITIONS, package_of
from grader.submission.source import SourceModule

# Nodes. A line of NumPy has about as many. With 12, modules of tests/submissions that were written apart from the
# reference share 0 to 12 % with it (medians, module by module; with 10 up to 19 %, with 16 up to 5 %). The longer a
# gram is, the more of them a small change spoils.
GRAM = 12
MOST_NODES = 60_000  # of one hand-in; the whole homework has some 3,000
NO_NODES = (ast.expr_context, ast.arguments)  # they stand everywhere, and say nothing
ANNOTATIONS = ("annotation", "returns", "type_comment", "type_params")
MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, without a pattern in its bits (Knuth's multiplicative hashing)
Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Function:
    """One function. grams: a hash of each GRAM nodes in a row; lines: (first, last) of each node; text: from `line` on.

    Of a function that is shorter than a gram there is one hash of all that it has.
    """

    file: str
    name: str
    line: int
    text: str
    grams: np.ndarray
    lines: np.ndarray

    @property
    def key(self) -> bytes:
        """The same for functions that differ in nothing but what disguises change."""
        return self.grams.tobytes()

    @property
    def is_long(self) -> bool:
        """Shorter ones are alike by chance."""
        return len(self.lines) >= GRAM


@dataclass(frozen=True)
class GivenCode:
    """What was handed out: the grams of its functions, whole functions, and the attributes that it uses."""

    grams: np.ndarray
    functions: frozenset[bytes]
    vocabulary: frozenset[str]


def given(folder: Path) -> GivenCode:
    """The code of the template in a folder. Raises UsageError where there is none, or none that Python reads."""
    contents: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*.py")):
        try:
            contents[path.relative_to(folder).as_posix()] = path.read_bytes()
        except OSError as error:
            raise UsageError(f"--template: {shown(path)} cannot be read ({error.strerror})") from None
    if not contents:
        raise UsageError(f"--template {shown(folder)}: there is no code in it; name the folder that was handed out")
    return given_in(contents, shown(folder))


def given_in(contents: Mapping[str, bytes], named: str) -> GivenCode:
    """The code of these files, by their paths in what is called `named`. Raises UsageError."""
    sources: dict[str, str] = {}
    nodes: list[ast.AST] = []
    for path, content in contents.items():
        source = text_of(content)
        if isinstance(source, SourceError):
            raise UsageError(f"--template: {named}/{shown(path)} is no Python that can be read")
        nodes += ast.walk(ast.parse(source))
        sources[path] = source
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    names |= {node.name for node in nodes if isinstance(node, (Definition, ast.ClassDef))}
    vocabulary = frozenset(names) | numpy_names()
    found = [each for file, source in sources.items() for each in functions(file, source, vocabulary)]
    grams = np.unique(np.concatenate([np.zeros(0, np.uint64), *(each.grams for each in found)]))
    return GivenCode(grams, frozenset(each.key for each in found), vocabulary)


@lru_cache(maxsize=1)
def numpy_names() -> frozenset[str]:
    return frozenset(dir(np)) | frozenset(dir(np.ndarray)) | frozenset(dir(np.random)) | frozenset(dir(np.linalg))


def own_functions(modules: Iterable[SourceModule], handed_out: GivenCode) -> list[Function]:
    """The functions that a student wrote or changed, in the modules of the homework and those beside them."""
    found: list[Function] = []
    nodes = 0
    named = {module.name: module for module in modules}
    folders = {name.partition(".")[0] for name in named}
    package = package_of(named, next((each for each in EDITIONS if each.package in folders), FIRST))
    for module in named.values():
        if "." in module.name and not module.name.startswith(f"{package}."):
            continue  # something else that was handed in too
        if module.source_error is not None:
            continue
        source = text_of(module.path.read_bytes())
        assert isinstance(source, str)  # else there were an error
        for each in functions(module.relative.as_posix(), source, handed_out.vocabulary):
            nodes += len(each.lines)
            if nodes > MOST_NODES:
                return found
            if each.key not in handed_out.functions:
                found.append(each)
    return found


def functions(file: str, source: str, vocabulary: frozenset[str]) -> list[Function]:
    """Every function of a module, nested ones as part of those around them."""
    with warnings.catch_warnings():  # about odd escapes, which are the student's to read when it runs
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    lines = LINE_ENDS.split(source)
    found = []
    for prefix, node in definitions(tree):
        labels, places = linear(node, vocabulary)
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        body = "\n".join(lines[first - 1 : node.end_lineno])
        found.append(Function(file, prefix + node.name, first, body, grams(labels), np.array(places)))
    return found


def definitions(tree: ast.Module) -> Iterator[tuple[str, Definition]]:
    """Functions and methods, wherever they are defined but in other functions."""
    waiting: list[tuple[str, ast.AST]] = [("", node) for node in reversed(tree.body)]
    while waiting:
        prefix, node = waiting.pop()
        if isinstance(node, Definition):
            yield prefix, node
            continue
        inner = f"{prefix}{node.name}." if isinstance(node, ast.ClassDef) else prefix
        waiting += [(inner, child) for child in reversed(list(ast.iter_child_nodes(node)))]


def linear(function: Definition, vocabulary: frozenset[str]) -> tuple[list[str], list[tuple[int, int]]]:
    """The nodes of a function in the order of its text, each with its lines."""
    labels: list[str] = []
    places: list[tuple[int, int]] = []
    here = (function.lineno, function.lineno)
    waiting: list[tuple[ast.AST, tuple[int, int]]] = [(function, here)]
    while waiting:  # without recursion: code may be nested deeply
        node, around = waiting.pop()
        line = getattr(node, "lineno", 0)
        inside = isinstance(node, (ast.expr, ast.keyword))
        here = (line, (getattr(node, "end_lineno", None) or line) if inside else line) if line else around
        if not isinstance(node, NO_NODES):
            labels.append(label(node, vocabulary))
            places.append(here)
        waiting += [(child, here) for child in reversed(list(children(node)))]
    return labels, places


def children(node: ast.AST) -> Iterator[ast.AST]:
    """What belongs to a node, without annotations and docstrings."""
    for field, value in ast.iter_fields(node):
        if field in ANNOTATIONS:
            continue
        items = value if isinstance(value, list) else [value]
        if field == "body" and items and is_text(items[0]):
            items = items[1:]
        yield from (item for item in items if isinstance(item, ast.AST))


def is_text(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def label(node: ast.AST, vocabulary: frozenset[str]) -> str:
    kind = "Assign" if isinstance(node, ast.AnnAssign) else type(node).__name__
    if isinstance(node, ast.Name) and hasattr(builtins, node.id):
        return f"{kind} {node.id}"
    if isinstance(node, ast.Attribute) and node.attr in vocabulary:
        return f"{kind} {node.attr}"
    if isinstance(node, ast.Constant):
        return f"{kind} {'text' if isinstance(node.value, (str, bytes)) else repr(node.value)[:40]}"
    return kind


def grams(labels: list[str]) -> np.ndarray:
    """A hash of each GRAM labels in a row, the same on every machine; of a shorter function one of all that it has."""
    numbers = np.array([zlib.crc32(each.encode("utf-8", "backslashreplace")) for each in labels], np.uint64)
    size = min(GRAM, len(numbers))
    found = np.zeros(len(numbers) - size + 1, np.uint64)
    for place in range(size):
        found = (found * MIX) ^ numbers[place : place + len(found)]
        found ^= found >> np.uint64(29)
    return found
