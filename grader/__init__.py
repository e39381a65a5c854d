"""An autograder for 'write a neural network in NumPy' that knows why an answer is wrong.

From Python: `from grader import grade; result = grade("submission/")`. Importing this imports nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.base.version import GRADER_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from grader.report.notebook import NotebookResult

__version__ = GRADER_VERSION


def grade(
    path: str | Path,
    *,
    only: str | Iterable[str] = (),
    training: bool = True,
    track: str | int | None = None,
    seed: str | int | None = None,
    runs: int = 1,
    full: bool = False,
    rubric: str | Path | None = None,
    data: str | Path | None = None,
    key: str | Path | None = None,
    hidden_seed: str | int | None = None,
    edition: int | None = None,
) -> NotebookResult:
    """Grades a folder or a .zip. The options are those of the command `grade`.

    The result shows itself as a report in a notebook and as a table elsewhere. `result.components["Softmax"].message`
    is a line of why, `result.rows()` one row a check for a data frame, `result.plain()` all of it as plain data.
    Raises grader.base.errors.UsageError where the command would print one line and stop.
    """
    from grader.commands.notebook import graded

    return graded(path, only, training, track, seed, runs, full, rubric, data, key, hidden_seed, edition)
