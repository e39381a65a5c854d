"""Grading from Python, for notebooks: `from grader import grade; grade("submission/")`."""

from __future__ import annotations

import argparse
import html
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from grader.base.errors import UsageError
from grader.result import Result

if TYPE_CHECKING:
    from grader.run.outputs import Outputs
    from grader.run.session import Session

HEIGHT = "44rem"  # of the report in a notebook's cell; it scrolls inside


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
) -> Result:
    """What `grade PATH` with these options finds. Raises UsageError."""
    from grader.commands.main import grade_command

    names = [only] if isinstance(only, str) else list(only)
    arguments = [str(path), "--quiet", f"--runs={runs}"]
    arguments += [word for name in names for word in ("--only", name)]
    given = {"track": track, "seed": seed, "rubric": rubric, "data": data, "key": key}
    given |= {"hidden-seed": hidden_seed}
    arguments += [f"--{name}={value}" for name, value in given.items() if value is not None]
    arguments += ["--no-training"] * (not training) + ["--full"] * full
    found: list[Result] = []

    def keep(_: argparse.Namespace, __: Outputs, session: Session, ___: list[int]) -> int:
        if session.interrupted:
            raise KeyboardInterrupt
        found.append(session.result())
        return 0

    grade_command(arguments, keep)
    return found[0]


def to_cell(result: Result) -> str:
    """The report inside a frame of its own, so that neither its style nor the notebook's touches the other."""
    try:
        from grader.report.writers import WRITERS

        page = WRITERS["html"](result)
    except UsageError:  # no Jinja2: as text
        return f"<pre>{html.escape(repr(result))}</pre>"
    # Without a base of its own, a link inside the page would lead to the notebook's address
    page = page.replace("<head>", '<head>\n<base href="about:srcdoc">', 1)
    style = f"width: 100%; height: {HEIGHT}; border: 1px solid #8888"
    return f'<iframe title="Grading report" style="{style}" sandbox="" srcdoc="{html.escape(page)}"></iframe>'
