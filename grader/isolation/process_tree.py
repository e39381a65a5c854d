"""What the kernel says of processes: who descends from whom, their memory and their time (Linux; elsewhere nothing)."""

from __future__ import annotations

import contextlib
import os

from grader.worker.limits import children as children


def descendants(pid: int) -> list[int]:
    """Every process below `pid`."""
    found = children(pid)
    for child in found:  # grows while it is walked
        found += [grandchild for grandchild in children(child) if grandchild not in found]
    return found


def memory_bytes(pid: int) -> int:
    """Resident memory that is no file's: its own, and what it shares with other processes by mmap; 0 if unknown."""
    with (
        contextlib.suppress(OSError, ValueError),
        open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file,
    ):
        rows = [line.split() for line in file if line.startswith(("RssAnon:", "RssShmem:"))]
        return sum(int(row[1]) * 1024 for row in rows)
    return 0


def threads(pid: int) -> int:
    """How many threads a process has; 0 if unknown."""
    fields = stat_fields(pid)
    return int(fields[17]) if fields else 0


def cpu_seconds(pid: int) -> float | None:
    """User and system seconds of a process, its threads and the children it has waited for."""
    fields = stat_fields(pid)
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") if fields else None


def own_cpu_seconds(pid: int) -> float | None:
    """User and system seconds of a process and its threads alone."""
    fields = stat_fields(pid)
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK") if fields else None


def queued_seconds(pid: int) -> float | None:
    """Seconds that the threads of a process were ready to work and waited for a core to do it on."""
    try:
        waited = 0
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                waited += int(file.read().split()[1])  # nanoseconds
    except (OSError, ValueError, IndexError):
        return None
    return waited / 1e9


def stat_fields(pid: int) -> list[str]:
    """/proc/PID/stat from the third field on."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


def number_in_own_namespace(pid: int) -> int | None:
    """What a process of a PID namespace directly below this one is called there; its usual number elsewhere."""
    with (
        contextlib.suppress(OSError, ValueError),
        open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file,
    ):
        for line in file:
            if line.startswith("NSpid:"):
                numbers = line.split()[1:]
                return int(numbers[min(1, len(numbers) - 1)])
    return None
