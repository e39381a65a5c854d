"""MNIST's files: their names, sizes and contents, and the IDX format that they are in (http://yann.lecun.com/exdb/mnist/).

NumPy is not imported here: a worker can be started before it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from grader.base.cache import Files

if TYPE_CHECKING:
    import numpy as np

UINT8 = 8  # the format's code for unsigned bytes


@dataclass(frozen=True)
class IdxFile:
    """One of MNIST's files: its name without .gz, its array's shape, the SHA-256 of its decoded contents."""

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def magic(self) -> bytes:
        return bytes([0, 0, UINT8, len(self.shape)])

    @property
    def header(self) -> bytes:
        return self.magic + b"".join(size.to_bytes(4, "big") for size in self.shape)

    @property
    def size(self) -> int:
        """Bytes of the decoded contents."""
        return len(self.header) + prod(self.shape)


FILES = {
    "train_images": IdxFile(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    "train_labels": IdxFile(
        "train-labels-idx1-ubyte",
        (60_000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    "test_images": IdxFile(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    "test_labels": IdxFile(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}
GZ_FILES: Files = {f"mnist/{file.name}.gz": None for file in FILES.values()}


@dataclass(frozen=True)
class Digits:
    """Both splits as bytes: images (60000, 784) and (10000, 784), labels (60000,) and (10000,), all uint8."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def write_idx(path: Path, file: IdxFile, array: np.ndarray) -> None:
    """Writes an array as the gzipped IDX file; the same array always gives the same bytes."""
    import gzip

    # mtime: gzip would write the time of day; level 1: several times as fast as 9
    path.write_bytes(gzip.compress(file.header + array.tobytes(), compresslevel=1, mtime=0))


def rows_of(file: IdxFile) -> tuple[int, ...]:
    """The shape in which the grader holds the array: one row an image."""
    return (file.shape[0], prod(file.shape[1:])) if len(file.shape) > 1 else file.shape
