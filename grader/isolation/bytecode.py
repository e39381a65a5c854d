"""The worker's code together with its bytecode, so that no zygote compiles it anew."""

from __future__ import annotations

import contextlib
import shutil
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import cache_from_source
from pathlib import Path


def copy_compiled(package: Path, name: str, target: Path) -> None:
    """Copies the modules of a package, and beside them the bytecode that Python keeps of them somewhere.

    PYTHONPYCACHEPREFIX says where; with PYTHONDONTWRITEBYTECODE what is not there yet is left to be compiled.
    """
    shutil.copytree(package, target, ignore=shutil.ignore_patterns("__pycache__"))
    beside = target / "__pycache__"
    beside.mkdir()
    for source in package.glob("*.py"):
        kept = Path(cache_from_source(str(source)))
        # What was imported here is up to date
        if not sys.dont_write_bytecode and f"{name}.{source.stem}" not in sys.modules:
            SourceFileLoader(source.stem, str(source)).get_code(source.stem)
        with contextlib.suppress(OSError):
            shutil.copy2(kept, beside / kept.name)
