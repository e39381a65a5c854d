"""The command itself: what it prints and where, and its exit code."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from overlays import ROOT, Graded, grade, run

from grader import __version__, rubric
from grader.ask.probe import all_probes
from grader.base import tomlfile
from grader.homework import FIRST, HOMEWORK
from grader.result import Outcome

TRACKS = ("1470", "2470")
ESCAPE = "\x1b"


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What a call that is wrong says: one line on standard error, nothing else, and exit code 2."""
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("grade: ")
    assert "Traceback" not in line
    return line


# --- what cannot be graded --------------------------------------------------------------------------------------


def missing(folder: Path) -> Path:
    return folder / "nowhere"


def empty_folder(folder: Path) -> Path:
    return folder


def text_file(folder: Path) -> Path:
    (folder / "essay.txt").write_text("On neural networks\n")
    return folder / "essay.txt"


def python_file(folder: Path) -> Path:
    (folder / "layers.py").write_text("class Dense: pass\n")
    return folder / "layers.py"


def corrupt_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "hand-in.zip", "w") as archive:
        archive.writestr("Beras/layers.py", "x = 1\n" * 100)
    os.truncate(folder / "hand-in.zip", 300)
    return folder / "hand-in.zip"


def folder_without_code(folder: Path) -> Path:
    (folder / "notes.md").write_text("to do\n")
    return folder


def zip_that_leads_out(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "hand-in.zip", "w") as archive:
        archive.writestr("Beras/layers.py", "")
        archive.writestr("../evil.py", "")
    return folder / "hand-in.zip"


def two_submissions(folder: Path) -> Path:
    for name in ("alice", "bob"):
        (folder / name / "Beras").mkdir(parents=True)
        (folder / name / "Beras" / "layers.py").write_text("")
    return folder


def odd_name(folder: Path) -> Path:
    return folder / "line\nbreak \x1b[31m \udcff"


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (missing, "there is no such file or folder"),
        (empty_folder, "is empty"),
        (text_file, "is a text file"),
        (python_file, "is a text file"),
        (corrupt_zip, "damaged .zip"),
        (folder_without_code, "no Beras code in it"),
        (zip_that_leads_out, "refused, its entry ../evil.py leads out"),
        (two_submissions, "several submissions (alice, bob)"),
        (odd_name, "there is no such file or folder"),
    ],
)
def test_what_holds_no_submission_is_one_line(build: Any, says: str, folder: Path):
    path = build(folder)

    line = one_line(run(str(path)))

    assert says in line
    assert str(path).encode("unicode_escape").decode() in line or str(path) in line
    assert ESCAPE not in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["reference", "--only", "Sofmax"], "did you mean Softmax?"),
        (["reference", "--only", "Dense", "Dens.initialiser"], "did you mean Dense.initializer?"),
        (["reference", "--only", "xyzzy"], "grade --list names them all"),
        (["reference", "--track", "1480"], "--track 1480: the rubric has the tracks 2470, 1470"),
        (["reference", "--seed", "-1"], "--seed -1: must be a whole number"),
        (["reference", "--seed", "1.5"], "--seed 1.5: must be a whole number"),
        (["reference", "--seed", "tomorrow"], "--seed tomorrow: must be a whole number"),
        (["reference", "--seed", "2147483648"], "from 0 to 2147483647"),
        (["reference", "--seed", "9" * 5000], "from 0 to 2147483647"),
        (["reference", "--hidden-seed", str(2**128)], f"from 0 to {2**128 - 1}"),
        (["class", "reference", "--hidden-seed", "fresh"], "give a number"),
        (["reference", "--seed", ""], "must be a whole number"),
        (["reference", "--runs", "0"], "--runs takes a whole number from 1 up"),
        (["reference", "--rubric", "none.toml"], "rubric none.toml: cannot be read"),
        (["reference", "--only", "training.simple", "--no-training"], "nothing is left to grade"),
    ],
)
def test_wrong_call_is_one_line(arguments: list[str], says: str):
    assert says in one_line(run(*arguments))


