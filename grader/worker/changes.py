"""Other code for functions of the submission, and which of its lines run: what a search for a repair asks.

A function keeps its identity when its code is exchanged, so whoever holds it, inherits it or has it in a list runs the
new one.
"""

from __future__ import annotations

import sys
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

MOST_LINES = 5_000  # that are noted; a hand-in's module has a few hundred
Line = tuple[str, int]  # a file below the root, and a line of it


def exchange(module: ModuleType, name: str, source: str) -> None:
    """Gives a function (`Class.method`) the code that a source of that name has.

    Raises LookupError for no such function, and SyntaxError or ValueError for a source that cannot stand there.
    """
    function = function_of(module, name)
    code: CodeType = compile(source, function.__code__.co_filename, "exec", dont_inherit=True)
    for part in name.split("."):
        code = next(each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == part)
    function.__code__ = code


def function_of(module: ModuleType, name: str) -> FunctionType:
    """The function itself, behind what decorates it. Raises LookupError."""
    found: Any = module
    for part in name.split("."):
        found = vars(found)[part]
    found = found.fget if isinstance(found, property) else getattr(found, "__func__", found)
    while not isinstance(found, FunctionType) or hasattr(found, "__wrapped__"):
        found = getattr(found, "__wrapped__", None)
        if found is None:
            raise LookupError(name)
    return found


class Trace:
    """Which lines below a folder have run since it began."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.lines: dict[Line, None] = {}
        sys.settrace(self.entered)

    def entered(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self.ran if frame.f_code.co_filename.startswith(self.root) else None

    def ran(self, frame: FrameType, event: str, argument: Any) -> Any:
        if len(self.lines) < MOST_LINES:
            self.lines[frame.f_code.co_filename[len(self.root) :], frame.f_lineno] = None
        return self.ran

    def end(self) -> list[list[Any]]:
        sys.settrace(None)
        return [list(line) for line in self.lines]
