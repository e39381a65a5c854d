"""Every `grade` command that a page of the project shows is one that the command line understands."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from overlays import ROOT

from grader.commands.main import main
from grader.homework import FIRST_YEAR, YEARS, Edition, edition
from grader.judge.rubrics import load
from grader.packing.template import HANDOUT, template_of
from grader.result import is_training

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "student_template/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "tests").glob("*/README.md")),
    *sorted((ROOT / "grader").rglob("*.md")),
]
PLACEHOLDERS = {"YEAR": "2025", "KIND": "student", "DIR|ZIP": "x"}


class Understood(BaseException):
    """The arguments were parsed, and the command has done nothing yet."""


def written(text: str) -> Iterator[str]:
    """The commands in a page: lines of its blocks, and what a table begins its rows with."""
    text = text.replace("\\\n", " ")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for language, block in blocks if language in ("", "sh") for line in block.splitlines()]
    cells = re.findall(r"^\| `([^`]*)` \|", text, re.MULTILINE)
    for line in [*lines, *cells]:
        found = re.match(r"(?:\.venv/bin/)?grade(?= |$)(.*)", line)
        if found:
            yield re.split(r"\s{2,}| # ", found[1])[0].strip()


def commands() -> list[Any]:
    found = {text: path for path in PAGES for text in written(path.read_text(encoding="utf-8"))}
    return [pytest.param(text, id=f"{path.relative_to(ROOT)}: grade {text}") for text, path in found.items()]


@pytest.mark.parametrize("text", commands())
def test_command_line_understands_what_is_written(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parse = argparse.ArgumentParser.parse_args

    def parsed(parser: argparse.ArgumentParser, arguments: Any = None, namespace: Any = None) -> argparse.Namespace:
        parse(parser, arguments, namespace)
        raise Understood

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parsed)
    monkeypatch.setattr("grader.commands.main.start_with", lambda _, arguments: main(arguments))

    with pytest.raises(Understood):
        main([PLACEHOLDERS.get(word, word) for word in shlex.split(text.replace("[", "").replace("]", ""))])


# --- the handouts -------------------------------------------------------------------------------------------------


def handout(year: int) -> str:
    path = ROOT / "student_template" / HANDOUT
    return path.read_text(encoding="utf-8") if year == FIRST_YEAR else template_of(edition(year))[HANDOUT]


def step_of(component: str, course: Edition) -> str:
    """The step in which a component is written."""
    holes = course.settings["holes"]
    if is_training(component):
        return [step for step in holes if step.startswith("step")][-1]
    owner = course.owner_of(component)
    own = (
        step for step, files in holes.items() for names in files.values() if owner in {n.split(".")[0] for n in names}
    )
    parts = (step for step, files in holes.items() for names in files.values() if component in names)
    beside = (step for step, files in holes.items() if course.file_of(course.modules[owner]) in files)
    return next(parts, "") or next(own, "") or next(beside)


@pytest.mark.parametrize("year", YEARS)
def test_handout_says_what_each_step_is_worth(year: int) -> None:
    course = edition(year)
    rubric = load(None, course)
    for column, track in enumerate(sorted(rubric.points)):
        points: dict[str, Fraction] = {}
        for component, worth in rubric.points[track].items():
            if worth:
                number = step_of(component, course).removeprefix("step ")
                points[number] = points.get(number, Fraction(0)) + worth

        rows = re.findall(r"^\| (\d+) \|.*?\|.*?\| (.*) \|$", handout(year), re.MULTILINE)

        told = {step: Fraction(cells.split(" | ")[column]) for step, cells in rows}
        assert {step: worth for step, worth in told.items() if worth} == points


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    "about", ["beras_grader-*.whl", "mnist", "grade watch", "grade show", "grade try", "notebook", "WSL", "--list"]
)
def test_handout_says_how_to_grade_oneself(year: int, about: str) -> None:
    text = handout(year)

    assert about in text[text.index("## Grading yourself") : text.index("## Rules")]
