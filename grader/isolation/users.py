"""Whom a worker becomes where root grades.

In namespaces of its own a worker is nobody of this machine. Everywhere else the worker of root would be root, to whom
the files of this machine and the settings of its kernel belong.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from grader.base.errors import UsageError
from grader.isolation.levels import Level, choose
from grader.isolation.needs import interpreter, numpy_folders

NOBODY = "nobody"


def choose_for_strangers(name: str = "auto", user: str | None = None) -> Level:
    """The level that a command grades hand-ins at: `choose`, and where root grades, as an ordinary user.

    user: whom workers become where they have no namespaces; without a name it is `nobody`, if they can read what a
    worker needs. Raises UsageError: also where the choice is free and the worker would have what is root's.
    """
    level = choose(name)
    numbers = None if user is None else numbers_of(user)
    if level.namespaces:
        return level
    if numbers is None and os.geteuid() == 0 and level.limited:
        closed = closed_to_others([interpreter(), os.__file__, *map(str, numpy_folders()), tempfile.gettempdir()])
        lack = (
            f"no other user can read {closed}" if closed else "" if is_known(NOBODY) else f"there is no user {NOBODY}"
        )
        if not lack:
            numbers = numbers_of(NOBODY)
        elif name == "auto" and not level.fenced:
            raise UsageError(
                f"root would run the submission as root, for {lack}: install bubblewrap, name a user with "
                "`grade --user` who can read Python, or take the risk with --isolation basic"
            )
    return replace(level, user=numbers)


def is_known(user: str) -> bool:
    import pwd  # Windows has none, and is told so before

    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def numbers_of(user: str) -> tuple[int, int]:
    """The numbers of a user and of their group. Raises UsageError."""
    import pwd  # Windows has none, and is told so before

    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise UsageError(f"--user {user}: there is no such user") from None
    if os.geteuid() != 0:
        raise UsageError(f"--user {user}: only root may run a submission as another user")
    if entry.pw_uid == 0:
        raise UsageError(f"--user {user}: name an ordinary user")
    return entry.pw_uid, entry.pw_gid


def closed_to_others(paths: Iterable[str]) -> str:
    """The first of these paths, or of the folders above them, that not everybody may read or pass; '' if none."""
    for path in map(Path, paths):
        for each in (path, *path.parents):
            mode = each.stat().st_mode
            wanted = stat.S_IXOTH if each != path else stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
            if mode & wanted != wanted:
                return str(each)
    return ""
