"""Packs hold no solution, and grade where they are unpacked as the platform would have them do.

They are built of two components, so that an answer key takes seconds, and of wheels that are installed here, so that
nothing is downloaded.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
import wheelhouse
from conftest import Once
from overlays import ROOT, build, grade, run
from results import assert_gradescope
from test_own_checks import OWN, PROBED
from test_own_checks import POINTS as OWN_POINTS
from test_own_checks import rubric as write_own_checks
from test_visibility import write_rubric

from grader.ask import answer_key
from grader.ask.answers import LiveAnswers
from grader.base import tomlfile
from grader.commands.main import main
from grader.homework import edition
from grader.homeworks.beras.mnist.synthetic import probe_folder
from grader.judge.rubrics import load
from grader.packing.dependencies import dependencies
from grader.packing.hidden import without_questions
from grader.packing.template import template_of
from grader.packing.wheel import with_needs
from grader.run.freeze import frozen

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the platforms are Linux")

PYTHON = getattr(sys, "_base_executable", sys.executable)  # without the packages of this environment
COMPONENTS = ("Softmax", "MeanSquaredError")
HIDDEN = ("Softmax/gradient*", "MeanSquaredError/gradient")
SECRET_SEED = 1_987_654_321
ONLY = [word for name in COMPONENTS for word in ("--only", name)]
POINTS = 11  # of the two components
NEEDED = tuple(map(wheelhouse.bare, dependencies()))
KEY = ("--key", "{folder}/answers.key")
LONG = 30  # characters of a line that is somebody's own
ATTACK = "import os, sys\n\nos._exit(0)\n"


@pytest.fixture(scope="module")
def folder_of_packs(once: Once) -> Path:
    """A folder that another user may pass, with a rubric, two keys and the wheels of everything."""
    return once("packs", fill_folder_of_packs)


def fill_folder_of_packs(folder: Path) -> None:
    rubric = write_rubric(folder / "rubric.toml", *HIDDEN)
    hidden = names_of_hidden(rubric)
    with np.errstate(all="ignore"):
        answers = LiveAnswers(str(probe_folder()))
        key = frozen(answers, 1470, with_needs(COMPONENTS), hidden, SECRET_SEED)
        answer_key.save(key, folder / "answers.key")
    wheelhouse.fill(folder / "wheels", "pip", *NEEDED)
    wheelhouse.link(folder / "installed", "pip", "jinja2", "markdown-it-py", *NEEDED)
    wheelhouse.link(folder / "pip-alone", "pip")


def names_of_hidden(path: Path) -> frozenset[str]:
    from grader.judge import rubrics

    return rubrics.load(path).hidden


def pack(kind: str, folder: Path, output: str, *options: str) -> Path:
    """Runs `grade pack`."""
    ready = ["--key", str(folder / "answers.key"), "--rubric", str(folder / "rubric.toml"), *ONLY]
    done = run("pack", kind, "-o", str(folder / output), *ready, *options)
    assert done.returncode == 0, done.stderr
    return folder / output


def attack(folder: Path) -> Path:
    """The reference, with a module that ends the process as if all were well, and others named as what is run there."""
    found = folder / "attack"
    shutil.copytree(ROOT / "reference", found, ignore=shutil.ignore_patterns("__pycache__"))
    (found / "Beras" / "losses.py").write_text(ATTACK)
    for name in ("grader", "pip", "runpy", "json", "numpy"):
        (found / name).mkdir()
        for file in ("__init__.py", "__main__.py"):
            (found / name / file).write_text(ATTACK)
    return found


def lines_below(folder: Path) -> set[str]:
    return {line.strip() for path in folder.rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines()}


def solution_lines() -> set[str]:
    """Lines that are in the reference and not in what students are given: they are the solution."""
    lines = lines_below(ROOT / "reference") - lines_below(ROOT / "student_template")
    found = {line for line in lines if len(line) > LONG and not line.startswith(("#", "import", "from", '"""'))}
    assert len(found) > 70
    return found


