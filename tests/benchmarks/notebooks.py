"""The graders of notebooks: the eight checks as otter-grader and nbgrader want them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import tools
from tests.benchmarks.eight_checks import CHECKS
from tests.benchmarks.timing import Missing, Took, command, environment

OTTER_TEST = """\
OK_FORMAT = True
test = {{
    "name": "{name}",
    "points": 1,
    "suites": [{{
        "cases": [{{"code": ">>> eight_checks.{name}()", "hidden": False, "locked": False}}],
        "scored": True, "setup": "", "teardown": "", "type": "doctest",
    }}],
}}
"""
STUDENT = "student"
ASSIGNMENT = "beras"


def otter(folder: Path, plain: Path) -> Callable[[], Took]:
    """Lays out a notebook and its autograder, and grades with it."""
    program = tools.needed("otter-grader", "otter")
    tests = folder / "tests"
    tests.mkdir(parents=True)
    for check in CHECKS:
        (tests / f"{check.__name__}.py").write_text(OTTER_TEST.format(name=check.__name__))
    notebook = write_notebook(folder / f"{ASSIGNMENT}.ipynb", [code_cell(start(plain))])
    archive = folder / "autograder.zip"
    prepared(program, "generate", "-t", tests, "-o", archive, "--no-environment", cwd=folder)
    grade = command(program, "run", "-a", archive, "-o", folder, notebook, cwd=folder, env=activated(program))

    def run() -> Took:
        took = grade()
        if json.loads((folder / "results.json").read_text()).get("score") == 0:  # it ends with 0 all the same
            raise Missing("its notebook did not run")
        return took

    return run


def nbgrader(folder: Path, plain: Path) -> Callable[[], Took]:
    """Lays out a course with one student, and grades the hand-in."""
    program = tools.needed("nbgrader", "nbgrader")
    cells = [code_cell(start(plain)), *(graded_cell(check.__name__) for check in CHECKS)]
    write_notebook(folder / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", cells)
    write_notebook(folder / "submitted" / STUDENT / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", cells)
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'course'\n")
    prepared(program, "generate_assignment", ASSIGNMENT, "--create", "--force", cwd=folder)
    return command(program, "autograde", ASSIGNMENT, "--create", "--force", cwd=folder, env=activated(program))


def activated(program: Path) -> dict[str, str]:
    """The environment variables of an activated virtual environment: these tools look for others on the PATH."""
    found = environment()
    return found | {"PATH": f"{program.parent}{os.pathsep}{found.get('PATH', '')}"}


def prepared(program: Path, *words: str | Path, cwd: Path) -> None:
    subprocess.run([program, *words], cwd=cwd, env=activated(program), check=True, capture_output=True)


def start(plain: Path) -> str:
    """The cell that loads the submission."""
    return f"import sys\nsys.path.insert(0, {str(plain)!r})\nimport eight_checks"


def code_cell(source: str, **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"cell-{len(source)}-{hash(source) & 0xFFFF}",
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def graded_cell(name: str) -> dict[str, Any]:
    """A cell of tests worth one point, in nbgrader's schema 3."""
    marks = {"grade": True, "grade_id": name, "locked": True, "points": 1, "schema_version": 3, "solution": False}
    return code_cell(f"eight_checks.{name}()", nbgrader={**marks, "task": False})


def write_notebook(path: Path, cells: Sequence[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))
    return path
