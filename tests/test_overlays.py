"""The grader judged like a test suite: right submissions keep all points, wrong ones lose them where the bug is.

Every overlay of tests/submissions goes through the real command, without training; a few train as well.
"""

from __future__ import annotations

import os
import tempfile
import zlib
from functools import cache
from operator import attrgetter
from pathlib import Path

import pytest
from overlays import (
    base_of,
    build,
    expectation,
    grade,
    graded_on,
    grading_options,
    in_turn,
    lay_base,
    names,
    with_limits,
)
from warm_grade import grade_warm

from grader.base.columns import columns
from grader.homework import FIRST
from grader.report.first_screen import LINES
from grader.run.effects import Snapshot, affected, snapshot

# More than a wrong answer comes of these
ENDINGS = ("exits-", "hangs-", "import-", "os-exit-", "prints-", "segfault-", "syntax-", "system-")
UNUSABLE = "gave something that this check cannot use"  # and no evidence of what
TURNS = 100  # weeks until every chaff has been trained and shown whole
TRAINING_CHAFFS = ("pretrained-weights", "simple-model-too-deep", "advanced-model-too-shallow")
HALVES = 2  # weeks until every chaff has been graded on its own base; on the course's given code all are, always
CHAFFS = [each for each in graded_on("chaffs") if each.id not in TRAINING_CHAFFS]
OWN_BASE = [each for each in CHAFFS if each.id in names("chaffs")]
ASKED = [*in_turn(OWN_BASE, HALVES, attrgetter("id")), *(each for each in CHAFFS if each not in OWN_BASE)]
TRAINED_WHEATS = ("upstream-convention-sum", "float32-everywhere")


def reached(kind: str, name: str, submission: Path, base: str) -> set[str]:
    """The components that an overlay's files can reach, as `grade watch` has it, and a witness beyond.

    All of them, where a process ends or hangs, a module does not load, or everything lies elsewhere.
    """
    if name.startswith(ENDINGS) or "moves" in expectation(kind, name):
        return set(FIRST.components)
    witness = FIRST.components[zlib.crc32(name.encode()) % len(FIRST.components)]  # another one for each overlay
    return {*affected(FIRST.components, snapshot_of_base(base), snapshot(submission), {}), witness}


@cache
def snapshot_of_base(base: str) -> Snapshot:
    with tempfile.TemporaryDirectory() as folder:
        return snapshot(lay_base(base, Path(folder) / base))


@pytest.mark.parametrize(("name", "base"), graded_on("wheats"))
def test_wheat_keeps_every_point(name: str, base: str, folder: Path) -> None:
    submission = build("wheats", name, folder, base)

    graded = grade(submission, *grading_options("wheats", name, folder, reached("wheats", name, submission, base)))

    assert graded.losing() == set()
    assert graded.result["score"] == graded.result["max_score"]
    assert graded.exit_code == 0
    assert graded.result["notes"] == expectation("wheats", name).get("notes", graded.result["notes"])


@pytest.mark.parametrize(("name", "base"), ASKED)
def test_chaff_loses_points_only_where_its_bug_is_and_is_diagnosed(name: str, base: str, folder: Path) -> None:
    expected = expectation("chaffs", name)
    submission = build("chaffs", name, folder, base)

    graded = grade(submission, *grading_options("chaffs", name, folder, reached("chaffs", name, submission, base)))

    if "implemented" in expected:
        wrong = {part for part, row in graded.components.items() if row["counts"]} - set(expected["implemented"])
    else:
        wrong = {part for part in expected["loses"] if not part.startswith("training.")}
    assert graded.losing() == wrong
    assert graded.exit_code == int(graded.result["score"] < graded.result["max_score"])
    assert not wrong & graded.reading("passed")
    assert set(expected.get("blocked", ())) <= graded.reading("blocked")
    assert [part for part in expected.get("judged", ()) if graded.components[part]["not_judged"]] == []
    assert "grader fault" not in graded.outcomes()
    assert [name for name, message in graded.messages() if UNUSABLE in message] == []
    assert len(graded.screen()) <= LINES
    for component, outcome in expected.get("outcomes", {}).items():
        assert graded.components[component]["outcome"] == outcome
    for component, points in expected.get("at_most", {}).items():
        assert graded.components[component]["points"] <= points
    for component, points in expected.get("at_least", {}).items():
        assert graded.components[component]["points"] >= points
    for component in expected.get("halves", ()):
        assert graded.components[component]["points"] > 0
    if "says" in expected:
        assert any(expected["says"] in message for _, message in graded.messages())
    found = set().union(*(graded.diagnosis(component) for component in wrong))
    assert set(expected.get("diagnosis", ())) <= found
    assert not set(expected.get("misleading", ())) & found


@pytest.mark.parametrize("name", in_turn(names("chaffs"), TURNS))
def test_whole_output_of_a_chaff_fits_a_screen(name: str, folder: Path) -> None:
    """All components and both trainings, as the command prints them on 80 columns."""
    submission = build("chaffs", name, folder)
    limits = (
        ["--rubric", str(with_limits(folder, found))] if (found := expectation("chaffs", name).get("limits")) else []
    )

    done = grade_warm(submission.name, *limits, cwd=folder, env={**os.environ, "COLUMNS": "80"})

    lines = done.stdout.splitlines()
    assert len(lines) <= LINES
    assert all(columns(line) <= 80 for line in lines)
    assert any(line.startswith("score ") for line in lines[-3:])


@pytest.mark.parametrize("name", TRAINED_WHEATS)
def test_wheat_trains_to_both_thresholds(name: str, folder: Path) -> None:
    graded = grade(build("wheats", name, folder), "--only", *FIRST.trainings)

    assert graded.losing() == set()
    assert [each["outcome"] for each in graded.result["training"]] == ["passed", "passed"]


def test_layers_that_only_pass_numbers_on_are_no_activations(folder: Path) -> None:
    graded = grade(build("wheats", "simple-model-flattens", folder), "--only", "training.simple")

    assert [each["outcome"] for each in graded.result["training"]] == ["passed"]


@pytest.mark.parametrize("name", TRAINING_CHAFFS)
def test_chaff_that_breaks_a_training_rule_loses_that_training(name: str, folder: Path) -> None:
    submission = build("chaffs", name, folder)

    graded = grade(
        submission, "--only", *FIRST.trainings, *reached("chaffs", name, submission, base_of("chaffs", name))
    )

    assert graded.losing() == set(expectation("chaffs", name)["loses"])


def test_given_code_of_2022_loses_nothing_by_itself(folder: Path) -> None:
    submission = lay_base("original", folder / "hand-in")

    graded = grade(submission, "--no-training")

    assert graded.losing() == set()
    assert {part["outcome"] for part in graded.components.values()} == {"passed"}
    assert (graded.result["score"], graded.exit_code) == (86, 0)


def test_given_code_of_2022_trains(folder: Path) -> None:
    graded = grade(lay_base("original", folder / "hand-in"), "--only", "training.simple")

    assert [each["outcome"] for each in graded.result["training"]] == ["passed"]
