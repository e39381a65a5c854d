"""What a module shows without being run: whether it parses, what it imports, which functions are not written.

Nothing here executes student code, and no file, however odd, raises: what is wrong with it is a SourceError.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath

from grader.base.processes import ends_well
from grader.submission.syntax import is_setter
from grader.submission.unwritten import last_name, unwritten_line
from grader.worker import gaps

MOST_COPIED = 200_000  # nodes of syntax trees, some 50 MB of compiled code; a large module has 20,000 of its own
USUAL_BYTES = 64 << 10  # of a file; no module of a hand-in that somebody wrote is as long
READ_SECONDS, READ_BYTES = 5, 512 << 20  # CPU time and memory to read a longer one
LONGEST_NAME = 200  # characters, with the class in front
NESTED = "the file is nested too deeply for Python"
WIDTH = 120  # characters of a source line that are shown, around the fault
LINE_ENDS = re.compile(r"\r\n|\r|\n")
IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
CONFLICT = re.compile(r"(<{7}|={7}|>{7})( |$)")  # what git leaves around two versions of some lines
CAME_WITH = "that came with Python"
TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))  # try ... except* came with Python 3.11
HOLDS_STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)


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


@dataclass(frozen=True)
class Import:
    """One imported module.

    module     the name before the first dot: Beras of Beras.core; of a relative one the importing module's
    name       in full, as written: Beras.core, .core
    guarded    it does not run when the module is imported, or may fail: in a function, in `try` with
               `except ImportError`, under `if TYPE_CHECKING` or `if __name__ == "__main__"`
    used       something in the module reads a name that it brings
    """

    module: str
    name: str
    line: int
    relative: bool
    guarded: bool
    used: bool = True


@dataclass(frozen=True)
class Definition:
    """A name that a module binds outside its classes and functions.

    kind        "class", "function", "import" or "value"; the last binding counts, as in Python
    lines       the first and the last
    bases       last names of what a class derives from
    members     methods of a class
    parameters  of a function or of `__init__`, self included: each name, and whether it is 0, None or False by default
    origin      of an import: the module as written, and the name there
    """

    name: str
    kind: str
    lines: tuple[int, int] = (0, 0)
    bases: tuple[str, ...] = ()
    members: frozenset[str] = frozenset()
    parameters: tuple[tuple[str, bool], ...] = ()
    origin: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class SourceModule:
    """One module of a submission, read but not run.

    name       dotted: Beras.layers
    path       of the copy; nothing is there if the file could not be copied, which source_error then says
    relative   below the folder with the code: Beras/layers.py
    functions  by qualified name, Dense.forward; of those that are not written yet, the line that says so
    numpy_names  what it takes of NumPy by name, each with the first line that does
    defines    what it binds, by name; "*" for `from ... import *`, of which the last counts
    gaps       lines that keep it from compiling, and that were filled to read all else (worker/gaps.py)
    faults     of syntax, each in a function that was taken out to read all else
    """

    name: str
    path: Path
    relative: PurePosixPath
    source_error: SourceError | None = None
    imports: tuple[Import, ...] = ()
    functions: dict[str, int | None] = field(default_factory=dict)
    numpy_names: tuple[tuple[str, int], ...] = ()
    defines: tuple[Definition, ...] = ()
    gaps: tuple[int, ...] = ()
    faults: tuple[SourceError, ...] = ()

    @property
    def stubs(self) -> dict[str, int]:
        """The functions that are not written yet, each with the line that says so."""
        return {name: line for name, line in self.functions.items() if line is not None}

    def definition(self, name: str) -> Definition | None:
        return next((each for each in self.defines if each.name == name), None)


def read_module(name: str, path: Path, relative: PurePosixPath, source: bytes) -> SourceModule:
    """The module with this source. Never raises."""
    if len(source) > USUAL_BYTES and not ends_well(partial(tried, source, name), READ_SECONDS, READ_BYTES):
        fault = f"Python takes more than {READ_SECONDS} s or {READ_BYTES >> 20} MB to read {len(source)} bytes of code"
        return SourceModule(name, path, relative, fault_in_line(1, "", 1, fault))
    return SourceModule(name, path, relative, *shown_by(source, name))


def tried(source: bytes, name: str) -> None:
    """Raises MemoryError where there was too little to read a source: Python says the same of one nested too deeply."""
    error, *_ = shown_by(source, name)
    if error is not None and error.message == NESTED:
        raise MemoryError


@lru_cache(maxsize=256)
def shown_by(
    source: bytes, name: str
) -> tuple[
    SourceError | None,
    tuple[Import, ...],
    dict[str, int | None],
    tuple[tuple[str, int], ...],
    tuple[Definition, ...],
    tuple[int, ...],
    tuple[SourceError, ...],
]:
    """What a source shows; whoever grades again and again meets most files again.

    Names are left out that are too long to be any of the assignment's: a report would repeat them in every line.
    """
    tree, lines, faults = parse_mended(source)
    if isinstance(tree, SourceError):
        return tree, (), {}, (), with_short_names(scanned(source)), (), ()
    functions = {each: line for each, line in functions_of(tree).items() if len(each) <= LONGEST_NAME}
    defined = with_short_names(definitions_of(tree))
    return None, imports_of(tree, name), functions, numpy_names_of(tree), defined, lines, faults


def with_short_names(found: Iterable[Definition]) -> tuple[Definition, ...]:
    return tuple(each for each in found if len(each.name) <= LONGEST_NAME)


# --- syntax -------------------------------------------------------------------------------------------------


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


# --- imports ------------------------------------------------------------------------------------------------


def imports_of(tree: ast.Module, importer: str) -> tuple[Import, ...]:
    """All imports in a module, in the order of their lines."""
    found: list[Import] = []
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
    for node, guarded in statements(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                used = (each.asname or top(each.name)) in read
                found.append(Import(top(each.name), each.name, node.lineno, False, guarded, used))
        elif isinstance(node, ast.ImportFrom):
            name = "." * node.level + (node.module or "")
            module = top(importer) if node.level else top(name)
            used = any((each.asname or each.name) in read for each in node.names)
            found.append(Import(module, name, node.lineno, node.level > 0, guarded, used))
    return tuple(sorted(found, key=lambda each: each.line))


def numpy_names_of(tree: ast.Module) -> tuple[tuple[str, int], ...]:
    """`np.prod` and `from numpy import prod`, each name with its first line."""
    modules: set[str] = set()
    found: dict[str, int] = {}
    for node, _ in statements(tree):
        if isinstance(node, ast.Import):
            modules |= {each.asname or each.name for each in node.names if each.name == "numpy"}
        elif isinstance(node, ast.ImportFrom) and node.module == "numpy" and not node.level:
            for each in node.names:
                found.setdefault(each.name, node.lineno)
    for attribute in ast.walk(tree):
        if isinstance(attribute, ast.Attribute) and last_name(attribute.value) in modules:
            found[attribute.attr] = min(attribute.lineno, found.get(attribute.attr, attribute.lineno))
    return tuple(sorted(found.items(), key=lambda each: each[1]))


def top(name: str) -> str:
    return name.partition(".")[0]


def statements(tree: ast.Module) -> Iterator[tuple[ast.AST, bool]]:
    """Every statement and whether it is guarded (see Import). Without recursion: code may be nested deeply."""
    waiting: list[tuple[ast.AST, bool]] = [(node, False) for node in tree.body]
    while waiting:
        node, guarded = waiting.pop()
        yield node, guarded
        for block, guards in blocks(node):
            waiting += [(child, guarded or guards) for child in block]


def blocks(node: ast.AST) -> list[tuple[Iterable[ast.AST], bool]]:
    """The statements inside a statement, and whether it guards them."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [(node.body, True)]
    if isinstance(node, TRIES):
        guards = any(catches(handler.type) for handler in node.handlers)
        # Handlers as well: what they import is what to fall back to
        return [(node.body, guards), (node.handlers, guards), (node.orelse, False), (node.finalbody, False)]
    if isinstance(node, ast.If):
        return [(node.body, is_never_true_on_import(node.test)), (node.orelse, False)]
    if isinstance(node, ast.With):
        return [(node.body, any(suppresses(item.context_expr) for item in node.items))]
    return [([child for child in ast.iter_child_nodes(node) if isinstance(child, HOLDS_STATEMENTS)], False)]


