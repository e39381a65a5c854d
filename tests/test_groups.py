"""Hand-ins that share a wrong answer which nobody has a name for: grouped, told about, made into a misconception."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from overlays import ROOT, build

from grader.ask import patches
from grader.ask.client import Fault, Frame
from grader.ask.patches import Patch
from grader.ask.probe import all_probes
from grader.ask.reference import read_sources
from grader.ask.response import Response
from grader.base.errors import UsageError
from grader.base.message import Message
from grader.classroom.gradebook import Gradebook
from grader.classroom.jobs.fingerprint import Fingerprint, fingerprint, fingerprints, same
from grader.classroom.jobs.job import Tools, grade
from grader.classroom.jobs.settings import Terms
from grader.classroom.outcome import HandInOutcome
from grader.classroom.study.groups import Group, groups, names_of_results
from grader.classroom.study.skeleton import skeleton
from grader.commands import misconception
from grader.diagnose import pages
from grader.homework import edition
from grader.judge.compare import Difference, Tolerances
from grader.judge.verdict import Verdict
from grader.result import Outcome as Result
from grader.result import ProbeResult

TERMS = Terms("2470", ("Softmax",), 1470)
LOOSE = Tolerances({"float": 1e-5})
CHECK = next(probe for probe in all_probes() if probe.name == "Softmax/forward")
ANSWER = np.random.default_rng(0).normal(size=(40, 10))


def print_of(actual: object, expected: object = ANSWER) -> Fingerprint:
    difference = Difference("s", "value", expected, actual)
    verdict = Verdict(CHECK, Result.FAILED, Fraction(0), Response(), differences=[difference])
    found = fingerprint(verdict, LOOSE)
    assert found is not None
    return found


def alike(one: object, other: object) -> bool:
    first, second = print_of(one), print_of(other)
    return first.form == second.form and same(first.numbers, second.numbers)


@pytest.mark.parametrize(
    "style", [np.float32, np.ndarray.tolist, lambda x: x * (1 + 1e-9), lambda x: np.nextafter(x, 9)]
)
def test_style_of_a_wrong_answer_does_not_count(style):
    wrong = np.round(2 * ANSWER, 2)  # where rounded numbers have their edges

    assert alike(wrong, style(wrong))


@pytest.mark.parametrize(
    "other",
    [
        2.001 * ANSWER,
        2 * ANSWER[::-1],
        2 * ANSWER + 1e-3,
        np.where(ANSWER > 2, np.nan, 2 * ANSWER),
        2 * ANSWER[:-1],
        None,
    ],
)
def test_other_wrong_answer_is_told_apart(other):
    assert not alike(2 * ANSWER, other)


@pytest.mark.parametrize(
    ("line", "messages", "count"),
    [
        ("return a @ b", ("shapes (2, 3) and (2, 3)", "shapes (2, 3) and (5, 3)"), 2),
        ("return a @ b", ("<X object at 0x7f3a> is odd", "<X object at 0x7f99> is odd"), 1),
        ("assert name in KNOWN, name", ("ZERO", "there is no initializer ZERO"), 1),
    ],
)
def test_exceptions_are_told_apart_by_what_python_says(line: str, messages: tuple[str, str], count: int):
    faults = [Fault("raised", each, "E", ("E",), (Frame("a.py", 1, "f", line, ""),)) for each in messages]
    verdicts = [Verdict(CHECK, Result.ERROR, Fraction(0), Response(fault=each), differences=[]) for each in faults]

    assert len({each.form for each in fingerprints(verdicts, LOOSE)}) == count


# --- from hand-ins to groups ------------------------------------------------------------------------------------


def with_patch(folder: Path, *edits: tuple[str, str]) -> Path:
    """The reference's way to write a mistake, which chaffs write in another."""
    changes = tuple(("Beras/activations.py", old, new) for old, new in edits)
    shutil.copytree(ROOT / "reference", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "Beras" / "activations.py").write_text(
        Patch("made-up", "Softmax", changes).applied(read_sources())["Beras/activations.py"]
    )
    return folder


