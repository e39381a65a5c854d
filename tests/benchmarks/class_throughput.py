"""7. A class: time a hand-in by jobs, beside single gradings; memory; going on with a class that is done."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from grader.ask.reference import read_sources
from grader.base.machine import cores
from tests.benchmarks.timing import (
    ROOT,
    ROUNDS,
    Missing,
    Table,
    Took,
    command,
    environment,
    middle,
    seconds,
    timed,
    times,
    turns,
)

SEED = 1470
SHARES = {"wheats": 4, "chaffs": 7, "attacks": 1, "mutants": 4}
TRAINED = {"wheats": 2, "chaffs": 2}  # trainings take longer
SLOW = ("hang", "loop", "sleep", "endless", "exits", "forks", "memory")  # attacks on a limit: they measure that limit
LARGE = (1_000, 3_000)
MOST_MEGABYTES, MOST_SECONDS = 300, 3


def class_of(folder: Path, shares: dict[str, int]) -> Path:
    """A class of the project's own submissions, the same each time."""
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "proof")]  # both are programs of their own
    from overlays import build, names

    chosen = random.Random(SEED)
    for kind, count in shares.items():
        if kind == "mutants":
            mutants(folder, count, chosen)
            continue
        fit = [name for name in names(kind) if not any(word in name for word in SLOW)]
        for name in chosen.sample(fit, count):
            build(kind, name, folder)
    return folder


def mutants(folder: Path, count: int, chosen: random.Random) -> None:
    """The reference with one automatic change each. Raises Missing without the package that makes them."""
    try:
        from mutants import mutants_of  # type: ignore[import-not-found]
    except ModuleNotFoundError as error:
        raise Missing(f"{error.name} is not installed: pip install -e '.[proof]'") from None
    files = ("Beras/activations.py", "Beras/layers.py", "Beras/losses.py", "Beras/optimizers.py")
    every = [mutant for file in files for mutant in mutants_of(file, read_sources()[file])]
    for number, mutant in enumerate(chosen.sample(every, count)):
        target = shutil.copytree(
            ROOT / "reference", folder / f"mutant-{number}", ignore=shutil.ignore_patterns("__pycache__")
        )
        (target / mutant.file).write_text(mutant.text, encoding="utf-8")


def graded(folder: Path, output: Path, jobs: int, *options: str) -> Callable[[], Took]:
    """A class from its beginning to its last report."""
    run = command(
        *(sys.executable, "-m", "grader", "class", folder, "--output", output, "--jobs", jobs, "-q", *options),
        accepts=(0, 1),
    )

    def turn() -> Took:
        shutil.rmtree(output, ignore_errors=True)
        return run()

    return turn


def one_by_one(folder: Path, *options: str) -> Callable[[], Took]:
    """The same hand-ins, each by a `grade` of its own."""

    def every() -> None:
        for path in sorted(folder.iterdir()):
            words = [sys.executable, "-m", "grader", str(path), "-q", *options]
            subprocess.run(words, capture_output=True, cwd=ROOT, env=environment(), check=False)

    return lambda: timed(every)


def throughput(folder: Path, place: Path, rounds: int, title: str, *options: str) -> Table:
    count = len(list(folder.iterdir()))
    players = {"grade PATH, one after the other": one_by_one(folder, *options)}
    for jobs in sorted({1, 2, cores()}):
        players[f"grade class --jobs {jobs}"] = graded(folder, place / f"jobs-{jobs}", jobs, *options)
    rows: list[list[Any]] = []
    found = turns(players, rounds)
    single, first = (found[name] for name in list(players)[:2])
    for name, given in found.items():
        if isinstance(given, Missing) or isinstance(single, Missing) or isinstance(first, Missing):
            rows.append([name, str(given), *[None] * 5])
            continue
        wall, cpu = middle(given), middle(given, "cpu")
        rows.append(
            [
                *(name, seconds(wall / count), seconds(cpu / count), f"{cpu / wall:.2f}"),
                *(times(middle(first), wall), times(cpu, middle(single, "cpu")), times(wall, middle(single))),
            ]
        )
    return Table(
        f"{title}: {count} hand-ins",
        ("", "wall a hand-in", "CPU a hand-in", "cores in use", "one job / this", "CPU / single", "wall / single"),
        rows,
        f"{cores()} cores. A job keeps more than one core busy, since its grader compares while its workers compute: "
        "what scales is CPU seconds a hand-in ÷ cores, not jobs.",
    )


# --- large classes ----------------------------------------------------------------------------------------------


def large_class(folder: Path, count: int) -> Path:
    """So many hand-ins that differ in one file; all else is one file on the disk."""
    first = folder / "0000"
    shutil.copytree(ROOT / "reference", first, ignore=shutil.ignore_patterns("__pycache__"))
    for number in range(1, count):
        target = folder / f"{number:04}"
        shutil.copytree(first, target, copy_function=os.link, ignore=shutil.ignore_patterns("metrics.py"))
        (target / "Beras" / "metrics.py").write_text(f"# {number}\n", encoding="utf-8")
    return folder


def large(place: Path, outcomes: Path, rounds: int) -> Table:
    rows = []
    for count in LARGE:
        folder, output = large_class(place / str(count), count), place / f"large-{count}"
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.class_filled", str(folder), str(output), str(outcomes)],
            capture_output=True, text=True, cwd=ROOT, env=environment(), check=True,
        )  # fmt: skip
        told = json.loads(done.stdout.splitlines()[-1])
        words = (sys.executable, "-m", "grader", "class", folder, "--output", output, "--no-training", "-q")
        again = turns({"again": command(*words)}, rounds)["again"]
        rows.append(
            [
                *(f"{count:,}", f"{told['peak_mb']:.0f} MB", seconds(told["cpu"] / count)),
                str(again) if isinstance(again, Missing) else seconds(middle(again)),
            ]
        )
    return Table(
        f"Large classes: the main process (goals: {MOST_MEGABYTES} MB at 3,000, {MOST_SECONDS} s to go on at 1,000)",
        ("hand-ins", "peak memory", "CPU a hand-in", "going on with the finished class"),
        rows,
        "Nothing is graded here: each hand-in is given an outcome of the class above, as a grader would send it. All "
        "else is real: the folders, the gradebook, every student's page, the class report.",
    )


def run(rounds: int = ROUNDS) -> Iterator[Table]:
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        folder = class_of(place / "class", SHARES)
        yield throughput(folder, place, rounds, "A class without training", "--no-training")
        trained = class_of(place / "trained", TRAINED)
        yield throughput(trained, place / "with-training", rounds, "A class with training")
        yield large(place, place / "jobs-1" / "gradebook.sqlite", rounds)