def patch_texts() -> set[str]:
    """What the known mistakes and the permitted differences put into the reference, and what they replace there."""
    folders = [
        ROOT / "grader" / "homeworks" / "beras" / "misconceptions" / "patches",
        ROOT / "grader" / "homeworks" / "beras" / "variants",
    ]
    edits = [edit for folder in folders for path in folder.glob("*.toml") for edit in tomlfile.read(path)["edit"]]
    lines = {line.strip() for edit in edits for name in ("old", "new") for line in edit[name].splitlines()}
    return {line for line in lines if len(line) > LONG}


# --- the student edition ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def student_edition(folder_of_packs: Path, once: Once) -> Path:
    """The wheel, and beside it what is in it, unpacked."""

    def unpack(folder: Path) -> None:
        wheel = next(pack("student", folder_of_packs, str(folder)).glob("beras_grader-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "unpacked")

    return next(once("student-edition", unpack).glob("beras_grader-*.whl"))


def test_student_edition_holds_no_solution_and_no_hidden_question(student_edition: Path, folder_of_packs: Path):
    folder = student_edition.parent / "unpacked"
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    texts = {name: path.read_text(encoding="utf-8") for name, path in files.items() if not name.endswith(".key")}
    key = answer_key.load(files["grader/answers.key"])

    wanted = solution_lines() | patch_texts()
    assert {line for name, text in texts.items() for line in wanted if line in text} == set()
    assert not [name for name in files if re.search("reference/|patches/|variants/", name)]
    probes = {probe for _, probe, _ in key.entries}
    assert {"Softmax/forward", "MeanSquaredError/forward"} <= probes
    assert not probes & names_of_hidden(folder_of_packs / "rubric.toml")
    assert {seed for *_, seed in key.entries} <= set(range(1470, 1480))
    assert str(SECRET_SEED) not in repr(key.about) + "".join(texts.values())
    assert "the Jacobian of each row is diag(s) - s s^T" in texts["grader/homeworks/beras/probes/activations.py"]
    assert "@probe('Softmax', 'gradient', weight=3)" in texts["grader/homeworks/beras/probes/activations.py"]


def test_hidden_questions_are_taken_out_and_others_stay():
    source = '''\
@probe("A", "open", weight=2, y=RULE)
def open_one(s, draw):
    """what is asked"""
    return {"y": s.get("A")(1).value}


@probe("A", "shut", weight=3, needs=("B",), y=Rule(within=((0.5, 1.0),)))
def shut_one(s, draw):
    """what is not told"""
    # how it is asked
    return {"y": s.get("A")(2).value}
'''
    found = without_questions(source, {"A/shut"})

    assert found.startswith(source[: source.index('@probe("A", "shut"')])
    assert "@probe('A', 'shut', weight=3, needs=('B',))\ndef shut_one(s, draw):\n" in found
    assert "(2)" not in found
    assert "how it is asked" not in found
    assert "0.5" not in found


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("chaffs", "softmax-over-batch"),
        ("chaffs", "mse-gradient-missing-classes"),
        ("wheats", "upstream-convention-sum"),
    ],
)
def test_both_editions_reach_the_same_public_verdicts(
    kind: str, name: str, student_edition: Path, folder_of_packs: Path, folder: Path
):
    submission = build(kind, name, folder)
    options = ["--no-training", *ONLY]
    rubric = ["--rubric", str(folder_of_packs / "rubric.toml"), "--hidden-seed", "7"]
    full = grade(submission, *options, *rubric).result

    environment = {**os.environ, "PYTHONPATH": str(student_edition.parent / "unpacked")}
    command = [sys.executable, "-m", "grader", str(submission), "--format", "json", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)

    own = json.loads(done.stdout)
    assert public_checks(own) == public_checks(full)
    assert own["hidden_points"] == full["hidden_points"] > 0
    hidden = [each for part in own["components"] for each in part["probes"] if each["hidden"]]
    assert {(each["outcome"], each["max_points"]) for each in hidden} == {("not asked", 0)}
    if kind == "wheats":
        assert (done.returncode, own["score"]) == (0, own["max_score"])
        assert own["not_graded"] == full["not_graded"]


def public_checks(result: dict[str, Any]) -> list[dict[str, Any]]:
    found = [each for part in result["components"] for each in part["probes"] if not each["hidden"]]
    assert found
    return [{**each, "seconds": 0} for each in found]