@pytest.fixture(scope="module")
def handins(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two hand-ins for each of two unknown mistakes, one of them with float32; one known mistake twice; one right."""
    folder = tmp_path_factory.mktemp("handins")
    columns = [(f"np.{name}, axis=-1,", f"np.{name}, axis=0,") for name in ("max(x", "sum(e")]
    return {
        "base-1": build("chaffs", "unlisted-softmax-base-two", folder),
        "base-2": with_patch(folder / "base", ("np.exp(x - np", "np.exp2(x.astype(np.float32) - np")),
        "most-1": build("chaffs", "unlisted-softmax-divides-by-maximum", folder),
        "most-2": with_patch(folder / "most", ("np.sum(e, axis", "np.max(e, axis")),
        "known-1": build("chaffs", "softmax-over-batch", folder),
        "known-2": with_patch(folder / "known", *columns),
        "right": ROOT / "reference",
    }


@pytest.fixture(scope="module")
def outcomes(handins: dict[str, Path]) -> dict[str, HandInOutcome]:
    tools = Tools.load(TERMS)
    return {name: grade(tools, TERMS, path, name) for name, path in handins.items()}


def recorded(path: Path, outcomes: dict[str, HandInOutcome]) -> Gradebook:
    book = Gradebook(path)
    for name, outcome in outcomes.items():
        book.record(f"key {name}", "terms", outcome)
    return book


def found_in(book: Gradebook, names: list[str]) -> list[Group]:
    book.enrol((name, name, "", f"key {name}") for name in names)
    return groups(book, names_of_results(book))


def test_unknown_mistakes_group_by_what_was_answered(outcomes: dict[str, HandInOutcome], tmp_path: Path):
    book = recorded(tmp_path / "a.sqlite", outcomes)
    found = found_in(book, list(outcomes))

    assert sorted(group.names for group in found) == [("base-1", "base-2"), ("most-1", "most-2")]
    for outcome in outcomes.values():  # students read the result
        assert not any(form in json.dumps(outcome.result) for _, _, form, _, _ in outcome.fingerprints)

    other = recorded(tmp_path / "b.sqlite", {"base-2": outcomes["base-2"], "most-2": outcomes["most-2"]})
    assert found_in(other, list(outcomes)) == []
    other.close()
    merged = recorded(tmp_path / "c.sqlite", {"base-1": outcomes["base-1"]})
    merged.merge(tmp_path / "b.sqlite")
    assert [(group.id, group.names) for group in found_in(merged, list(outcomes))] == [
        (group.id, group.names) for group in found if group.names == ("base-1", "base-2")
    ]
    merged.close()
    book.close()


def test_hand_in_with_further_wrong_answers_is_named_beside_the_group(
    outcomes: dict[str, HandInOutcome], tmp_path: Path
):
    more = HandInOutcome("graded", result=outcomes["base-1"].result, fingerprints=[*outcomes["base-1"].fingerprints])
    more.fingerprints.append(["Softmax", "Softmax/made-up", "form", [], False])
    book = recorded(tmp_path / "a.sqlite", {**outcomes, "more": more})

    found = {group.names: group.also for group in found_in(book, [*outcomes, "more"])}

    assert found == {("base-1", "base-2"): ("more",), ("most-1", "most-2"): ()}
    book.close()


def test_what_costs_no_points_comes_last_however_frequent(outcomes: dict[str, HandInOutcome], tmp_path: Path):
    given = ["Model", "Model/made-up", "form", [], False]
    broken = {
        name: HandInOutcome("graded", result=outcome.result, fingerprints=[*outcome.fingerprints, given])
        for name, outcome in outcomes.items()
    }
    book = recorded(tmp_path / "a.sqlite", broken)

    assert [(group.component, len(group.names)) for group in found_in(book, list(broken))] == [
        ("Softmax", 2),
        ("Softmax", 2),
        ("Model", len(outcomes)),
    ]
    book.close()


def test_group_becomes_a_misconception_that_its_hand_ins_are_told(
    handins: dict[str, Path],
    outcomes: dict[str, HandInOutcome],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys,
):
    book = recorded(tmp_path / "a.sqlite", outcomes)
    group = next(group for group in found_in(book, list(outcomes)) if group.names == ("base-1", "base-2"))
    book.close()
    monkeypatch.setattr(pages, "text", pages.text.__wrapped__)  # which remembers pages
    for module, name in ((pages, "pages"), (patches, "patches")):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(module, "MISCONCEPTIONS", tmp_path / name)
    new = ["new", "softmax-of-two", "--from", group.id, "--gradebook", str(tmp_path / "a.sqlite")]

    assert misconception.main(new) == 0
    with pytest.raises(UsageError, match="that name is taken"):
        misconception.main(new)
    with pytest.raises(UsageError, match=f"no such group; did you mean {group.id}"):
        misconception.main(["new", "--from", group.id[:-1], *new[-2:]])

    page, patch = tmp_path / "pages" / "softmax-of-two.md", tmp_path / "patches" / "softmax-of-two.toml"
    assert page.read_text().startswith("# TODO")
    assert patches.read(patch).applied(read_sources()) == read_sources()  # nothing breaks while it is unfinished
    before, _, after = patch.read_text().partition("\nnew = ")
    patch.write_text(before + "\nnew = " + after.replace("np.exp(", "np.exp2("))
    outcome = grade(Tools.load(TERMS), TERMS, handins["base-1"], "base-1")

    assert all(known for *_, known in outcome.fingerprints)
    assert outcome.result is not None
    assert "softmax-of-two" in json.dumps(outcome.result)


def test_misconception_of_a_later_year_is_in_its_words(tmp_path: Path) -> None:
    later = edition(2025)
    sources = read_sources(later.reference)
    lines = "from beras.optimizers import Adam\nadam = Adam(0.1)\nadam.apply_gradients([w], [g])"
    told = Message("it is wrong", script=lines)
    wrong = ProbeResult("Adam/later-steps", "both moments decay", "failed", 0, 1, told=told)
    group = Group("adam-123456", "Adam", ("Adam/later-steps",), ("ann", "bob"), 1)

    made = skeleton(group, [wrong], sources, later)

    path = tmp_path / "adam-plus.toml"
    path.write_text(made.patch)
    assert 'file = "beras/optimizers.py"' in made.patch
    assert patches.read(path).applied(sources) == sources
