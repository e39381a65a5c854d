"""Files are written whole or not at all: whoever reads one finds the old contents or the new ones."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path, PurePosixPath

MAY_BE_REWRITTEN = 0o666  # for a new file; the process's umask takes its share


def write_whole(path: Path, content: bytes) -> None:
    """Puts `content` in place of a file, in one step. Raises OSError, and then the old contents are still there.

    What is no ordinary file (a terminal, a pipe, /dev/stderr) is written to directly.
    """
    path = Path(os.path.realpath(path))
    mode = mode_of(path)
    if mode is not None and not stat.S_ISREG(mode):
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(21, "is a folder")
        with open(path, "wb", buffering=0) as stream:
            written(stream.fileno(), content)
        return
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MAY_BE_REWRITTEN)
    try:
        try:
            written(handle, content)
            os.fsync(handle)
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(handle, stat.S_IMODE(mode))
        finally:
            os.close(handle)
        os.replace(temporary, path)
    except BaseException:  # Ctrl-C too: nothing half-written stays behind
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def written(handle: int, content: bytes) -> None:
    """Writes all of it; a single write may take less."""
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]


def mode_of(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def check_writable(path: Path) -> None:
    """Raises OSError where `write_whole` would, as far as one can tell before there is anything to write."""
    path = Path(os.path.realpath(path))
    mode = mode_of(path)
    if mode is not None and not stat.S_ISREG(mode):
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(21, "is a folder")
        return
    trial = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.tmp")
    os.close(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MAY_BE_REWRITTEN))
    os.unlink(trial)


def repository_path(named: Path, prefix: PurePosixPath) -> str | None:
    """The folder with the code as the repository around it calls it; None for a zip."""
    if not named.is_dir():
        return None
    folder = (named / prefix).resolve()
    top = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), Path.cwd())
    return folder.relative_to(top).as_posix() if folder.is_relative_to(top) else folder.as_posix()
