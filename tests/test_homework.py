"""Another homework, three functions that have nothing to do with networks, is graded by the same engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

TINY = Path(__file__).with_name("tiny_homework")
REFERENCE = TINY / "editions" / "y2026" / "reference"


def grade(*arguments: object, homework: Path = TINY) -> subprocess.CompletedProcess[str]:
    """`grade` as it is typed, of another homework."""
    command = [sys.executable, "-m", "grader", *map(str, arguments), "--homework", str(homework)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def through_origin(tmp_path: Path) -> Path:
    """A hand-in whose line goes through the origin, and whose means are those of the rows."""
    copy = tmp_path / "ann"
    shutil.copytree(REFERENCE, copy)
    fit, statistics = copy / "lines" / "fit.py", copy / "lines" / "statistics.py"
    fit.write_text(fit.read_text().replace("across = x - x.mean()", "across = 1.0 * x"))
    statistics.write_text(statistics.read_text().replace("table.mean(axis=0)", "table.mean(axis=1)"))
    return copy


def test_the_reference_gets_every_point() -> None:
    done = grade(REFERENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "score 100 of 100" in done.stdout


def test_a_mistake_is_told_by_its_page_and_others_by_relations(through_origin: Path, tmp_path: Path) -> None:
    page, data = tmp_path / "report.html", tmp_path / "result.json"
    done = grade(through_origin, "--html", page, "--json", data)
    assert done.returncode == 1, done.stderr
    checks = {probe["name"]: probe for row in json.loads(data.read_text())["components"] for probe in row["probes"]}
    assert checks["fit_line/least-squares"]["diagnosis"] == ["line-through-origin"]
    assert "`mean` is taken over axis 1; over axis 0" in checks["column_means/values"]["message"]
    assert "The line goes through the origin" in done.stdout
    assert "<h1>Lines report</h1>" in page.read_text()


def test_an_answer_key_stands_for_the_reference(through_origin: Path, tmp_path: Path) -> None:
    homework, key = tmp_path / "homework", tmp_path / "lines.key"
    shutil.copytree(TINY, homework)
    built = grade("key", "build", "-o", key, homework=homework)
    assert built.returncode == 0, built.stderr
    assert [line.partition(" checks  ")[2] for line in built.stderr.splitlines()] == [
        "column_means", "standardize", "fit_line",
    ]  # fmt: skip
    shutil.rmtree(homework / "editions" / "y2026" / "reference")
    done = grade(through_origin, "--key", key, homework=homework)
    assert "line-through-origin" in done.stdout, done.stderr


def test_a_class_is_graded(through_origin: Path, tmp_path: Path) -> None:
    handins = tmp_path / "handins"
    shutil.copytree(through_origin, handins / "ann")
    shutil.copytree(REFERENCE, handins / "bob")
    done = grade("class", handins, "--output", tmp_path / "graded", "-q")
    assert done.returncode == 0, done.stderr
    rows = (tmp_path / "graded" / "grades.csv").read_text().splitlines()
    assert [row.split(",")[5] for row in rows[1:]] == ["0", "100"]


def test_hand_ins_are_chosen_by_what_the_roster_says(through_origin: Path, tmp_path: Path) -> None:
    """IDs and e-mail addresses that only the roster knows; the hint names a gradebook that lies elsewhere."""
    handins, out, book = tmp_path / "handins", tmp_path / "graded", tmp_path / "book.sqlite"
    for name in ("submission_7000", "submission_7001", "submission_7002"):
        shutil.copytree(through_origin, handins / name)
        module = handins / name / "lines" / "fit.py"
        module.write_text(module.read_text() + f"\n# by {name}\n")
    (handins / "submission_metadata.yml").write_text("".join(
        f"submission_{number}:\n  :submitters:\n  - :name: {name}\n    :sid: '{sid}'\n"
        for number, name, sid in ((7000, "Ann Ash", "s1"), (7001, "Bob Birch", "s2"), (7002, "Cy Cole", "s3"))
    ))  # fmt: skip
    roster = tmp_path / "roster.csv"
    roster.write_text("Name,SID,Email\nAnn Ash,s1,ann@u.edu\nBob Birch,s2,bob@u.edu\nCy Cole,s3,cy@u.edu\n")
    command = ("class", handins, "--roster", roster, "--output", out, "--gradebook", book)

    done = grade(*command, "--only", "ann@u.edu", "s3", "--skip", "bob@u.edu")

    assert done.returncode == 1, done.stderr  # one is left
    rows = {row.split(",")[0]: row for row in (out / "grades.csv").read_text().splitlines()[1:]}
    assert "not graded yet" in " ".join(rows.values())
    assert grade(*command, "-q").returncode == 0
    again = grade(*command, "--regrade", "s2")
    assert again.returncode == 0, again.stderr
    assert (
        f"grade misconception new --from {again.stdout.partition('--from ')[2].split()[0]} --gradebook {book}"
        in again.stdout
    )
    page = (out / "report.html").read_text()
    assert ">Ann Ash<" in page


def test_a_page_is_explained_with_values_of_the_reference() -> None:
    done = grade("explain", "line-through-origin")
    assert done.returncode == 0, done.stderr
    assert "(0.0, 5.0)" in done.stdout


@pytest.mark.parametrize("holds", ["nothing", "no edition", "no TOML"])
def test_a_folder_that_is_no_homework_is_one_line(tmp_path: Path, holds: str) -> None:
    if holds != "nothing":
        (tmp_path / "homework.toml").write_text('title = "Lines"' if holds == "no edition" else "title =")
    done = grade(REFERENCE, homework=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("grade: --homework ")
    assert done.stderr.count("\n") == 1


def test_a_hand_in_of_the_other_homework_is_one_line() -> None:
    done = grade(Path(__file__).parents[1] / "student_template")
    assert done.returncode == 2
    assert "no Lines code in it" in done.stderr


def test_what_is_missing_is_not_implemented(tmp_path: Path) -> None:
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "fit.py").write_text("def fit_line(x, y):\n    pass\n")
    done = grade(tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("not implemented") >= 3, done.stdout


@pytest.mark.parametrize("command", [("template", "-o", "made"), ("pack", "student", "-o", "made")])
def test_what_only_the_built_in_homework_has_is_one_line(command: tuple[str, ...], tmp_path: Path) -> None:
    done = grade(*command[:-1], tmp_path / command[-1])
    assert done.returncode == 2
    assert done.stderr.startswith(f"grade: {command[0]}: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "made").exists()


def test_lines_to_try_are_those_of_the_homework(through_origin: Path) -> None:
    done = grade("try", "fit_line", through_origin)
    assert done.returncode == 0, done.stderr
    assert "from lines.fit import fit_line" in done.stdout


def test_a_component_is_added_as_contributing_says(tmp_path: Path) -> None:
    homework = tmp_path / "homework"
    shutil.copytree(TINY, homework)
    text = Path(__file__).parents[1].joinpath("CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("## Add a component\n")[2].partition("\n## ")[0]
    touched = [added(homework, textwrap.dedent(block)) for block in BLOCK.findall(section)]
    reference = homework / "editions" / "y2026" / "reference"

    assert len(set(touched)) == 4
    right = grade(reference, homework=homework)
    assert "score 100 of 100" in right.stdout, right.stdout + right.stderr

    hand_in = tmp_path / "ann"
    shutil.copytree(reference, hand_in)
    module = hand_in / "lines" / "statistics.py"
    module.write_text(module.read_text().replace("np.exp(-np.logaddexp(0, -x))", "1 / (1 + np.exp(x))"))
    wrong = grade(hand_in, "--only", "sigmoid", homework=homework)
    assert "a minus were missing in sigmoid" in wrong.stdout, wrong.stdout + wrong.stderr


BLOCK = re.compile(r"^   ```\w+\n(.*?)^   ```", re.MULTILINE | re.DOTALL)


def added(homework: Path, block: str) -> str:
    """Puts a block of the page into the file that its first line names, where that says; the file."""
    head, _, body = block.partition("\n")
    name, _, where = head.removeprefix("# ").partition(", ")
    path = homework / name
    text = path.read_text(encoding="utf-8")
    if where == "at the end":
        text = text.rstrip("\n") + "\n\n" * ("def " in body) + "\n" + body.lstrip("\n")
    elif where.startswith("below "):
        line = where.removeprefix("below ") + "\n"
        assert line in text
        text = text.replace(line, line + body)
    else:
        word = where.removeprefix("in place of ")
        text, count = re.subn(rf"^{word} = .*\n", body, text, flags=re.MULTILINE)
        assert count == 1
    path.write_text(text, encoding="utf-8")
    return name
