"""What a worker may use. POSIX modules are imported where they are needed, so that the folder loads anywhere."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import Any


def apply(limits: dict[str, int]) -> None:
    """Sets resource limits of this process and those it starts; a platform that lacks one goes without it."""
    import resource

    def limit(kind: str, soft: int, hard: int | None = None) -> None:
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, kind), (soft, soft if hard is None else hard))

    limit("RLIMIT_CORE", 0)
    # Address space is no measure of memory (BLAS and lazy arrays reserve far more than they touch), so this is only
    # a far outer bound; resident memory is watched by the grader.
    limit("RLIMIT_AS", limits["address_space"])
    limit("RLIMIT_CPU", limits["cpu_seconds"], limits["cpu_seconds"] + 2)
    limit("RLIMIT_FSIZE", limits["file_bytes"])
    limit("RLIMIT_NPROC", limits["processes"])
    limit("RLIMIT_NOFILE", 256)


def limit_cpu(seconds: int) -> None:
    """Limits the CPU time of this process alone."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def limit_growth(size: int) -> None:
    """Limits how many more bytes of address space this process may take (Linux; elsewhere nothing)."""
    import resource

    with contextlib.suppress(OSError, ValueError):
        with open("/proc/self/statm", encoding="ascii") as file:
            taken = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + size, taken + size))


def children(pid: int) -> list[int]:
    """Process numbers of the direct children (Linux; elsewhere empty)."""
    found: list[int] = []
    with contextlib.suppress(OSError, ValueError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += [int(word) for word in file.read().split()]
    return found


def kill_group(group: int) -> None:
    """Ends every process of a group at once, so that none can start another meanwhile; never the caller's own group."""
    if group != os.getpgrp():
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)


def kill(pid: int) -> None:
    """Ends a process and the rest of its group."""
    with contextlib.suppress(OSError):
        kill_group(os.getpgid(pid))
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def kill_strays(keep: Any) -> None:
    """Ends every child of this process that is not in `keep`: orphans of workers, which this process has adopted."""
    for pid in children(os.getpid()):
        if pid not in keep:
            kill(pid)
