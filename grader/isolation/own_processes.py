"""The processes that the grader itself starts: whatever else becomes a child of its is an orphan that hand-ins left."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from typing import Any

from grader.isolation.process_tree import children
from grader.worker import limits

PATIENCE = 2.0  # seconds that the kernel may take to report the end of a process that was killed


class OwnProcesses:
    """Those that are alive. All methods may be called from any thread."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self.lock = threading.Lock()  # held from the start of a process until its number is noted

    def start(self, command: Sequence[str], **how: Any) -> subprocess.Popen[bytes]:
        """Starts a process, as subprocess.Popen does."""
        with self.lock:
            process = subprocess.Popen(command, **how)
            self.numbers.add(process.pid)
        return process

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        """It has ended."""
        self.numbers.discard(process.pid)

    def end_orphans(self) -> None:
        """Ends what a submission left to the grader: its children in a session of their own, but for those it started.

        The grader is the next subreaper above a zygote or a fork server that is gone (Linux; elsewhere nothing).
        """
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with self.lock:
                orphans = [pid for pid in children(os.getpid()) if pid not in self.numbers and is_apart(pid)]
            if not orphans:
                return
            for pid in orphans:
                limits.kill(pid)
                with contextlib.suppress(OSError):
                    os.waitpid(pid, os.WNOHANG)


OWN_PROCESSES = OwnProcesses()  # a process has one family: zygotes and fork servers of one grader share it


def is_apart(pid: int) -> bool:
    """A process that is in another session never was a plain child of the grader's: nobody can go back into one."""
    try:
        return os.getsid(pid) != os.getsid(0)
    except OSError:
        return False
