"""The levels of isolation, the strictest first, and which of them work on this machine.

Each level adds to the one below it: `basic` is what every Unix has, `landlock` lets the kernel refuse files and
sockets, `strict` puts all of it into namespaces of its own as well. `none` takes everything away, for debugging.
"""

from __future__ import annotations

import errno
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass

from grader.base.errors import UsageError
from grader.isolation import bubblewrap
from grader.worker import landlock, seccomp

TCP_ABI, SIGNAL_ABI = 4, 6  # of Landlock
CALLS_REFUSED = "no sockets, no signals to other processes, no shared memory"  # where the filter of calls is known


@dataclass(frozen=True)
class Level:
    """How far a worker is shut in.

    lack     why it does not work on this machine, with what would mend that; '' where it works
    summary  what it shuts out here, in one line
    """

    name: str
    lack: Callable[[], str]
    summary: Callable[[], str]
    namespaces: bool = False
    landlock: bool = False
    limited: bool = True
    user: tuple[int, int] | None = None  # number and group of the user that workers become; None: the grader's own

    def __str__(self) -> str:
        return self.name

    @property
    def fenced(self) -> bool:
        """Does the kernel keep a submission from files that it was not shown?"""
        return self.namespaces or self.landlock

    @property
    def guards_cache(self) -> bool:
        """Can a submission neither read nor change what the grader keeps for itself?"""
        return self.fenced or self.user is not None


def choose(name: str = "auto") -> Level:
    """A level by its name, or the strictest that works. Raises UsageError if it does not work here."""
    if name == "auto":
        for level in LEVELS[:-1]:
            if not level.lack():
                return level
        raise UsageError(f"no submission can be run safely here: {BASIC.lack()}; grade doctor says more")
    level = next(level for level in LEVELS if level.name == name)
    if lack := level.lack():
        raise UsageError(f"--isolation {name} does not work here: {lack}; grade doctor says what does")
    return level


# --- what is lacking --------------------------------------------------------------------------------------------


def lacks_fork() -> str:
    return "" if hasattr(os, "fork") else f"{platform.system()} has no fork (on Windows, run grade in WSL)"


def lacks_landlock() -> str:
    try:
        landlock.abi()
    except OSError as error:
        if platform.system() != "Linux":
            return f"Landlock is a part of Linux, this is {platform.system()}"
        if error.errno == errno.EOPNOTSUPP:
            return "Landlock is switched off: add landlock to the kernel's parameter lsm="
        if error.errno == errno.ENOSYS:
            return "the kernel has no Landlock: Linux 5.13 or later is needed"
        return f"Landlock is refused here ({error.strerror}), as some containers do"
    return ""


# --- what is shut out -------------------------------------------------------------------------------------------


def strict_summary() -> str:
    more = "" if lacks_landlock() else ", and Landlock within"
    return (
        "namespaces of its own for files, processes, network, IPC and users: only Python, NumPy, the submission, a "
        f"scratch folder and the public data are there{more}; the PID namespace ends every process of the submission"
    )


def landlock_summary() -> str:
    version = landlock.abi()
    network = "no TCP, but UDP and local sockets" if version >= TCP_ABI else "the network is not refused"
    signals = "" if version >= SIGNAL_ABI else "; signals to the user's other processes are not refused"
    if seccomp.available():
        network, signals = CALLS_REFUSED, ""
    return (
        f"Landlock ABI {version}: files as in strict, {network}{signals}; what basic does besides; " + orphans_summary()
    )


def basic_summary() -> str:
    watched = (
        "memory and processes watched, " if platform.system() == "Linux" else "memory not watched on this system, "
    )
    refused = f"{CALLS_REFUSED}; files are open" if seccomp.available() else "files and network are open"
    return (
        f"a session of its own, an empty environment, resource limits, {watched}no packages but NumPy; {refused}; "
        + orphans_summary()
    )


def orphans_summary() -> str:
    if platform.system() == "Linux":
        return "a subreaper finds and ends detached processes"
    return "a process that detaches itself is not found on this system"


STRICT = Level("strict", bubblewrap.lack, strict_summary, namespaces=True, landlock=True)
LANDLOCK = Level("landlock", lacks_landlock, landlock_summary, landlock=True)
BASIC = Level("basic", lacks_fork, basic_summary)
NONE = Level(
    "none", lacks_fork, lambda: "no limits, no fences, the terminal attached: for debugging with pdb", limited=False
)
LEVELS = (STRICT, LANDLOCK, BASIC, NONE)
