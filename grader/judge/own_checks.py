"""An instructor's own checks in checks.py beside a rubric: which there are, and what each is about, read off the text.

Whether they run is found out by run/own_checks.py. All of them are hidden, or none is: who reads the file reads all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.base.errors import UsageError
from grader.result import OWN_CHECKS
from grader.rubric import Rubric

# How the file begins in an edition that has the titles of hidden checks alone
ELSEWHERE = "# hidden checks: their titles, and nothing of what they ask\n"


def are_hidden(rubric: Rubric) -> bool:
    return bool(rubric.hidden.intersection(names(rubric)))


def are_elsewhere(rubric: Rubric) -> bool:
    """Are they hidden, and asked by another edition alone?"""
    return rubric.own_text.startswith(ELSEWHERE)


def without_questions(rubric: Rubric) -> str:
    """The file with the titles alone."""
    found = [f"def {name}(submission):\n    {title!r}\n" for name, title in titles(rubric).items()]
    return "\n\n".join([ELSEWHERE, *found])


def names(rubric: Rubric) -> list[str]:
    """The checks, as a result names them."""
    return [f"{OWN_CHECKS}/{name}" for name in rubric.own_checks]


def titles(rubric: Rubric) -> dict[str, str]:
    """What each check is about, by the name of its function: its docstring, else that name in words."""
    found = functions(rubric.own_text)
    return {
        name: " ".join((ast.get_docstring(found[name]) or name.removeprefix("test_").replace("_", " ")).split())
        for name in rubric.own_checks
    }


def compared(rubric: Rubric) -> set[str]:
    """The checks that return something, which is compared with what the reference returns."""
    return {
        name
        for name, function in functions(rubric.own_text).items()
        if any(isinstance(node, ast.Return) and node.value is not None for node in within(function))
    }


def within(function: ast.AST) -> Iterator[ast.AST]:
    """What a function does itself, and not one that it defines."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            yield node
            yield from within(node)


def read(rubric: Rubric, source: str) -> None:
    """Raises UsageError where file and rubric do not fit each other."""
    if not rubric.own_checks:
        return
    where = f"rubric {source}, [checks]"
    try:
        found = functions(rubric.own_text)
    except SyntaxError as error:
        raise UsageError(f"{OWN_CHECKS}, line {error.lineno}: {error.msg}") from None
    except ValueError as error:  # a null byte
        raise UsageError(f"{OWN_CHECKS}: {error}") from None
    for name in rubric.own_checks:
        if name not in found:
            raise UsageError(f'{where}, "{name}": {OWN_CHECKS} has no function of that name')
    for name, function in found.items():
        taken = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        if taken != ["submission"]:
            raise UsageError(f"{OWN_CHECKS}, line {function.lineno}: {name} must take `submission`, and nothing else")
        if name not in rubric.own_checks:
            raise UsageError(f"{where}: {OWN_CHECKS} has {name}, which needs points here (0 for none)")


def functions(text: str) -> dict[str, ast.FunctionDef]:
    """The checks of a file."""
    return {
        node.name: node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
