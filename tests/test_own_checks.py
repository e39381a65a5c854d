"""checks.py beside a rubric: an instructor's own checks, asked through the worker, in every report."""

from __future__ import annotations

import csv
import json
import re
import shutil
import textwrap
from pathlib import Path

import pytest
from overlays import ROOT, SUBMISSIONS, run
from results import assert_gradescope, valid

from grader.homework import FIRST, edition

REFERENCE = ROOT / "reference"
OWN = """
    import numpy as np


    def test_large(submission):
        "Softmax of large numbers is finite"
        out = submission.Softmax()(np.array([[1000.0, 0.0]]))
        assert np.isfinite(out).all()


    def test_rows(submission):
        out = submission.Softmax().forward(np.zeros((2, 5)))
        assert out.shape == (2, 5), "the shape stays"
        np.testing.assert_allclose(out, 0.2)
"""
PROBED = """

    def test_values(submission):
        "Softmax of two rows"
        return submission.Softmax()(np.array([[1.0, 2.0, 0.5], [0.0, 4.0, 1.0]]))
"""
POINTS = {"test_large": 2, "test_rows": 3}
ONLY = ("--no-training", "--only", "Softmax", "checks.py")


def rubric(folder: Path, text: str = OWN, year: int = 2022, hidden: str = "", **points: float) -> Path:
    """A rubric with checks beside it."""
    points = points or POINTS
    made = f"total = {100 + sum(points.values()):g}\n" + edition(year).rubric.read_text(encoding="utf-8")
    made = made.replace("\nhidden = []", f'\nhidden = ["{hidden}"]') if hidden else made
    made += "\n[checks]\n" + "".join(f"{name} = {value:g}\n" for name, value in points.items())
    folder.mkdir(exist_ok=True)
    (folder / "checks.py").write_text(textwrap.dedent(text), encoding="utf-8")
    path = folder / "rubric.toml"
    path.write_text(made, encoding="utf-8")
    return path


@pytest.fixture
def overflows(tmp_path: Path) -> Path:
    """The reference with a softmax that overflows."""
    made = tmp_path / "hand-in"
    shutil.copytree(REFERENCE, made, ignore=shutil.ignore_patterns("__pycache__"))
    path = made / "Beras" / "activations.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("np.exp(x - np.max(x, axis=-1, keepdims=True))", "np.exp(x)"), encoding="utf-8")
    assert "e = np.exp(x)\n" in path.read_text(encoding="utf-8")
    return made


def one_line(done: object) -> str:
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert not done.stdout
    return done.stderr


def test_right_submission_earns_the_points_of_the_rubric(tmp_path: Path) -> None:
    done = run(REFERENCE, "--rubric", rubric(tmp_path), *ONLY)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "checks.py    passed     5 / 5" in done.stdout
    assert "score 11 of 11, 100% (94 points not graded)" in " ".join(done.stdout.split())


def test_wrong_submission_loses_them_where_the_assertion_fails(tmp_path: Path, overflows: Path) -> None:
    done = run(overflows, "--rubric", rubric(tmp_path), "--only", "checks.py", "-v")

    assert done.returncode == 1, done.stderr
    text = " ".join(done.stdout.split())
    assert "checks.py partial 3 / 5" in text
    assert "`assert np.isfinite(out).all()` does not hold" in text
    assert "out = float64 (1, 2) [[nan, 0]]" in text
    assert "checks.py, line 8" in text
    assert "print(softmax(np.array([[1000.0, 0.0]])))" in text  # lines to paste, of the student's own classes


def test_every_writer_has_the_row(tmp_path: Path, overflows: Path) -> None:
    files = {name: tmp_path / f"out.{name}" for name in
             ("json", "html", "markdown", "csv", "junit", "gradescope", "prairielearn", "classroom50")}  # fmt: skip
    options = [word for name, path in files.items() for word in (f"--{name}", str(path))]

    done = run(overflows, "--rubric", rubric(tmp_path), *ONLY, *options)

    assert done.returncode == 1, done.stderr
    texts = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    assert not [name for name, text in texts.items() if "checks.py" not in text]
    found = valid(texts["json"])
    row = next(part for part in found["components"] if part["name"] == "checks.py")
    assert (row["points"], row["max_points"], row["instructors"]) == (3.0, 5.0, True)
    assert_gradescope(json.loads(texts["gradescope"]), 11)
    rows = [row for row in csv.DictReader(texts["csv"].splitlines()) if row["component"] == "checks.py"]
    assert [(row["check"], row["points"]) for row in rows] == [("test_large", "0.0"), ("test_rows", "3.0")]


def test_what_is_not_written_is_told_so(tmp_path: Path) -> None:
    done = run(ROOT / "student_template", "--rubric", rubric(tmp_path), "--only", "checks.py")

    text = " ".join(done.stdout.split())
    assert "checks.py not implemented 0 / 5 test_large: Softmax.forward is not" in text


