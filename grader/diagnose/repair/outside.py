"""Which functions of a module reach outside of it, to files and processes: those are not edited.

A file that is opened under another name, or a folder that is emptied under another number, is harm that nobody wrote;
and not every level of isolation stops it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

HARMLESS = frozenset({
    "__future__", "abc", "bisect", "collections", "contextlib", "copy", "dataclasses", "enum", "functools", "heapq",
    "itertools", "math", "numbers", "numpy", "operator", "pprint", "queue", "random", "statistics", "string", "time",
    "tqdm", "types", "typing", "typing_extensions", "warnings",
})  # fmt: skip
BUILTINS = frozenset({"__builtins__", "__import__", "breakpoint", "compile", "eval", "exec", "open"})
METHODS = frozenset({"memmap", "save", "savetxt", "savez", "tofile"})  # of NumPy


def reaching_outside(module: ast.Module, own: Iterable[str]) -> set[str]:
    """Names of functions that mention what reaches outside, or another such function.

    own: modules that are harmless to import: those of the submission, whose own text says what they do, and those that
    the grader put there.
    """
    harmless = HARMLESS | {each.partition(".")[0] for each in own}
    reaching = set(BUILTINS)
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            reaching |= {each.asname or top(each.name) for each in node.names if top(each.name) not in harmless}
        elif isinstance(node, ast.ImportFrom) and not node.level and top(node.module or "") not in harmless:
            reaching |= {each.asname or each.name for each in node.names}
    functions = {
        node: mentioned(node) for node in ast.walk(module) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    found: set[str] = set()
    while more := {node.name for node, names in functions.items() if names & (reaching | METHODS | found)} - found:
        found |= more
    return found


def top(module: str) -> str:
    return module.partition(".")[0]


def mentioned(function: ast.AST) -> set[str]:
    """Every name in a function, imports among them, and the attributes that no builtin is meant by."""
    names = {each.id for each in ast.walk(function) if isinstance(each, ast.Name)}
    names |= {each.attr for each in ast.walk(function) if isinstance(each, ast.Attribute)} - BUILTINS
    imports = [each for each in ast.walk(function) if isinstance(each, (ast.Import, ast.ImportFrom))]
    return names | {alias.asname or top(alias.name) for each in imports for alias in each.names}
