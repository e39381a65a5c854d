"""A filter on system calls (seccomp(2)): what no homework needs and what reaches beyond the worker.

Landlock refuses TCP alone, from ABI 4 on, and signals, from ABI 6 on. It has no say in modes and times of files, in
limits and scheduling of other processes, in memory that is no file's. What is refused here is refused at every level.
Without a socket there is no network, nor a way to the daemons of this machine that would start a process for whoever
asks; the worker's own channel is open already.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

SET_MODE_FILTER, SPECULATION_ALLOWED = 1, 4  # linux/seccomp.h; without the flag older kernels slow all code down
PROCESSORS = {"x86_64": (0xC000003E, 317), "aarch64": (0xC00000B7, 277)}  # number in linux/audit.h, that of seccomp(2)
OTHER_NUMBERS = 0x40000000  # x86's second set of numbers for the same calls begins here

# The numbers of calls on the two processors; None where one has no such call
REFUSED = {
    "socket": (41, 198), "io_uring_setup": (425, 425),  # whose queue could ask for the others
    "memfd_create": (319, 279), "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "sched_setattr": (314, 274),
    "unshare": (272, 97), "setns": (308, 268),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
}  # fmt: skip
# Modes, owners, times and attributes of files, and how eagerly one works. Code that copies a file or is polite goes on:
# these calls say that they did it
PRETENDED = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "setpriority": (141, 140), "ioprio_set": (251, 30),
}  # fmt: skip
# Calls about a process: allowed where this argument names the worker itself
OF_ITSELF = {"kill": (62, 129), "tgkill": (234, 131), "prlimit64": (302, 261), "sched_setaffinity": (203, 122)}
# Refused where the second argument is one of these, by which the kernel sends signals to whoever is named
OWNERSHIP = {"fcntl": ((72, 25), (8, 15)), "ioctl": ((16, 29), (0x8901, 0x8902))}  # F_SETOWN(_EX), FIOSETOWN, SIOCSPGRP

# Who makes a namespace of users has every right in it. clone3 keeps its flags where no filter sees them: without it the
# C library takes clone
CLONE, CLONE3, NEW_USERS = (56, 220), (435, 435), 0x10000000

# Instructions, linux/bpf_common.h: load a word, jump if equal, jump if at least, jump if any bit is set, return
LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, PROCESSOR, ARGUMENTS = 0, 4, (16, 24)  # offsets in struct seccomp_data; of an argument, its lower half
ALLOW, REFUSE, PRETEND = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000
UNKNOWN = 0x00050000 | errno.ENOSYS
Steps = list[tuple[int, int, int, int]]  # instruction, how far to jump if so, how far if not, value


def available() -> bool:
    """Is the filter known for this processor?"""
    return sys.platform.startswith("linux") and os.uname().machine in PROCESSORS and sys.maxsize > 2**32


def restrict(process: int) -> bool:
    """Puts the filter on this process, of this number, and all that it starts. Needs no_new_privs.

    False where it cannot be.
    """
    if not available():
        return False
    _, seccomp = PROCESSORS[os.uname().machine]
    steps = filter_of(os.uname().machine, process)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    call = ctypes.CDLL(None).syscall
    return any(call(seccomp, SET_MODE_FILTER, flags, program) == 0 for flags in (SPECULATION_ALLOWED, 0))


def filter_of(machine: str, process: int) -> Steps:
    """The program: a block for each call that ends in a verdict, and past all of them what is left is allowed."""
    which = list(PROCESSORS).index(machine)
    steps: Steps = [(LOAD, 0, 0, PROCESSOR), (IF_EQUAL, 1, 0, PROCESSORS[machine][0]), (RETURN, 0, 0, REFUSE)]
    steps += [(LOAD, 0, 0, NUMBER), (IF_AT_LEAST, 0, 1, OTHER_NUMBERS), (RETURN, 0, 0, REFUSE)]
    for calls, verdict in ((REFUSED, REFUSE), (PRETENDED, PRETEND)):
        for numbers in calls.values():
            steps += block(numbers[which], [(RETURN, 0, 0, verdict)])
    for numbers in OF_ITSELF.values():
        steps += block(numbers[which], by_argument(0, (0, process), ALLOW, REFUSE))
    for numbers, commands in OWNERSHIP.values():
        steps += block(numbers[which], by_argument(1, commands, REFUSE, ALLOW))
    new_users = [(LOAD, 0, 0, ARGUMENTS[0]), (IF_ANY_BIT, 0, 1, NEW_USERS)]
    steps += block(CLONE[which], [*new_users, (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)])
    steps += block(CLONE3[which], [(RETURN, 0, 0, UNKNOWN)])
    return [*steps, (RETURN, 0, 0, ALLOW)]


def block(number: int | None, inside: Steps) -> Steps:
    """What is done with a call of this number."""
    return [] if number is None else [(IF_EQUAL, 0, len(inside), number), *inside]


def by_argument(index: int, values: tuple[int, ...], verdict: int, otherwise: int) -> Steps:
    """One verdict where an argument is one of these values, and another where it is none."""
    tests = [(IF_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [(LOAD, 0, 0, ARGUMENTS[index]), *tests, (RETURN, 0, 0, otherwise), (RETURN, 0, 0, verdict)]