def test_list_shows_checks_with_their_points(tmp_path: Path) -> None:
    done = run("--list", "--rubric", rubric(tmp_path))

    assert "checks.py  (5 points)\n  checks.py/test_large: Softmax of large numbers is finite  (2)" in done.stdout


LIVE = """
    import numpy as np
    import pytest

    def test_objects(submission):
        dense = submission.Dense(3, 2)
        w, b = dense.weights
        x = np.ones((4, 3))
        np.testing.assert_allclose(dense(x), x @ w + b, rtol=1e-5)
        dense.w = np.zeros((3, 2))
        np.testing.assert_allclose(dense(x), np.broadcast_to(b, (4, 2)), rtol=1e-5)
        assert not hasattr(dense, "no_such_thing")
        assert isinstance(dense.input_gradients()[0], np.ndarray)

    def test_what_is_raised(submission):
        with pytest.raises(ValueError):
            submission.Dense(3, 2)(np.ones((4, 5)))
"""


def test_objects_are_as_plain_python_has_them(tmp_path: Path) -> None:
    path = rubric(tmp_path, LIVE, test_objects=1, test_what_is_raised=1)

    done = run(REFERENCE, "--rubric", path, "--only", "checks.py", "-v")

    assert done.returncode == 0, done.stdout + done.stderr


TAPE = """
    import numpy as np

    def test_gradient(submission):
        "the tape finds the gradient of the loss by the weights"
        dense, mse = submission.Dense(3, 2, initializer="normal"), submission.MeanSquaredError()
        x, y = np.ones((4, 3)), np.zeros((4, 2))
        with submission.GradientTape() as tape:
            loss = mse(dense(x), y)
        grad_w, grad_b = tape.gradient(loss, dense.trainable_variables)
        assert grad_w.shape == (3, 2)
        assert grad_b.size == 2
"""


@pytest.mark.parametrize("year", [2025])
def test_a_tape_knows_its_tensors_again(tmp_path: Path, year: int) -> None:
    path = rubric(tmp_path, TAPE, year, test_gradient=1)

    done = run(edition(year).reference, "--rubric", path, "--only", "checks.py", "-v", "--edition", str(year))

    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_check_returns_is_compared_with_what_the_reference_returns(tmp_path: Path) -> None:
    path = rubric(tmp_path / "course", OWN + PROBED, **POINTS, test_values=4)
    wrong = tmp_path / "hand-in"
    shutil.copytree(REFERENCE, wrong, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SUBMISSIONS / "chaffs/softmax-over-batch/Beras/activations.py", wrong / "Beras")

    right = run(REFERENCE, "--rubric", path, "--only", "checks.py")
    done = run(wrong, "--rubric", path, "--only", "checks.py", "--json", tmp_path / "found.json")

    assert "checks.py passed 9 / 9" in " ".join(right.stdout.split()), right.stderr
    row = valid((tmp_path / "found.json").read_text())["components"][-1]
    probe = row["probes"][-1]
    assert (probe["outcome"], probe["points"], probe["max_points"]) == ("failed", 0, 4), done.stdout
    assert "[0, 0]: 0.731" in probe["message"]
    assert "[0, 0]: 0.231" in probe["message"]
    assert probe["mismatches"][0]["expected"]["shape"] == [2, 3]
    assert "softmax" in " ".join(probe["script"])


def test_page_of_the_documentation_runs_as_it_stands(tmp_path: Path, overflows: Path) -> None:
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    code, probe = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    table = re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1] + "test_softmax_of_far_rows = 0\n"
    head, _, checks = table.partition("[checks]")
    (tmp_path / "checks.py").write_text(f"{code}\n\n{probe}", encoding="utf-8")
    built_in = FIRST.rubric.read_text(encoding="utf-8")
    (tmp_path / "rubric.toml").write_text(f"{head}{built_in}\n[checks]{checks}", encoding="utf-8")

    right, wrong = (
        run(each, "--rubric", tmp_path / "rubric.toml", "--only", "checks.py") for each in (REFERENCE, overflows)
    )

    assert "checks.py passed 5 / 5" in " ".join(right.stdout.split()), right.stderr
    assert "checks.py partial 3 / 5" in " ".join(wrong.stdout.split()), wrong.stderr


# --- an instructor's mistakes: one line, exit code 2 ------------------------------------------------------------------

