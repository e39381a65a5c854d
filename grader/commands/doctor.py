"""`grade doctor`: what this machine has of what a grading needs, and what the next level of isolation lacks."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader.base.cache import cache_folder
from grader.base.errors import UsageError
from grader.homework import HOMEWORK
from grader.isolation import Zygote, choose_for_strangers
from grader.isolation import levels as isolation_levels

OLDEST_PYTHON, OLDEST_NUMPY = (3, 10), (1, 24)
CONTROL_GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Finding:
    """One line. state: 'ok', 'no' (something is weaker for it), 'MISSING' (nothing can be graded)."""

    subject: str
    state: str
    text: str

    def __str__(self) -> str:
        return f"{self.subject:<20} {self.state:<8} {self.text}"


def findings(folder: Path | None = None) -> Iterator[Finding]:
    """Everything that was looked at, one finding a line. folder: with the data, where one is named."""
    yield python()
    yield numpy()
    yield blas()
    yield control_group()
    yield from levels()
    if HOMEWORK.data:
        yield data(folder)
    yield cache()
    yield reference()


def python() -> Finding:
    text = f"{platform.python_version()} ({sys.executable}) on {platform.system()} {platform.release()}"
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return (
        Finding("Python", "ok", text) if sys.version_info >= OLDEST_PYTHON else missing("Python", f"{text}: {wanted}")
    )


def numpy() -> Finding:
    import numpy as np

    version = tuple(int(part) for part in np.__version__.split(".")[:2])
    if version < OLDEST_NUMPY:
        wanted = ".".join(map(str, OLDEST_NUMPY))
        return missing("NumPy", f"{np.__version__}: {wanted} or later is needed, pip install --upgrade numpy")
    return Finding("NumPy", "ok", np.__version__)


def blas() -> Finding:
    """A worker computes with one thread, so that a second of its time is the same everywhere."""
    import numpy as np

    try:
        config: Any = np.show_config(mode="dicts")
        library = config["Build Dependencies"]["blas"]
        name = f"{library['name']} {library['version']}"
    except (TypeError, KeyError):  # NumPy before 1.25
        name = "of unknown make"
    return Finding("BLAS", "ok", f"{name}; a worker uses 1 thread of {os.cpu_count()} processors")


def control_group() -> Finding:
    """Tries to make a group of its own below this process's; memory is watched by polling either way."""
    text = "memory and processes are watched by looking every 20 ms, which needs none"
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
        own = next(line[3:] for line in lines if line.startswith("0::"))
        roots = [root for root in (CONTROL_GROUPS, CONTROL_GROUPS / "unified") if (root / "cgroup.procs").exists()]
        place = Path(f"{roots[0]}{own}") / f"beras-doctor-{os.getpid()}"
        place.mkdir()
        place.rmdir()
    except (OSError, StopIteration, IndexError):
        return Finding("control group", "no", f"none can be created; {text}")
    return Finding("control group", "ok", f"can be created; {text}")


def levels() -> Iterator[Finding]:
    """Each level of isolation, and the one that is taken by itself."""
    for level in isolation_levels.LEVELS:
        lack = level.lack() or (started(level) if level.limited else "")
        yield Finding(f"isolation {level}", "no" if lack else "ok", lack or level.summary())
    try:
        yield Finding("isolation auto", "ok", f"takes {choose_for_strangers()}")
    except UsageError as error:
        yield missing("isolation auto", str(error))


def started(level: isolation_levels.Level) -> str:
    """Starts what a grading starts; what stops it from starting, or ''."""
    try:
        with TemporaryDirectory(prefix="beras-doctor-") as nothing:
            zygote = Zygote(Path(nothing), level)
            try:
                zygote.wait_until_ready()
            finally:
                zygote.close()
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        return f"{error}"
    return ""


def data(folder: Path | None) -> Finding:
    """What models are trained on, and what checks ask with: both are unpacked here, and no grading has to."""
    try:
        HOMEWORK.probe_folder()
        found = HOMEWORK.dataset().load(folder)
    except UsageError as error:
        if folder is not None:
            return missing("data", str(error))
        return Finding("data", "no", f"no training can be graded, all else can: {error}")
    return Finding("data", "ok", f"unpacked in {found.public.parent}")


def cache() -> Finding:
    try:
        folder = cache_folder()
        with TemporaryDirectory(dir=folder):
            pass
    except (OSError, UsageError) as error:
        return missing("cache folder", str(error))
    return Finding("cache folder", "ok", str(folder))


def reference() -> Finding:
    """Right answers come from the live reference, or from the answer key where there is none."""
    from grader.ask.answers import KEY
    from grader.ask.reference import FOLDER

    if FOLDER.is_dir():
        return Finding("right answers", "ok", f"the reference at {FOLDER}")
    if KEY.is_file():
        return Finding("right answers", "ok", f"the answer key {KEY}")
    return missing(
        "right answers", f"there is neither a reference/ in {FOLDER.parent} nor an answer key: name one, --key"
    )


def missing(subject: str, text: str) -> Finding:
    return Finding(subject, "MISSING", text)


def main(arguments: list[str]) -> int:
    """Prints what was found; 2 if nothing can be graded."""
    parser = argparse.ArgumentParser(
        prog="grade doctor",
        description="Says what this machine has, and what is missing for the next level of isolation.",
    )
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help="unpack the data in this folder, so that no grading has to"
    )
    options = parser.parse_args(arguments)
    found = []
    for finding in findings(options.data):
        print(finding, flush=True)
        found.append(finding)
    return 2 if any(finding.state == "MISSING" for finding in found) else 0
