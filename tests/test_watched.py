"""A grader that something ends or stops from outside: what watches it reports what was graded, or has it go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from overlays import ROOT, build
from results import assert_gradescope, valid
from scene import command_line
from test_outputs import AT_AN_IMPORT

from grader.isolation.process_tree import descendants
from grader.worker.limits import children

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="who is whose child is told by Linux")


def start(path: Path, temporary: Path, *options: str) -> subprocess.Popen[str]:
    temporary.mkdir()
    command = [sys.executable, "-m", "grader", str(path), "--only", "ReLU", "Softmax", "Adam", *options]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=environment)


def wait_for(line: str, process: subprocess.Popen[str]) -> int:
    """Waits until a component is graded; the grader's process, which the one that was started watches."""
    assert process.stderr is not None
    assert any(each.startswith(line) for each in process.stderr)
    (grader,) = children(process.pid)
    return grader


@pytest.mark.parametrize("isolation", ["auto", "basic"])
def test_killed_grader_leaves_what_was_graded_and_nothing_running(isolation: str, tmp_path: Path) -> None:
    hanging, files = build("chaffs", "hangs-in-softmax", tmp_path), {name: tmp_path / name for name in ("json", "gs")}
    options = ("--isolation", isolation, "--json", str(files["json"]), "--gradescope", str(files["gs"]))
    with start(hanging, tmp_path / "tmp", *options) as process:
        grader = wait_for("ReLU: ", process)
        below = descendants(grader)
        os.kill(grader, signal.SIGKILL)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 128 + signal.SIGKILL
    assert err.endswith("grade: SIGKILL, not graded: Softmax, Adam\n")
    assert "ReLU passed 2 / 2" in " ".join(out.split())
    told = "something ended the grader (SIGKILL) while it graded Softmax: what was graded before counts"
    found = valid(files["json"].read_text(encoding="utf-8"))
    assert (found["score"], found["max_score"], found["complete"]) == (2, 16, False)
    assert found["notes"][0].startswith(told)
    results = json.loads(files["gs"].read_text())
    assert_gradescope(results, 16)
    assert told in results["output"]
    assert os.listdir(tmp_path / "tmp") == []
    assert [command_line(pid) for pid in below if command_line(pid)] == []


def test_stopped_grader_goes_on(tmp_path: Path) -> None:
    with start(ROOT / "reference", tmp_path / "tmp") as process:
        os.kill(wait_for("ReLU: ", process), signal.SIGSTOP)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 0, err
    assert "score 16 of 16" in out
    assert "something stopped the grader; it went on" in err


def test_grader_that_is_killed_before_it_graded_says_so(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(AT_AN_IMPORT.format(module="grader.ask.answers", number=9))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    command = [sys.executable, "-m", "grader", "reference"]

    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)

    assert (done.returncode, done.stdout) == (128 + signal.SIGKILL, "")
    assert done.stderr == "grade: SIGKILL ended the grader before anything was graded\n"
