"""Grading from Python, for notebooks: `from grader import grade; grade("submission/")`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from grader.base.ends import temporary_folder
from grader.base.errors import UsageError
from grader.homework import YEARS
from grader.report.notebook import NotebookResult, notebook_result
from grader.run.grade import graded as run
from grader.run.outputs import Outputs
from grader.run.request import Request, hidden_seed_of, seed_of


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
    if edition is not None and edition not in YEARS:
        raise UsageError(f"edition={edition!r}: must be one of {', '.join(map(str, YEARS))}")
    request = Request(
        str(path),
        edition=edition,
        track=None if track is None else str(track),
        only=(only,) if isinstance(only, str) else tuple(only),
        training=training,
        seed=seed_of(None if seed is None else str(seed)),
        hidden_seed=hidden_seed_of(None if hidden_seed is None else str(hidden_seed)),
        rubric=None if rubric is None else Path(rubric),
        data=None if data is None else Path(data),
        key=None if key is None else Path(key),
        runs=runs,
        full=full,
    )
    with temporary_folder("beras-grade-") as scratch, run(request, scratch, Outputs({}), quiet=True) as (session, _):
        if session.interrupted:
            raise KeyboardInterrupt
        return notebook_result(session.result())
