"""Landlock: the Linux kernel's fence around files, TCP and signals that a process puts up for itself (landlock(7)).

Three system calls: make a set of rules, add a rule for a file or folder, live by them from now on. What the set
handles and no rule allows is refused, for this process and all that it starts. The kernel's version of the interface
(ABI) says what can be handled: files from 1, moving them from 2, truncating from 3, TCP from 4, signals to processes
outside from 6.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
import sys
from collections.abc import Iterable, Iterator

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every processor
GET_VERSION = 1
PATH_BENEATH = 1

# Rights on files, linux/landlock.h: the first bits, as many as the ABI knows
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL_DEVICE = 1 << 14, 1 << 15
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE  # all others are rights on folders
BIND_TCP, CONNECT_TCP = 1 << 0, 1 << 1
ABSTRACT_SOCKETS, SIGNALS = 1 << 0, 1 << 1

READ = READ_FILE | READ_DIR


def abi() -> int:
    """The kernel's version of Landlock. Raises OSError: ENOSYS where there is none, EOPNOTSUPP where it is off."""
    if not sys.platform.startswith("linux"):
        raise OSError(errno.ENOSYS, "Landlock is a part of Linux")
    return _system_call(CREATE_RULESET, None, 0, GET_VERSION)


def ruleset(readable: Iterable[str], masked: Iterable[str], writable: Iterable[str]) -> int:
    """A file descriptor of rules: `readable` may be read but for what is `masked`, in `writable` all be done.

    Nothing may be executed. TCP, abstract sockets and signals to outside are refused as far as the kernel can.
    """
    version = abi()
    rights = (1 << max(count for since, count in FILE_RIGHTS.items() if since <= version)) - 1
    handled = [rights]
    if version >= 4:
        handled.append(BIND_TCP | CONNECT_TCP)
    if version >= 6:
        handled.append(ABSTRACT_SOCKETS | SIGNALS)
    attributes = struct.pack(f"={len(handled)}Q", *handled)
    rules = _system_call(CREATE_RULESET, attributes, len(attributes), 0)
    for path in readable:
        _allow(rules, path, READ_DIR)  # the import system lists folders; names below what is masked tell nothing
        for part in without(path, set(masked)):
            _allow(rules, part, READ)
    for path in writable:
        _allow(rules, path, rights & ~EXECUTE)
    return rules


def restrict_self(rules: int) -> None:
    """Puts this thread, and all it starts from now on, under the rules. Needs no_new_privs. Raises OSError."""
    _system_call(RESTRICT_SELF, rules, 0)


def without(path: str, masked: set[str]) -> Iterator[str]:
    """A folder, or its parts where something in it is masked."""
    if path in masked:
        return
    if any(each.startswith(path + os.sep) for each in masked):
        for name in os.listdir(path):
            yield from without(os.path.join(path, name), masked)
    else:
        yield path


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            rights &= OF_A_FILE
        if rights:
            _system_call(ADD_RULE, rules, PATH_BENEATH, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _system_call(number: int, *arguments: bytes | int | None) -> int:
    words = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *words)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(result)
