"""Bytecode of the submission's files, compiled once before workers are forked.

Compiling runs nothing of the file. A file that makes the compiler itself crash or hang must not end the zygote, so a
child does it; if that child does not come back well, every worker compiles for itself.

What is compiled is imported without a look at the disk: where the kernel does not keep a submission from changing its
own copy, that still changes nothing for the next worker.
"""

from __future__ import annotations

import marshal
import os
import sys
import warnings
from functools import partial
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType
from typing import Any

from . import gaps, limits, old_numpy

COMPILE_SECONDS = 5  # CPU; honest homework compiles in milliseconds
COMPILE_BYTES = 512 << 20
_compiled = False
_code: dict[str, CodeType] = {}
_old_code: dict[str, CodeType] = {}  # the same for an older NumPy, as far as this worker has needed it


class Loader(SourceFileLoader):
    """Takes the bytecode that is there, and leaves all else to the import system."""

    def get_code(self, fullname: str) -> CodeType | None:
        if old_numpy.switched_on:
            if self.path not in _old_code:
                source = self.get_data(self.path)
                _old_code[self.path] = gaps.compiled(source, partial(old_numpy.compiled, path=self.path))
            return _old_code[self.path]
        return _code.get(self.path) or super().get_code(fullname)

    def source_to_code(self, data: Any, path: Any, **options: Any) -> CodeType:  # type: ignore[override]
        """Compiles what was not compiled before."""
        return gaps.compiled(data, partial(super().source_to_code, path=path, **options))


class Finder(FileFinder):
    """Finds what is compiled under the name of its file, and leaves all else to the import system."""

    def find_spec(self, fullname: str, target: Any = None) -> ModuleSpec | None:
        place = os.path.join(self.path, fullname.rpartition(".")[2])
        for path, search in ((os.path.join(place, "__init__.py"), [place]), (f"{place}.py", None)):
            if path in _code:
                loader = Loader(fullname, path)
                return spec_from_file_location(fullname, path, loader=loader, submodule_search_locations=search)
        return super().find_spec(fullname, target)


def compile_all(root: str) -> None:
    """Compiles every .py file below `root`, once there are some."""
    global _compiled
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names if name.endswith(".py")]
    if _compiled or not paths:
        return
    _compiled = True
    near, far = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            limits.limit_cpu(COMPILE_SECONDS)
            limits.limit_growth(COMPILE_BYTES)
            with open(far, "wb") as out:
                marshal.dump(compiled(paths), out)
            status = 0
        finally:
            os._exit(status)
    os.close(far)
    with open(near, "rb") as pipe:
        content = pipe.read()
    if os.waitpid(pid, 0)[1] == 0:
        _code.update(marshal.loads(content))


def install(root: str) -> None:
    """Makes imports of what lies below `root` use what is compiled."""
    gaps.install()

    def hook(path: str) -> Any:
        if path != root and not path.startswith(root + os.sep):
            raise ImportError("not a folder of the submission")
        return Finder(path, (Loader, [".py"]))

    sys.path_hooks.insert(0, hook)


def compiled(paths: list[str]) -> dict[str, CodeType]:
    """A file that does not compile is left out: importing it will say why. Raises MemoryError."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in paths:
            try:
                with open(path, "rb") as file:
                    make = partial(compile, filename=path, mode="exec", dont_inherit=True)
                    found[path] = gaps.compiled(file.read(), make)
            except (OSError, SyntaxError, ValueError, RecursionError, OverflowError):
                continue
    return found
