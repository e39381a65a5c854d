"""Finds out what files Python and NumPy need here. Runs as a script of its own: needs.py starts it.

    python -I -S -B survey.py PACKAGES

Loads every extension module of the standard library, and NumPy from the folder PACKAGES, and prints as JSON: the
folders of the standard library, and every shared library that is loaded, by the name under which it was found.
"""

from __future__ import annotations

import contextlib
import ctypes
import glob
import importlib
import json
import os
import sys

SKIPPED = ("_tkinter", "_test", "_xx", "xx", "_ctypes_test", "_gdbm", "_dbm", "nis", "_curses")  # a window, a test
NUMPY = ("numpy", "numpy.random", "numpy.linalg", "numpy.fft", "numpy.polynomial", "numpy.ma")


class LoadedObject(ctypes.Structure):
    """The start of struct dl_phdr_info, link.h."""

    _fields_ = [("address", ctypes.c_void_p), ("name", ctypes.c_char_p)]


def load_everything(standard_library: list[str]) -> None:
    for folder in standard_library:
        for path in glob.glob(os.path.join(folder, "*.so")):
            name = os.path.basename(path).partition(".")[0]
            if not name.startswith(SKIPPED):
                with contextlib.suppress(Exception):
                    importlib.import_module(name)
    for name in NUMPY:
        importlib.import_module(name)
    with contextlib.suppress(OSError):
        ctypes.CDLL("libgcc_s.so.1")  # glibc loads it when a thread is cancelled


def loaded_libraries() -> list[str]:
    names: list[str] = []

    def note(found: ctypes._Pointer[LoadedObject], _size: int, _data: int) -> int:
        names.append(os.fsdecode(found.contents.name or b""))
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(LoadedObject), ctypes.c_size_t, ctypes.c_void_p)
    ctypes.CDLL(None).dl_iterate_phdr(callback(note), None)
    return sorted(name for name in names if os.path.isabs(name) and os.path.exists(name))


if __name__ == "__main__":
    folders = [path for path in sys.path if os.path.exists(path)]
    sys.path.append(sys.argv[1])
    load_everything(folders)
    print(json.dumps({"standard_library": folders, "libraries": loaded_libraries()}))