@pytest.mark.parametrize("arguments", [["--nonsense"], ["reference", "--format", "xml"], ["reference", "--runs", "x"]])
def test_unknown_option_shows_the_usage(arguments: list[str]):
    done = run(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: grade ")
    assert "Traceback" not in done.stderr


# --- what is printed without grading ----------------------------------------------------------------------------


def test_help_names_every_option_and_the_exit_codes():
    done = run("--help")

    assert (done.returncode, done.stderr) == (0, "")
    options = "--track --only --no-training --full --runs --seed --format --rubric --data --list -v -q --version"
    assert [option for option in options.split() if option not in done.stdout] == []
    for code, meaning in enumerate(("all points", "points lost", "is wrong", "the grader itself failed")):
        assert f"{code} " in done.stdout
        assert meaning in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120


def test_version_is_that_of_the_package():
    done = run("--version")

    assert (done.returncode, done.stdout) == (0, f"grade {__version__}\n")
    assert tomlfile.read(ROOT / "pyproject.toml")["project"]["version"] == __version__


@pytest.mark.parametrize("track", TRACKS)
def test_list_names_every_component_check_and_point(track: str):
    done = run("--list", "--track", track)

    assert (done.returncode, done.stderr) == (0, "")
    points = rubric.load().points[track]
    heads = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    worth = {name: f"{each} points" for name, each in points.items()} | dict.fromkeys(HOMEWORK.extensions, "extension")
    assert heads == [f"{name}  ({worth.get(name, 'not on this track')})" for name in FIRST.components]
    assert all(f"  {probe.name}: {probe.title}" in done.stdout for probe in all_probes())


def test_list_gives_each_check_its_points():
    done = run("--list", "--only", "CategoricalAccuracy")

    points = re.findall(r"  \(([\d.]+)\)$", done.stdout, re.MULTILINE)
    assert sum(map(Fraction, points)) == 3


def test_without_a_path_the_current_folder_is_graded(tmp_path: Path):
    nothing = run(cwd=tmp_path)

    assert nothing.returncode == 2
    assert len(nothing.stderr.splitlines()) == 1
    assert run("--only", "CategoricalAccuracy", cwd=ROOT / "reference").returncode == 0


@pytest.mark.parametrize(("name", "options"), [("softmax", ()), ("Linear", ("--edition", "2026"))])
def test_component_has_a_page_with_its_checks_and_known_mistakes(name: str, options: tuple[str, ...]):
    done = run("explain", name, *options)

    assert done.returncode == 0, done.stderr
    assert done.stdout.lower().startswith(f"# {name.lower()}\n")
    (code, *_) = re.findall(r"^- `([\w-]+)`: ", done.stdout, re.MULTILINE)
    assert run("explain", code, *options).returncode == 0
    assert f"grade explain CODE{' '.join(('', *options))}" in done.stdout


def test_list_of_some_components():
    done = run("--list", "--only", "softmax", "--only", "ReLU")

    assert [line.split()[0] for line in done.stdout.splitlines() if not line.startswith(" ")] == ["ReLU", "Softmax"]


def test_console_script_is_the_same_command():
    script = Path(sys.executable).with_name("grade")
    if not script.exists():
        pytest.skip("the project is not installed here")

    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, f"grade {__version__}\n")


# --- the reference and the template -----------------------------------------------------------------------------


@pytest.mark.parametrize("track", TRACKS)
def test_reference_has_every_point(track: str):
    graded = grade("reference", "--track", track)

    assert (graded.exit_code, graded.result["score"], graded.result["max_score"]) == (0, 100, 100)
    assert {name: part["outcome"] for name, part in graded.components.items()} == dict.fromkeys(
        FIRST.components, "passed"
    )
    assert [each["model"] for each in graded.result["training"]] == ["simple", "advanced"]
    for each in graded.result["training"]:
        assert {"model", "outcome", "accuracy", "milestones", "wall_seconds", "cpu_seconds"} <= set(each)
        assert len(each["accuracy"]) == len(each["epoch_seconds"]) >= 1
        assert all(0 <= accuracy <= 1 for accuracy in each["accuracy"])
        assert [goal["accuracy"] for goal in each["milestones"]][:2] == [0.80, 0.85]
        assert f"training.{each['model']}: " in graded.stderr
    assert not {ESCAPE, "\r"} & set(graded.stderr)
    sums_are_exact(graded)


@cache
def template(track: str) -> Graded:
    """The student template, training included."""
    return grade("student_template", "--track", track)


@pytest.mark.parametrize("track", TRACKS)
def test_template_has_no_points_yet(track: str):
    graded = template(track)

    assert (graded.exit_code, graded.result["score"], graded.result["max_score"]) == (1, 0, 100)
    sums_are_exact(graded)


