"""What this machine has to grade with."""

from __future__ import annotations

import contextlib
import os


def cores() -> int:
    """Those that this process may use: a container or a batch system may have given it a part."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def has_room(megabytes: float) -> bool:
    """Is there memory for one more hand-in that takes all it may? Yes where the system does not say."""
    with contextlib.suppress(OSError, ValueError), open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) >= megabytes * 1024
    return True
