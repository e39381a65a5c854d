"""6. Growth: time and memory against checks, known mistakes, failing checks, and submissions in a row."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.timing import ROOT, ROUNDS, Missing, Table, environment, seconds, times, turns
from tests.benchmarks.wrong import everything_wrong, parts_wrong

COMPONENTS = ["OneHotEncoder", "Dense", "LeakyReLU", "MeanSquaredError", "RMSProp", "Adam", "GradientTape"]
CHECKS = {"1 component": 1, "3 components": 3, "7 components": 7}
MISTAKES = (0, 30, 60, None)  # that the diagnosis knows of; None for all
ROW = (1, 4, 8)  # submissions graded in one process


def measured(*words: str) -> dict[str, Any]:
    """One run of tests.benchmarks.grade_once, which says what it took."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.grade_once", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        check=False,
    )
    if done.returncode:
        raise Missing((done.stderr.strip().splitlines() or ["it said nothing"])[-1][:90])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run(rounds: int = ROUNDS) -> Iterator[Table]:
    with tempfile.TemporaryDirectory() as folder:
        wrong = str(everything_wrong(Path(folder) / "wrong"))
        partly = {count: str(parts_wrong(Path(folder) / f"wrong-{count}", count)) for count in (0, 3, 6)}
        cases: dict[str, tuple[str, ...]] = {
            name: ("reference", "--only", *COMPONENTS[:count]) for name, count in CHECKS.items()
        }
        cases["all components"] = ("reference",)
        cases |= {f"{count} components wrong": (path,) for count, path in partly.items()}
        cases["all components wrong"] = (wrong,)
        cases["all components wrong, nothing cached"] = (wrong, "--seed", "fresh")
        cases |= {
            f"all wrong, {'all' if count is None else count} known mistakes": (
                *(wrong, *([] if count is None else ["--mistakes", str(count)])),
            )
            for count in MISTAKES
        }
        cases |= {f"{count} submissions in one process": ("reference", "--times", str(count)) for count in ROW}
        found = turns({name: lambda words=words: measured(*words) for name, words in cases.items()}, rounds)
    rows = []
    base: float | None = None
    for name, given in found.items():
        if isinstance(given, Missing):
            rows.append([name, str(given)] + [None] * 6)
            continue
        wall = median(each["wall"] for each in given)
        base = base or wall
        rows.append(
            [
                *(name, given[0]["checks"], given[0]["failing"], seconds(wall), times(wall, base)),
                seconds(median(each["cpu"] for each in given)),
                seconds(median(each["diagnosis"] for each in given)),
                f"{median(each['peak_mb'] for each in given):.0f} MB",
            ]
        )
    yield Table(
        "Growth, without training",
        ("", "checks", "failing", "wall", "this / first", "grader's CPU", "diagnosis", "grader's peak memory"),
        rows,
        "Diagnosis is part of the wall time. Peak memory is that of the grader's own process; what the reference needs "
        "for all of MNIST, it takes in a process apart. Cached are the answers of earlier gradings with the same seed.",
    )
