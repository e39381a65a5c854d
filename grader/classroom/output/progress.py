"""How far a class is, on standard error: one line that changes on a terminal, a line a hand-in elsewhere."""

from __future__ import annotations

import contextlib
from typing import Any

from grader.report.progress import CLEAR, Progress, duration
from grader.submission.contents import shown


class ClassProgress(Progress):
    """Listens to a run of a class."""

    def __call__(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "start":
            ready = event["handins"] - event["missing"]
            self.remark(f"{event['handins']} hand-ins, {ready} already graded, {event['missing']} to do")
        elif kind == "hand-in":
            self.say(line(event))
        elif kind == "note":
            self.remark(f"{shown(event['name'])}: {event['note']}" if event["name"] else event["note"])

    def remark(self, text: str) -> None:
        """Something that the next step leaves where it is."""
        if not self.quiet:
            with contextlib.suppress(OSError):
                self.stream.write(f"{CLEAR if self.live else ''}{text}\n")
                self.stream.flush()


def line(event: dict[str, Any]) -> str:
    """One hand-in, and the time that the rest will take."""
    if event["score"] is None:
        what = f"{event['state']}: {event['reason']}"
    else:
        what = f"{event['score']:g} of {event['max_score']:g}" + f", {event['state']}" * (event["state"] != "graded")
    left = f"; about {duration(event['left_seconds'])} left" if event["done"] < event["of"] else ""
    return f"{event['done']} of {event['of']}  {shown(event['name'])}: {what}{left}"