MISTAKES = {
    "syntax": ("def test_a(submission:\n    pass\n", "checks.py, line 1: "),
    "import": ("import no_such_module\ndef test_a(submission):\n    pass\n", "checks.py, line 1: ModuleNotFoundError"),
    "name": ("def test_a(submission):\n    assert nothing\n", "checks.py, line 2, in test_a: NameError"),
    "component": ("def test_a(submission):\n    submission.Sofmax()\n", "submission.Sofmax: the assignment of 2022"),
    "wrong": (
        "def test_a(submission):\n    assert not submission.Softmax()\n",
        "checks.py, line 2: the reference does not pass test_a: assert not submission.Softmax()",
    ),
    "use": ("def test_a(submission):\n    submission.Softmax() + 1\n", "checks.py, line 2, in test_a: TypeError"),
    "live": (
        "def test_a(submission):\n    return submission.Softmax()\n",
        "checks.py: test_a must return numbers, arrays, text",
    ),
    "nothing": ("def test_a(submission):\n    if 0:\n        return 1\n", "checks.py: test_a must return numbers"),
    "parameter": ("def test_a():\n    pass\n", "checks.py, line 1: test_a must take `submission`"),
    "missing": ("def test_b(submission):\n    pass\n", '"test_a": checks.py has no function of that name'),
    "pointless": (
        "def test_a(submission):\n    pass\ndef test_b(submission):\n    pass\n",
        "checks.py has test_b, which needs points here (0 for none)",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_in_checks_is_one_line(tmp_path: Path, name: str) -> None:
    text, told = MISTAKES[name]
    path = rubric(tmp_path, text, test_a=1)

    line = one_line(run(REFERENCE, "--rubric", path, "--only", "checks.py", "-q"))

    assert line.startswith("grade: ")
    assert told in line


def test_rubric_without_the_file_and_with_other_sums_says_so(tmp_path: Path) -> None:
    path = rubric(tmp_path, test_a=1)
    (tmp_path / "checks.py").unlink()
    assert "checks.py cannot be read (No such file or directory)" in one_line(run(REFERENCE, "--rubric", path))

    path = rubric(tmp_path)
    path.write_text(path.read_text().replace("total = 105", "total = 100"))
    assert "the points sum to 105 with the 5 of [checks], they must sum to 100" in one_line(
        run(REFERENCE, "--rubric", path)
    )


def test_one_check_cannot_be_hidden_beside_others(tmp_path: Path) -> None:
    path = rubric(tmp_path, hidden="checks.py/test_large")

    assert '"checks.py" is hidden as a whole, or not at all' in one_line(run(REFERENCE, "--rubric", path))


def test_hidden_checks_tell_their_titles_alone(tmp_path: Path, overflows: Path) -> None:
    path, out = rubric(tmp_path, hidden="checks.py"), tmp_path / "out.json"

    done = run(overflows, "--rubric", path, *ONLY, "-v", "--json", out)

    assert done.returncode == 1, done.stderr
    found = json.loads(out.read_text())
    row = found["components"][-1]
    assert [each["points"] for each in row["probes"]] == [0.0, 3.0]
    assert "isfinite" not in json.dumps(row) + done.stdout
    assert found["hidden_points"] == 5.0


# --- a class, and tests behind `--` -----------------------------------------------------------------------------------


def test_class_has_the_row(tmp_path: Path, overflows: Path) -> None:
    hand_ins = tmp_path / "hand-ins"
    shutil.copytree(overflows, hand_ins / "ann")
    shutil.copytree(REFERENCE, hand_ins / "bob", ignore=shutil.ignore_patterns("__pycache__"))
    options = ("--no-training", "--component", "Softmax", "checks.py", "--output", tmp_path / "graded")

    done = run("class", hand_ins, "--rubric", rubric(tmp_path), *options)

    assert done.returncode == 0, done.stdout + done.stderr
    table = (tmp_path / "graded" / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    scores = {row["hand-in"]: float(row["score"]) for row in csv.DictReader(table)}
    assert scores["bob"] == 11
    assert scores["ann"] < 9
    assert "checks.py" in (tmp_path / "graded" / "report.html").read_text(encoding="utf-8")


def test_mistake_in_checks_stops_a_class_before_it_begins(tmp_path: Path) -> None:
    shutil.copytree(SUBMISSIONS / "original", tmp_path / "hand-ins" / "ann")
    path = rubric(tmp_path, "def test_a(submission):\n    assert False\n", test_a=1)

    done = run("class", tmp_path / "hand-ins", "--rubric", path, "--no-training", "--output", tmp_path / "graded")

    assert done.returncode == 2, done.stdout
    assert "checks.py, line 2: the reference does not pass test_a: assert False" in done.stderr


def test_tests_behind_the_dashes_are_given_the_same_submission(tmp_path: Path, overflows: Path) -> None:
    own = tmp_path / "test_more.py"
    own.write_text(
        textwrap.dedent(OWN) + "\n\ndef test_shape(submission):\n    submission.Dense(3, 2)(np.ones((4, 5)))\n"
    )

    done = run(overflows, "--only", "Softmax", "--no-training", "-v", "--", str(own))

    assert done.returncode == 1
    text = " ".join(done.stdout.split())
    assert "test_more.py/test_large failed" in text
    assert "test_more.py/test_rows passed" in text
    assert "test_more.py/test_shape error" in text
    assert "raised ValueError: matmul" in text
