"""Importing a submission's modules in a test, and leaving no trace of them afterwards."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "reference"
TEMPLATE = ROOT / "student_template"


@contextmanager
def beras_modules(folder: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Within the context, modules are imported from folder; it yields the function that does so.

    Their names (assignment, Beras, ...) are too general to stay in sys.modules: the next submission would be
    given them instead of its own.
    """
    names = {path.stem for path in folder.glob("*.py")} | {"Beras"}

    def take_out() -> dict[str, ModuleType]:
        return {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] in names}

    others = take_out()
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module
    finally:
        sys.path.remove(str(folder))
        take_out()
        sys.modules.update(others)
