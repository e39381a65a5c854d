"""Hidden checks: outcome and points are told, and nothing else, in whatever form the result is written."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from overlays import ROOT, SUBMISSIONS, run
from results import assert_gradescope, component, failed, made, probe, valid

from grader import rubric
from grader.ask.probe import all_probes
from grader.ask.reference import LocalWorker, read_sources
from grader.base import tomlfile
from grader.base.errors import UsageError
from grader.explain.evidence import mismatch
from grader.explain.rows import concealed
from grader.homework import FIRST
from grader.homeworks.beras.dialect import Dialect
from grader.judge import rubrics
from grader.judge.compare import Difference
from grader.report.details import summary_line
from grader.report.to_gradescope import to_gradescope
from grader.result import halves

SECRET_SEED = 1_987_654_321
HIDDEN = ["Softmax/gradient*", "MeanSquaredError"]
WRITERS = {"json": "json", "html": "html", "markdown": "md", "csv": "csv", "junit": "xml", "gradescope": "gs.json"}
PRINTED = "printed-by-the-submission"


def write_rubric(path: Path, *hidden: str, **more: str) -> Path:
    text = FIRST.rubric.read_text(encoding="utf-8").replace("\nhidden = []", f"\nhidden = {json.dumps(hidden)}")
    for name, value in more.items():
        text = text.replace(f'{name} = "after_published"', f'{name} = "{value}"')
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two mistakes: one in a component that is hidden in part, one in a component that is hidden."""
    made_here = tmp_path_factory.mktemp("hidden") / "submission"
    shutil.copytree(ROOT / "reference", made_here, ignore=shutil.ignore_patterns("__pycache__"))
    for chaff, file in (("softmax-over-batch", "activations"), ("mse-sum", "losses")):
        shutil.copy(SUBMISSIONS / "chaffs" / chaff / "Beras" / f"{file}.py", made_here / "Beras" / f"{file}.py")
    losses = made_here / "Beras" / "losses.py"
    told = losses.read_text().replace("class MeanSquaredError", f"print({PRINTED!r})\n\n\nclass MeanSquaredError")
    losses.write_text(told)
    return made_here


