"""GitHub annotations: workflow commands on standard output, in the places of the student's files.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions

A step shows ten errors and no more, so the costliest causes come first and the tenth line says how many others there
are. Whatever else is printed is fenced in (`fence`): a submission could print workflow commands, too.
"""

from __future__ import annotations

import posixpath
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from grader.base.message import Message
from grader.report.details import costly
from grader.result import ComponentResult, Outcome, ProbeResult, Result

MOST = 10  # annotations of one level that a step shows
BRIEF = 1_000  # characters of a message


def to_annotations(result: Result) -> str:
    causes = costly(result)
    shown = causes if len(causes) <= MOST else causes[: MOST - 1]
    lines = [annotation(result, *cause) for cause in shown]
    rest = causes[len(shown) :]
    if rest:
        lost = sum(cost for *_, cost in rest)
        lines.append(
            command(f"{len(rest)} more causes cost {lost:g} points; the summary of this job shows all of them")
        )
    return "".join(f"{line}\n" for line in lines)


def annotation(result: Result, part: ComponentResult, probe: ProbeResult, cost: float) -> str:
    properties: dict[str, str] = {}
    if probe.file and result.folder is not None:
        properties = {"file": posixpath.join(result.folder, probe.file).removeprefix("./")}
        properties |= {"line": str(probe.line)} if probe.line else {}
    price = f"-{cost:g} of {part.max_points:g}" if cost else probe.outcome
    properties["title"] = f"{part.name}: {price}"
    message = (probe.told or Message(part.message)).brief()
    if probe.outcome not in (Outcome.FAILED, Outcome.PARTIAL, Outcome.BLOCKED):
        message = f"{probe.outcome}: {message}"
    return command(message[:BRIEF], "warning" if part.is_broken_gift else "error", **properties)


def command(message: str, level: str = "error", **properties: str) -> str:
    """`::error key=value,...::message`, escaped as actions/toolkit does it."""
    text = ",".join(f"{name}={escaped(value, ':', ',')}" for name, value in properties.items())
    return f"::{level} {text}::{escaped(message)}" if text else f"::{level}::{escaped(message)}"


def escaped(text: str, *further: str) -> str:
    """The percent sign first: it begins the other escapes."""
    for character in ("%", "\r", "\n", *further):
        text = text.replace(character, f"%{ord(character):02X}")
    return text


@contextmanager
def fence(stream: TextIO) -> Iterator[None]:
    """Between the two lines the runner takes nothing for a command; the token is not to be guessed."""
    token = secrets.token_hex(16)
    stream.write(f"::stop-commands::{token}\n")
    stream.flush()
    try:
        yield
    finally:
        sys.stderr.flush()
        stream.write(f"\n::{token}::\n")
        stream.flush()