@pytest.mark.parametrize("hidden", ["", "checks.py"])
def test_own_checks_go_along_and_hidden_ones_stay_behind(hidden: str, folder_of_packs: Path, tmp_path: Path):
    rubric = write_own_checks(tmp_path / "rubric", OWN + PROBED, hidden=hidden, **OWN_POINTS, test_values=1)
    ready = ("--key", str(folder_of_packs / "answers.key"), "--rubric", str(rubric), "--only", "checks.py")
    done = run("pack", "student", "-o", str(tmp_path / "pack"), *ready)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next((tmp_path / "pack").glob("beras_grader-*.whl"))) as archive:
        archive.extractall(tmp_path / "unpacked")
    text = (tmp_path / "unpacked/grader/rubric.toml").read_text(encoding="utf-8")
    assert ("isfinite" in text) == (not hidden)

    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "unpacked")}
    command = [sys.executable, "-m", "grader", str(ROOT / "reference"), "--only", "checks.py"]
    done = subprocess.run(
        [*command, "--format", "json"], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    row = found["components"][-1]
    assert (row["name"], row["outcome"]) == ("checks.py", "not asked" if hidden else "passed")
    assert found["max_score"] == (0 if hidden else 6)
    assert [each["title"] for each in row["probes"]] == [
        "Softmax of large numbers is finite",
        "rows",
        "Softmax of two rows",
    ]
    assert found["hidden_points"] == (6 if hidden else 0)
    assert found["not_graded"] == 100


def test_pack_refuses_checks_that_the_reference_does_not_pass(folder_of_packs: Path, tmp_path: Path):
    rubric = write_own_checks(tmp_path, "def test_a(submission):\n    assert False\n", test_a=1)
    ready = ("--key", str(folder_of_packs / "answers.key"), "--rubric", str(rubric))

    done = run("pack", "gradescope", "-o", str(tmp_path / "pack"), *ready)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "checks.py, line 2: the reference does not pass test_a" in done.stderr


# --- a later year -----------------------------------------------------------------------------------------------

LATER = edition(2025)


@pytest.fixture(scope="module")
def later_edition(folder_of_packs: Path, once: Once) -> Path:
    """The student edition of 2025, unpacked, with the key that it was made with beside it."""

    def unpack(folder: Path) -> None:
        rubric = folder / "rubric.toml"
        text = LATER.rubric.read_text(encoding="utf-8")
        visibility = '\n[visibility]\nhidden = ["Softmax/gradient*"]\ngradescope = "after_published"\n'
        rubric.write_text(text + visibility, encoding="utf-8")
        hidden = load(rubric, LATER).hidden
        with np.errstate(all="ignore"):
            answers = LiveAnswers(str(probe_folder()), LATER)
            key = frozen(answers, 1470, with_needs(COMPONENTS, LATER), hidden, SECRET_SEED)
        answer_key.save(key, folder / "answers.key")
        ready = ("--key", str(folder / "answers.key"), "--rubric", str(rubric))
        done = run("pack", "student", "--edition", "2025", "-o", str(folder / "pack"), *ready, *ONLY)
        assert done.returncode == 0, done.stderr
        with zipfile.ZipFile(next((folder / "pack").glob("beras_grader-*.whl"))) as archive:
            archive.extractall(folder / "unpacked")

    return once("later-edition", unpack)


def test_edition_of_a_later_year_holds_its_key_and_no_solution(later_edition: Path):
    folder = later_edition / "unpacked"
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    texts = {name: path.read_text(encoding="utf-8") for name, path in files.items() if not name.endswith(".key")}
    given = {line.strip() for text in template_of(LATER).values() for line in text.splitlines()}
    solution = {line for line in lines_below(LATER.reference) - given if len(line) > LONG}
    solution = {line for line in solution if not line.startswith(("#", "import", "from", "for", '"""'))}

    assert len(solution) > 50
    assert {line for text in texts.values() for line in solution if line in text} == set()
    assert not [name for name in files if re.search("reference/|patches/|variants/", name)]
    key = answer_key.load(files["grader/answers.key"])
    assert key.about["edition"] == 2025
    assert not {probe for _, probe, _ in key.entries if probe.startswith("Softmax/gradient")}
    probes = "".join(text for name, text in texts.items() if "/probes/" in name)
    assert "@probe('Softmax', 'gradient'" in probes


def test_edition_of_a_later_year_grades_that_year_and_refuses_another(later_edition: Path, folder: Path):
    shutil.copytree(LATER.reference, folder / "right")
    environment = {**os.environ, "PYTHONPATH": str(later_edition / "unpacked")}

    def graded(path: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "grader", str(path), "--no-training", "--format", "json", *ONLY]
        return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)

    right, other = graded(folder / "right"), graded(ROOT / "reference")

    assert right.returncode == 0, right.stderr
    assert json.loads(right.stdout)["edition"] == 2025
    assert other.returncode == 2
    assert other.stderr.count("\n") == 1
    assert "this answer key is for the edition of 2025, not of 2022" in other.stderr


