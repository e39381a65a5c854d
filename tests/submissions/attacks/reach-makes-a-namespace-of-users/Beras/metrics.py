import ctypes
import os
import signal
import struct

from .core import Callable

NEW_USERS = 0x10000000
CLONE, CLONE3 = (220, 435) if os.uname().machine == "aarch64" else (56, 435)
libc = ctypes.CDLL(None)


def tell(started):
    if started == 0:
        print("LEAKED", flush=True)
        os._exit(0)


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        tell(libc.syscall(CLONE, NEW_USERS | signal.SIGCHLD, 0, 0, 0, 0))
        how = ctypes.create_string_buffer(struct.pack("11Q", NEW_USERS, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, 0, 0, 0))
        tell(libc.syscall(CLONE3, how, 88))
        tell(libc.unshare(NEW_USERS))
        return None
