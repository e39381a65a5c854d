"""Placeholders for modules that a submission imports and that are not there, or do not load.

matplotlib is always replaced: plotting is allowed and nobody looks. Modules that the grader names as unavailable (a
forbidden package, a file of the submission with a syntax error) import as placeholders that raise at the first use, so
that one broken import costs what really needs it and nothing else.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

SILENT = "matplotlib"
PACKAGE = "Beras"


class Silent:
    """Swallows calls, attributes, items and loops: a plot that nobody sees."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __iter__(self) -> Any:
        return iter((self, self))

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        return None


class Unavailable:
    """A name from a module that is not there: may be passed around, raises when it is called or a base class."""

    def __init__(self, reason: str) -> None:
        self.__dict__["_reason"] = reason

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unavailable(self._reason)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise ImportError(self._reason)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        """A class that is derived from it needs it, too."""
        raise ImportError(self._reason)


class StubModule(ModuleType):
    """A module whose every name is `make()`."""

    make: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__["make"]()


class GivenPackage(ModuleType):
    """Stands for a Beras/__init__.py that does not load: hands on what core and model hold, as the given one does."""

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            for module in (f"{PACKAGE}.core", f"{PACKAGE}.model"):
                found = getattr(importlib.import_module(module), name, None)
                if found is not None:
                    return found
        raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")


class StubFinder:
    """Finds placeholders before the import system finds anything else."""

    def __init__(self, root: str, unavailable: dict[str, str]) -> None:
        self.root, self.unavailable = root, unavailable

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top == SILENT or fullname in self.unavailable or (top in self.unavailable and top != PACKAGE):
            spec = ModuleSpec(fullname, self, is_package=True)  # type: ignore[arg-type]
            if fullname == PACKAGE:
                spec.submodule_search_locations = [os.path.join(self.root, PACKAGE)]
            return spec
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        if spec.name == PACKAGE:
            return GivenPackage(spec.name)
        top = spec.name.partition(".")[0]
        module = StubModule(spec.name)
        reason = self.unavailable.get(spec.name) or self.unavailable.get(top, "")
        module.__dict__["make"] = Silent if top == SILENT else lambda: Unavailable(reason)
        return module

    def exec_module(self, module: ModuleType) -> None:
        return None


def install(root: str, unavailable: dict[str, str]) -> None:
    """Puts the placeholders in front of every other import."""
    sys.meta_path.insert(0, StubFinder(root, unavailable))