@pytest.mark.parametrize("words", [("--list",), ("explain", "Weighted")], ids=" ".join)
def test_edition_of_a_later_year_speaks_of_that_year(words: tuple[str, ...], later_edition: Path, tmp_path: Path):
    environment = {**os.environ, "PYTHONPATH": str(later_edition / "unpacked")}
    command = [sys.executable, "-m", "grader", *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)

    assert done.returncode == 0, done.stderr
    assert "Weighted" in done.stdout  # which only later years have


def test_student_edition_says_how_it_is_installed(later_edition: Path):
    readme = (later_edition / "pack" / "README.md").read_text(encoding="utf-8")
    (wheel,) = re.findall(r'pip install "\./(.*)\[watch,plot,report\]"', readme)

    assert (later_edition / "pack" / wheel).is_file()


def test_key_of_another_year_is_refused_in_one_line(later_edition: Path, folder_of_packs: Path, tmp_path: Path):
    ready = ("--key", str(folder_of_packs / "answers.key"), *ONLY)
    done = run("pack", "student", "--edition", "2025", "-o", str(tmp_path / "pack"), *ready)
    rubric = str(later_edition / "rubric.toml")
    mixed = run("pack", "student", "--edition", "2022", "--rubric", rubric, "-o", str(tmp_path / "pack"), *ONLY)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "is for the edition of 2022, not of 2025" in done.stderr
    assert (mixed.returncode, mixed.stderr.count("\n")) == (2, 1)
    assert "is for the edition of 2025, not of 2022" in mixed.stderr


def test_repository_of_a_later_year_starts_from_its_template(later_edition: Path, tmp_path: Path):
    ready = ("--key", str(later_edition / "answers.key"), "--rubric", str(later_edition / "rubric.toml"), *ONLY)
    done = run("pack", "github", "--no-training", "-o", str(tmp_path / "pack"), *ready)

    assert done.returncode == 0, done.stderr
    assert "???" in (tmp_path / "pack/code/beras/core.py").read_text(encoding="utf-8")
    assert "(2025)" in (tmp_path / "pack/code/README.md").read_text(encoding="utf-8")
    assert "grade . --edition=2025" in (tmp_path / "pack/.github/workflows/grade.yml").read_text(encoding="utf-8")


# --- GitHub -----------------------------------------------------------------------------------------------------


def steps_of(workflow: str) -> dict[str, str]:
    """The commands of a workflow by the names of their steps, read as YAML reads these two forms of text."""
    found = {}
    for name, sign, body in re.findall(
        r"- name: (.+)\n(?:(?!      - ).*\n)*?        run: ([|>]-?)\n((?: {10}.*\n)+)", workflow
    ):
        lines = [line[10:] for line in body.splitlines()]
        found[name] = ("\n" if sign == "|" else " ").join(lines)
    return found


