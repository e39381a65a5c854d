"""Folders that are kept from one run to the next: built aside, renamed into place, checked at a glance.

Several graders may want the same folder at once, and each may be stopped halfway: nobody sees half a folder.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from grader.base.errors import UsageError

# shutil and tempfile are imported where they are needed, on a cold start: a warm one takes milliseconds.

FORMAT = 1  # of what is kept; a grader that lays it out differently counts on
SEALED = 894_326_400  # the time of modification of every cached file, 1998-05-05: any later write shows

Files = dict[str, int | None]  # what a folder holds: paths, and the bytes of each where that is known


def cache_folder() -> Path:
    """Where decoded data and answers are kept from one run to the next, readable by its owner alone.

    `beras-grader` below $XDG_CACHE_HOME or the system's usual place; where nothing can be written there, a
    temporary folder that goes when this process ends.
    """
    with contextlib.suppress(OSError, RuntimeError):
        folder = usual_caches() / "beras-grader"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = folder.stat()
        # What somebody else may write to, somebody else may have written
        if not hasattr(os, "getuid") or info.st_uid == os.getuid():
            if stat.S_IMODE(info.st_mode) & 0o077:
                folder.chmod(0o700)
            if os.access(folder, os.W_OK | os.X_OK):
                return folder
    return temporary_cache()


def usual_caches() -> Path:
    """The folder for caches on this system. Raises RuntimeError where there is no home."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():  # the XDG specification has relative ones ignored
        return named
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path.home() / ".cache"


@cache
def temporary_cache() -> Path:
    """A folder of this process's own."""
    import atexit
    import shutil
    import tempfile

    try:
        folder = Path(tempfile.mkdtemp(prefix="beras-grader-"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"no folder can be written to ({reason}); set XDG_CACHE_HOME to one") from None
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def is_intact(folder: Path, files: Files) -> bool:
    """Are all of these files there, and as they were when they were written? By size and time only."""
    try:
        found = {path: (folder / path).stat() for path in files}
    except OSError:
        return False
    return all(
        info.st_mtime == SEALED and info.st_size and files[path] in (None, info.st_size) for path, info in found.items()
    )


def installed(folder: Path, files: Files, build: Callable[[Path], object]) -> Path:
    """`folder` with what `build` writes; a temporary one where there is no room or right to write.

    Raises UsageError if that cannot be written either.
    """
    with contextlib.suppress(OSError):
        install(folder, files, build)
        return folder
    spare = temporary_cache() / folder.name
    try:
        install(spare, files, build)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{spare}: cannot be written ({reason}); set XDG_CACHE_HOME to another") from None
    return spare


def install(folder: Path, files: Files, build: Callable[[Path], object]) -> None:
    """Unless `folder` is intact: builds it aside and renames. Raises OSError."""
    if is_intact(folder, files):
        return
    import shutil
    import tempfile

    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        new = work / "new"
        new.mkdir(mode=0o700)
        build(new)
        for path in files:
            seal(new / path)
        if not is_intact(folder, files):
            with contextlib.suppress(FileNotFoundError):
                folder.rename(work / "damaged")
        try:
            new.rename(folder)
        except OSError:
            if not is_intact(folder, files):  # else another grader was faster
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def seal(path: Path) -> None:
    """Marks a file of the cache as finished, when its contents have reached the disk."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
    os.utime(path, (SEALED, SEALED))
    path.chmod(0o400)


def remember(path: Path, text: str) -> None:
    """Writes a small file in one step; a cache that cannot be written costs time and nothing else."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        new.write_text(text, encoding="utf-8")
        new.replace(path)
