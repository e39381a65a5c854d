"""A file that does not parse, as a fault with file, line and caret."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from grader.ask.client import Fault, Frame
from grader.ask.response import Response
from grader.submission.parser import SourceError
from grader.submission.source import SourceModule


def source_fault(module: SourceModule) -> Fault:
    """What keeps all of a module from being read."""
    assert module.source_error is not None
    return fault_at(str(module.relative), module.source_error)


def fault_at(file: str, error: SourceError) -> Fault:
    """The same of one place in a file."""
    frame = Frame(file, error.line, "", error.text, error.caret)
    return Fault("raised", error.message, error.kind, ("SyntaxError", "Exception"), (frame,))


def with_caret(seen: Response, modules: Iterable[SourceModule]) -> Response:
    """The same, with the place in the line where a fault of syntax is that a function was left out for."""
    fault = seen.fault
    if fault is None or fault.type != "SyntaxError" or not fault.frames:
        return seen
    last = fault.frames[-1]
    places = [each for module in modules if str(module.relative) == last.file for each in module.faults]
    error = next((each for each in places if each.line == last.line), None)
    if error is None:
        return seen
    pointed = replace(last, source=error.text, caret=error.caret)
    return replace(seen, fault=replace(fault, frames=(*fault.frames[:-1], pointed)))
