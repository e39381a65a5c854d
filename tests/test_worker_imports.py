"""What runs beside student code brings nothing along: the standard library, NumPy, and modules of the same folder."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from grader.worker.importer import Lines

GRADER = Path(__file__).resolve().parent.parent / "grader"
BESIDE = sorted([*GRADER.glob("worker/*.py"), *GRADER.glob("homeworks/*/worker/*.py")])
ALLOWED = {*sys.stdlib_module_names, "numpy", "grader_worker"}  # the last is what the folder is called in a worker


def test_lines_of_a_code_are_those_that_python_tells() -> None:
    text = "import a\n\nimport b; import c\ndef f(x):\n    return (x +\n        1)\n" + "import d\n" * 500
    code = compile(text, "x.py", "exec")
    table = Lines(code)

    told = [(start, end, line) for start, end, line in code.co_lines() if line is not None]
    assert [table.at(place) for start, end, _ in told for place in (start, end - 1)] == [
        line for *_, line in told for _ in range(2)
    ]


@pytest.mark.parametrize("path", BESIDE, ids=lambda path: path.stem)
def test_beside_student_code(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    modules = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    modules |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    assert {name.partition(".")[0] for name in modules} <= ALLOWED
    assert all(node.level <= 1 for node in nodes if isinstance(node, ast.ImportFrom))