@pytest.mark.parametrize("track", TRACKS)
def test_everything_that_students_write_is_not_implemented_in_the_template(track: str):
    outcomes = {name: part["outcome"] for name, part in template(track).components.items()}

    expected = {name: "not implemented" for name in FIRST.components if name not in HOMEWORK.extensions}
    expected |= dict.fromkeys(FIRST.given, "passed")
    expected |= dict.fromkeys(set(FIRST.components) - set(rubric.load().points[track]), "not on this track")
    assert {name: outcomes[name] for name in expected} == expected


def test_json_has_what_the_contract_names():
    result = template("2470").result

    keys = {"version", "score", "max_score", "track", "seed", "isolation", "components", "training", "notes"}
    assert keys <= set(result)
    assert [part["name"] for part in result["components"] if part["name"] not in HOMEWORK.extensions] == [
        name for name in FIRST.components if name not in HOMEWORK.extensions
    ]
    for part in result["components"]:
        assert {"name", "outcome", "points", "max_points", "probes"} <= set(part)
        assert part["outcome"] in map(str, Outcome)
        assert part["probes"]
        for probe in part["probes"]:
            assert {"name", "title", "outcome", "points", "max_points", "message", "diagnosis"} <= set(probe)
            assert isinstance(probe["diagnosis"], list)
            assert probe["outcome"] in map(str, Outcome)
            assert probe["message"] or probe["points"] == probe["max_points"]


def exactly(number: float) -> Fraction:
    return Fraction(str(number))


def sums_are_exact(graded: Graded) -> None:
    """Checks add up to components, and components to the score, to the last hundredth."""
    for part in graded.components.values():
        assert sum(exactly(probe["points"]) for probe in part["probes"]) == exactly(part["points"])
        assert sum(exactly(probe["max_points"]) for probe in part["probes"]) == exactly(part["max_points"])
    assert sum(exactly(part["points"]) for part in graded.components.values()) == exactly(graded.result["score"])


def test_only_grades_what_is_named():
    graded = grade("student_template", "--only", "relu", "Dense", "--only", "Diffable", "--seed", "7")

    assert list(graded.components) == ["Dense", "ReLU", "Diffable"]
    assert graded.result["training"] == []
    assert graded.result["seed"] == 7
    assert (graded.result["max_score"], graded.result["not_graded"]) == (14, 86)
    assert graded.exit_code == 1


def test_fresh_seeds_differ():
    seeds = {grade("student_template", "--only", "ReLU", "--seed", "fresh").result["seed"] for _ in range(2)}

    assert len(seeds) == 2


# --- the table --------------------------------------------------------------------------------------------------


def test_quiet_prints_the_last_line_only():
    done = run("student_template", "-q", "--only", "ReLU", "Dense")

    assert done.returncode == 1
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    assert line.startswith("score 0 of 14, 0% (86 points not graded); track 2470; ")


def test_table_has_a_row_for_each_component_and_verbose_every_check():
    wide = {**os.environ, "COLUMNS": "400"}
    table, verbose = (run("reference", "--no-training", *options, env=wide).stdout for options in ([], ["-v"]))

    rows = [line.split()[0] for line in table.splitlines()[2 : 2 + len(FIRST.components) - len(FIRST.trainings)]]
    assert rows == [name for name in FIRST.components if name not in FIRST.trainings]
    assert not any(f"\n{probe.name} " in table for probe in all_probes())
    assert all(f"\n{probe.name}  passed\n  {probe.title}" in verbose for probe in all_probes())


def test_syntax_error_comes_with_file_line_and_caret(folder: Path):
    (folder / "Beras").mkdir()
    (folder / "Beras" / "metrics.py").write_text(
        "class CategoricalAccuracy:\n    def forward(self, p, t):\n        x = = 1\n"
    )

    lines = run(str(folder), "--only", "CategoricalAccuracy").stdout.splitlines()

    (caret,) = [number for number, line in enumerate(lines) if line.strip() == "^"][:1]
    assert lines[caret - 1].endswith("x = = 1")
    assert lines[caret].index("^") == lines[caret - 1].index("x = = 1") + 4
    assert any("Beras/metrics.py" in line and "line 3" in line for line in lines)


def test_syntax_error_is_an_error_in_every_check_of_its_file(folder: Path):
    shutil.copytree(ROOT / "reference", folder / "broken")
    layers = folder / "broken" / "Beras" / "layers.py"
    layers.write_text(layers.read_text(encoding="utf-8") + "\nx = = 1\n", encoding="utf-8")

    graded = grade(folder / "broken", "--only", "Dense", "Dense.initializer", "Softmax")

    assert {name: part["outcome"] for name, part in graded.components.items()} == {
        "Dense": "error",
        "Dense.initializer": "error",
        "Softmax": "passed",
    }


