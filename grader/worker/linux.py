"""What Linux lets a process do to itself, through the C library. Elsewhere every function says False."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

# linux/prctl.h and linux/capability.h
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
CAPABILITY_VERSION_3 = 0x20080522


def become_subreaper() -> bool:
    """Orphans below this process become its children, so that none escapes."""
    return _call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(parent: int) -> bool:
    """The kernel ends this process when the one that forked it is gone, however that ended."""
    done = _call("prctl", PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if done and os.getppid() != parent:  # it was gone before the kernel knew
        os._exit(1)
    return done


def become_private() -> bool:
    """No other process of the same user may trace this one or read its memory and environment (root still may)."""
    return _call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)


def become(user: int, group: int) -> None:
    """Makes this process another user's, for good. Raises OSError: a process that stays root must not go on."""
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)


def give_up_privileges() -> bool:
    """Gives up every capability, for this process and all that it starts; root is then an ordinary user."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable: two words each
    return _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) and _call("capset", header, none)


def _call(function: str, *arguments: object) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        return getattr(ctypes.CDLL(None), function)(*arguments) == 0
    except (OSError, AttributeError):
        return False