def test_github_pack_is_a_repository_whose_workflow_grades(folder_of_packs: Path, tmp_path: Path):
    """As a runner would: a fresh environment, the commands of the workflow, the repository as the current folder."""
    repository = pack("github", folder_of_packs, "repository", "--no-training")
    steps = steps_of((repository / ".github/workflows/grade.yml").read_text(encoding="utf-8"))
    assert list(steps) == ["Install the grader", "Grade"]
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    environment = {
        "PATH": f"{tmp_path}/venv/bin:{os.environ['PATH']}", "GITHUB_ACTIONS": "true", "PIP_NO_INDEX": "1",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "PIP_NO_COMPILE": "1", "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONPATH": str(folder_of_packs / "installed"), "XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"],
    }  # fmt: skip

    def step(name: str) -> subprocess.CompletedProcess[str]:
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", steps[name]]
        return subprocess.run(shell, cwd=repository, env=environment, capture_output=True, text=True, check=False)

    installed = step("Install the grader")
    assert installed.returncode == 0, installed.stderr
    template = step("Grade")
    assert template.returncode == 1, template.stderr
    assert "::error " in template.stdout
    assert json.loads((repository / "result.json").read_text())["score"] == 0
    shutil.copytree(ROOT / "reference", repository / "code", dirs_exist_ok=True)
    reference = step("Grade")
    assert reference.returncode == 0, reference.stdout
    assert "all public checks passed; hidden checks carry" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert (repository / "report.html").is_file()
    (repository / "code" / "Beras" / "losses.py").write_text(ATTACK)
    assert step("Grade").returncode == 1


def test_code_of_a_github_pack_finds_its_data(tmp_path: Path):
    ready = ("--edition", "2022", "--only", "CategoricalAccuracy", "training.simple")
    repository = tmp_path / "made" / "on the way" / "pack"
    done = run("pack", "github", "-o", str(repository), *ready)
    assert done.returncode == 0, done.stderr
    ignored = (repository / ".gitignore").read_text().split()
    assert "__pycache__/" in ignored
    assert not any(line.startswith("/data") for line in ignored)
    shutil.copytree(ROOT / "reference", repository / "code", dirs_exist_ok=True)
    load = "from preprocess import get_data_MNIST; print(get_data_MNIST('test', '../data')[0].shape)"
    command = [PYTHON, "-c", load]
    found = subprocess.run(command, cwd=repository / "code", capture_output=True, text=True, check=False)
    assert found.stdout.startswith("(10000, "), found.stderr


def test_workflow_without_a_grader_says_what_to_do(tmp_path: Path):
    steps = steps_of((ROOT / "student_template/.github/workflows/grade.yml").read_text(encoding="utf-8"))

    command = ["bash", "-eo", "pipefail", "-c", steps["Install the grader"]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stdout.startswith("::error::There is no grader: put its wheel into .github/grader/")


# --- Gradescope -------------------------------------------------------------------------------------------------


def reachable(path: str) -> bool:
    """May every user come to a file?"""
    whole = Path(path).resolve()
    return all(parent.stat().st_mode & 0o001 for parent in whole.parents)


def test_gradescope_pack_grades_as_another_user(folder_of_packs: Path, tmp_path: Path):
    """setup.sh once, as the image is built, then run_autograder for every submission."""
    archive = pack("gradescope", folder_of_packs, "autograder.zip", "--wheels", str(folder_of_packs / "wheels"))
    top = Path("/tmp") if os.access("/tmp", os.W_OK) else tmp_path  # pytest's folders are for one user alone
    root = Path(subprocess.run(["mktemp", "-d", "-p", top], capture_output=True, text=True, check=True).stdout.strip())
    root.chmod(0o755)
    try:
        shutil.unpack_archive(archive, root / "source")
        with zipfile.ZipFile(archive) as opened:
            modes = {info.filename: info.external_attr >> 16 & 0o777 for info in opened.infolist()}
        assert modes["setup.sh"] == modes["run_autograder"] == 0o755
        assert not [name for name in modes if "reference" in name or "patches" in name]
        shutil.copy(root / "source" / "run_autograder", root)
        (root / "run_autograder").chmod(0o755)
        environment = {
            "PATH": os.environ["PATH"], "AUTOGRADER_ROOT": str(root), "AUTOGRADER_PYTHON": PYTHON,
            "AUTOGRADER_USER": pwd.getpwnam("nobody").pw_name,
        }  # fmt: skip

        def call(*command: str) -> subprocess.CompletedProcess[str]:
            done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            return done

        def graded(submission: Path) -> dict[str, Any]:
            shutil.rmtree(root / "submission", ignore_errors=True)
            shutil.copytree(submission, root / "submission", ignore=shutil.ignore_patterns("__pycache__"))
            call(str(root / "run_autograder"))
            return json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))

        call("bash", str(root / "source" / "setup.sh"))
        assert not (root / "source").stat().st_mode & 0o007
        assert not (root / "python" / "grader" / "answers.key").stat().st_mode & 0o007

        before = {"score": 1.0, "extra_data": {"attempt": 4}}
        previous = [{"submission_time": "2026-11-01T10:00:00.5-05:00", "autograder_error": False, "results": before}]
        told = {"created_at": "2026-11-01T11:00:00.25-05:00", "previous_submissions": previous}
        (root / "submission_metadata.json").write_text(json.dumps(told))
        found = graded(ROOT / "reference")
        assert_gradescope(found, POINTS)
        assert found["extra_data"]["attempt"] == 5
        assert found["score"] == POINTS
        assert {each["visibility"] for each in found["tests"]} == {"visible", "after_published"}

        options = json.loads((root / "source" / "options.json").read_text())
        as_user = os.geteuid() == 0 and reachable(PYTHON)
        (root / "source" / "options.json").write_text(json.dumps([*options, "--isolation=basic"]))
        found = graded(spy(tmp_path, root))
        told = json.dumps(found)
        assert found["score"] < POINTS
        if as_user:  # else the reader's own rights decide
            assert "READ" not in told
            assert f"user {pwd.getpwnam('nobody').pw_uid}" in told

        found = graded(ROOT / "student_template")
        assert (found["score"], len(found["tests"])) == (0, 4)

        (tmp_path / "nothing").mkdir()
        found = graded(tmp_path / "nothing")
        assert found["score"] == 0
        assert "is empty" in found["output"]
    finally:
        shutil.rmtree(root)


