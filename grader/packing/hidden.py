"""The probes of an edition that does not ask hidden checks: of those the name, the title and the weight stay.

So the edition knows what hidden checks there are and what they carry, and neither their questions nor their rules.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from grader.submission.syntax import body_range, end_of

KEPT = ("weight", "needs", "seeded", "passive")  # of what a decorator says; the others are rules for an answer
BODY = 'raise NotImplementedError("a hidden check: it is not asked in this edition")'


def without_questions(source: str, hidden: Collection[str]) -> str:
    """A module with probes without what its hidden ones ask. Of one component, years differ in capitals at most."""
    hidden = {name.casefold() for name in hidden}
    lines = source.splitlines(keepends=True)
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    for function in reversed(functions):  # so that line numbers further up stay right
        for decorator in reversed(function.decorator_list):
            if name_of(decorator).casefold() not in hidden:
                continue
            assert isinstance(decorator, ast.Call)
            start, end = body_range(function, lines, function.name)
            lines[start:end] = [f"    {BODY}\n"]
            decorator.keywords = [word for word in decorator.keywords if word.arg in KEPT]
            lines[decorator.lineno - 1 : decorator.end_lineno or end_of(function)] = [f"@{ast.unparse(decorator)}\n"]
    return "".join(lines)


def name_of(decorator: ast.expr) -> str:
    """The name of the probe that a decorator registers; '' for any other."""
    if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "probe":
        return ""
    words = [word.value for word in decorator.args if isinstance(word, ast.Constant)]
    return "/".join(map(str, words))