def catches(kind: ast.expr | None) -> bool:
    """Does `except kind` catch a failed import?"""
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(each is None or last_name(each) in IMPORT_ERRORS for each in kinds)


def suppresses(manager: ast.expr) -> bool:
    """`contextlib.suppress(ImportError)`"""
    return isinstance(manager, ast.Call) and last_name(manager.func) == "suppress" and any(map(catches, manager.args))


def is_never_true_on_import(test: ast.expr) -> bool:
    """`TYPE_CHECKING`, `typing.TYPE_CHECKING` or `__name__ == "__main__"`."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        sides = [test.left, test.comparators[0]]
        return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides) and any(
            isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
        )
    return last_name(test) == "TYPE_CHECKING"


# --- functions ----------------------------------------------------------------------------------------------


# --- definitions --------------------------------------------------------------------------------------------


def definitions_of(tree: ast.Module) -> tuple[Definition, ...]:
    """Every name that a module binds; of several with one name the last, as in Python."""
    found: dict[str, Definition] = {}
    waiting: list[ast.AST] = list(reversed(tree.body))
    while waiting:
        node = waiting.pop()
        for each in bound_by(node):
            found[each.name] = each
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = [child for block, _ in blocks(node) for child in block]
            waiting += reversed(inside)
    return tuple(found.values())


def bound_by(node: ast.AST) -> list[Definition]:
    """What one statement binds, without the statements inside it."""
    if isinstance(node, ast.ClassDef):
        functions = [each for each in node.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
        init = next((each for each in functions if each.name == "__init__"), None)
        bases = tuple(map(last_name, node.bases))
        return [
            Definition(
                node.name,
                "class",
                lines_of(node),
                bases,
                frozenset(each.name for each in functions),
                parameters_of(init),
            )
        ]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [Definition(node.name, "function", lines_of(node), parameters=parameters_of(node))]
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return [
            Definition(each.asname or each.name, "import", lines_of(node), origin=(module, each.name))
            for each in node.names
        ]
    if isinstance(node, ast.Import):
        return [Definition(each.asname or top(each.name), "import", lines_of(node)) for each in node.names]
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None
        else []
    )
    flat = [each for target in targets for each in getattr(target, "elts", [target])]
    return [Definition(each.id, "value", lines_of(node)) for each in flat if isinstance(each, ast.Name)]


def lines_of(node: ast.AST) -> tuple[int, int]:
    line: int = getattr(node, "lineno", 1)
    first = min([line, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    return first, getattr(node, "end_lineno", None) or line


def parameters_of(function: ast.FunctionDef | ast.AsyncFunctionDef | None) -> tuple[tuple[str, bool], ...]:
    if function is None:
        return ()
    positional = [*function.args.posonlyargs, *function.args.args]
    defaults = [None] * (len(positional) - len(function.args.defaults)) + list(function.args.defaults)
    rows = [*zip(positional, defaults), *zip(function.args.kwonlyargs, function.args.kw_defaults)]
    return tuple((each.arg, isinstance(value, ast.Constant) and not value.value) for each, value in rows)


DEFINING = re.compile(r"^(?P<indent>[ \t]*)(?P<kind>class|def|async def)[ \t]+(?P<name>\w+)")


def scanned(source: bytes) -> tuple[Definition, ...]:
    """The classes and functions of a file that Python does not read, as far as its lines show them."""
    rows = LINE_ENDS.split(source.decode("utf-8", "replace"))
    found: dict[str, Definition] = {}
    heads = [(line, match) for line, row in enumerate(rows, 1) if (match := DEFINING.match(row))]
    outer = [(line, match) for line, match in heads if not match["indent"]]
    ends = [line - 1 for line, _ in outer[1:]] + [len(rows)]
    for (line, match), end in zip(outer, ends):
        members = frozenset(each["name"] for at, each in heads if line < at <= end and each["kind"] != "class")
        kind = "class" if match["kind"] == "class" else "function"
        found[match["name"]] = Definition(match["name"], kind, (line, end), members=members)
    return tuple(found.values())


# --- stubs --------------------------------------------------------------------------------------------------


def with_given(module: SourceModule, choices: frozenset[str]) -> SourceModule:
    """The module where these initializers were handed out: written is what has others."""
    if module.source_error is not None:
        return module
    tree, *_ = parse_mended(module.path.read_bytes())
    assert isinstance(tree, ast.Module)  # else there were an error
    return replace(module, functions=functions_of(tree, choices))


def functions_of(tree: ast.Module, given: frozenset[str] = frozenset()) -> dict[str, int | None]:
    """Functions and methods by qualified name; of those that are not written, the line that says so.

    Of several with one name the last counts, as in Python; the setter of a property is NAME.setter. given: see
    `unwritten_line`.
    """
    found: dict[str, int | None] = {}
    waiting: list[tuple[ast.AST, str]] = [(node, "") for node in reversed(tree.body)]
    while waiting:
        node, prefix = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[prefix + node.name + ".setter" * is_setter(node)] = unwritten_line(node, node.name, given)
            continue
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            found |= {prefix + name: unwritten_line(node.value, name) for name in names}
        if isinstance(node, ast.ClassDef):
            prefix += f"{node.name}."
        inside = [child for block, _ in blocks(node) for child in block]
        waiting += [(child, prefix) for child in reversed(inside)]
    return found
