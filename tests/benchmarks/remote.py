"""4. Remote calls: a small one, large arrays, a fresh worker."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from grader import isolation, rubric
from grader.ask.client import RemoteWorker
from grader.base.errors import UsageError
from grader.homeworks.beras.mnist.synthetic import probe_folder
from grader.isolation import Zygote
from grader.submission.opening import open_submission
from tests.benchmarks.timing import ROOT, ROUNDS, Table, seconds, times

BARE = "bare echo"  # one byte to another process and back: what no protocol can beat
ECHO = "import socket, sys\ns = socket.socket(fileno=int(sys.argv[1]))\nwhile b := s.recv(1): s.send(b)"
LEVELS = ("strict", "landlock", "basic")
CALLS, WORKERS, MEGABYTES = 200, 20, 16


def spent(run: Callable[[], Any], count: int) -> float:
    """Seconds a call."""
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count


def run(rounds: int = ROUNDS) -> Iterator[Table]:
    small: dict[str, list[float]] = {}
    bandwidth: dict[str, list[float]] = {}
    fresh: dict[str, list[float]] = {}
    start_up: dict[str, list[float]] = {}
    block = np.ones((MEGABYTES, 1 << 17))  # of float64: a megabyte a row
    limits = rubric.load(None).check_limits()
    for _ in range(rounds):
        with echo() as ask:
            small.setdefault(BARE, []).append(spent(ask, CALLS))
        for level in LEVELS:
            try:
                chosen = isolation.choose(level)
            except UsageError:  # not on this machine: there is no row for it
                continue
            with tempfile.TemporaryDirectory() as folder:
                root = open_submission(ROOT / "reference", Path(folder)).root
                begin = time.perf_counter()
                zygote = Zygote(root, chosen, (Path(str(probe_folder())),))
                try:
                    zygote.wait_until_ready()
                    start_up.setdefault(level, []).append(time.perf_counter() - begin)
                    worker = RemoteWorker(zygote, limits, 60, 0)
                    worker.ask("seed", seed=0)
                    small.setdefault(level, []).append(spent(lambda worker=worker: small_call(worker), CALLS))
                    bandwidth.setdefault(level, []).append(sent(worker, block))
                    worker.close()
                    another = partial(fresh_worker, zygote, limits)
                    fresh.setdefault(level, []).append(spent(another, WORKERS))
                finally:
                    zygote.close()
    base = median(small[BARE])
    rows = [
        [
            level,
            *(seconds(median(small[level])), times(median(small[level]), base, 1)),
            f"{median(bandwidth[level]):.2f} GB/s" if level in bandwidth else None,
            seconds(median(fresh[level])) if level in fresh else None,
            seconds(median(start_up[level])) if level in start_up else None,
        ]
        for level in small
    ]
    yield Table(
        "Remote calls, by level of isolation",
        ("", "small call", f"this / {BARE}", "arrays sent", "fresh worker", "process that forks them"),
        rows,
        f"A small call is `seed`. A fresh worker has answered its first call. Arrays: {MEGABYTES} MiB of float64.",
    )


@contextmanager
def echo() -> Iterator[Callable[[], Any]]:
    """Another process that sends back each byte; yields the call that asks it once."""
    near, far = socket.socketpair()
    with near, far, subprocess.Popen([sys.executable, "-c", ECHO, str(far.fileno())], pass_fds=[far.fileno()]) as child:
        far.close()

        def ask() -> bytes:
            near.send(b"?")
            return near.recv(1)

        ask()  # it is there
        yield ask
        near.close()
        child.wait()


def small_call(worker: Any) -> None:
    worker.ask("seed", seed=1)


def fresh_worker(zygote: Zygote, limits: Any) -> None:
    worker = RemoteWorker(zygote, limits, 60, 0)
    worker.ask("seed", seed=0)
    worker.close()


def sent(worker: RemoteWorker, block: np.ndarray) -> float:
    """GB/s of sending an array."""
    start = time.perf_counter()
    worker.ask("keep", value=block)
    return block.nbytes / 1e9 / (time.perf_counter() - start)
