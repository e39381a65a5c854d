"""From the bytes of a file to its syntax tree, or to what keeps Python from importing it.

No file, however odd, raises: what is wrong with it is a SourceError.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import warnings
from dataclasses import dataclass, replace

from grader.worker import gaps
from grader.worker.import_guards import TRIES

MOST_COPIED = 200_000  # nodes of syntax trees, some 50 MB of compiled code; a large module has 20,000 of its own
NESTED = "the file is nested too deeply for Python"
WIDTH = 120  # characters of a source line that are shown, around the fault
LINE_ENDS = re.compile(r"\r\n|\r|\n")
CONFLICT = re.compile(r"(<{7}|={7}|>{7})( |$)")  # what git leaves around two versions of some lines
CAME_WITH = "that came with Python"


@dataclass(frozen=True)
class SourceError:
    """Why a file is no Python: the place, the line without its indentation, a caret to go below it, the reason.

    kind: what Python would raise, or '' for a file that cannot be read as text at all.
    """

    line: int
    column: int
    text: str
    caret: str
    message: str
    kind: str = "SyntaxError"


def parse_mended(source: bytes) -> tuple[ast.Module | SourceError, tuple[int, ...], tuple[SourceError, ...]]:
    """The syntax tree without what keeps it from compiling (worker/gaps.py), the lines of gaps, and faults of syntax.

    Where that cannot be taken out: what keeps Python from importing this file, rather a fault than a gap.
    """
    tree = parse(source)
    if not isinstance(tree, SourceError) or tree.kind != "SyntaxError" or CAME_WITH in tree.message:
        return tree, (), ()
    text, lines, faults = gaps.mended(source)
    found = parse(text) if lines or faults else tree
    if isinstance(found, SourceError):
        return (tree if found.line in lines else found), (), ()
    rows = source.decode(errors="replace").split("\n")
    told = (fault_in_line(line, rows[line - 1], column, message) for line, column, message in faults)
    return found, tuple(lines), tuple(told)


def text_of(source: bytes) -> str | SourceError:
    """The text of a file without what keeps it from compiling, or what keeps Python from importing it."""
    tree, lines, faults = parse_mended(source)
    return tree if isinstance(tree, SourceError) else decoded(gaps.mended(source)[0] if lines or faults else source)


def parse(source: bytes) -> ast.Module | SourceError:
    """The syntax tree, or what keeps Python from importing this file."""
    if source[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return fault_at(source, 0, "the file is UTF-16, which Python does not read: save it as UTF-8")
    if b"\0" in source:
        return fault_at(source, source.index(b"\0"), "the file contains a null byte, so it is no text")
    # Codecs and the compiler warn about what works today; that is the student's to read when it runs
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = decoded(source)
        return text if isinstance(text, SourceError) else parse_text(text)


def decoded(source: bytes) -> str | SourceError:
    """The text, decoded as Python does: by its byte order mark, its PEP 263 cookie, or as UTF-8."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return source.decode(encoding)
    except UnicodeDecodeError as error:
        start = error.start + 3 * (encoding == "utf-8-sig")  # counted from behind the byte order mark
        name = error.encoding.removesuffix("-sig").upper()
        return fault_at(source, start, f"the file is not valid {name}: {error.reason}; save it as UTF-8")
    except (SyntaxError, LookupError, ValueError) as error:
        try:  # tokenize does not say where the fault is
            source.decode("utf-8")
        except UnicodeDecodeError as place:
            return fault_at(source, place.start, f"the file is not valid UTF-8: {place.reason}; save it as UTF-8")
        return replace(fault_at(source, 0, str(error)), kind="SyntaxError")


def copied_by_finally(tree: ast.AST) -> int:
    """How many nodes Python compiles once more: it copies the block of a `finally` to every way out of the `try`."""
    nodes = [tree]
    for node in nodes:  # grows while it is walked
        nodes += ast.iter_child_nodes(node)
    sizes: dict[int, int] = {}
    ways_out: dict[int, int] = {}
    for node in reversed(nodes):  # children before parents
        last = node.finalbody if isinstance(node, TRIES) else []
        set_apart = set(map(id, last))
        others = [child for child in ast.iter_child_nodes(node) if id(child) not in set_apart]
        ways = sum(ways_out[id(child)] for child in others)
        copies = 2 + ways  # one where nothing is raised, one where something is
        sizes[id(node)] = 1 + sum(sizes[id(child)] for child in others) + copies * sum(sizes[id(each)] for each in last)
        ways += isinstance(node, (ast.Return, ast.Break, ast.Continue)) + copies * sum(ways_out[id(e)] for e in last)
        ways_out[id(node)] = 0 if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else ways
    return sizes[id(tree)] - len(nodes)


