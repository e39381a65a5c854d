"""What is kept from one run to the next: built aside, renamed into place, and sealed.

Several graders may want the same folder at once, and each may be stopped halfway: nobody sees half a folder. What is
read again has to be what a grader wrote: a seal is an HMAC with a key that no submission can read, but where it runs as
the grader's own user without a fence. There nothing is trusted that a submission could have changed: see `unchanged`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from grader.base.errors import UsageError

# hmac, mmap, shutil and tempfile are imported where they are needed, on a cold start: a warm one takes milliseconds.

FORMAT = 2  # of what is kept; a grader that lays it out differently counts on
KEY, KEY_BYTES = "key", 32  # what all beside it is sealed with
SEAL, SEAL_BYTES = "seal", 32  # of a folder: the HMAC of what nobody knows beforehand
UNSEALED = "trained"  # a folder with what is only looked at

Check = Callable[[memoryview], bool]
Files = dict[str, Check | None]  # what a folder holds: paths, and for what is known beforehand, whether this is it


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
    """Are all of these files there, and as they were when they were written? By their contents."""
    import hmac

    try:
        known = all(holds(folder / path, check) for path, check in files.items() if check is not None)
        return known and hmac.compare_digest((folder / SEAL).read_bytes(), seal_of(folder, files, folder))
    except OSError:
        return False


def holds(path: Path, check: Check) -> bool:
    """Raises OSError."""
    import mmap

    with open(path, "rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content, memoryview(content) as view:
            return check(view)


def seal_of(folder: Path, files: Files, target: Path) -> bytes:
    """The seal of a folder that is to be `target`, or is. Raises OSError."""
    parts = []
    for path in sorted(path for path, check in files.items() if check is None):
        content = (folder / path).read_bytes()
        parts.append(f"{path}\0{len(content)}\0".encode() + content)
    return sealed(target, b"".join(parts))


def sealed(place: Path, content: bytes) -> bytes:
    """The HMAC of what is kept in a place."""
    import hmac

    return hmac.digest(key(), f"{place.name}\0".encode() + content, "sha256")


def key() -> bytes:
    """What this user's cache is sealed with; where that cannot be kept, this process has a key of its own."""
    try:
        return key_in(cache_folder())
    except OSError:
        return own_key()


@cache
def own_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def key_in(folder: Path) -> bytes:
    """The key in a folder; a new one where there is none. Raises OSError."""
    place = folder / KEY
    with contextlib.suppress(FileNotFoundError):
        if len(found := place.read_bytes()) == KEY_BYTES:
            return found
        place.unlink()
    new = place.with_name(f"{KEY}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        with contextlib.suppress(FileExistsError):  # another grader was faster: its key counts
            os.link(new, place)
    finally:
        new.unlink(missing_ok=True)
    return place.read_bytes()


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
            finish(new / path)
        (new / SEAL).write_bytes(seal_of(new, files, folder))
        finish(new / SEAL)
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


def finish(path: Path) -> None:
    """Waits until the contents of a file have reached the disk; nobody is to write to it any more."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
    path.chmod(0o400)


# --- small files ------------------------------------------------------------------------------------------------


def remember(path: Path, content: bytes) -> None:
    """Writes a small file in one step, sealed; a cache that cannot be written costs time and nothing else."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.writelines([sealed(path, content), content])
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)


def recall(path: Path) -> bytes | None:
    """What was remembered; None where there is nothing, or nothing that a grader wrote."""
    import hmac

    with contextlib.suppress(OSError):
        found = path.read_bytes()
        if hmac.compare_digest(found[:SEAL_BYTES], sealed(path, found[SEAL_BYTES:])):
            return found[SEAL_BYTES:]
    return None


# --- where a submission could write to it -----------------------------------------------------------------------


@contextlib.contextmanager
def unchanged(guarded: bool) -> Iterator[None]:
    """Throws away what somebody changed in the cache meanwhile, where no fence keeps a submission from it.

    It may read the key, and so forge a seal and every time but one: that of the last change of a file is the kernel's.
    """
    if guarded:
        yield
        return
    folder = cache_folder()
    key()
    before = stock_of(folder)
    try:
        yield
    finally:
        for path, found in stock_of(folder).items():
            # A folder that is new was built by another grader, which may be using it
            if found != before.get(path) and (path in before or path.parent == folder):
                with contextlib.suppress(OSError):
                    path.unlink()


def stock_of(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Every file in a cache that is sealed, and what changes with its contents whatever is done to hide it."""
    found = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != UNSEALED]
        for path in (Path(place, name) for name in names):
            with contextlib.suppress(OSError):
                info = path.lstat()
                found[path] = (info.st_ino, info.st_size, info.st_ctime_ns)
    return found
