"""How far a run is, on standard error: one line that changes on a terminal, a line for each step elsewhere."""

from __future__ import annotations

import contextlib
import math
import os
from typing import Any, TextIO

from grader.base.columns import cut

CLEAR = "\r\x1b[K"
WIDTH = 80  # of a terminal that does not say


class Progress:
    """Listens to a session. A stream that nobody reads any more is left alone."""

    def __init__(self, stream: TextIO, quiet: bool = False) -> None:
        self.stream, self.quiet = stream, quiet
        self.live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self.waiting: list[str] = []
        self.all = 0

    def __call__(self, event: dict[str, Any]) -> None:
        if event["event"] == "start":
            self.waiting = list(event["components"])
            self.all = len(self.waiting)
            self.now()
        elif event["event"] == "epoch":
            self.say(f"{self.place()}{epoch_text(event)}" if self.live else epoch_text(event))
        elif event["event"] == "component":
            if event["name"] in self.waiting:
                self.waiting.remove(event["name"])
            if self.live:
                self.now()
            else:
                earned = f", {event['points']:g} of {event['max_points']:g}" if event["max_points"] else ""
                self.say(f"{event['name']}: {event['outcome']}{earned}")

    def now(self) -> None:
        """On a terminal, what is being graded."""
        if self.live and self.waiting:
            self.say(f"{self.place()}{self.waiting[0]}")

    def place(self) -> str:
        """How many components were begun, of how many."""
        return f"{min(self.all - len(self.waiting) + 1, self.all)} of {self.all}  "

    def say(self, text: str) -> None:
        if not self.quiet:
            with contextlib.suppress(OSError):
                self.stream.write(f"{CLEAR}{cut(text, self.width() - 1)}" if self.live else f"{text}\n")
                self.stream.flush()

    def width(self) -> int:
        """Columns of the terminal now: a line that went on below could not be taken back."""
        try:
            return os.get_terminal_size(self.stream.fileno()).columns or WIDTH
        except (OSError, ValueError):
            return WIDTH

    def close(self) -> None:
        """Takes the line back."""
        if self.live and not self.quiet:
            with contextlib.suppress(OSError):
                self.stream.write(CLEAR)
                self.stream.flush()


def epoch_text(event: dict[str, Any]) -> str:
    """An epoch, with the time that the rest takes if all of them are needed, or until the limit ends it."""
    epoch, epochs = event["epoch"], event["epochs"]
    left = min((epochs - epoch) * event["seconds"] / epoch, event["seconds_left"])
    more = f", at most {duration(left)} left" if epoch < epochs else ""
    return (
        f"{event['training']}: epoch {epoch} of {epochs}, {event['accuracy']:.2%} after {event['seconds']:.2f} s{more}"
    )


def duration(seconds: float) -> str:
    return f"{math.ceil(seconds)} s" if seconds < 100 else f"{seconds / 60:.0f} min"
