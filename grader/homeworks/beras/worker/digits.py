"""What given code takes of TensorFlow: `keras.datasets.mnist.load_data()`, and nothing else of that package.

The digits are those of a folder with MNIST's four files, which the grader chose. Every other name raises once it is
used, as everything does of a package that is not there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

PATH = ("keras", "datasets", "mnist")  # from a library down to the digits; keras itself begins at the second
Absent = Callable[[str, str], Any]
HEADERS = {"images": (16, (-1, 28, 28)), "labels": (8, (-1,))}  # of the IDX format: bytes of it, and what comes behind


def libraries(folders: Mapping[str, str], absent: Absent) -> dict[str, ModuleType]:
    """The modules of these libraries, by full name, each with the digits of a folder.

    absent: makes what stands for a name that is not there, from why and the name.
    """
    found: dict[str, ModuleType] = {}
    for library, folder in folders.items():
        above: ModuleType = Library(library, absent)
        found[library] = above
        for part in PATH[PATH.index(library) + 1 if library in PATH else 0 :]:
            name = f"{above.__name__}.{part}"
            found[name] = Library(name, absent)
            setattr(above, part, found[name])
            above = found[name]
        above.__dict__["load_data"] = loader(folder)
    return found


class Library(ModuleType):
    """A module that has what is set on it."""

    def __init__(self, name: str, absent: Absent) -> None:
        super().__init__(name)
        self.__dict__["__absent"] = absent

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__version__":
            raise AttributeError(name)
        library = self.__name__.partition(".")[0]
        return self.__dict__["__absent"](
            f"is not there: of {library} only the digits of MNIST are", f"{self.__name__}.{name}"
        )


def loader(folder: str) -> Any:
    def load_data(path: str = "mnist.npz") -> Any:
        """((train images, train labels), (test images, test labels)), uint8 arrays that nobody else holds."""
        splits = (tuple(decoded(folder, split, kind).copy() for kind in HEADERS) for split in ("train", "t10k"))
        return tuple(splits)

    return load_data


@cache
def decoded(folder: str, split: str, kind: str) -> np.ndarray:
    """The array in one of the files: images (N, 28, 28) or labels (N,)."""
    import gzip

    start, shape = HEADERS[kind]
    with gzip.open(os.path.join(folder, f"{split}-{kind}-idx{len(shape)}-ubyte.gz")) as file:
        return np.frombuffer(file.read(), np.uint8, offset=start).reshape(shape)
