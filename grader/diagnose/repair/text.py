"""A module's text: its functions, where a node stands in it, and how a line or a part of one is quoted."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.base.text import one_line

LONGEST_LINE = 72  # characters of a student's line in a sentence
LONGEST_PART = 44  # and of a part of it
AROUND = 2  # words in front of where two long texts differ
Piece = tuple[int, int, str]  # first byte in the file, end, and the new text between them


@dataclass(frozen=True)
class Function:
    """A function of a file. name: `Class.method`. owner: the class around it."""

    name: str
    node: ast.FunctionDef
    owner: ast.ClassDef | None


class Text:
    """A module's text by bytes, which is how the parser counts columns."""

    def __init__(self, text: str) -> None:
        """Raises SyntaxError, or what else the parser raises."""
        self.data = text.encode()
        self.module = ast.parse(text)
        self.starts = [0]
        for line in self.data.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def functions(self) -> Iterator[Function]:
        yield from functions_in(self.module.body, (), None)

    def constants(self) -> Iterator[tuple[str, ast.Constant]]:
        """The numbers that the module or one of its classes gives a name: `EPS`, `Class.eps`."""
        bodies = [("", self.module.body)]
        bodies += [(f"{each.name}.", each.body) for each in self.module.body if isinstance(each, ast.ClassDef)]
        for around, body in bodies:
            for node in body:
                target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
                value = getattr(node, "value", None)
                if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and is_number(value.value):
                    yield f"{around}{target.id}", value

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        start, end = self.span(node)
        return self.data[start:end].decode()

    def slice_of(self, node: ast.Subscript) -> str:
        """What a subscript cuts out, `start:end`; '' where it picks one."""
        return self.of(node.slice) if isinstance(node.slice, ast.Slice) else ""

    def line(self, number: int, place: int) -> str:
        """A line as it stands in a sentence, without its comment; of a long one the part around a byte of the file."""
        start, end = self.starts[number - 1], self.starts[number] if number < len(self.starts) else None
        whole = self.data[start:end].decode().partition("  #")[0].rstrip()
        before = len(self.data[start : max(start, place)].decode(errors="ignore"))
        if len(whole.lstrip()) > LONGEST_LINE and len(whole) > before > LONGEST_LINE - LONGEST_PART:
            whole = f"... {whole[whole.rfind(' ', 0, before - LONGEST_PART // 2) + 1 :]}"
        return shortened(whole, LONGEST_LINE)

    def alone(self, function: Function, pieces: Sequence[Piece] = ()) -> str:
        """One function with pieces put in, and of the classes that it is in their names only."""
        start, end = self.starts[function.node.lineno - 1], self.span(function.node)[1]
        body = self.data[start:end]
        for first, last, new in sorted(pieces, reverse=True):
            body = body[: first - start] + new.encode() + body[last - start :]
        around = function.name.split(".")[:-1]
        return "".join(f"{' ' * depth}class {name}:\n" for depth, name in enumerate(around)) + body.decode() + "\n"


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def functions_in(body: Sequence[ast.stmt], around: tuple[str, ...], owner: ast.ClassDef | None) -> Iterator[Function]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield Function(".".join((*around, node.name)), node, owner)
        elif isinstance(node, ast.ClassDef):
            yield from functions_in(node.body, (*around, node.name), node)


def shortened(text: str, most: int = LONGEST_PART) -> str:
    text = one_line(" ".join(text.split()), 400)
    return text if len(text) <= most else f"{text[: most - 3]}..."


def contrast(old: str, new: str) -> tuple[str, str]:
    """Two texts in as many characters as show where they differ."""
    old, new = (" ".join(each.split()) for each in (old, new))
    if max(len(old), len(new)) <= LONGEST_PART:
        return old, new
    start = alike(old, new)
    end = alike(old[start:][::-1], new[start:][::-1])
    words = [each.start() for each in re.finditer(r"[\w.]+|\S", old[:start])]
    start = words[-AROUND] if len(words) >= AROUND else 0
    words = [each.end() for each in re.finditer(r"[\w.]+|\S", old[len(old) - end :])]
    end -= words[0] if words else end
    cut = [each[start : len(each) - end] for each in (old, new)]
    cut = [f"{'...' * bool(start)}{each}{'...' * bool(end)}" for each in cut]
    return shortened(cut[0]), shortened(cut[1])


def alike(one: str, other: str) -> int:
    """How many characters two texts begin with together."""
    return next((place for place, pair in enumerate(zip(one, other)) if pair[0] != pair[1]), min(len(one), len(other)))


def statements_of(function: ast.FunctionDef) -> list[ast.stmt]:
    """Every statement, those within others too, in the order of the text."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def own_lines(node: ast.stmt) -> range:
    """The lines of a statement, without those of the statements in it."""
    body = getattr(node, "body", None)
    last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
    return range(node.lineno, max(last, node.lineno) + 1)


def own_expressions(node: ast.stmt) -> Iterator[ast.expr]:
    """The expressions of a statement, without those of the statements in it; the outer ones first."""
    todo: list[ast.AST] = [node]
    while todo:
        found = todo.pop(0)
        if isinstance(found, ast.expr):
            yield found
        if not isinstance(found, (ast.JoinedStr, ast.arguments)):
            todo += [child for child in ast.iter_child_nodes(found) if not isinstance(child, ast.stmt)]
