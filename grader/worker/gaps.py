"""Gaps: what keeps a file from compiling, taken out so that everything else in it can be judged.

What a template leaves to be replaced is such a gap: `???`, and bodies of comments alone. A fault of syntax within one
function is another: a bracket that is never closed, a colon that is missing.

One such gap keeps a file from importing, and so the package that re-exports it: everything else in there would read as
broken. Here a gap is an expression that raises NotImplementedError once it is evaluated, and a body of comments is
`pass`: so the rest of the file is judged, and whatever runs into the gap is not written yet. A `Tensor` whose only line
is a gap stops all that makes a Tensor, as it should. A function with a fault of syntax raises that SyntaxError once it
is called, from the line where it is.

The file itself stays as it is, and so do the numbers of its lines; what is filled is what gets compiled. A file with a
fault outside of its functions is left alone.
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
FAULT = "__fault__"  # what stands in place of a function's lines, called with what is wrong there
MOST_GAPS = 2_000  # in one file; a template has a dozen
MOST_FAULTS = 8  # functions of one file that are taken out; whoever has more is still at the very beginning
MOST_BODIES = 100  # of comments alone in one file; each is found by parsing the file once more
MOST_PARSED = 2 << 20  # bytes in all: fewer bodies of a file that is longer than any template
# Texts and comments may hold ??? as they like
TOKENS = re.compile(
    rb"""("{3}|'{3})(?:\\.|(?!\1).)*(?:\1|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|\#[^\n]*|(?P<gap>\?\?\?)""",
    re.DOTALL,
)
EMPTY_BODY = re.compile(r"expected an indented block after (function definition|'if' statement) on line (\d+)")


def gap(*_: Any) -> Any:
    raise NotImplementedError("??? is to be replaced")


def fault(message: str) -> Any:
    raise SyntaxError(message)


def install() -> None:
    """Makes gaps known to whatever is compiled here."""
    setattr(builtins, NAME, gap)
    setattr(builtins, FAULT, fault)


def compiled(source: bytes, make: Callable[[bytes], T]) -> T:
    """What `make` makes of a source, which is filled where it raises SyntaxError."""
    try:
        return make(source)
    except SyntaxError:
        return make(mended(source)[0])


def mended(source: bytes) -> tuple[bytes, list[int], list[Fault]]:
    """The source with its gaps filled and without functions that do not compile; the lines of gaps, and the faults."""
    text, lines = filled(source)
    text, faults = without_faults(text)
    return text, lines, faults


def filled(source: bytes) -> tuple[bytes, list[int]]:
    """The source with its gaps filled, and their lines; the same source and no lines where it has none."""
    lines: list[int] = []
    line, counted = 1, 0  # the number of the line that begins or goes on at a byte

    def fill(found: re.Match[bytes]) -> bytes:
        nonlocal line, counted
        if found["gap"] is None:
            return found[0]
        line += source.count(b"\n", counted, found.start())
        counted = found.start()
        lines.append(line)
        return f"{NAME}()".encode()

    text = TOKENS.sub(fill, source) if 0 < source.count(b"???") <= MOST_GAPS else source
    for _ in range(min(MOST_BODIES, MOST_PARSED // (len(text) + 1))):
        body = empty_body(text)
        if not body:
            break
        rows = text.split(b"\n")
        rows[body - 1] = indent_of(rows[body - 1]) + b"pass" + b"\r" * rows[body - 1].endswith(b"\r")
        text = b"\n".join(rows)
        lines.append(body)
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


# --- faults of syntax -------------------------------------------------------------------------------------------

Fault = tuple[int, int, str]  # line, column, and what is wrong there
DEFINITION = re.compile(rb"[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)")
ON_LINE = re.compile(r" on line (\d+)$")  # of a block that is missing: its head


def without_faults(source: bytes) -> tuple[bytes, list[Fault]]:
    """The source without the functions that keep it from compiling, and what is wrong with them.

    The same source and no faults where something is wrong outside of functions, with too many of them, or with all.
    """
    text = source
    faults: list[Fault] = []
    for _ in range(MOST_FAULTS):
        found = error_in(text)
        if found is None:
            return (source, []) if is_all(text, faults) else (text, faults)
        cut = without_function(text, found[0], found[2])
        if cut is None or any(found[0] == line for line, *_ in faults):
            return source, []
        text = cut
        faults.append(found)
    return (text, faults) if error_in(text) is None else (source, [])


def is_all(text: bytes, faults: list[Fault]) -> bool:
    """Is nothing left of a file but functions that were taken out?"""
    return bool(faults) and len(re.findall(rb"^[ \t]*(?:class|(?:async[ \t]+)?def)[ \t]", text, re.MULTILINE)) <= len(
        faults
    )


def error_in(source: bytes) -> Fault | None:
    """A fault of syntax; None where there is none that has a line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        head = ON_LINE.search(error.msg)
        return (int(head[1]), 1, error.msg) if head else (error.lineno or 0, error.offset or 1, error.msg)
    except (ValueError, RecursionError, MemoryError, OverflowError, SystemError):
        pass
    return None


def without_function(source: bytes, line: int, message: str) -> bytes | None:
    """The source with a call of `fault` in place of the function around a line; None where there is none."""
    rows = source.split(b"\n")
    if not 1 <= line <= len(rows):
        return None
    place = line - 1
    head = next((row for row in range(place, -1, -1) if is_head_of(rows, row, place)), None)
    if head is None:
        return None
    margin = len(indent_of(rows[head]))
    end = head + 1
    while end < len(rows) and (end <= place or is_inside(rows[end], margin)):
        end += 1
    call = f"{FAULT}({message!a})".encode()
    body = header_end(rows, head, place)
    if body is None:
        name = DEFINITION.match(rows[head])
        assert name is not None
        rows[head] = indent_of(rows[head]) + b"def " + name[1] + b"(*_, **__): "
        body = head + 1
    for row in range(body, end):
        rows[row] = b""
    if place < body:
        rows[body - 1] += b" " + call
    else:
        rows[place] = b" " * (margin + 4) + call if b"\t" not in indent_of(rows[head]) else b"\t" * (margin + 1) + call
    return b"\n".join(rows)


def is_head_of(rows: list[bytes], row: int, place: int) -> bool:
    """Does a function begin in this row that the row `place` is a part of, as far as indents tell?"""
    if not DEFINITION.match(rows[row]):
        return False
    margin = len(indent_of(rows[row]))
    between = (each for each in rows[row + 1 : place + 1] if each.strip())
    return row == place or all(is_inside(each, margin) for each in between)


def is_inside(row: bytes, margin: int) -> bool:
    """Does a row belong to a block whose head has this indent? Closing brackets may stand further out."""
    text = row.lstrip(b" \t\r")
    return not text or len(indent_of(row)) > margin or text[:1] in b")]}#"


def header_end(rows: list[bytes], head: int, place: int) -> int | None:
    """The row behind the first line of a function, which may be several; None where that does not compile itself."""
    margin = len(indent_of(rows[head]))
    for end in range(head + 1, min(place, head + 12) + 1):
        header = b"\n".join(each[margin:] if index == head else each for index, each in enumerate(rows[head:end], head))
        try:
            ast.parse(header.rstrip() + b" pass")
            return end
        except (SyntaxError, ValueError):
            continue
    return None
