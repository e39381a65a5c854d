"""Other code for functions of the submission, and which of its lines run: what a search for a repair asks.

A function keeps its identity when its code is exchanged, so whoever holds it, inherits it or has it in a list runs the
new one.
"""

from __future__ import annotations

import ast
import sys
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

MOST_LINES = 5_000  # that are noted; a hand-in's module has a few hundred
Line = tuple[str, int]  # a file below the root, and a line of it


def exchange(module: ModuleType, name: str, source: str) -> None:
    """Gives a function (`Class.method`) the code that a source of that name has, and its defaults.

    Raises LookupError for no such function, and SyntaxError or ValueError for a source that cannot stand there.
    """
    function = function_of(module, name)
    node: Any = ast.parse(source)
    code: CodeType = compile(node, function.__code__.co_filename, "exec", dont_inherit=True)
    for part in name.split("."):
        code = next(each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == part)
        node = next(each for each in node.body if getattr(each, "name", "") == part)
    function.__code__ = code
    old, named = function.__defaults__ or (), function.__kwdefaults__ or {}
    function.__defaults__ = tuple(map(default, node.args.defaults, old)) or None
    texts = {each.arg: value for each, value in zip(node.args.kwonlyargs, node.args.kw_defaults)}
    function.__kwdefaults__ = {each: default(texts.get(each), value) for each, value in named.items()} or None


def default(node: ast.expr | None, old: Any) -> Any:
    """What a default is: the number or text that stands there, else the very object that it was."""
    return node.value if isinstance(node, ast.Constant) else old


def assign(module: ModuleType, name: str, number: float) -> None:
    """Gives a constant of a module or of a class (`Class.eps`) another number. Raises LookupError for no such one."""
    *around, last = name.split(".")
    found: Any = module
    for part in around:
        found = vars(found)[part]
    if last not in vars(found):
        raise LookupError(name)
    setattr(found, last, number)


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
