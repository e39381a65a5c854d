"""How far a class is, on standard error: a bar with the time left on a terminal (Rich), a line a hand-in elsewhere."""

from __future__ import annotations

import contextlib
from typing import Any, TextIO

from grader.report.progress import Progress, duration
from grader.submission.contents import shown


class ClassProgress(Progress):
    """Listens to a run of a class."""

    def __init__(self, stream: TextIO, quiet: bool = False) -> None:
        super().__init__(stream, quiet)
        self.bar: Any = None
        self.task: Any = None
        if self.live and not quiet:
            with contextlib.suppress(ModuleNotFoundError):
                from rich.console import Console
                from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
                from rich.progress import Progress as Bar

                columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
                self.bar = Bar(*columns, console=Console(file=stream), transient=True)

    def __call__(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "start":
            ready = event["handins"] - event["missing"]
            if self.bar is not None and event["missing"]:
                self.bar.start()
                self.task = self.bar.add_task("grading", total=event["missing"])
            text = f"{event['handins']} hand-ins, {ready} already graded, {event['missing']} to do"
            (self.remark if self.task is not None else self.say)(text)
        elif kind == "hand-in":
            if self.task is not None:
                self.bar.update(self.task, completed=event["done"], total=event["of"])
            else:
                self.say(line(event))
        elif kind == "note":
            self.remark(f"{shown(event['name'])}: {event['note']}" if event["name"] else event["note"])

    def remark(self, text: str) -> None:
        """Something that does not go with the next step."""
        if self.bar is not None and self.task is not None:
            self.bar.console.print(text, markup=False, highlight=False)
        else:
            self.say(text)
            if self.live:
                self.end_line()

    def end_line(self) -> None:
        with contextlib.suppress(OSError):
            self.stream.write("\n")
            self.stream.flush()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.stop()
        super().close()


def line(event: dict[str, Any]) -> str:
    """One hand-in, and the time that the rest will take."""
    if event["score"] is None:
        what = f"{event['state']}: {event['reason']}"
    else:
        what = f"{event['score']:g} of {event['max_score']:g}" + f", {event['state']}" * (event["state"] != "graded")
    left = f"; about {duration(event['left_seconds'])} left" if event["done"] < event["of"] else ""
    return f"{event['done']} of {event['of']}  {shown(event['name'])}: {what}{left}"
