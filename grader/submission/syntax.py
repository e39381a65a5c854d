"""Where in a text its functions and classes lie, for whoever takes bodies out or shows them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.base.errors import UsageError

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


def definitions(tree: ast.Module) -> Iterator[tuple[str, Definition]]:
    """Every function and class at the top of a module, and every method: (qualified name, node)."""
    for node in tree.body:
        if isinstance(node, Definition):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            methods = [child for child in node.body if isinstance(child, Definition)]
            yield from ((f"{node.name}.{method.name}{'.setter' * is_setter(method)}", method) for method in methods)


def is_setter(method: Definition) -> bool:
    """Whether it is the second function of a property, which has the first one's name."""
    return any(isinstance(each, ast.Attribute) and each.attr == "setter" for each in method.decorator_list)


def body_range(function: Function, lines: list[str], name: str) -> tuple[int, int]:
    """The lines [start, end) of a function's body after its docstring, with all comments."""
    if ast.get_docstring(function) is None:
        raise UsageError(f"{name} is a hole, but has no docstring: students would not know what to write")
    start, end = end_of(function.body[0]), end_of(function)
    for number in range(end, len(lines)):  # comments are not in the tree: go on while lines are indented
        if lines[number].strip():
            if len(lines[number]) - len(lines[number].lstrip()) <= function.col_offset:
                break
            end = number + 1
    return start, end


def end_of(node: ast.stmt) -> int:
    """The number of a statement's last line, which is where a slice of lines up to it ends."""
    assert node.end_lineno is not None  # ast.parse always sets it
    return node.end_lineno
