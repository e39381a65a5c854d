"""The message of a check, taken apart again: one text (words.py), several ways to lay it out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.explain.message import WIDTH

LABELS = ("came back", "expected", "pattern", "printed", "next", "try it", "detail")
PART = re.compile(rf"^  ({'|'.join(LABELS)}) +(.*)$")
FURTHER = " " * (WIDTH + 2)


@dataclass(frozen=True)
class Message:
    """The headline, the labelled parts, and the lines to paste into Python."""

    headline: str
    parts: tuple[tuple[str, str], ...] = ()
    script: str = ""

    def brief(self) -> str:
        """Everything but the lines to paste, as plain text."""
        return "\n".join([self.headline, *(f"{label}: {text}" for label, text in self.parts)])


def taken_apart(text: str) -> Message:
    """The message that words.py wrote."""
    head: list[str] = []
    parts: list[tuple[str, str]] = []
    lines = text.splitlines()
    for place, line in enumerate(lines):
        found = PART.match(line)
        if found and found[1] == "try it":
            return Message("\n".join(head), tuple(parts), "\n".join(lines[place + 1 :]))
        if found:
            parts.append((found[1], found[2]))
        elif parts and line.startswith(FURTHER):
            parts[-1] = (parts[-1][0], f"{parts[-1][1]}\n{line[len(FURTHER) :]}")
        elif parts:  # a line of a submission's own text
            parts[-1] = (parts[-1][0], f"{parts[-1][1]}\n{line}")
        else:
            head.append(line)
    return Message("\n".join(head), tuple(parts))
