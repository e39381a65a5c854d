"""The reference, and the reference with a patch, as implementations inside this process.

They are trusted, so they need no worker; they answer the very same requests through the very same host, on copies of
their own of every array.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from types import CodeType, MappingProxyType, ModuleType
from typing import Any

from grader.ask.client import fault_of
from grader.ask.patches import Sources
from grader.homework import FIRST, HOMEWORK
from grader.worker import wire
from grader.worker.host import Host
from grader.worker.placeholders import Absent

FOLDER = FIRST.reference
_IMPORT_LOCK = threading.RLock()
CODES = 256  # compiled modules that are kept: the reference's own, and those with the latest patches


def read_sources(folder: Path = FOLDER) -> Sources:
    """Every module of an implementation on disk."""
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.py")}


class LocalWorker:
    """Asks an implementation in this process; the counterpart of RemoteWorker."""

    def __init__(
        self, sources: Sources, folder: Path = FOLDER, libraries: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """libraries: packages that given code loads data with, each with the folder that it loads from."""
        self.host = LocalHost(sources, folder, libraries)

    def ask(self, op: str, **arguments: Any) -> Any:
        reply = wire.copied(self.host.handle(wire.copied({"op": op, "with": arguments})))
        if "error" in reply:
            raise fault_of(reply["error"])
        return reply["result"]

    def output(self) -> str:
        return ""

    def close(self) -> None:
        self.host.objects.clear()


class LocalHost(Host):
    """A host whose modules come from texts and never meet those of another implementation."""

    def __init__(self, sources: Sources, folder: Path, libraries: Mapping[str, str]) -> None:
        operations = HOMEWORK.operations()
        super().__init__(str(folder), operations)
        self.finder = SourceFinder(sources, folder, self._own_modules)
        self.names = [file.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for file in sources]
        self.modules = operations.libraries(libraries, Absent) if operations else {}
        self.names += self.modules

    def load(self, module: str) -> ModuleType:
        if module in self.modules:
            return self.modules[module]
        with self._own_modules():
            return importlib.import_module(module)

    @contextmanager
    def _own_modules(self) -> Iterator[None]:
        """Puts this implementation's modules into sys.modules for the length of an import, and of those in it."""
        with _IMPORT_LOCK:
            if self.finder in sys.meta_path:
                yield
                return
            with self._put_in_place():
                yield

    @contextmanager
    def _put_in_place(self) -> Iterator[None]:
        others = {name: sys.modules.pop(name) for name in self.names if name in sys.modules}
        sys.modules.update(self.modules)
        sys.meta_path.insert(0, self.finder)
        try:
            yield
        finally:
            sys.meta_path.remove(self.finder)
            self.modules |= {name: sys.modules.pop(name) for name in self.names if name in sys.modules}
            sys.modules.update(others)


class SourceFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves modules from texts."""

    def __init__(
        self, sources: Sources, folder: Path, importing: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        """importing: what imports happen in."""
        self.sources, self.folder, self.importing = sources, folder, importing

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        stem = fullname.replace(".", "/")
        for file, package in ((f"{stem}/__init__.py", True), (f"{stem}.py", False)):
            if file in self.sources:
                spec = importlib.machinery.ModuleSpec(fullname, self, origin=file, is_package=package)
                spec.loader_state = file
                return spec
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Runs a module; a package, which imports all that is in it, once somebody asks for something of its own."""
        if module.__spec__ is None or module.__spec__.submodule_search_locations is None:
            self.run(module)
            return

        def of_its_own(name: str) -> Any:
            if name.startswith("__"):  # what the import system looks for
                raise AttributeError(name)
            if module.__dict__.pop("__getattr__", None) is not None:
                with self.importing():
                    self.run(module)
            return getattr(module, name)

        module.__dict__["__getattr__"] = of_its_own

    def run(self, module: ModuleType) -> None:
        file = module.__spec__.loader_state if module.__spec__ else ""
        module.__dict__["print"] = silent  # standard output is the report's
        exec(compiled(self.sources[file], str(self.folder / file)), module.__dict__)  # noqa: S102  trusted


def silent(*values: object, **settings: object) -> None:
    """What `print` does in the reference."""


@lru_cache(maxsize=CODES)
def compiled(text: str, path: str) -> CodeType:
    return compile(text, path, "exec", dont_inherit=True)
