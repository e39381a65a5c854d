"""python -m tests.benchmarks.grade_once PATH [--only NAME ...] [--mistakes N] [--times N] [--seed SEED]

Grades without training in this process, and prints as JSON where the time went: the phases follow each other, and what
runs beside them (workers start, and answer) counts where the grader waits for it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PHASES = ("start-up", "worker start", "checks begin", "probes", "verdicts", "diagnosis", "report", "end")


class Clock:
    """Every moment belongs to the innermost phase that is open; what is left of a phase goes to the one around it."""

    def __init__(self, since: float) -> None:
        self.spent = dict.fromkeys(PHASES, 0.0)
        self.open = ["start-up"]
        self.last = since

    def tick(self) -> None:
        now = time.time()
        self.spent[self.open[-1]] += now - self.last
        self.last = now

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self.tick()
        self.open.append(name)
        try:
            yield
        finally:
            self.tick()
            self.open.pop()

    def around(self, owner: Any, name: str, phase: str) -> None:
        """Has a function or method counted as a phase; in other threads than the main one nothing is counted."""
        import threading

        original: Callable[..., Any] = getattr(owner, name)

        def measured(*arguments: Any, **keywords: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                return original(*arguments, **keywords)
            with self.phase(phase):
                return original(*arguments, **keywords)

        setattr(owner, name, measured)


def started() -> float:
    """When this process began."""
    with contextlib.suppress(OSError):
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        boot = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
        return boot + ticks / os.sysconf("SC_CLK_TCK")
    return time.time()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("path")
    options.add_argument("--only", nargs="+", default=[])
    options.add_argument("--mistakes", type=int)
    options.add_argument("--times", type=int, default=1)
    options.add_argument("--seed")
    chosen = options.parse_args()
    clock = Clock(started())
    watch(clock, chosen.mistakes)
    from grader.base import blas

    os.environ.update(blas.variables(1))  # as the command has it
    from grader.commands.main import main as grade

    words = [chosen.path, "--no-training", "--format", "json", *(["--only", *chosen.only] if chosen.only else [])]
    words += ["--seed", chosen.seed] if chosen.seed else []
    for _ in range(chosen.times):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = grade(words)
    clock.tick()
    if code not in (0, 1):
        raise SystemExit(f"grade ended with {code}")
    probes = [probe for part in json.loads(printed.getvalue())["components"] for probe in part["probes"]]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "wall": sum(clock.spent.values()),
                "cpu": usage.ru_utime + usage.ru_stime,
                "peak_mb": usage.ru_maxrss / 1024,
                "checks": len(probes),
                "failing": sum(probe["outcome"] != "passed" for probe in probes),
                **clock.spent,
            }
        )
    )


def watch(clock: Clock, mistakes: int | None) -> None:
    """Puts the clock around what a phase consists of, when the module with it is imported."""
    import importlib.abc
    import importlib.util
    import sys
    from types import ModuleType

    def patched(module: ModuleType) -> None:
        for owner, name, phase in PLACES.get(module.__name__, ()):
            clock.around(getattr(module, owner) if owner else module, name, phase)
        if module.__name__ == "grader.ask.answers" and mistakes is not None:
            known = module.LiveAnswers.misconceptions
            module.LiveAnswers.misconceptions = lambda self, name: [
                code for code in known(self, name) if code in list(self.mistakes)[:mistakes]
            ]

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            if fullname not in PLACES:
                return None
            sys.meta_path.remove(self)
            try:
                spec = importlib.util.find_spec(fullname)
            finally:
                sys.meta_path.insert(0, self)
            if spec is None or spec.loader is None:
                return None
            execute = spec.loader.exec_module

            def executed(module: ModuleType) -> None:
                execute(module)
                patched(module)

            spec.loader.exec_module = executed  # type: ignore[method-assign]
            return spec

    sys.meta_path.insert(0, Finder())


PLACES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "grader.isolation.zygote": (("Zygote", "__init__", "worker start"), ("Zygote", "wait_until_ready", "worker start")),
    "grader.run.pytest_plugin": (
        ("", "run_checks", "checks begin"),
        ("Session", "result", "report"),
        ("Session", "close", "end"),
    ),
    "grader.run.grading": (("Grading", "verdict", "verdicts"), ("Grading", "close", "end")),
    "grader.ask.observer": (("Observer", "seen", "probes"), ("Observer", "fresh", "probes")),
    "grader.diagnose.misconceptions": (("Diagnosis", "find", "diagnosis"),),
    "grader.commands.grade": (("", "report", "report"),),
    "grader.ask.answers": (),
}


if __name__ == "__main__":
    main()
