"""`grade` under the eyes of a small process, which leaves a report if something ends the grader from outside.

The grader is a child that has a group of processes of its own, so that a signal reaches it once, through this process.
What it has graded comes along a pipe (`grader/run/record.py`) that no submission knows. If something stops it, it soon
goes on.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from grader.run import record
from grader.worker import linux

PASSED_ON = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
LOOK_AGAIN = 0.25  # seconds: how soon a grader that something stopped goes on
# With these the grader reads the terminal itself, which a group of its own may not
AT_THE_TERMINAL = {"none", "--isolation=none", "--pdb", "--trace"}


def watched(arguments: list[str], run: Callable[[], int]) -> int:
    """The exit code of `run`, in a child that is watched where the system has such."""
    if not hasattr(os, "fork") or AT_THE_TERMINAL.intersection(arguments):
        return run()
    receive, send = os.pipe()
    try:
        child = os.fork()
    except OSError:  # no more processes: then nobody watches
        os.close(receive)
        os.close(send)
        return run()
    if child == 0:
        os.close(receive)
        record.descriptor = send
        begin_as_child()
        return run()
    os.close(send)
    return Watch(child, receive).code(arguments)


def begin_as_child() -> None:
    """A group of its own; on Linux this process ends with the one that watches it."""
    parent = os.getppid()
    with suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # it may write to the terminal all the same
    linux.die_with_parent(parent)


class Watch:
    """One grader, by its process, and what it told."""

    def __init__(self, child: int, pipe: int) -> None:
        self.child, self.pipe = child, pipe
        self.told: list[tuple[str, bytes]] = []
        self.rest = b""
        self.stops, self.began = 0, time.monotonic()
        linux.become_subreaper()
        for name in PASSED_ON:
            signal.signal(getattr(signal, name), self.pass_on)
        signal.signal(signal.SIGTSTP, self.pause)

    def pass_on(self, number: int, _: FrameType | None) -> None:
        with suppress(OSError):
            os.kill(self.child, number)

    def pause(self, *_: object) -> None:
        """Ctrl-Z: both wait until the shell goes on."""
        os.kill(self.child, signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        os.kill(self.child, signal.SIGCONT)

    def code(self, arguments: list[str]) -> int:
        """Waits for the end of the grader; its exit code, or that of the report that is left in its place."""
        status = self.status()
        if self.stops:
            print("grade: something stopped the grader; it went on", file=sys.stderr)
        if not os.WIFSIGNALED(status):
            return os.WEXITSTATUS(status)
        return self.report(arguments, os.WTERMSIG(status))

    def status(self) -> int:
        open_still = True
        while True:
            if open_still and select.select([self.pipe], [], [], LOOK_AGAIN)[0]:
                open_still = self.read()
            pid, status = os.waitpid(self.child, os.WUNTRACED | (os.WNOHANG if open_still else 0))
            if pid and os.WIFSTOPPED(status):
                self.stops += 1
                with suppress(OSError):
                    os.kill(self.child, signal.SIGCONT)
            elif pid:
                while open_still and select.select([self.pipe], [], [], 0)[0]:
                    open_still = self.read()
                return status

    def read(self) -> bool:
        """Takes what is in the pipe; False at its end."""
        found = os.read(self.pipe, 1 << 16)
        *lines, self.rest = (self.rest + found).split(b"\n")
        for line in lines:
            kind, _, text = line.partition(b"\t")
            self.told.append((kind.decode(), text))
        return bool(found)

    def of_kind(self, kind: str) -> list[Any]:
        return [json.loads(text) for each, text in self.told if each == kind]

    def report(self, arguments: list[str], number: int) -> int:
        """Says and writes what was graded before the grader was ended; returns the exit code."""
        from grader.base.ends import remove
        from grader.isolation.own_processes import OWN_PROCESSES

        OWN_PROCESSES.end_orphans()
        for folder in self.of_kind("folder"):
            remove(Path(folder))
        name = signal.Signals(number).name
        started = self.of_kind("start")
        if not started:
            print(f"grade: {name} ended the grader before anything was graded", file=sys.stderr)
            return 128 + number
        from grader.commands.grade import files_of, parser, show
        from grader.report.from_json import from_plain
        from grader.run.outputs import Outputs

        result = from_plain(so_far(started[-1], self.of_kind("component"), name))
        result.seconds = round(time.monotonic() - self.began, 2)
        split = arguments.index("--") if "--" in arguments else len(arguments)
        options = parser().parse_args(arguments[:split])
        faults = Outputs(files_of(options)).write(result)
        with suppress(OSError):
            show(options, result)
            for fault in faults:
                print(f"grade: {fault}", file=sys.stderr)
            print(f"grade: {name}, not graded: {', '.join(result.unfinished) or 'nothing'}", file=sys.stderr)
        return 128 + number


def so_far(started: dict[str, Any], done: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The result as it begins, with the components that were done. name: of what ended the grader."""
    rows = {each["row"]["name"]: each["row"] for each in done}
    parts = [rows.get(each["name"], each) for each in started["components"]]
    waiting = [each["name"] for each in parts if each["name"] not in rows]
    during = f" while it graded {waiting[0]}" if waiting else " at its end"
    told = f"something ended the grader ({name}){during}: what was graded before counts, nothing is said of the rest"
    return {
        **started,
        "score": round(sum(each["points"] for each in parts), 2),
        "max_score": round(sum(each["max_points"] for each in parts), 2),
        "not_judged": round(sum(each["not_judged"] for each in parts), 2),
        "components": parts,
        "training": [training for each in done for training in each["training"]],
        "notes": [told, *started["notes"]],
    }
