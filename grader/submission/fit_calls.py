"""How many epochs, and in batches of what size, a script trains: told from its text, without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PARAMETERS = ("x", "y", "epochs", "batch_size")  # of a model's fit; a one-hot encoder's takes the data alone
LOOPS = (ast.For, ast.While)


def read_fit(path: Path) -> dict[str, int]:
    """`epochs` and `batch_size` of a file's call `.fit(...)`, as far as they can be told; of several the longest."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    constants = constants_of(tree)
    found = [said for call, is_looped in fits(tree) if (said := said_by(call, constants, is_looped))]
    return max(found, key=lambda said: said.get("epochs", 0), default={})


def fits(tree: ast.Module) -> Iterator[tuple[ast.Call, bool]]:
    """The calls of a method `fit`, each with whether it stands in a loop, where its epochs are not all of them."""
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, is_looped = waiting.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fit":
            yield node, is_looped
        waiting += [(child, is_looped or isinstance(node, LOOPS)) for child in ast.iter_child_nodes(node)]


def said_by(call: ast.Call, constants: dict[str, int], is_looped: bool) -> dict[str, int]:
    """The numbers that a call names."""
    given = dict(zip(PARAMETERS, call.args)) if not any(isinstance(each, ast.Starred) for each in call.args) else {}
    given |= {each.arg: each.value for each in call.keywords if each.arg is not None}
    said = {}
    for name in PARAMETERS[2:]:
        value = number(given.get(name), constants)
        if value is not None and not (name == "epochs" and is_looped):
            said[name] = value
    return said


def number(node: ast.expr | None, constants: dict[str, int]) -> int | None:
    """A whole number from 1 up, written out or under a name that is bound to nothing else; None for all other."""
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.Constant) and type(node.value) is int and node.value >= 1:
        return node.value
    return None


def constants_of(tree: ast.Module) -> dict[str, int]:
    """Names that are bound to one whole number wherever the file binds them."""
    assigned: dict[int, ast.expr | None] = {}
    bound: dict[str, set[int | None]] = {}
    for node in ast.walk(tree):  # an assignment comes before the names in it
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets: list[ast.expr] = node.targets if isinstance(node, ast.Assign) else [node.target]
            assigned |= {id(target): value for target, value in pairs(targets, node.value)}
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.setdefault(node.id, set()).add(number(assigned.get(id(node)), {}))
        elif isinstance(node, ast.arg):
            bound.setdefault(node.arg, set()).add(None)
    only = {name: next(iter(values)) for name, values in bound.items() if len(values) == 1}
    return {name: value for name, value in only.items() if value is not None}


def pairs(targets: list[ast.expr], value: ast.expr | None) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Each target of an assignment with its value: `epochs, batch_size = 5, 100` has two."""
    for target in targets:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            yield from zip(target.elts, value.elts)
        else:
            yield target, value
