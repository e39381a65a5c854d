"""Grading from Python, for notebooks: `from grader import grade; grade("submission/")`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from grader.base.errors import UsageError
from grader.commands.main import grade_command
from grader.homework import YEARS
from grader.report.notebook import NotebookResult, shown
from grader.result import Result

if TYPE_CHECKING:
    from grader.run.outputs import Outputs
    from grader.run.session import Session


def graded(
    path: str | Path,
    only: str | Iterable[str],
    training: bool,
    track: str | int | None,
    seed: str | int | None,
    runs: int,
    full: bool,
    rubric: str | Path | None,
    data: str | Path | None,
    key: str | Path | None,
    hidden_seed: str | int | None = None,
    edition: int | None = None,
) -> NotebookResult:
    """What `grade PATH` with these options finds. Raises UsageError."""
    names = [only] if isinstance(only, str) else list(only)
    arguments = [str(path), "--quiet", f"--runs={runs}"]
    arguments += [word for name in names for word in ("--only", name)]
    given = {"track": track, "seed": seed, "rubric": rubric, "data": data, "key": key}
    given |= {"hidden-seed": hidden_seed}
    if edition is not None:
        if edition not in YEARS:  # argparse would end the process
            raise UsageError(f"edition={edition!r}: must be one of {', '.join(map(str, YEARS))}")
        given |= {"edition": edition}
    arguments += [f"--{name}={value}" for name, value in given.items() if value is not None]
    arguments += ["--no-training"] * (not training) + ["--full"] * full
    found: list[Result] = []

    def keep(_: argparse.Namespace, __: Outputs, session: Session, ___: list[int]) -> int:
        if session.interrupted:
            raise KeyboardInterrupt
        found.append(session.result())
        return 0

    grade_command(arguments, keep)
    return shown(found[0])
