"""`grade try COMPONENT`: lines that show what is wrong, which run where the code lies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from overlays import ROOT, build


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, arguments)), capture_output=True, text=True, timeout=120, check=False, **options
    )  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A hand-in whose softmax runs over the batch."""
    folder = tmp_path / "my hand-in"
    shutil.copytree(ROOT / "reference", folder)
    activations = folder / "Beras" / "activations.py"
    activations.write_text(activations.read_text().replace("axis=-1", "axis=0"))
    return folder


def grade(*arguments: object) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "grader", *arguments)


def test_lines_run_in_the_folder_of_the_code(wrong: Path) -> None:
    told = grade("try", "softmax", wrong)
    assert told.returncode == 0, told.stderr
    shown = run(sys.executable, "-c", told.stdout, cwd=wrong)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("[[")


@pytest.mark.parametrize(
    ("chaff", "shown", "right"), [("init-std-is-variance", "std()", 0.0633), ("init-uniform-range", "std()", 0.0633)]
)
def test_what_is_wrong_with_drawn_weights_is_one_number(chaff: str, shown: str, right: float, folder: Path) -> None:
    submission = build("chaffs", chaff, folder)

    told = grade("try", "Dense.initializer", submission)

    assert told.stdout.splitlines()[-1] == f"print(dense.w.{shown})"
    assert float(run(sys.executable, "-c", told.stdout, cwd=submission).stdout) != pytest.approx(right, rel=0.1)


def test_the_table_names_the_command_as_it_is_typed(wrong: Path) -> None:
    command = [sys.executable, "-m", "grader", wrong.name, "--only", "Softmax", "--no-training"]
    shown = run(*command, cwd=wrong.parent, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert "grade try Softmax 'my hand-in'" in " ".join(shown.stdout.split())


def test_what_is_right_has_nothing_to_show(wrong: Path) -> None:
    told = grade("try", "Dense", wrong)
    assert (told.returncode, told.stdout) == (1, "")
    assert "Dense: nothing is wrong with it" in told.stderr


@pytest.mark.parametrize("component", ["Sofmax", "training.simple"])
def test_what_is_no_component_with_lines_is_said_in_one(wrong: Path, component: str) -> None:
    told = grade("try", component, wrong)
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
