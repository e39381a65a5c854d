"""What a module shows without being run: whether it parses, what it imports, which functions are not written.

Nothing here executes student code, and no file, however odd, raises: what is wrong with it is a SourceError.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath

from grader.base.processes import ends_well
from grader.submission.bindings import (
    Binding,
    SourceImport,
    blocks,
    definitions_of,
    imports_of,
    numpy_names_of,
    scanned,
)
from grader.submission.parser import NESTED, SourceError, fault_in_line, parse_mended
from grader.submission.syntax import is_setter
from grader.submission.unwritten import unwritten_line

USUAL_BYTES = 64 << 10  # of a file; no module of a hand-in that somebody wrote is as long
READ_SECONDS, READ_BYTES = 5, 512 << 20  # CPU time and memory to read a longer one
LONGEST_NAME = 200  # characters, with the class in front


@dataclass(frozen=True)
class SourceModule:
    """One module of a submission, read but not run.

    name       dotted: Beras.layers
    path       of the copy; nothing is there if the file could not be copied, which source_error then says
    relative   below the folder with the code: Beras/layers.py
    functions  by qualified name, Dense.forward; of those that are not written yet, the line that says so
    numpy_names  what it takes of NumPy by name, each with the first line that does
    defines    what it binds, by name; "*" for `from ... import *`, of which the last counts
    gaps       lines that keep it from compiling, and that were filled to read all else (worker/gaps.py)
    faults     of syntax, each in a function that was taken out to read all else
    """

    name: str
    path: Path
    relative: PurePosixPath
    source_error: SourceError | None = None
    imports: tuple[SourceImport, ...] = ()
    functions: dict[str, int | None] = field(default_factory=dict)
    numpy_names: tuple[tuple[str, int], ...] = ()
    defines: tuple[Binding, ...] = ()
    gaps: tuple[int, ...] = ()
    faults: tuple[SourceError, ...] = ()

    @property
    def stubs(self) -> dict[str, int]:
        """The functions that are not written yet, each with the line that says so."""
        return {name: line for name, line in self.functions.items() if line is not None}

    def definition(self, name: str) -> Binding | None:
        return next((each for each in self.defines if each.name == name), None)


def read_module(name: str, path: Path, relative: PurePosixPath, source: bytes) -> SourceModule:
    """The module with this source. Never raises."""
    if len(source) > USUAL_BYTES and not ends_well(partial(tried, source, name), READ_SECONDS, READ_BYTES):
        fault = f"Python takes more than {READ_SECONDS} s or {READ_BYTES >> 20} MB to read {len(source)} bytes of code"
        return SourceModule(name, path, relative, fault_in_line(1, "", 1, fault))
    return replace(shown_by(source, name), path=path, relative=relative)


def tried(source: bytes, name: str) -> None:
    """Raises MemoryError where there was too little to read a source: Python says the same of one nested too deeply."""
    error = shown_by(source, name).source_error
    if error is not None and error.message == NESTED:
        raise MemoryError


@lru_cache(maxsize=256)
def shown_by(source: bytes, name: str) -> SourceModule:
    """A module with this source, wherever it lies; whoever grades again and again meets most files again.

    Names are left out that are too long to be any of the assignment's: a report would repeat them in every line.
    """
    nowhere = SourceModule(name, Path(), PurePosixPath())
    tree, lines, faults = parse_mended(source)
    if isinstance(tree, SourceError):
        return replace(nowhere, source_error=tree, defines=with_short_names(scanned(source)))
    return replace(
        nowhere,
        imports=imports_of(tree, name),
        functions={each: line for each, line in functions_of(tree).items() if len(each) <= LONGEST_NAME},
        numpy_names=numpy_names_of(tree),
        defines=with_short_names(definitions_of(tree)),
        gaps=lines,
        faults=faults,
    )


def with_short_names(found: Iterable[Binding]) -> tuple[Binding, ...]:
    return tuple(each for each in found if len(each.name) <= LONGEST_NAME)


def with_given(module: SourceModule, choices: frozenset[str]) -> SourceModule:
    """The module where these initializers were handed out: written is what has others."""
    if module.source_error is not None:
        return module
    tree, *_ = parse_mended(module.path.read_bytes())
    assert isinstance(tree, ast.Module)  # else there were an error
    return replace(module, functions=functions_of(tree, choices))


def functions_of(tree: ast.Module, given: frozenset[str] = frozenset()) -> dict[str, int | None]:
    """Functions and methods by qualified name; of those that are not written, the line that says so.

    Of several with one name the last counts, as in Python; the setter of a property is NAME.setter. given: see
    `unwritten_line`.
    """
    found: dict[str, int | None] = {}
    waiting: list[tuple[ast.AST, str]] = [(node, "") for node in reversed(tree.body)]
    while waiting:
        node, prefix = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[prefix + node.name + ".setter" * is_setter(node)] = unwritten_line(node, node.name, given)
            continue
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            found |= {prefix + name: unwritten_line(node.value, name) for name in names}
        if isinstance(node, ast.ClassDef):
            prefix += f"{node.name}."
        inside = [child for block, _ in blocks(node) for child in block]
        waiting += [(child, prefix) for child in reversed(inside)]
    return found
