"""Which statements of a submission see to it that an import inside them may fail; asked beside it, and of its text."""

from __future__ import annotations

import ast

IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))  # try ... except* came with Python 3.11


def guards(node: ast.AST, line: int) -> bool:
    """`try` with `except ImportError`, or `with suppress(ImportError)`, around this line."""
    if isinstance(node, TRIES):
        guarded = any(catches(handler.type) for handler in node.handlers)
    elif isinstance(node, ast.With):
        guarded = any(suppresses(item.context_expr) for item in node.items)
    else:
        return False
    return guarded and node.body[0].lineno <= line <= (node.body[-1].end_lineno or 0)


def catches(kind: ast.expr | None) -> bool:
    """Does `except kind` catch a failed import?"""
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(each is None or last_name(each) in IMPORT_ERRORS for each in kinds)


def suppresses(manager: ast.expr) -> bool:
    """`contextlib.suppress(ImportError)`"""
    return isinstance(manager, ast.Call) and last_name(manager.func) == "suppress" and any(map(catches, manager.args))


def last_name(node: ast.AST | None) -> str:
    """`name` of `name` and of `package.name`."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
