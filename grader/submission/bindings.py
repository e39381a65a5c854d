"""The names that a module binds outside its functions, and what it imports for them, as its syntax tree shows them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.submission.parser import LINE_ENDS
from grader.worker.import_guards import TRIES, catches, last_name, suppresses

HOLDS_STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)


@dataclass(frozen=True)
class SourceImport:
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
class Binding:
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


# --- imports ------------------------------------------------------------------------------------------------


def imports_of(tree: ast.Module, importer: str) -> tuple[SourceImport, ...]:
    """All imports in a module, in the order of their lines."""
    found: list[SourceImport] = []
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
    for node, guarded in statements(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                used = (each.asname or top(each.name)) in read
                found.append(SourceImport(top(each.name), each.name, node.lineno, False, guarded, used))
        elif isinstance(node, ast.ImportFrom):
            name = "." * node.level + (node.module or "")
            module = top(importer) if node.level else top(name)
            used = any((each.asname or each.name) in read for each in node.names)
            found.append(SourceImport(module, name, node.lineno, node.level > 0, guarded, used))
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


def is_never_true_on_import(test: ast.expr) -> bool:
    """`TYPE_CHECKING`, `typing.TYPE_CHECKING` or `__name__ == "__main__"`."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        sides = [test.left, test.comparators[0]]
        return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides) and any(
            isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
        )
    return last_name(test) == "TYPE_CHECKING"


# --- definitions --------------------------------------------------------------------------------------------


def definitions_of(tree: ast.Module) -> tuple[Binding, ...]:
    """Every name that a module binds; of several with one name the last, as in Python."""
    found: dict[str, Binding] = {}
    waiting: list[ast.AST] = list(reversed(tree.body))
    while waiting:
        node = waiting.pop()
        for each in bound_by(node):
            found[each.name] = each
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = [child for block, _ in blocks(node) for child in block]
            waiting += reversed(inside)
    return tuple(found.values())


def bound_by(node: ast.AST) -> list[Binding]:
    """What one statement binds, without the statements inside it."""
    if isinstance(node, ast.ClassDef):
        functions = [each for each in node.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
        init = next((each for each in functions if each.name == "__init__"), None)
        bases = tuple(map(last_name, node.bases))
        return [
            Binding(
                node.name,
                "class",
                lines_of(node),
                bases,
                frozenset(each.name for each in functions),
                parameters_of(init),
            )
        ]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [Binding(node.name, "function", lines_of(node), parameters=parameters_of(node))]
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return [
            Binding(each.asname or each.name, "import", lines_of(node), origin=(module, each.name))
            for each in node.names
        ]
    if isinstance(node, ast.Import):
        return [Binding(each.asname or top(each.name), "import", lines_of(node)) for each in node.names]
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None
        else []
    )
    flat = [each for target in targets for each in getattr(target, "elts", [target])]
    return [Binding(each.id, "value", lines_of(node)) for each in flat if isinstance(each, ast.Name)]


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


def scanned(source: bytes) -> tuple[Binding, ...]:
    """The classes and functions of a file that Python does not read, as far as its lines show them."""
    rows = LINE_ENDS.split(source.decode("utf-8", "replace"))
    found: dict[str, Binding] = {}
    heads = [(line, match) for line, row in enumerate(rows, 1) if (match := DEFINING.match(row))]
    outer = [(line, match) for line, match in heads if not match["indent"]]
    ends = [line - 1 for line, _ in outer[1:]] + [len(rows)]
    for (line, match), end in zip(outer, ends):
        members = frozenset(each["name"] for at, each in heads if line < at <= end and each["kind"] != "class")
        kind = "class" if match["kind"] == "class" else "function"
        found[match["name"]] = Binding(match["name"], kind, (line, end), members=members)
    return tuple(found.values())
