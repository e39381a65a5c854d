"""What a run tells the process that watches it: what was graded so far, for the report if it is ended from outside.

Lines of a pipe, `KIND<tab>JSON`: the result as it begins, the folder of temporary files, each component as it is done.
No process that runs a submission has the descriptor.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.run.session import Session

descriptor: int | None = None  # of the pipe, in a process that is watched


def tell(kind: str, what: object) -> None:
    """Sends one line; whoever does not read it any more ends this process anyway."""
    if descriptor is not None:
        line = memoryview(f"{kind}\t{json.dumps(what, default=vars)}\n".encode())
        with suppress(OSError):
            while line:
                line = line[os.write(descriptor, line) :]


def listener(session: Session) -> Any:
    """What a session tells its events to."""

    def record(event: dict[str, Any]) -> None:
        if event["event"] == "start":
            tell("start", session.result(complete=False).plain())
        elif event["event"] == "component":
            trained = [each for each in session.told_trainings() if each.component == event["name"]]
            tell(
                "component",
                {"row": {name: value for name, value in event.items() if name != "event"}, "training": trained},
            )

    return record
