"""The answer key gives the verdicts and diagnoses of the live reference, and says so where it cannot."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Once
from overlays import ROOT, Graded, build, grade, run

from grader.ask import answer_key
from grader.ask.answers import KeyAnswers, LiveAnswers
from grader.ask.probe import all_probes
from grader.base.errors import UsageError
from grader.classroom.jobs.job import Tools
from grader.classroom.jobs.job import grade as grade_in_class
from grader.classroom.jobs.settings import Terms
from grader.homeworks.beras.mnist.synthetic import probe_folder
from grader.run.freeze import frozen

SEED = 1470
FROZEN = ["Softmax", "MeanSquaredError", "CrossEntropyLoss", "RMSProp", "Diffable", "GradientTape"]
OVERLAYS = (  # a few; tests/proof/figures.py has `key` for all of them, and all components
    ("wheats", "upstream-convention-sum"),
    ("chaffs", "rmsprop-epsilon-inside-root"),
    ("chaffs", "tape-order-reversed"),
    ("chaffs", "raises-in-mse"),
)


@pytest.fixture(scope="module")
def key_file(once: Once) -> Path:
    """A key of some components: Adam with all its mistakes would take longer than these."""

    def freeze(folder: Path) -> None:
        with np.errstate(all="ignore"):
            answer_key.save(frozen(LiveAnswers(str(probe_folder())), SEED, FROZEN), folder / "answers.key")

    return once("key", freeze) / "answers.key"


@pytest.fixture(scope="module")
def edition(key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as a student has it: a key, but neither the reference nor the patches of mistakes."""
    top = tmp_path_factory.mktemp("edition")
    solution = shutil.ignore_patterns("__pycache__", "patches", "variants")
    shutil.copytree(ROOT / "grader", top / "grader", ignore=solution)
    shutil.copy(key_file, top / "grader" / "answers.key")
    return top


def grade_in(edition: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(edition)}
    command = [sys.executable, "-m", "grader", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=edition, check=False, env=environment)


@pytest.mark.parametrize(("kind", "name"), OVERLAYS, ids=[name for _, name in OVERLAYS])
def test_edition_without_reference_reaches_the_same_result(kind: str, name: str, edition: Path, folder: Path) -> None:
    submission = build(kind, name, folder)
    live = grade(submission, "--no-training", "--only", *FROZEN)

    done = grade_in(edition, str(submission), "--format", "json", "--no-training", "--only", *FROZEN)

    assert done.returncode == live.exit_code, done.stderr
    assert Graded(done.returncode, json.loads(done.stdout), done.stderr).comparable() == live.comparable()


def test_edition_explains_with_examples_that_were_worked_before(edition: Path) -> None:
    assert grade_in(edition, "explain", "softmax-over-batch").stdout == run("explain", "softmax-over-batch").stdout


def test_key_holds_every_answer_of_the_live_reference(key_file: Path) -> None:
    frozen_answers, live = KeyAnswers(key_file), LiveAnswers(str(probe_folder()))

    for probe in (probe for probe in all_probes() if probe.component in FROZEN):
        codes = live.misconceptions(probe.component)
        assert sorted(frozen_answers.misconceptions(probe.component)) == sorted(codes)
        np.testing.assert_equal(frozen_answers.expected(probe, SEED), live.expected(probe, SEED))
        np.testing.assert_equal(frozen_answers.permitted(probe, SEED), live.permitted(probe, SEED))
        for code in codes:
            with np.errstate(all="ignore"):
                lively = live.mistaken((code,), probe, SEED + 1)
            assert str(frozen_answers.mistaken((code,), probe, SEED + 1)) == str(lively)


def test_class_graded_with_a_key_leaves_the_same_fingerprints(key_file: Path, folder: Path) -> None:
    submission = build("chaffs", "unlisted-softmax-base-two", folder)
    live = Terms("2470", ("Softmax",), SEED)
    frozen_terms = replace(live, key=str(key_file))
    found = [grade_in_class(Tools.load(terms), terms, submission, "it").fingerprints for terms in (live, frozen_terms)]

    assert found[0]
    assert found[0] == found[1]


def test_key_refuses_a_seed_that_it_does_not_know(key_file: Path) -> None:
    done = run("reference", "--only", "Softmax", "--key", str(key_file), "--seed", "7")

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "1470" in done.stderr


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "text"])
def test_damaged_key_is_refused(damage: str, key_file: Path, tmp_path: Path) -> None:
    content = key_file.read_bytes()
    broken = {
        "cut": content[:-100],
        "changed": content[:-100] + bytes([content[-100] ^ 1]) + content[-99:],
        "empty": b"",
        "text": b"no key\n",
    }[damage]
    path = tmp_path / "answers.key"
    path.write_bytes(broken)

    with pytest.raises(UsageError, match="no answer key"):
        KeyAnswers(path)


def test_key_of_other_questions_is_refused(key_file: Path, tmp_path: Path) -> None:
    key = answer_key.load(key_file)
    key.about["questions"] = "other"
    answer_key.save(key, tmp_path / "old.key")

    with pytest.raises(UsageError, match="another version"):
        KeyAnswers(tmp_path / "old.key")


def test_missing_key_is_one_line(tmp_path: Path) -> None:
    done = run("reference", "--key", str(tmp_path / "none.key"))

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "none.key" in done.stderr
