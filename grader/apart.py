"""A function in a process of its own, forked from this one: the memory that it takes goes with it."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable

FORKS = sys.platform == "linux"  # elsewhere there is no fork, or it is not safe beside other threads


def apart(function: Callable[[], bytes]) -> bytes:
    """What the function returns; where it raises, or there is no fork, it is called in this process."""
    if not FORKS:
        return function()
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads: the child calls nothing that waits for one
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
        content = file.read()
    _, status = os.waitpid(pid, 0)
    return content if status == 0 else function()
