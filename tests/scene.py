"""The surroundings of one grading, with canaries that show what a hostile submission reached."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import warm_grade
from overlays import ROOT, build
from warm_grade import Done

from grader.worker.limits import children

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
SECRET, PRIVATE, MARK = "canary-7f3a-secret", "canary-1b9e-private", "LEAKED"
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")  # in a terminal


class Scene:
    """The surroundings of one grading, and what became of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outside, self.temporary, self.cache = folder / "outside", folder / "tmp", folder / "cache"
        for each in (self.outside, self.temporary, self.cache):
            each.mkdir()
        self.private = folder / "private.txt"
        self.private.write_text(PRIVATE)
        self.private.chmod(0o600)
        self.peak = 0  # bytes that the grader's process had in memory at once
        self.callers: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)  # what escapes becomes a child of this process
        warm_grade.server()
        self.before = descendants(os.getpid())

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(1)
                try:
                    self.callers.append(connection.recv(100))
                except OSError:
                    self.callers.append(b"")

    def targets(self) -> dict[str, Any]:
        """What an attacker knows who knows this machine."""
        numbers = {"port": self.listener.getsockname()[1], "process": os.getpid()}
        paths = {"file": self.private, "outside": self.outside, "cache": self.cache, "folder": self.folder}
        paths |= {"checkout": ROOT}
        return numbers | {name: str(path) for name, path in paths.items()}

    def submission(self, name: str, answers: dict[str, Any]) -> Path:
        """An attack's submission; it finds in a file where its targets are, and answers that somebody noted."""
        found = build("attacks", name, self.folder)
        (found / "targets.json").write_text(json.dumps(self.targets() | {"answers": answers}))
        return found

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "GITHUB_TOKEN": SECRET,
            "XDG_CACHE_HOME": str(self.cache),
            "TMPDIR": str(self.temporary),
            "COLUMNS": "200",
        }

    def grade(self, *arguments: str, cwd: Path = ROOT) -> Done:
        """Runs the command in a process that has loaded everything already."""
        done = warm_grade.grade_warm(*arguments, cwd=cwd, env=self.environment())
        self.peak = max(self.peak, done.peak_memory)
        return done

    def command(self, *arguments: str, cwd: Path = ROOT) -> Done:
        """Runs the command as it is installed, and watches how much memory its own processes take."""
        command = [str(Path(sys.executable).with_name("grade")), *arguments]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, cwd=cwd, env=self.environment()
        ) as process:
            while True:
                self.peak = max(self.peak, *map(peak_memory, (process.pid, *children(process.pid))))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    shown = [each.decode("utf-8", "replace") for each in process.communicate(timeout=0.02)]
                    return Done(process.returncode, *shown, self.peak)

    def left_running(self, patience: float = 0.0) -> list[str]:
        """Command lines of processes that were not there before, and stay for `patience` seconds; they are ended."""
        until = time.monotonic() + patience
        while True:
            found = {pid: line for pid in descendants(os.getpid()) - self.before if (line := command_line(pid))}
            if not found or time.monotonic() >= until:
                break
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        return list(found.values())

    def close(self) -> None:
        self.listener.close()
        self.left_running()


def descendants(pid: int) -> set[int]:
    """Every process below this one."""
    found = children(pid)
    for child in found:  # grows while it is walked
        found += [grandchild for grandchild in children(child) if grandchild not in found]
    return set(found)


def command_line(pid: int) -> str:
    """What a process runs; '' for one that has ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return "" if state == "Z" else Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def peak_memory(pid: int) -> int:
    """The most bytes that a process had in memory so far; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) << 10 if found else 0


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)
