"""The files in a hand-in, be it a folder or a .zip, in one form: path, size, and a way to read the first bytes.

A .zip is never unpacked: what is wanted of it is read entry by entry, so a bomb in it stays closed. Neither here nor
in a folder is anything opened that is no ordinary file.
"""

from __future__ import annotations

import os
import re
import stat
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from grader.base.errors import UsageError
from grader.homework import FIRST

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

# What a real hand-in never reaches, and what a home folder named by mistake or an ill-meant archive soon does.
MOST_FILES = 20_000  # looked at; a repository has hundreds, an environment that is not ignored some thousands
MOST_FOLDERS_DEEP = 8  # 4 to the code (hw2/code/...), 4 below it
DIRECTORY_BYTES = 200 * MOST_FILES  # a .zip's table of contents, which is read at once: 46 bytes and the name each

IGNORED_FOLDERS = {"__pycache__", "__macosx", "data", "venv", "env", "site-packages", "node_modules"}
DRIVE = re.compile(r"[A-Za-z]:")
TAIL_BYTES = 66_000  # where a .zip's end lies: at most 65,535 bytes of comment behind two records
STORED, DEFLATED = 0, 8  # the other methods of compression can make gigabytes of a few bytes in one step
ENCRYPTED = 1  # a flag
TOO_DEEP = f"more than {MOST_FOLDERS_DEEP} folders deep"
FOLDER_LIKE_A_MODULE = "a folder with the name of a module"
ACCEPTED = f"expected a folder or a .zip with {FIRST.package}/ in it"
KINDS = {
    b"\x1f\x8b": "a gzip file, like .tar.gz",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\xfd7zXZ": "an xz file",
    b"BZh": "a bzip2 file",
    b"%PDF": "a PDF",
}

LeftOut = dict[str, list[PurePosixPath]]  # reason -> what was left out for it


@dataclass(frozen=True)
class Entry:
    """One ordinary file. `read(limit)` gives its first bytes; it raises OSError, or UsageError for a broken .zip."""

    path: PurePosixPath
    size: int
    read: Callable[[int], bytes]


def shown(name: object) -> str:
    """A file name on one printable line, whatever bytes it is made of."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(name))


def is_ignored_folder(name: str) -> bool:
    """Environments, caches, version control, data: nothing that is graded."""
    return name.startswith(".") or name.casefold() in IGNORED_FOLDERS


def is_ignored(path: PurePosixPath) -> bool:
    return path.name.startswith(".") or any(map(is_ignored_folder, path.parts[:-1]))


@contextmanager
def entries_of(origin: Path, left_out: LeftOut) -> Iterator[list[Entry]]:
    """All files in a folder or .zip that are not ignored; they can be read while the context lasts.

    Raises UsageError.
    """
    try:
        mode = origin.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{shown(origin)}: there is no such file or folder; {ACCEPTED}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{shown(origin)}: cannot be read ({reason(error)}); {ACCEPTED}") from None
    if stat.S_ISDIR(mode):
        yield list(folder_entries(origin, left_out))
    elif stat.S_ISREG(mode):
        with opened_zip(origin) as archive:
            yield list(zip_entries(origin, archive, left_out))
    else:
        raise UsageError(f"{shown(origin)}: is no ordinary file; {ACCEPTED}")


def reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


# --- folders ------------------------------------------------------------------------------------------------


def folder_entries(top: Path, left_out: LeftOut) -> Iterator[Entry]:
    """The files in a folder, shallow ones first. Links are followed as long as they stay inside."""
    boundary, seen = top.resolve(), 0
    waiting = deque([(top, PurePosixPath())])
    while waiting:
        folder, below = waiting.popleft()
        try:
            names = sorted(os.listdir(folder))
        except OSError as error:
            if folder == top:
                raise UsageError(f"{shown(top)}: cannot be read ({reason(error)}); {ACCEPTED}") from None
            left_out.setdefault("cannot be read", []).append(below)
            continue
        seen += len(names)
        if seen > MOST_FILES:
            raise UsageError(f"{shown(top)}: holds more than {MOST_FILES} files; name the code's own folder in it")
        for name in names:
            if name.startswith("."):
                continue
            found, path = look(folder / name, boundary), below / name
            if isinstance(found, str):
                left_out.setdefault(found, []).append(path)
            elif stat.S_ISREG(found.st_mode):
                yield Entry(path, found.st_size, partial(first_bytes, folder / name))
            elif is_ignored_folder(name):
                continue
            elif name.endswith(".py"):
                left_out.setdefault(FOLDER_LIKE_A_MODULE, []).append(path)
            elif len(path.parts) > MOST_FOLDERS_DEEP:
                left_out.setdefault(TOO_DEEP, []).append(path)
            else:
                waiting.append((folder / name, path))


def look(path: Path, boundary: Path) -> os.stat_result | str:
    """What lies at a path, a file or a folder; else why it is left out."""
    try:
        info = path.lstat()
        if stat.S_ISLNK(info.st_mode):
            target = path.resolve(strict=True)
            if not target.is_relative_to(boundary):
                return "a link that leads out of the submission"
            if path.parent.resolve().is_relative_to(target):
                return "a link in a circle"
            info = target.stat()
    except (OSError, RuntimeError):  # RuntimeError: links in a circle, before Python 3.13
        return "a link that leads nowhere" if os.path.islink(path) else "cannot be read"
    return info if stat.S_ISREG(info.st_mode) or stat.S_ISDIR(info.st_mode) else "no ordinary file"


def first_bytes(path: Path, limit: int) -> bytes:
    with open(path, "rb") as file:
        return file.read(limit)


# --- .zip ---------------------------------------------------------------------------------------------------


@contextmanager
def opened_zip(origin: Path) -> Iterator[ZipFile]:
    """Raises UsageError unless it is a .zip whose table of contents can be read."""
    import zipfile

    name = shown(origin)
    try:
        with open(origin, "rb") as file:
            head = first_bytes(origin, 512)
            file.seek(max(0, origin.stat().st_size - TAIL_BYTES))
            tail = file.read(TAIL_BYTES)
    except OSError as error:
        raise UsageError(f"{name}: cannot be read ({reason(error)}); {ACCEPTED}") from None
    if not head.startswith((b"PK\3\4", b"PK\5\6")):
        raise UsageError(f"{name}: is {kind_of(head)}; {ACCEPTED}")
    if directory_bytes(tail) > DIRECTORY_BYTES:
        raise UsageError(f"{name}: refused, it lists more than {MOST_FILES} files; zip the code's own folder")
    try:
        archive = zipfile.ZipFile(origin)
    except Exception as error:  # noqa: BLE001  broken archives raise a dozen kinds
        raise damaged(origin, error) from None
    with archive:
        yield archive


def kind_of(head: bytes) -> str:
    """What a file that is no .zip seems to be."""
    if not head:
        return "an empty file"
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "a web page, perhaps one that asked for a login instead of giving the file"
    if head[257:262] == b"ustar":
        return "a tar archive"
    known = next((kind for start, kind in KINDS.items() if head.startswith(start)), "")
    return known or ("no .zip" if re.search(rb"[\0-\x08\x0e-\x1f]", head) else "a text file")


def directory_bytes(tail: bytes) -> int:
    """Size of a .zip's table of contents, as its end says (of several ends the largest: readers may differ)."""
    ends = [int.from_bytes(tail[at.start() + 12 : at.start() + 16], "little") for at in re.finditer(b"PK\5\6", tail)]
    # 2**32 - 1 means that the Zip64 end has it
    ends = [size for size in ends if size != 2**32 - 1]
    long = [int.from_bytes(tail[at.start() + 40 : at.start() + 48], "little") for at in re.finditer(b"PK\6\6", tail)]
    return max(ends + long, default=0)


