"""What given code takes of TensorFlow: `keras.datasets.mnist.load_data()`, and nothing else of that package.

The digits are those of a folder with MNIST's four files, which the grader chose. Every other name raises once it is
used, as everything does of a package that is not there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

PATH = ("keras", "datasets", "mnist")  # from a library down to the digits; keras itself begins at the second
Absent = Callable[[str, str], Any]
AXES = {"images": 3, "labels": 1}  # of each kind of IDX file
PIECE = 1 << 17  # bytes


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
        return tuple(tuple(decoded(folder, split, kind) for kind in AXES) for split in ("train", "t10k"))

    return load_data


def decoded(folder: str, split: str, kind: str) -> np.ndarray:
    """The array in one of the files: images (N, 28, 28) or labels (N,).

    It is read in pieces to where it stays: memory that is used for the first time costs more than unpacking.
    """
    import gzip

    with gzip.open(os.path.join(folder, f"{split}-{kind}-idx{AXES[kind]}-ubyte.gz")) as file:
        file.read(4)  # says what the file's name does
        array = np.empty([int.from_bytes(file.read(4), "big") for _ in range(AXES[kind])], np.uint8)
        rest = array.reshape(-1).data
        while count := file.readinto(rest[:PIECE]):
            rest = rest[count:]
    return array
