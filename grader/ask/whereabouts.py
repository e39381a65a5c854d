"""Where a submission's code was when its time was over, as the stack says that its process wrote.

The process is the submission's, so nothing of the text is shown: it points to a line, and the grader looks that up in
its own copy. What points to no line of the submission is passed over.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.base.text import one_line

STACK_SHOWN = 1 << 16  # bytes; a stack of Python's handler has at most 100 lines
LINE = re.compile(r'  File "([^"\n]{1,500})", line (\d{1,7}) in [^\n]*\n')
SOURCE_SHOWN = 60  # characters
ENDS = ("in <module>\n", "  ...\n")  # what a stack ends with
PARTS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LOOPS = (ast.For, ast.While, ast.AsyncFor)


@dataclass(frozen=True)
class Place:
    """A line of a submission. loop: the line of the outermost loop around it, which tells one hang from another."""

    file: str
    line: int
    source: str
    loop: int


def place_in(stack: str, root: Path) -> Place | None:
    """The innermost line of a submission; None where the stack has none."""
    inside = [(file.removeprefix(f"{root}/"), int(line)) for file, line in LINE.findall(stack) if f"{root}/" in file]
    files = dict(python_files(root)) if inside else {}
    for file, line in inside:
        if file in files:
            text = files[file].read_bytes().decode("utf-8", "replace")
            lines = text.split("\n")
            if 0 < line <= len(lines):
                source = one_line(lines[line - 1].strip(), SOURCE_SHOWN)
                return Place(files[file].relative_to(root).as_posix(), line, source, loop_around(text, line))
    return None


def is_whole(stack: str) -> bool:
    return stack.endswith(ENDS)


def python_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Every file of a submission, by its path as the handler writes it: other letters than ASCII as escapes."""
    for path in root.rglob("*.py"):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(root).as_posix().encode("ascii", "backslashreplace").decode(), path


def loop_around(text: str, line: int) -> int:
    """The line where the outermost loop begins that a line is in, within its function; the line itself without one."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return line
    around = [node for node in nodes if isinstance(node, (*PARTS, *LOOPS)) and within(line, node)]
    start = max((node.lineno for node in around if isinstance(node, PARTS)), default=0)
    return min((node.lineno for node in around if isinstance(node, LOOPS) and node.lineno >= start), default=line)


def within(line: int, node: ast.stmt) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)
