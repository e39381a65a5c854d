"""A function in a process of its own, forked from this one: the memory that it takes goes with it."""

from __future__ import annotations

import os
import select
import signal
import sys
import warnings
from collections.abc import Callable

from grader.worker import limits

FORKS = sys.platform == "linux"  # elsewhere there is no fork, or it is not safe beside other threads
PATIENCE = 60_000  # milliseconds; then the process waits for what a thread held when it was forked, and is given up


def apart(function: Callable[[], bytes]) -> bytes:
    """What the function returns; where that fails, or there is no fork, it is called in this process."""
    if not FORKS:
        return function()
    reading, writing = os.pipe()
    pid = forked()
    if pid == 0:
        status = 1
        try:
            with open(writing, "wb") as file:
                file.write(function())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with open(reading, "rb") as file:
        poll = select.poll()
        poll.register(file, select.POLLIN)
        if not poll.poll(PATIENCE):
            os.kill(pid, signal.SIGKILL)
        content = file.read()
    _, status = os.waitpid(pid, 0)
    return content if status == 0 else function()


def ends_well(function: Callable[[], object], seconds: int, growth: int) -> bool:
    """Does a function return with so much CPU time and memory? Tried in another process; yes where there is no fork.

    growth: bytes of memory that it may take beside what this process has.
    """
    if not FORKS:
        return True
    pid = forked()
    if pid == 0:
        status = 1
        try:
            limits.limit_cpu(seconds)
            limits.limit_growth(growth)
            function()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(pid, 0)[1] == 0


def forked() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which do not go on in the new process
        return os.fork()
