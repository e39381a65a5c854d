"""The examples of the documentation run as they stand, and its pictures are there and small."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from overlays import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = dict(re.findall(r"<!-- command: (\w+) -->\n```sh\n(.*?)```", README, re.DOTALL))
READERS = {  # who the first example is for: its exit code, and the files that it leaves
    "student": (1, set()),
    "instructor": (0, {"rubric.toml", "report.html"}),
    "ci": (1, {"summary.md", "report.html", "result.json"}),
}
MOST_BYTES = 150_000  # of a picture


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder like this checkout after its setup, where examples may leave files."""
    for name in ("reference", "student_template", "grader", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    script = tmp_path / ".venv" / "bin" / "grade"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m grader "$@"\n')
    script.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("reader", READERS)
def test_first_example_of_each_reader_runs_as_it_stands(reader: str, checkout: Path) -> None:
    code, files = READERS[reader]
    before = set(os.listdir(checkout))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}

    done = subprocess.run(
        ["sh", "-c", COMMANDS[reader]], capture_output=True, text=True, cwd=checkout, env=environment, check=False
    )

    assert done.returncode == code, done.stderr
    assert re.search(r"^score [\d.]+ of \d+", done.stdout, re.MULTILINE)
    assert "grade: " not in done.stderr
    assert set(os.listdir(checkout)) - before == files


@pytest.mark.parametrize("picture", re.findall(r"!\[([^]]*)\]\(([^)]*)\)", README), ids=lambda each: each[1])
def test_picture_is_there_small_and_described(picture: tuple[str, str]) -> None:
    words, path = picture

    assert len(words) > 10
    assert (ROOT / path).read_bytes().startswith(b"\x89PNG")
    assert (ROOT / path).stat().st_size < MOST_BYTES
