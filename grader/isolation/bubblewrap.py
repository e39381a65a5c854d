"""bubblewrap: a process in namespaces of its own, without root. It is tried, never assumed, as many systems deny it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PROGRAM = "bwrap"
# New namespaces for users, processes, network, IPC, host name and control groups. All ends when the thread does that
# started it, so that has to be one that lives as long as the grading.
NAMESPACES = ("--unshare-user", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL")
# Nobody inside makes a further namespace of users, in which he would have every right
SEALED = ("--disable-userns",)
DEVICES = ("null", "zero", "random", "urandom")
NOTHING = "/nothing"  # a program to try with: there is none, and saying so is the last thing that bubblewrap does
WORKED = f"execvp {NOTHING}:"  # everything is in place but the program
TRY_SECONDS = 10
TRIES = 3  # a denial is said at the first one; what something ended says nothing
INSTALLERS = {
    "apt": "apt install bubblewrap",
    "dnf": "dnf install bubblewrap",
    "pacman": "pacman -S bubblewrap",
    "zypper": "zypper install bubblewrap",
    "apk": "apk add bubblewrap",
}
# Settings of the kernel that deny namespaces to users: the file, the value that denies, and what to do
DENIALS = {
    "/proc/sys/kernel/unprivileged_userns_clone": ("0", "sysctl -w kernel.unprivileged_userns_clone=1"),
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for bwrap",
    ),
    "/proc/sys/user/max_user_namespaces": ("0", "sysctl -w user.max_user_namespaces=10000"),
}


def lack() -> str:
    """Why bubblewrap does not work here, and what would mend it; '' where it works. Takes some 5 ms."""
    if not sys.platform.startswith("linux"):
        return f"bubblewrap is a program for Linux, this is {platform.system()}"
    program = shutil.which(PROGRAM)
    if program is None:
        install = next((line for tool, line in INSTALLERS.items() if shutil.which(tool)), "install bubblewrap")
        return f"there is no {PROGRAM}: {install}"
    said = ""
    try:
        if sealed(program):
            return ""
        for _ in range(TRIES):
            said = said or tried()
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{PROGRAM} cannot be run ({type(error).__name__})"
    said = said or "nothing"
    if said.startswith(WORKED):
        return ""
    return f"namespaces are denied to users ({PROGRAM} says: {said}): {remedy()}"


@cache
def sealed(program: str) -> tuple[str, ...]:
    """SEALED where it works: versions before 0.8 do not know it. Raises OSError, TimeoutExpired."""
    return SEALED if tried(SEALED).startswith(WORKED) else ()


def tried(further: Iterable[str] = ()) -> str:
    """The last line that bubblewrap says; '' where something ended it first. Raises OSError, TimeoutExpired."""
    done = subprocess.run(
        [*words(further, readable=(), masked=(), writable=()), NOTHING],
        env={"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        timeout=TRY_SECONDS,
        check=False,
    )
    return (done.stderr.strip().splitlines() or [""])[-1].removeprefix(f"{PROGRAM}: ")[:120]


def remedy() -> str:
    """What would allow namespaces here."""
    for file, (denying, line) in DENIALS.items():
        try:
            if Path(file).read_text(encoding="ascii").strip() == denying:
                return line
        except (OSError, ValueError):
            continue
    return "in a container, its runtime has to allow them (docker run --security-opt seccomp=unconfined ...)"


def command(readable: Iterable[str], masked: Iterable[str], writable: Iterable[str]) -> list[str]:
    """The words in front of a command. It sees `readable` without what is `masked`, may write in `writable`, no more.

    Every path stays where it is; the later ones may lie within the earlier. Raises OSError, TimeoutExpired.
    """
    return words(sealed(shutil.which(PROGRAM) or PROGRAM), readable, masked, writable)


def words(further: Iterable[str], readable: Iterable[str], masked: Iterable[str], writable: Iterable[str]) -> list[str]:
    """Those of `command`, with further options."""
    masks = list(masked)
    found = [shutil.which(PROGRAM) or PROGRAM, *NAMESPACES, *further, "--as-pid-1", "--proc", "/proc"]
    for device in DEVICES:
        found += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    inside = {path for path in readable if any(path.startswith(mask + os.sep) for mask in masks)}
    for path in readable:
        found += ["--ro-bind", path, path] if path not in inside else []
    for mask in masks:
        found += ["--tmpfs", mask]
    for path in sorted(inside):
        found += ["--ro-bind", path, path]
    for path in writable:
        found += ["--bind", path, path]
    for path in (*masks, "/proc", "/"):  # who started it as root could set what the kernel does, in /proc/sys
        found += ["--remount-ro", path]
    return [*found, "--"]
