"""The one way to time here, and the one way to show it.

Contestants take turns, so that whatever else the machine does meets all of them alike; a figure is the median of
at least five turns. CPU seconds stand beside wall seconds where both are known: on a busy machine they are the ones
to compare.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tabulate import tabulate

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
# Set on some machines for the sake of older libraries: they choose a slower kernel than the processor has
SLOWING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
UNCOMPILED = "PYTHONDONTWRITEBYTECODE"  # users have compiled modules
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
NO_FIGURE = "-"


class Missing(Exception):
    """A contestant cannot take part; the message says why."""


@dataclass(frozen=True)
class Took:
    """One turn of a contestant."""

    wall: float
    cpu: float


@dataclass
class Table:
    """A subject's result. note: what a reader has to know, below the table."""

    title: str
    headers: Sequence[str]
    rows: list[Sequence[Any]]
    note: str = ""

    def markdown(self) -> str:
        cells = [[NO_FIGURE if cell is None else str(cell) for cell in row] for row in self.rows]
        drawn = tabulate(cells, headers=self.headers, tablefmt="github", disable_numparse=True)
        return f"### {self.title}\n\n{drawn}\n" + (f"\n{self.note}\n" if self.note else "")


def environment(threads: int | None = None) -> dict[str, str]:
    """What every contestant's process is started with; threads: of BLAS and its like, None for their own choice."""
    left_out = {*SLOWING, UNCOMPILED, *THREADS}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return kept | (dict.fromkeys(THREADS, str(threads)) if threads else {})


def turns(contestants: Mapping[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, list[Any] | Missing]:
    """What each contestant gives in each round, one after the other; a first round warms up and is not counted."""
    found: dict[str, list[Any] | Missing] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, run in contestants.items():
            given = found[name]
            if isinstance(given, Missing):
                continue
            try:
                result = run()
            except Missing as reason:
                found[name] = reason
                continue
            if number:
                given.append(result)
    return found


def timed(run: Callable[[], Any]) -> Took:
    """One call in this process, its children's CPU time included."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    run()
    return Took(time.perf_counter() - wall, cpu_seconds() - cpu)


def cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usages)


def command(*words: str | Path, accepts: tuple[int, ...] = (0,), **options: Any) -> Callable[[], Took]:
    """A whole process, to be timed from its start to its end. Raises Missing where it fails."""

    def run() -> None:
        settings = {"cwd": ROOT, "env": environment(), **options}
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **settings)
        if done.returncode not in accepts:
            said = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
            raise Missing(f"ended with {done.returncode}: {said[-1][:90]}")

    return lambda: timed(run)


def python(*words: str | Path, **options: Any) -> Callable[[], Took]:
    """This Python."""
    return command(sys.executable, *words, **options)


def middle(turn: Sequence[Took], what: str = "wall") -> float:
    return median(getattr(each, what) for each in turn)


def times(value: float | None, base: float | None, digits: int = 2) -> str:
    """A ratio, as a table shows it."""
    return f"{value / base:.{digits}f}" if value is not None and base else NO_FIGURE


def seconds(value: float | None) -> str:
    """Seconds, as a table shows them."""
    if value is None:
        return NO_FIGURE
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if value * factor >= 1 or unit == "µs":
            return f"{value * factor:.3g} {unit}"
    return NO_FIGURE