@pytest.fixture(scope="module")
def graded(submission: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Everything that one run with hidden checks writes and prints, by the name of the writer."""
    folder = tmp_path_factory.mktemp("written")
    files = [word for name, suffix in WRITERS.items() for word in (f"--{name}", str(folder / f"result.{suffix}"))]
    done = run(
        str(submission), "--no-training", "--only", "Softmax", "MeanSquaredError", "-v", *files,
        "--jsonl", str(folder / "log.jsonl"), "--rubric", str(write_rubric(folder / "rubric.toml", *HIDDEN)),
        "--hidden-seed", str(SECRET_SEED), "--", f"--junitxml={folder / 'pytest.xml'}",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix != ".toml"}
    return texts | {"table": done.stdout, "stderr": done.stderr}


def asked_of(check: str) -> list[str]:
    """The first row of every array that a check asks with, under the secret seed."""
    worker = LocalWorker(read_sources())
    subject = Dialect(worker)
    next(each for each in all_probes() if each.name == check).ask(subject, SECRET_SEED)
    rows = re.findall(r"np\.array\(\[(\[[^\]]+\])", "\n".join(note.text for note in subject.notes))
    assert rows
    return rows


def hidden_checks(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for part in result["components"] for each in part["probes"] if each["hidden"]]


def test_hidden_check_keeps_title_outcome_points_and_code(graded: dict[str, str]):
    found = {each["name"]: each for each in hidden_checks(valid(graded["result.json"]))}

    assert set(found) > {"Softmax/gradient", "MeanSquaredError/forward"}
    forward = found["MeanSquaredError/forward"]
    assert (forward["outcome"], forward["diagnosis"]) == ("failed", ["mse-sum"])
    assert forward["max_points"] > forward["points"] == 0
    assert "grade explain mse-sum" in forward["message"]
    for each in found.values():
        assert each["title"]
        empty = {"script": [], "output": "", "seconds": 0, "file": "", "line": 0, "mismatches": []}
        assert {name: each[name] for name in empty} == empty


def test_nothing_that_is_written_tells_the_secret_seed_or_what_was_asked(graded: dict[str, str]):
    assert set(graded) == {f"result.{suffix}" for suffix in WRITERS.values()} | {
        "log.jsonl", "pytest.xml", "table", "stderr",
    }  # fmt: skip
    for name, text in graded.items():
        assert str(SECRET_SEED) not in text, name
        assert PRINTED not in text, name
        assert not [line for line in asked_of("MeanSquaredError/forward") if line in text], name


def test_public_checks_beside_hidden_ones_tell_as_much_as_ever(graded: dict[str, str]):
    public = {each["name"]: each for each in valid(graded["result.json"])["components"][0]["probes"]}

    assert public["Softmax/forward"]["mismatches"]
    assert public["Softmax/forward"]["script"]
    assert public["Softmax/forward"]["diagnosis"] == ["softmax-over-batch"]


def test_gradescope_gets_tests_of_their_own_and_no_total(graded: dict[str, str]):
    found = json.loads(graded["result.gs.json"])

    assert_gradescope(found, valid(graded["result.json"])["max_score"])
    shown = {each["name"]: each["visibility"] for each in found["tests"]}
    assert shown == {
        "Softmax": "visible",
        "Softmax (hidden checks)": "after_published",
        "MeanSquaredError (hidden checks)": "after_published",
    }
    assert f"score {found['score']:g}" not in found["output"]


# --- the rubric -------------------------------------------------------------------------------------------------


def loaded(hidden: Any, **more: Any) -> rubric.Rubric:
    tree = tomlfile.read(FIRST.rubric)
    tree["visibility"] = {"hidden": hidden, "gradescope": "hidden", **more}
    return rubrics.check(tree, "mine.toml")


def test_rubric_hides_nothing_unless_told_to_and_may_be_an_older_one():
    tree = tomlfile.read(FIRST.rubric)
    del tree["visibility"]

    assert rubrics.load().hidden == rubrics.check(tree, "old.toml").hidden == frozenset()


@pytest.mark.parametrize(
    ("pattern", "some", "not_others"),
    [
        ("Softmax", "Softmax/gradient", "Dense/forward"),
        ("Softmax/forward", "Softmax/forward", "Softmax/gradient"),
        ("*/gradient", "MeanSquaredError/gradient", "Dense/forward"),
        ("training.*", "training.advanced/accuracy", "Dense/forward"),
    ],
)
def test_names_and_patterns_of_checks_and_components(pattern: str, some: str, not_others: str):
    hidden = loaded([pattern]).hidden

    assert some in hidden
    assert not_others not in hidden


@pytest.mark.parametrize(
    ("hidden", "more", "said"),
    [
        (["Sofmax"], {}, 'hidden, "Sofmax": .* did you mean Softmax'),
        (["Softmax/gradiant"], {}, "did you mean Softmax/gradient"),
        ("Softmax", {}, "must be a list"),
        ([1], {}, "must be a list"),
        ([], {"gradescope": "never"}, "must be one of hidden, after_due_date"),
        ([], {"hiden": []}, "did you mean hidden"),
    ],
)
def test_wrong_visibility_is_one_line(hidden: Any, more: dict[str, Any], said: str):
    with pytest.raises(UsageError, match=said) as caught:
        loaded(hidden, **more)

    assert "mine.toml, [visibility]" in str(caught.value)
    assert "\n" not in str(caught.value)


# --- the result -------------------------------------------------------------------------------------------------


def test_concealed_drops_every_field_but_those_that_are_told():
    full = failed("Dense/forward", 2, "it is 5 times too large", diagnosis=["mse-sum"], script=["x = 1"], output="5")
    full.file, full.line, full.seconds = "Beras/layers.py", 7, 0.5
    full.mismatches = [mismatch(Difference("y", "value", np.zeros(2), np.ones(2)), 1e-5)]

    told = asdict(concealed(full))

    kept = {name: told.pop(name) for name in ("name", "title", "outcome", "points", "max_points", "diagnosis")}
    assert kept == {name: getattr(full, name) for name in kept}
    assert "5" not in told.pop("message")
    assert "5" not in str(told.pop("told"))
    assert told.pop("hidden") is True
    assert not any(told.values())


def test_summary_says_what_hidden_checks_carry():
    hidden = concealed(failed("Dense/gradient", 2.5))
    result = made(component("Dense", probe("Dense/forward", points=1), hidden), hidden_points=2.5)

    assert "; all public checks passed; hidden checks carry 2.5 points; " in summary_line(result)


def test_summary_does_not_praise_where_a_public_check_failed():
    result = made(component("Dense", failed("Dense/forward", 1), concealed(probe("Dense/x"))), hidden_points=1)

    assert "public checks passed" not in summary_line(result)
    assert "; hidden checks carry 1 points; " in summary_line(result)


def test_public_half_is_passed_although_a_hidden_check_failed():
    part = component("Dense", probe("Dense/forward", points=1), concealed(failed("Dense/gradient", 2, "secret")))
    public, hidden = halves(part)

    assert hidden is not None
    assert (public.outcome, public.points, public.max_points, public.message) == ("passed", 1, 1, "")
    assert (hidden.outcome, hidden.points, hidden.max_points) == ("failed", 0, 2)


def test_gradescope_shows_the_total_where_hidden_checks_are_visible():
    part = component("Dense", concealed(failed("Dense/gradient", 2)))
    found = json.loads(to_gradescope(made(part, hidden_points=2, hidden_on_gradescope="visible")))

    assert [each["visibility"] for each in found["tests"]] == ["visible"]
    assert found["output"].startswith("score 0 of 2")