def parse_text(text: str) -> ast.Module | SourceError:
    try:
        tree = ast.parse(text)
        # Most files have none at all, and need no walk over the whole tree
        if "finally" in text and copied_by_finally(tree) > MOST_COPIED:
            return fault_in_line(1, "", 1, "Python copies `finally` to every way out: too much code, or too many ways")
        # Finds what is no matter of grammar, such as `return` outside a function. The code is thrown away
        compile(tree, "submission", "exec", dont_inherit=True)
        return tree
    except SyntaxError as error:
        lines = LINE_ENDS.split(text)
        line = min(max(error.lineno or 1, 1), len(lines))
        if CONFLICT.match(lines[line - 1]):
            return fault_in_line(
                line, lines[line - 1], 1, "marks of a merge conflict: keep one side and delete the marks"
            )
        newer = newer_syntax(lines[line - 1], error.msg)
        return fault_in_line(line, lines[line - 1], error.offset or 1, f"{error.msg}; {newer}" if newer else error.msg)
    except (RecursionError, MemoryError):
        return fault_in_line(1, "", 1, NESTED)
    except (ValueError, OverflowError, SystemError) as error:
        return fault_in_line(1, "", 1, str(error))


# What a line that does not parse may be, and the Python that it came with
NEWER = (
    (re.compile(r"\s*except\s*\*"), (3, 11), "`except*`"),
    (re.compile(r"\s*type\s+\w+\s*(\[.*\])?\s*="), (3, 12), "a `type` statement"),
    (re.compile(r"\s*(async\s+)?(def|class)\s+\w+\s*\["), (3, 12), "a type parameter in brackets"),
    (
        re.compile(r".*\b[rR]?[fF][rR]?['\"]"),
        (3, 12),
        "an f-string with the same quotes, or a backslash, inside its braces",
    ),
    (re.compile(r"\s*except\s+[\w.]+\s*,\s*[\w.]+"), (3, 14), "`except` of several without parentheses"),
    (re.compile(r".*(?<![\w'\"])[rR]?[tT][rR]?['\"]"), (3, 14), "a t-string"),
)


def newer_syntax(line: str, message: str) -> str:
    """What came with a Python that is newer than this one, where a line that does not parse seems to use it."""
    for pattern, since, what in NEWER:
        quoted = "f-string" in what and "f-string" not in message
        if sys.version_info < since and pattern.match(line) and not quoted:
            version = ".".join(map(str, since))
            here = f"{sys.version_info[0]}.{sys.version_info[1]}"
            return f"if {what} is meant: {CAME_WITH} {version}, and this grader runs Python {here}"
    return ""


def fault_at(source: bytes, position: int, message: str) -> SourceError:
    """A byte of a file that keeps it from being read as text."""
    before = LINE_ENDS.split(source[:position].decode("utf-8-sig", "replace"))
    after = LINE_ENDS.split(source[position : position + WIDTH].decode("utf-8", "replace"))
    return replace(fault_in_line(len(before), before[-1] + after[0], len(before[-1]) + 1, message), kind="")


def fault_in_line(line: int, text: str, column: int, message: str) -> SourceError:
    """A fault with the part of the line around it, made safe to print."""
    text = "".join(c if c.isprintable() else " " if c == "\t" else "�" for c in text)
    column = min(max(column, 1), len(text) + 1)
    start = min(len(text) - len(text.lstrip()), column - 1)
    start = max(start, column - WIDTH // 2)
    message = "".join(c if c.isprintable() else "�" for c in message[:500])
    caret = " " * (column - 1 - start) + "^"
    return SourceError(line, column, text[start : start + WIDTH].rstrip(), caret, message)
