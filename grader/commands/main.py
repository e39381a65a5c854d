"""The command line: finds the module of a command, and says how the process ends.

Exit codes: 0 all points of what was graded, 1 points lost, 2 the call or the environment is wrong, 3 the grader itself
failed, 130 interrupted.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from grader.base import blas
from grader.base.ends import check_machine, lacks_files, stoppable
from grader.base.errors import UsageError, is_full
from grader.commands.watched import watched
from grader.homework import VARIABLE, opened

GRADE = "grader.commands.grade"
# Every other command and the module whose `main(arguments)` runs it; a folder of that name is graded as ./NAME
COMMANDS = {
    "watch": "grader.commands.watch",
    "show": "grader.commands.show",
    "try": "grader.commands.try_",
    "explain": "grader.commands.explain",
    "key": "grader.commands.key",
    "doctor": "grader.commands.doctor",
    "pack": "grader.commands.pack",
    "class": "grader.commands.class_",
    "template": "grader.commands.template",
    "misconception": "grader.commands.misconception",
}


def program() -> int:
    """`grade` as a process of its own, whose BLAS and whose end are the grader's to choose; returns its exit code."""
    # Here NumPy compares small arrays, and a thread of BLAS waits for work in a loop: on the submission's core
    for name, threads in blas.variables(1).items():
        os.environ.setdefault(name, threads)
    open_streams()  # or a pipe would take their place
    arguments = sys.argv[1:]
    is_named = bool(arguments) and arguments[0] in COMMANDS
    code = main() if is_named else watched(arguments, main)
    gc.freeze()  # or Python would look through all that was ever imported once more before it ends
    return code


def homework_of(arguments: list[str]) -> tuple[Path | None, list[str]]:
    """The folder that `--homework` names, and the other arguments."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    found = argparse.ArgumentParser(prog="grade", add_help=False, allow_abbrev=False)
    found.add_argument("--homework", type=Path)
    named, rest = found.parse_known_args(arguments[:split])
    return named.homework, [*rest, *arguments[split:]]


def start_with(folder: Path, arguments: list[str]) -> NoReturn:
    """This command in the same process anew, of another homework: one is read when modules are imported."""
    os.environ[VARIABLE] = str(opened(folder.resolve()).folder)
    os.execv(sys.executable, [sys.executable, "-m", "grader", *arguments])


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code and never lets a traceback out, but of the grader's own faults."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    open_streams()
    came: list[int] = []
    try:
        check_machine()
        folder, others = homework_of(arguments)
        if folder is not None:
            start_with(folder, others)
        with stoppable() as came:
            is_named = bool(arguments) and arguments[0] in COMMANDS
            command = importlib.import_module(COMMANDS[arguments[0]] if is_named else GRADE)
            return int(command.main(arguments[1:] if is_named else arguments))
    except UsageError as error:
        # Names of files come from the submission, and GitHub reads ##[ as a command anywhere in a line
        print(f"grade: {str(error).replace('##[', '#[')}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"grade: {signal.Signals(came[0]).name if came else 'interrupted'}", file=sys.stderr)
        return 128 + (came[0] if came else signal.SIGINT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except Exception as error:  # noqa: BLE001  the last resort: said as the grader's fault, with all that helps to mend it
        if is_full(error):
            print(f"grade: no room is left in {tempfile.gettempdir()}; free some, or set TMPDIR", file=sys.stderr)
            return 2
        if lacks_files(error):
            print("grade: no more files can be opened on this machine, or by this user: see ulimit -n", file=sys.stderr)
            return 2
        print("grade: the grader itself failed; this says nothing about the submission\n", file=sys.stderr)
        traceback.print_exc()
        return 3


def open_streams() -> None:
    """Standard streams that were closed on purpose (>&-) lead nowhere; else the next file would take their place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
        if getattr(sys, name) is None:
            stream = open(number, "w" if number else "r", closefd=False)  # noqa: SIM115  open to the end
            setattr(sys, name, stream)