def damaged(origin: Path, error: Exception) -> UsageError:
    text = shown(error)[:200] or type(error).__name__
    return UsageError(f"{shown(origin)}: is a damaged .zip ({text}); make it or download it again")


def zip_entries(origin: Path, archive: ZipFile, left_out: LeftOut) -> Iterator[Entry]:
    """The files in a .zip. Raises UsageError if it holds what no honest archive does."""
    infos, seen = archive.infolist(), set()
    if len(infos) > MOST_FILES:
        raise UsageError(f"{shown(origin)}: refused, it lists more than {MOST_FILES} files; zip the code's own folder")
    for info in infos:
        name = info.filename.replace("\\", "/")  # some Windows programs write their own separators
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or DRIVE.match(name):
            raise refused(origin, info, "leads out of the folder that it is unpacked into")
        if info.flag_bits & ENCRYPTED:
            raise refused(origin, info, "is encrypted: make the .zip without a password")
        kind = stat.S_IFMT(info.external_attr >> 16)  # 0 where the .zip was not made on Unix
        if name.endswith("/") or kind == stat.S_IFDIR or is_ignored(path):
            continue
        if kind == stat.S_IFLNK:
            raise refused(origin, info, "is a link: zip the file itself")
        if path in seen or kind not in (0, stat.S_IFREG):
            raise refused(origin, info, "is there twice" if path in seen else "is no ordinary file")
        seen.add(path)
        if len(path.parts) - 1 > MOST_FOLDERS_DEEP:
            left_out.setdefault(TOO_DEEP, []).append(path)
        elif any(part.endswith(".py") for part in path.parts[:-1]):
            left_out.setdefault(FOLDER_LIKE_A_MODULE, []).append(path)
        else:
            yield Entry(path, info.file_size, partial(zipped_bytes, origin, archive, info))


def refused(origin: Path, info: ZipInfo, fault: str) -> UsageError:
    return UsageError(f"{shown(origin)}: refused, its entry {shown(info.filename)[:200]} {fault}")


def zipped_bytes(origin: Path, archive: ZipFile, info: ZipInfo, limit: int) -> bytes:
    """The first bytes of an entry, decompressed as far as they go and no further. Raises UsageError."""
    if info.compress_type not in (STORED, DEFLATED):
        raise refused(origin, info, "is compressed in an unusual way: make the .zip with the usual method, deflate")
    try:
        with archive.open(info) as file:
            return file.read(limit)
    except Exception as error:  # noqa: BLE001  broken archives raise a dozen kinds
        raise damaged(origin, error) from None
