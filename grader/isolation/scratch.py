"""How much a submission has written to the folder that it runs in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

MOST_FILES = 5_000  # files and folders; honest code writes a few
FILES_FULL = 4  # as many bytes in all as so many files may have, each as large as a file may be
BLOCK = 512  # bytes, stat(2)


def is_overfull(folder: Path, file_bytes: int) -> bool:
    """Does it hold more than a worker may write? Looks no further than to know."""
    taken = 0
    for count, entry in enumerate(entries(str(folder)), 1):
        try:
            taken += entry.stat(follow_symlinks=False).st_blocks * BLOCK
        except OSError:
            continue
        if count > MOST_FILES or taken > FILES_FULL * file_bytes:
            return True
    return False


def entries(folder: str) -> Iterator[os.DirEntry[str]]:
    """What is in a folder and in those below it, as far as they can be listed."""
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    yield entry
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue
