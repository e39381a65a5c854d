"""Which hand-ins look alike: copies in disguise come first, independent work far behind, given code not at all."""

from __future__ import annotations

import ast
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from overlays import ROOT, SUBMISSIONS

from grader.base.errors import UsageError
from grader.classroom.class_list import Ledger, Line
from grader.classroom.gradebook import Row
from grader.classroom.output.similarity_report import similarity_report
from grader.classroom.people.handins import HandIn
from grader.classroom.people.roster import Person
from grader.classroom.schedule import KeyedHandIn
from grader.classroom.study.groups import Kind, WrongAnswers
from grader.classroom.study.similarity import Code, Similarity, read_codes, similarity
from grader.classroom.study.student_code import GivenCode, given
from grader.commands.class_ import given_code, parser
from grader.homework import FIRST_YEAR

TEMPLATE = ROOT / "student_template"
OTHERS = (  # chaffs that are no changes to the reference: each writes its module anew
    "unlisted-softmax-base-two", "unlisted-adam-weight-decay", "unlisted-ce-log-two", "unlisted-onehot-minus-one",
    "unlisted-dense-gradients-swapped", "unlisted-data-standardised", "unlisted-tape-averages-too-early",
)  # fmt: skip
SHARED = ("batchnorm.py", "model.py", "metrics.py", "assignment.py")  # which those do not touch


class Disguise(ast.NodeTransformer):
    """Other names for what a function calls its own, no docstrings, no annotations."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        own = {arg.arg for arg in node.args.args if arg.arg != "self"}
        own |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        for each in ast.walk(node):
            if isinstance(each, ast.arg):
                each.annotation = None
                each.arg = f"other_{each.arg}" if each.arg in own else each.arg
            if isinstance(each, ast.Name) and each.id in own:
                each.id = f"other_{each.id}"
        node.returns = None
        node.body = node.body[ast.get_docstring(node) is not None :] or [ast.Pass()]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        self.generic_visit(node)
        node.body.reverse()
        return node


@pytest.fixture(scope="module")
def handed_out() -> dict[int, GivenCode]:
    return {FIRST_YEAR: given(TEMPLATE)}


def handin(folder: Path, name: str, base: Path, *overlays: str) -> Path:
    target = folder / name
    shutil.copytree(base, target, ignore=shutil.ignore_patterns("__pycache__"))
    for each in overlays:
        shutil.copytree(SUBMISSIONS / "chaffs" / each, target, dirs_exist_ok=True)
    return target


def compared(folder: Path, handed_out: dict[int, GivenCode], **people: Person) -> Similarity:
    lines = [
        Line(KeyedHandIn(HandIn(path.name, path), path.name, path.name), None, (people[path.name],) if people else ())
        for path in sorted(folder.iterdir())
    ]
    found = Similarity()
    codes = read_codes(Ledger(lines), handed_out, found, lambda count, total: None)
    return similarity(codes, WrongAnswers(), found)


def test_disguised_copy_comes_first_and_independent_work_far_behind(folder: Path, handed_out: dict[int, GivenCode]):
    anna = handin(folder, "anna", ROOT / "reference")
    ben = handin(folder, "ben", ROOT / "reference")
    for path in ben.rglob("*.py"):
        path.write_text(ast.unparse(Disguise().visit(ast.parse(path.read_text()))))
    cleo = handin(folder, "cleo", ROOT / "reference", *OTHERS)
    for path in (each for name in SHARED for each in cleo.rglob(name)):
        path.unlink()

    found = compared(folder, handed_out)

    first, *others = found.pairs
    assert {first.one.name, first.other.name} == {anna.name, ben.name}
    assert min(first.shares) > 0.95
    assert all(max(pair.shares) < 0.15 for pair in others)
    page = similarity_report(found, handed_out, "Beras")
    assert "It decides nothing" in page
    assert page.count('class="alike"') > 200


def test_given_code_makes_no_pair(folder: Path, handed_out: dict[int, GivenCode]):
    for name in ("anna", "ben"):
        handin(folder, name, TEMPLATE)
    (folder / "ben" / "Beras" / "layers.py").write_text("def f(:")

    found = compared(folder, handed_out)

    assert found.pairs == []
    assert list(found.unread) == ["ben"]
    assert found.short == ["anna", "ben"]


def test_two_hand_ins_of_one_person_are_no_pair(folder: Path, handed_out: dict[int, GivenCode]):
    person = Person("Ann", ("1",), "ann", "ann@x.edu", {})
    for name in ("one", "two"):
        handin(folder, name, ROOT / "reference")

    assert compared(folder, handed_out, one=person, two=person).pairs == []


def test_rare_wrong_answers_in_common_move_a_pair_up():
    def code(number: int, *grams: int) -> Code:
        row = Row(number, "", "graded", "", 1.0, 1.0, 1.0)
        own = np.concatenate([np.arange(start, start + 50) for start in grams]).astype(np.uint64)
        return Code(Line(KeyedHandIn(HandIn(f"h{number}", Path()), "", ""), row), own)

    # 0 and 1 have half of their code in common; 2 and 3 as much, and Adam's wrong answer; all have Softmax's
    codes = [code(0, 0, 100), code(1, 0, 200), code(2, 300, 400), code(3, 300, 500)]
    answers = WrongAnswers([Kind("Softmax/forward", "f", []), Kind("Adam/step", "g", [])])
    answers.shown.update({0: {0}, 1: {0}, 2: {0, 1}, 3: {0, 1}})

    found = similarity(codes, answers, Similarity())

    assert [(pair.one.name, pair.other.name, pair.answers) for pair in found.pairs] == [
        ("h2", "h3", ("Adam/step",)),
        ("h0", "h1", ()),
    ]


def test_missing_package_and_template_are_one_line_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UsageError, match=r"--template .*: there is no code in it"):
        given_code(parser().parse_args([str(tmp_path), "--template", str(tmp_path)]))
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(UsageError, match=r"^--similarity needs the package jinja2: pip install .*\[similarity\]'$"):
        given_code(parser().parse_args([str(tmp_path)]))
