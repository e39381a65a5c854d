"""A filter on system calls (seccomp(2)): no sockets, and no memory that counts as nobody's.

Landlock refuses TCP alone, and that from ABI 4 on. Without a socket there is no UDP either, nor a way to the daemons of
this machine that would start a process for whoever asks. The worker's own channel is open already.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

SET_MODE_FILTER, SPECULATION_ALLOWED = 1, 4  # linux/seccomp.h; without the flag older kernels slow all code down
# For each processor: its number in linux/audit.h, the number of seccomp(2), and of the calls that are refused:
# socket, memfd_create, io_uring_setup (whose queue could ask for the others)
PROCESSORS = {
    "x86_64": (0xC000003E, 317, (41, 319, 425)),
    "aarch64": (0xC00000B7, 277, (198, 279, 425)),
}
OTHER_NUMBERS = 0x40000000  # x86's second set of numbers for the same calls begins here

# Instructions, linux/bpf_common.h: load a word, jump if equal, jump if at least, return
LOAD, IF_EQUAL, IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, PROCESSOR = 0, 4  # offsets in struct seccomp_data
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM


def available() -> bool:
    """Is the filter known for this processor?"""
    return sys.platform.startswith("linux") and os.uname().machine in PROCESSORS and sys.maxsize > 2**32


def refuse_sockets() -> bool:
    """Puts the filter on this process and all that it starts. Needs no_new_privs. False where it cannot be."""
    if not available():
        return False
    processor, seccomp, refused = PROCESSORS[os.uname().machine]
    left = len(refused) + 1  # tests after the first; the instruction beyond the last one allows, the next refuses
    steps = [(LOAD, 0, 0, PROCESSOR), (IF_EQUAL, 0, left + 2, processor), (LOAD, 0, 0, NUMBER)]
    steps.append((IF_AT_LEAST, left, 0, OTHER_NUMBERS))
    steps += [(IF_EQUAL, left - 1 - i, 0, number) for i, number in enumerate(refused)]
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    call = ctypes.CDLL(None).syscall
    return any(call(seccomp, SET_MODE_FILTER, flags, program) == 0 for flags in (SPECULATION_ALLOWED, 0))
