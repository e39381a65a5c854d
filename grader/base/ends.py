"""How a command begins and ends: what every one needs of the machine, and what none leaves behind.

A signal may come at any moment. It is an exception (KeyboardInterrupt), and what was made goes as that is passed on.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from grader.base.errors import UsageError

ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
FILES_WANTED, FILES_NEEDED = 1024, 64  # open at a time; a grading has some 30, and more with many workers
REMOVAL_SECONDS = 10  # for what a submission left behind; honest files are gone in milliseconds


def check_machine() -> None:
    """Raises UsageError where the machine lacks what no command can do without."""
    try:
        os.getcwd()
    except OSError:
        raise UsageError("the current folder is gone; change to one that is there") from None
    with contextlib.suppress(ImportError, ValueError, OSError):  # elsewhere there is no such limit
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = hard if hard != resource.RLIM_INFINITY else FILES_WANTED
        if soft != resource.RLIM_INFINITY and soft < min(FILES_WANTED, most):
            soft = min(FILES_WANTED, most)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        if soft != resource.RLIM_INFINITY and soft < FILES_NEEDED:
            raise UsageError(f"only {soft} files may be open at a time, {FILES_NEEDED} are needed: see ulimit -n")
    try:
        tempfile.gettempdir()
    except OSError:
        raise UsageError("there is no folder for temporary files: free some room, or name one with TMPDIR") from None


def lacks_files(error: BaseException) -> bool:
    """Could no more files be opened?"""
    return getattr(error, "errno", None) in (errno.EMFILE, errno.ENFILE)


@contextlib.contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """A folder that goes at the end, with all temporary folders that are made meanwhile: those are made in it."""
    before = tempfile.tempdir
    with contextlib.ExitStack() as at_the_end:
        with held_back():
            folder = Path(tempfile.mkdtemp(prefix=prefix))
            at_the_end.callback(removed_whole, folder)
            tempfile.tempdir = str(folder)
        try:
            yield folder
        finally:
            tempfile.tempdir = before


def removed_whole(folder: Path) -> None:
    with held_back():
        remove(folder)


def remove(folder: Path) -> None:
    """Removes a folder that a submission may have made hard to remove: too deep, or without permission to list it."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists() and hasattr(os, "fork"):
        for words in (("chmod", "-R", "u+rwX"), ("rm", "-rf")):
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                command = [*words, "--", str(folder)]
                subprocess.run(command, stderr=subprocess.DEVNULL, timeout=REMOVAL_SECONDS, check=False)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """What would end the run waits until this is done. Only the main thread is told of signals."""
    came: list[int] = []
    in_charge = threading.current_thread() is threading.main_thread()
    names = [name for name in ENDING if hasattr(signal, name) and in_charge]
    before = {
        getattr(signal, name): signal.signal(getattr(signal, name), lambda number, _: came.append(number))
        for name in names
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            os.kill(os.getpid(), came[0])


@contextlib.contextmanager
def stoppable() -> Iterator[list[int]]:
    """A platform's SIGTERM and a closed terminal's SIGHUP end a run as Ctrl-C does; yields those that came."""
    came: list[int] = []

    def stop(number: int, _: object) -> None:
        came.append(number)
        raise KeyboardInterrupt

    in_charge = threading.current_thread() is threading.main_thread()  # others are told of no signals
    names = [name for name in ENDING[1:] if hasattr(signal, name) and in_charge]
    before = {getattr(signal, name): signal.signal(getattr(signal, name), stop) for name in names}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
