"""A function in a process of its own, forked from this one: the memory that it takes goes with it."""

from __future__ import annotations

import os
import select
import signal
import sys
import warnings
from collections.abc import Callable

FORKS = sys.platform == "linux"  # elsewhere there is no fork, or it is not safe beside other threads
PATIENCE = 60_000  # milliseconds; then the process waits for what a thread held when it was forked, and is given up


def apart(function: Callable[[], bytes]) -> bytes:
    """What the function returns; where that fails, or there is no fork, it is called in this process."""
    if not FORKS:
        return function()
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which do not go on in the new process
        pid = os.fork()
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
