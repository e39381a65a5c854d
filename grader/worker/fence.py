"""What may be imported: the standard library, NumPy and the submission, whatever `sys.path` says.

Where the kernel hides other packages there is nothing to find anyway; where it does not, this finder leaves them out.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

ELSEWHERE = ("site-packages", "dist-packages")  # folders within the standard library's that are not its own


class Fence:
    """Finds modules where Python does, and only below `folders`."""

    def __init__(self, folders: Iterable[str]) -> None:
        self.folders = tuple(os.path.realpath(folder) + os.sep for folder in folders)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None:
            return None
        places = list(spec.submodule_search_locations or ()) if spec.origin is None else [spec.origin]
        return spec if all(self.is_within(place) for place in places) else None

    def is_within(self, place: str) -> bool:
        place = os.path.realpath(place)
        below = [place[len(folder) :] for folder in self.folders if place.startswith(folder)]
        return any(rest.partition(os.sep)[0] not in ELSEWHERE for rest in below)


def install(folders: Iterable[str]) -> None:
    """Takes the place of Python's own finder."""
    fence = Fence(folders)
    sys.meta_path[:] = [fence if finder is PathFinder else finder for finder in sys.meta_path]