def test_gradescope_pack_with_training_is_set_up_and_trains(folder_of_packs: Path, tmp_path: Path):
    """The image has the data unpacked once it is built; a training is graded as a check is."""
    ready = ["--key", str(folder_of_packs / "answers.key"), "--rubric", str(folder_of_packs / "rubric.toml")]
    words = ["gradescope", "-o", str(tmp_path / "pack"), "--wheels", str(folder_of_packs / "wheels"), *ready]
    built = run("pack", *words, *ONLY, "--only", "training.simple")
    assert built.returncode == 0, built.stderr
    root = tmp_path / "autograder"
    shutil.copytree(tmp_path / "pack", root / "source")
    shutil.copytree(ROOT / "reference", root / "submission", ignore=shutil.ignore_patterns("__pycache__"))
    options = json.loads((root / "source" / "options.json").read_text())
    (root / "source" / "options.json").write_text(json.dumps([*options, "--isolation=none"]))
    environment = {"PATH": os.environ["PATH"], "AUTOGRADER_ROOT": str(root), "AUTOGRADER_PYTHON": PYTHON}
    environment["AUTOGRADER_USER"] = pwd.getpwnam("nobody").pw_name

    for command in (["bash", "setup.sh"], ["bash", "run_autograder"]):
        done = subprocess.run(
            command, cwd=root / "source", env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    assert list((root / "python" / "cache").rglob("train-images.npy"))
    found = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    trained = next(each for each in found["tests"] if "training" in each["name"])
    assert trained["score"] == trained["max_score"] > 0, found


def test_doctor_unpacks_data_or_says_what_is_wrong_with_it(tmp_path: Path):
    done = run("doctor", "--data", str(tmp_path))
    assert done.returncode == 2
    assert re.search(r"^data +MISSING .*there is no such file", done.stdout, re.MULTILINE), done.stdout


def spy(folder: Path, root: Path) -> Path:
    """The reference, with a Softmax that says who runs it and reads what a student must not."""
    found = folder / "spy"
    shutil.copytree(ROOT / "reference", found, ignore=shutil.ignore_patterns("__pycache__"))
    paths = [root / "source" / "options.json", root / "python" / "grader" / "answers.key", root / "results" / "x"]
    (found / "Beras" / "activations.py").write_text(f"""\
import os
from .core import Diffable

class Softmax(Diffable):
    def forward(self, x):
        print("user", os.getuid())
        for path in {[str(path) for path in paths]}:
            try:
                open(path, "ab" if path.endswith("x") else "rb").close()
                print("READ", path)
            except OSError:
                pass
        return x
""")
    return found


# --- Classroom 50 -----------------------------------------------------------------------------------------------


def test_classroom50_pack_grades_a_checkout(folder_of_packs: Path, tmp_path: Path):
    """The folder lies beside the checkout, which is the current folder; 0 says that it was graded."""
    wheels = ["--wheels", str(folder_of_packs / "wheels"), "--no-training"]
    autograder = pack("classroom50", folder_of_packs, "beras", *wheels) / "autograder.py"
    environment = {"PATH": os.environ["PATH"], "CLASSROOM": "deep", "ASSIGNMENT": "beras", "SUBMISSION_TAG": "v1"}
    environment |= {
        "PYTHONPATH": str(folder_of_packs / "pip-alone"),
        "PIP_ROOT_USER_ACTION": "ignore",
        "RUNNER_TEMP": str(tmp_path),
    }
    environment["XDG_CACHE_HOME"] = os.environ["XDG_CACHE_HOME"]
    scores = {}
    for submission in (ROOT / "reference", ROOT / "student_template", attack(tmp_path)):
        checkout = tmp_path / "checkout" / submission.name
        shutil.copytree(submission, checkout, ignore=shutil.ignore_patterns("__pycache__"))
        done = subprocess.run(
            [PYTHON, str(autograder)], cwd=checkout, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        found = json.loads((checkout / "result.json").read_text(encoding="utf-8"))
        assert (found["schema"], found["classroom"], found["assignment"]) == ("classroom50/result/v1", "deep", "beras")
        scores[submission.name] = (found["score"], found["max-score"])
    assert scores["reference"] == (100 * POINTS, 100 * POINTS)
    assert scores["student_template"] == (0, 100 * POINTS)
    assert 0 < scores["attack"][0] < 100 * POINTS

    (tmp_path / "nothing").mkdir()
    done = subprocess.run(
        [PYTHON, str(autograder)], cwd=tmp_path / "nothing", env=environment, capture_output=True, check=False
    )
    assert done.returncode == 2


# --- PrairieLearn and Codio -----------------------------------------------------------------------------------------


def zipped(folder: Path, into: Path) -> Path:
    """A hand-in as students upload it."""
    into.mkdir(parents=True)
    return Path(shutil.make_archive(str(into / "code"), "zip", folder.parent, folder.name))


def hand_ins(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "nothing" / "empty").mkdir(parents=True)
    found = (ROOT / "reference", ROOT / "student_template", attack(tmp_path), tmp_path / "nothing")
    return {each.name: each for each in found}


def test_prairielearn_pack_is_a_question_that_grades(folder_of_packs: Path, tmp_path: Path):
    """tests/ and what was uploaded lie below /grade, which is elsewhere here; then the entrypoint runs."""
    wheels = ["--wheels", str(folder_of_packs / "wheels"), "--only", "training.simple", "--python", "3.12"]
    question = pack("prairielearn", folder_of_packs, str(tmp_path / "course" / "questions" / "beras"), *wheels)
    info = json.loads((question / "info.json").read_text(encoding="utf-8"))
    external = info["externalGradingOptions"]
    assert (info["gradingMethod"], external["enabled"], external["image"]) == ("External", True, "python:3.12-slim")
    assert external["timeout"] <= 600
    assert external["entrypoint"].split() == ["python3", "/grade/tests/run.py"]
    assert "<pl-external-grader-results>" in (question / "question.html").read_text(encoding="utf-8")
    found = {}
    for name, submission in hand_ins(tmp_path).items():
        root = tmp_path / "jobs" / name / "grade"
        shutil.copytree(question / "tests", root / "tests")
        zipped(submission, root / "student")
        command = [PYTHON, str(root / "tests" / "run.py")]
        environment = {"PATH": os.environ["PATH"], "HOME": "/nowhere"}
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        text = (root / "results" / "results.json").read_text(encoding="utf-8")
        assert len(text) <= 1_000_000
        found[name] = json.loads(text)

    assert found["reference"]["score"] == 1
    assert "training.simple" in [each["name"] for each in found["reference"]["tests"]]
    assert all({"name", "points", "max_points"} <= set(each) for each in found["reference"]["tests"])
    assert found["student_template"]["score"] == 0
    assert 0 < found["attack"]["score"] < 1
    assert found["nothing"]["gradable"] is False
    assert "is empty" in found["nothing"]["format_errors"][0]


class Grades(BaseHTTPRequestHandler):
    """Takes grades as Codio does."""

    taken: list[tuple[str, dict[str, list[str]]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.taken.append((self.path, parse_qs(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *about: object) -> None: ...


@pytest.fixture
def codio() -> Iterator[str]:
    """The address that takes grades."""
    Grades.taken.clear()
    server = HTTPServer(("127.0.0.1", 0), Grades)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_codio_pack_sends_the_percentage_and_the_report(codio: str, folder_of_packs: Path, tmp_path: Path):
    """As a script of the assignment, and as a code test with partial points."""
    fields = {"CODIO_AUTOGRADE_V2_URL": "grade", "CODIO_PARTIAL_POINTS_V2_URL": "points"}
    wheels = ["--wheels", str(folder_of_packs / "wheels"), "--no-training"]
    found = {}
    for name, submission in hand_ins(tmp_path).items():
        workspace = tmp_path / "boxes" / name / "workspace"
        shutil.copytree(submission, workspace, ignore=shutil.ignore_patterns("__pycache__"))
        secure = workspace / ".guides" / "secure" / "beras"
        if not found:
            pack("codio", folder_of_packs, str(secure), *wheels)
            first = secure
        else:
            shutil.copytree(first, secure)
        variable, field = list(fields.items())[name in ("student_template", "nothing")]
        environment = {"PATH": os.environ["PATH"], variable: f"{codio}/{name}"}
        command = [PYTHON, str(secure / "run.py"), str(workspace)]
        done = subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        path, sent = Grades.taken.pop()
        assert (path, sent["format"], Grades.taken) == (f"/{name}", ["md"], [])
        found[name] = (float(sent[field][0]), sent["feedback"][0])

    assert found["reference"][0] == 100
    assert "Softmax" in found["reference"][1]
    assert found["student_template"][0] == 0
    assert 0 < found["attack"][0] < 100
    assert found["nothing"][0] == 0
    assert "is empty" in found["nothing"][1]
    done = subprocess.run([PYTHON, str(first / "run.py"), str(first)], env={"PATH": os.environ["PATH"]}, check=False)
    assert done.returncode == 1  # nothing says where to send the grade


# --- bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["student", "-o", "{folder}"], "is not an empty folder"),
        (["student", "-o", "{folder}/rubric.toml/x"], "rubric.toml is no folder"),
        (["student", "-o", "{folder}/new", "--key", "{folder}/rubric.toml"], "no answer key"),
        (["student", "-o", "{folder}/new", "--track", "9"], "--track 9"),
        (["student", "-o", "{folder}/new", "--only", "Sofmax"], "did you mean Softmax"),
        (["gradescope", "-o", "{folder}/new.zip", "--python", "three"], "--python three"),
        (
            ["gradescope", "-o", "{folder}/new.zip", "--key", "{folder}/answers.key", "--wheels", "{folder}"],
            "no wheels",
        ),
        (["gradescope", "-o", "{folder}/new.zip", "--key", "{folder}/answers.key", "--hidden-seed", "1"], "seed 1"),
    ],
)
def test_wrong_call_is_one_line(
    arguments: list[str], said: str, folder_of_packs: Path, capsys: pytest.CaptureFixture[str]
):
    words = [word.format(folder=folder_of_packs) for word in arguments]
    code = main(["pack", *words, "--rubric", str(folder_of_packs / "rubric.toml")])

    told = capsys.readouterr().err
    assert code == 2
    assert told.count("\n") == 1
    assert said in told
    assert not list(folder_of_packs.glob("new*"))
