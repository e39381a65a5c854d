"""Gaps: what a template leaves to be replaced and that Python does not compile, `???` and bodies of comments alone.

One such gap keeps a file from importing, and so the package that re-exports it: everything else in there would read as
broken. Here a gap is an expression that raises NotImplementedError once it is evaluated, and a body of comments is
`pass`: so the rest of the file is judged, and whatever runs into the gap is not written yet. A `Tensor` whose only line
is a gap stops all that makes a Tensor, as it should.

The file itself stays as it is, and so do the numbers of its lines; what is filled is what gets compiled. A file with
any other fault is left alone.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

NAME = "__gap__"  # what stands in place of ???, called
MOST_BODIES = 100  # of comments alone in one file; each is found by parsing the file once more
# Texts and comments may hold ??? as they like
TOKENS = re.compile(
    rb"""("{3}|'{3})(?:\\.|(?!\1).)*(?:\1|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|\#[^\n]*|(?P<gap>\?\?\?)""",
    re.DOTALL,
)
EMPTY_BODY = re.compile(r"expected an indented block after (function definition|'if' statement) on line (\d+)")


def gap(*_: Any) -> Any:
    raise NotImplementedError("??? is to be replaced")


def install() -> None:
    """Makes gaps known to whatever is compiled here."""
    setattr(builtins, NAME, gap)


def compiled(source: bytes, make: Callable[[bytes], T]) -> T:
    """What `make` makes of a source, which is filled where it raises SyntaxError."""
    try:
        return make(source)
    except SyntaxError:
        return make(filled(source)[0])


def filled(source: bytes) -> tuple[bytes, list[int]]:
    """The source with its gaps filled, and their lines; the same source and no lines where it has none."""
    lines: list[int] = []

    def fill(found: re.Match[bytes]) -> bytes:
        if found["gap"] is None:
            return found[0]
        lines.append(source.count(b"\n", 0, found.start()) + 1)
        return f"{NAME}()".encode()

    text = TOKENS.sub(fill, source) if b"???" in source else source
    for _ in range(MOST_BODIES):
        line = empty_body(text)
        if not line:
            break
        rows = text.split(b"\n")
        rows[line - 1] = indent_of(rows[line - 1]) + b"pass" + b"\r" * rows[line - 1].endswith(b"\r")
        text = b"\n".join(rows)
        lines.append(line)
    return text, sorted(set(lines))


def empty_body(source: bytes) -> int:
    """The line of the comment that is all of a function, or of `if __name__ == ...:`; 0 where there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)  # no more than its grammar: code can be far larger than its source
    except IndentationError as error:
        found = EMPTY_BODY.match(error.msg)
        if found is None:
            return 0
        rows, head = source.split(b"\n"), int(found[2])
        if found[1] != "function definition" and b"__name__" not in rows[head - 1]:
            return 0
        last = min(error.lineno or 0, len(rows))
        margin = len(indent_of(rows[head - 1]))
        inside = [
            line
            for line in range(head + 1, last + 1)
            if rows[line - 1].lstrip().startswith(b"#") and len(indent_of(rows[line - 1])) > margin
        ]
        return inside[-1] if inside else 0
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError):
        pass
    return 0


def indent_of(row: bytes) -> bytes:
    return row[: len(row) - len(row.lstrip(b" \t"))]
