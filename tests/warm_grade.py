"""The command `grade` without its start-up: a process that has loaded everything forks for each call.

    python tests/warm_grade.py

Reads calls from standard input, one JSON object a line: `arguments`, `environment`, `folder` (to run in), and files to
write to: `stdout`, `stderr`, `peak_memory`. Answers each with a line that holds the exit code. A call differs from the
real command in nothing but imports that are done already, which for a small grading is half of the work. It ends with
its standard input.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOADED = (
    "grader.commands.main", "grader.commands.grade", "grader.run.pytest_plugin",
    "grader.run.last_training",
    "grader.homeworks.beras.mnist.synthetic", "grader.report.progress",
    "grader.report.to_annotations", "grader.report.to_table", "numpy.linalg", "numpy.random", "pytest_timeout",
)  # fmt: skip
CREATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True)
class Done:
    """What became of a call. peak_memory: the most bytes that the grader's own process had in memory, 0 if unknown."""

    returncode: int
    stdout: str
    stderr: str
    peak_memory: int


def grade_warm(*arguments: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> Done:
    """Like running `grade` with these arguments; `cwd` and `env` as subprocess.run has them."""
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder, name) for name in ("stdout", "stderr", "peak_memory")}
        call = {"arguments": arguments, "environment": dict(os.environ if env is None else env), "folder": str(cwd)}
        call |= {name: str(path) for name, path in files.items()}
        process = server()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(call) + "\n")
        process.stdin.flush()
        code = int(process.stdout.readline())
        out, err, peak = (path.read_text("utf-8", "replace") if path.exists() else "" for path in files.values())
        return Done(code, out, err, int(peak or 0))


@cache
def server() -> subprocess.Popen[str]:
    """One for each process that runs tests."""
    command = [sys.executable, str(Path(__file__))]
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=environment)
    atexit.register(process.communicate)  # closes its standard input and waits for its end
    return process


def serve() -> None:
    """Answers calls until nobody is there any more."""
    load()
    for line in sys.stdin:
        call = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os._exit(grade(call))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def load() -> None:
    """Imports what a grading needs."""
    from grader.ask import patches
    from grader.ask.probe import all_probes
    from grader.submission.opening import open_submission

    for name in LOADED:
        importlib.import_module(name)
    all_probes()
    patches.load(patches.MISCONCEPTIONS)
    for name in ("reference", "student_template"):  # what submissions are made from: their files need no reading again
        with tempfile.TemporaryDirectory() as scratch:
            open_submission(ROOT / name, Path(scratch))
    gc.collect()
    gc.freeze()  # a forked grader's collector then leaves the shared pages alone


def grade(call: dict[str, Any]) -> int:
    """One call, in a process of its own."""
    os.environ.clear()
    os.environ.update(call["environment"])
    os.chdir(call["folder"])
    tempfile.tempdir = None  # to be looked up in this environment
    for number, flags, name in ((0, os.O_RDONLY, os.devnull), (1, CREATE, call["stdout"]), (2, CREATE, call["stderr"])):
        os.dup2(os.open(name, flags, 0o600), number)
    from grader.commands import main as cli

    try:
        code = cli.main(list(call["arguments"]))
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 2
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    Path(call["peak_memory"]).write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10))
    return code


if __name__ == "__main__":
    serve()
