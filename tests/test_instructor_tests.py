"""What is passed behind `--`: an instructor's own tests are rows, and pytest's selection chooses among the checks."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from overlays import ROOT, run

from grader.base import tomlfile

REFERENCE = str(ROOT / "reference")
OWN = """
    import pytest

    @pytest.mark.points(2)
    def test_style(session):
        "every line is short"
        assert session.named == "elsewhere"

    @pytest.mark.points(3)
    def test_year(session):
        assert session.grading.edition.year == 2022

    def test_without_points():
        assert True

    @pytest.mark.skip(reason="not this term")
    @pytest.mark.points(4)
    def test_of_another_term():
        assert False
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "test_own.py"
    path.write_text(textwrap.dedent(OWN), encoding="utf-8")
    return path


def rows(stdout: str) -> dict[str, list[str]]:
    """The rows of a table, by name."""
    lines = stdout.partition("\n\n")[0].splitlines()[2:]
    return {line.split()[0]: line.split()[1:] for line in lines}


def test_failing_test_is_a_row_with_its_points_and_the_exit_code_follows(own: Path) -> None:
    done = run(REFERENCE, "--only", "Softmax", "--no-training", "--", str(own))

    assert done.returncode == 1, done.stderr
    assert rows(done.stdout)["test_own.py"][:4] == ["partial", "3", "/", "5"]
    assert "every line is short" in done.stdout
    assert "== 'elsewhere'" in done.stdout
    assert "score 9 of 11" in done.stdout


def test_failing_test_without_points_is_told_by_the_exit_code(tmp_path: Path) -> None:
    path = tmp_path / "test_style.py"
    path.write_text("def test_style():\n    assert not 'too long'\n", encoding="utf-8")

    done = run(REFERENCE, "--only", "Softmax", "--no-training", "--", str(path))

    assert done.returncode == 1, done.stderr
    assert rows(done.stdout)["test_style.py"][:2] == ["failed", "-"]
    assert "score 6 of 6" in done.stdout


def test_tests_that_pass_leave_the_exit_code_alone(own: Path) -> None:
    done = run(REFERENCE, "--only", "Softmax", "--no-training", "--", str(own), "-k", "year or Softmax")

    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(done.stdout)["test_own.py"][:4] == ["passed", "3", "/", "3"]


def test_selection_chooses_the_components_with_such_a_check() -> None:
    done = run(REFERENCE, "--no-training", "--", "-k", "amsgrad or uniq")

    assert done.returncode == 0, done.stderr
    assert set(rows(done.stdout)) == {"Adam", "OneHotEncoder"}


def test_selection_of_nothing_is_one_line() -> None:
    done = run(REFERENCE, "--no-training", "--", "-k", "no-such-check")

    assert done.returncode == 2
    assert done.stderr.startswith("grade: no check is chosen by: -k no-such-check")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["PYTEST_ADDOPTS", "PYTEST_PLUGINS"])
def test_what_a_shell_sets_for_other_tests_does_not_matter(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, '"unbalanced')

    done = run(REFERENCE, "--only", "Softmax", "--no-training")

    assert done.returncode == 0, done.stderr


def test_points_of_a_rubric_are_those_of_the_components(own: Path) -> None:
    """What an instructor's tests bring comes on top: what is left out of the track is said as before."""
    points = tomlfile.read(ROOT / "grader" / "rubric.toml")["points"]["2470"]

    done = run(REFERENCE, "--only", "Softmax", "--no-training", "--", str(own))

    assert f"({sum(points.values()) - points['Softmax']} points not graded)" in " ".join(done.stdout.split())
