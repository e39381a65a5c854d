"""A worker as the grader keeps account of it: what it may use, and what it has used, with all that it started."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from grader.isolation.process_tree import memory_bytes, own_cpu_seconds, threads


@dataclass(frozen=True)
class Limits:
    """What one worker may use; the numbers come from the rubric."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    processes: int
    address_space: int
    wall_factor: float = 10.0  # times a limit of CPU seconds, where the kernel does not say who waited for a core


class Used(NamedTuple):
    """What a worker and all that it started had: CPU seconds, and seconds of waiting for a core (None: unknown)."""

    work: float
    queued: float | None


@dataclass
class Process:
    """A worker: its socket, and the file that takes what it prints."""

    number: int
    channel: socket.socket
    output: IO[bytes]
    scratch: Path
    limits: Limits
    number_inside: int | None = None  # its process number as the zygote sees it
    pid: int | None = None  # as the grader sees it
    seen: dict[int, float] = field(default_factory=dict)  # CPU seconds of each process that it had beside its own
    overrun: str = ""  # 'memory', 'processes' or 'scratch', where the watcher ended it


def note_work(process: Process, tree: list[int]) -> None:
    """Writes down how long each process below a worker has worked, also one that has left it meanwhile."""
    for pid in {*tree[1:], *process.seen}:
        seconds = own_cpu_seconds(pid)
        if seconds is not None:
            process.seen[pid] = max(seconds, process.seen.get(pid, 0.0))


def over_limit(pids: list[int], limits: Limits) -> str:
    """What these processes have too much of, or ''."""
    if sum(map(memory_bytes, pids)) > limits.memory_bytes:
        return "memory"
    return "processes" if sum(map(threads, pids)) > limits.processes else ""


def total(seconds: Callable[[int], float | None], tree: list[int]) -> float | None:
    """The sum over a tree of processes, None where it is not even known of the first; others may end meanwhile."""
    found = [seconds(pid) for pid in tree]
    return sum(each for each in found if each is not None) if found and found[0] is not None else None