def test_layer_whose_base_class_does_not_load_says_which_file_is_broken(folder: Path):
    shutil.copytree(ROOT / "reference", folder / "broken")
    (folder / "broken" / "Beras" / "core.py").write_text("x = = 1\n", encoding="utf-8")

    graded = grade(folder / "broken", "--only", "Dense")

    (said,) = {probe["message"] for probe in graded.components["Dense"]["probes"] if probe["outcome"] == "error"}
    assert "Beras/core.py does not load: SyntaxError" in said


def on_a_terminal(**environment: str) -> str:
    """What a terminal is sent."""
    near, far = pty.openpty()
    command = [sys.executable, "-m", "grader", "student_template", "--only", "ReLU"]
    variables = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    with subprocess.Popen(command, stdout=far, cwd=ROOT, env={**variables, "TERM": "xterm", **environment}) as process:
        os.close(far)
        sent = b""
        try:
            while part := os.read(near, 4096):
                sent += part
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(near)
    assert process.returncode == 1
    return sent.decode()


def test_colours_only_on_a_terminal_and_where_they_are_wanted():
    assert f"{ESCAPE}[" in on_a_terminal()
    assert ESCAPE not in on_a_terminal(NO_COLOR="1")
    assert ESCAPE not in on_a_terminal(TERM="dumb")
    assert ESCAPE not in run("student_template", "--only", "ReLU").stdout


# --- the run itself ---------------------------------------------------------------------------------------------


def test_reader_that_goes_away_is_no_fault():
    command = f"{sys.executable} -m grader reference --only ReLU Softmax -v | head -n 1"

    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False)

    assert done.stdout.startswith("component")
    assert "Traceback" not in done.stderr
    assert "failed" not in done.stderr


def test_interrupted_run_says_so():
    command = [sys.executable, "-m", "grader", "reference", "--only", "training.advanced", "--full"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()

    assert first.startswith("training.advanced")
    assert process.returncode == 130
    assert "grade: interrupted" in rest
    assert "Traceback" not in rest


def test_grading_changes_nothing_in_the_folder_that_is_graded(folder: Path):
    (folder / "Beras").mkdir()
    (folder / "Beras" / "layers.py").write_text("open('trace', 'w')\nopen(__file__, 'a').write('# trace')\n")
    before = {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}

    assert run(str(folder), "--only", "Dense").returncode == 1

    assert {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]} == before


def test_zip_gives_the_same_result_as_the_folder(folder: Path):
    with zipfile.ZipFile(folder / "hand-in.zip", "w") as archive:
        for path in sorted((ROOT / "student_template").rglob("*.py")):
            archive.write(path, f"hw2/code/{path.relative_to(ROOT / 'student_template')}")

    from_zip, from_folder = (
        grade(path, "--only", "ReLU", "OneHotEncoder") for path in (folder / "hand-in.zip", "student_template")
    )

    assert from_zip.exit_code == from_folder.exit_code == 1
    assert list(from_zip.components) == ["OneHotEncoder", "ReLU"]
    for name, part in from_folder.components.items():
        other = from_zip.components[name]
        assert (other["outcome"], other["points"], other["message"]) == (
            part["outcome"],
            part["points"],
            part["message"],
        )


# --- what is shipped --------------------------------------------------------------------------------------------


def test_wheel_holds_the_grader_and_nothing_of_the_solution():
    """Setuptools is asked what it would put in; building a wheel itself takes packages from the network."""
    pytest.importorskip("setuptools", reason="what builds the wheel is not installed here")
    where = tomlfile.read(ROOT / "pyproject.toml")["tool"]["setuptools"]["packages"]["find"]
    program = f"from setuptools import find_packages; print(*find_packages(**{where!r}))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)

    packages = done.stdout.split()
    assert {"grader", "grader.homeworks.beras.probes", "grader.report", "grader.worker"} <= set(packages)
    assert {name.partition(".")[0] for name in packages} == {"grader"}
    assert not (ROOT / "MANIFEST.in").exists()


def test_run_needs_no_more_than_the_issue_permits():
    project = tomlfile.read(ROOT / "pyproject.toml")["project"]
    names = {requirement.partition(">")[0] for requirement in project["dependencies"]}

    assert names == {"numpy", "pytest", "pytest-timeout", "tabulate"}
    assert project["scripts"] == {"grade": "grader.start:program"}
    assert project["requires-python"] == ">=3.10"
