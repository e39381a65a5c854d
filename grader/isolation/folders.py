"""The folders that a worker sees: its own code, NumPy, the submission, and the data that it may read."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING

from grader.homework import HOMEWORK
from grader.isolation.levels import Level
from grader.isolation.needs import numpy_folders

if TYPE_CHECKING:
    from grader.homework import Dataset

DATA = "data"  # beside the folders that workers run in: who reads ../data while a file is imported finds some
OWN = "homework"  # the folder of the homework's part of the worker
WORKER = Path(__file__).parent.with_name("worker")
PACKAGES = "packages"  # the folder of what a worker may import beside the standard library
THROUGH = 0o711  # of a folder that other users may pass, but not list


def lay_out(folder: Path, scratch: Path, level: Level, public: list[Path]) -> None:
    """The worker's own code, away from the grader's, and NumPy, away from what is installed beside it.

    scratch: the folder for those that workers run in. public: data that they may read.
    """
    if level.user is not None:
        folder.chmod(THROUGH)
    copy_compiled(WORKER, "grader.worker", folder / "worker")
    if HOMEWORK.worker:
        package, _, _ = HOMEWORK.worker.partition(".")
        copy_compiled(HOMEWORK.folder / package, HOMEWORK.name_of(package), folder / OWN)
    scratch.mkdir()
    if public:
        (scratch / DATA).symlink_to(public[0])
    packages = folder / PACKAGES
    packages.mkdir()
    for source in numpy_folders():
        (packages / source.name).symlink_to(source)


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


def visible_data(level: Level, made_up: str, data: Dataset | None, folder: Path) -> tuple[str, Dataset | None]:
    """The data that a submission may read: copies below `folder`, unless the kernel shows it the data alone.

    The cache itself is the grader's alone. Whoever may go up from the data, and write there, is shown no way to it; and
    another user may not even read it.
    """
    if level.user is None and level.fenced:
        return made_up, data
    everybody = level.user is not None
    if everybody:
        folder.chmod(THROUGH)
    copied = ""
    if made_up:
        copied = str(folder / "made-up")
        if not os.path.isdir(copied):  # else it was made ready before
            shutil.copytree(made_up, copied)
            make_read_only(Path(copied), everybody)
    if data is not None:
        public = shutil.copytree(data.public, folder / "public")
        data = replace(data, public=public)  # type: ignore[type-var]
        make_read_only(data.public, everybody)
    return copied, data


def make_read_only(folder: Path, everybody: bool = False) -> None:
    """Takes the right to write in a folder and all below it. A fence where the kernel has one, a note elsewhere.

    everybody: may read it, not only its owner.
    """
    folders_mode, files_mode = (0o555, 0o444) if everybody else (0o500, 0o400)
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(place, name)
            if not os.path.islink(path):
                os.chmod(path, folders_mode if name in folders else files_mode)
    os.chmod(folder, folders_mode)
