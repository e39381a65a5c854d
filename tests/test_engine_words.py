"""The engine knows no word of a homework: what only a homework knows is told by it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

from overlays import ROOT

from grader.homework import HOMEWORK, YEARS, edition

GRADER = ROOT / "grader"


def words() -> re.Pattern[str]:
    """Components, what they are called in each year, and what they are made of."""
    found = {HOMEWORK.title, "MNIST"}
    for year in map(edition, YEARS):
        found |= {name.partition(".")[0] for name in year.components} | {year.word("input_gradients")}
        found |= {year.word("compose_to_input"), year.word("weight_gradients"), year.word("compose_to_weight")}
    found -= {"training"}
    return re.compile(rf"\b(?:{'|'.join(sorted(found))})\b")


def code_of(path: Path) -> str:
    """A module without comments and docstrings, which may give examples."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            first = node.body[0]
            for number in range(first.lineno - 1, first.end_lineno or first.lineno):
                lines[number] = ""
    kept = "\n".join(lines) + "\n"
    tokens = tokenize.generate_tokens(io.StringIO(kept).readline)
    return " ".join(token.string for token in tokens if token.type != tokenize.COMMENT)


def test_the_engine_knows_no_homework() -> None:
    pattern = words()
    engine = [path for path in GRADER.rglob("*.py") if "homeworks" not in path.relative_to(GRADER).parts]
    know = {path.relative_to(GRADER).as_posix() for path in engine if pattern.search(code_of(path))}
    assert len(engine) > 100
    assert know == set()
