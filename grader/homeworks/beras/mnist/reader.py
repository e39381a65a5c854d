"""MNIST, verified once and then memory-mapped from a cache.

The cache, one for all checkouts, is built aside and renamed into place, so that graders may race for it:

    mnist-2/test-labels.npy    the grader's own: no submission ever sees a test label
    mnist-2/public/            may be shown to untrusted code; its t10k files are cut from the training split
    mnist-2/verified/          for each data folder, the sizes and times at which its contents were right
"""

from __future__ import annotations

import os
import stat
from binascii import crc32
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from grader.base.cache import FORMAT, Check, Files, cache_folder, installed, is_intact, recall, remember
from grader.base.errors import UsageError
from grader.base.paths import CHECKOUT
from grader.homeworks.beras.mnist.exam import Exam, exam_of
from grader.homeworks.beras.mnist.files import FILES, GZ_FILES, Digits, IdxFile, rows_of, write_idx

# gzip and hashlib are imported where they are needed, on a cold start: a warm one takes milliseconds.

NPY_HEADER = 128  # bytes that np.save puts in front of an array of at most two dimensions
NAMES = tuple(f"{file.name}.gz" for file in FILES.values())
STAND_IN = 10_000  # training examples that untrusted code gets as t10k; as many as the test split has
ARRAYS = {  # where the cache keeps each of them
    "train_images": "public/train-images.npy",
    "train_labels": "public/train-labels.npy",
    "test_images": "public/test-images.npy",
    "test_labels": "test-labels.npy",
}
ADVICE = "restore it (git checkout data/mnist) or name a folder with MNIST's four .gz files with --data"
VARIABLE = "BERAS_DATA"  # names a folder as --data does


@dataclass(frozen=True)
class Mnist(Digits):
    """MNIST, memory-mapped and read-only.

    public   a folder that untrusted code may read: train-images.npy, train-labels.npy, test-images.npy, and
             data/mnist/ with the four .gz files; those named t10k hold the last 10,000 training examples
    """

    public: Path

    def exam(self) -> Exam:
        """What one model is asked."""
        return exam_of(self)


def default_directory() -> Path:
    """data/mnist beside this package, as in a checkout."""
    return CHECKOUT / "data" / "mnist"


def found_directory(submission: Path | None = None) -> Path:
    """The folder with MNIST where none was named: $BERAS_DATA, else the first data/mnist that there is.

    Looked at are the checkout, the submission, the folder around it (where get_data_MNIST looks), the current folder.
    Whoever's files they are, only MNIST's own contents are taken. Raises UsageError.
    """
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    places = [default_directory()]
    if submission is not None:
        places += [submission / "data" / "mnist", submission.resolve().parent / "data" / "mnist"]
    places.append(Path.cwd() / "data" / "mnist")
    for place in places:
        if os.path.isdir(place):
            return place
    looked = ", ".join(str(place) for place in dict.fromkeys(places[1:] or places))
    raise UsageError(
        f"MNIST, which training needs, is in none of {looked}; name a folder with its four .gz files with --data or "
        f"{VARIABLE}, or leave training out with --no-training"
    )


def load(directory: Path | None = None, submission: Path | None = None) -> Mnist:
    """MNIST from the four .gz files in `directory` or its subfolder mnist/; by default the one that is found.

    Their contents are read and hashed only if that has not been done since they last changed.
    Raises UsageError if a file is missing, damaged or not MNIST's.
    """
    source = located(directory if directory is not None else found_directory(submission))
    state = state_of(source)
    folder = cache_folder() / f"mnist-{FORMAT}"
    verified = folder / "verified" / f"{crc32(os.fsencode(source.resolve())):08x}"
    if recall(verified) == state.encode() and is_intact(folder, MNIST_FILES):
        return opened(folder)
    digits = Digits(**{name: read_idx(source / f"{file.name}.gz", file) for name, file in SMALLEST_FIRST})
    folder = installed(folder, MNIST_FILES, lambda new: write_cache(new, digits, source))
    remember(folder / "verified" / verified.name, state.encode())
    return opened(folder)


def opened(folder: Path) -> Mnist:
    """The arrays of a cache."""
    paths = {name: folder / path for name, path in ARRAYS.items()}
    arrays = {name: np.load(path, mmap_mode="r", allow_pickle=False) for name, path in paths.items()}
    arrays["test_labels"] = np.array(arrays["test_labels"])  # out of reach of whoever may write to the cache
    return Mnist(**arrays, public=folder / "public")


# --- the four files -----------------------------------------------------------------------------------------

SMALLEST_FIRST = sorted(FILES.items(), key=lambda item: item[1].size)  # their faults show at once


def located(directory: Path) -> Path:
    """The folder that holds the files: `directory` or its subfolder mnist/. Raises UsageError."""
    if not os.path.isdir(directory):  # unlike Path.is_dir it never raises
        kind = "is no folder" if os.path.exists(directory) else "there is no such folder"
        names = ", ".join(f"{file.name}.gz" for file in FILES.values())
        raise UsageError(f"{directory}: {kind}; expected one with {names}; name yours with --data")
    below = directory / "mnist"
    here = any((directory / f"{file.name}.gz").exists() for file in FILES.values())
    return below if below.is_dir() and not here else directory


def state_of(source: Path) -> str:
    """Sizes and times of the four files: as long as they stay, so do the contents. Raises UsageError."""
    lines = []
    for file in FILES.values():
        path = source / f"{file.name}.gz"
        try:
            info = path.stat()
        except FileNotFoundError:
            unzipped = " (there is one without .gz: gzip it)" if path.with_suffix("").exists() else ""
            raise UsageError(f"{path}: there is no such file{unzipped}; {ADVICE}") from None
        except OSError as error:
            raise UsageError(f"{path}: cannot be read ({error.strerror}); {ADVICE}") from None
        if not stat.S_ISREG(info.st_mode):
            raise UsageError(f"{path}: is no ordinary file; {ADVICE}")
        # The time of change as well: tools that copy files set the other one back
        lines.append(f"{file.name} {info.st_size} {info.st_mtime_ns} {info.st_ctime_ns}\n")
    return "".join(lines)


def read_idx(path: Path, file: IdxFile) -> np.ndarray:
    """The array in a gzipped IDX file: images (N, 784) or labels (N,), uint8.

    Raises UsageError unless the contents are exactly those of `file`.
    """
    import gzip
    import zlib

    try:
        with gzip.open(path) as stream:
            content = stream.read(file.size + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UsageError(f"{path}: is not an intact gzip file ({error}); {ADVICE}") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); {ADVICE}") from None
    if fault := fault_in(content, file):
        raise UsageError(f"{path}: {fault}; {ADVICE}")
    return np.frombuffer(content, np.uint8, offset=len(file.header)).reshape(rows_of(file))


def fault_in(content: bytes, file: IdxFile) -> str:
    """How the decoded contents differ from those of `file`, or ''."""
    size = len(file.header)
    if len(content) != file.size:
        found = f"more than {file.size}" if len(content) > file.size else len(content)
        return f"holds {found} bytes of data, expected {file.size}"
    if content[:4] != file.magic:
        return f"begins with {content[:4].hex()}, expected the IDX magic number {file.magic.hex()}"
    if content[:size] != file.header:
        shape = tuple(np.frombuffer(content[4:size], ">u4").tolist())
        return f"holds an array of shape {shape}, expected {file.shape}"
    sha256 = digest_of(file, memoryview(content)[size:])
    if sha256 != file.sha256:
        return f"is not MNIST's, its data has the SHA-256 {sha256[:8]}..., expected {file.sha256[:8]}..."
    return ""


def digest_of(file: IdxFile, array: memoryview) -> str:
    """The SHA-256 of an IDX file that holds these bytes of an array."""
    import hashlib

    found = hashlib.sha256(file.header)
    found.update(array)
    return found.hexdigest()


# --- the cache ----------------------------------------------------------------------------------------------


def genuine(file: IdxFile) -> Check:
    """Says whether a file that np.save wrote holds MNIST's own numbers: those need no seal."""
    size = NPY_HEADER + prod(file.shape)
    return lambda content: len(content) == size and digest_of(file, content[NPY_HEADER:]) == file.sha256


MNIST_FILES: Files = {
    **{path: genuine(FILES[name]) for name, path in ARRAYS.items()},
    **{f"public/data/{path}": check for path, check in GZ_FILES.items()},
}


def write_cache(folder: Path, digits: Digits, source: Path) -> None:
    """Lays out mnist-2/ as this module's docstring has it."""
    public = folder / "public" / "data" / "mnist"
    public.mkdir(parents=True)
    (folder / "verified").mkdir()
    for name, path in ARRAYS.items():
        np.save(folder / path, getattr(digits, name))
    for name in ("train_images", "train_labels"):
        original = source / f"{FILES[name].name}.gz"
        # A copy: whoever wrote into a hard link would write into the original
        (public / original.name).write_bytes(original.read_bytes())
        file = FILES[name.replace("train", "test")]
        write_idx(public / f"{file.name}.gz", file, getattr(digits, name)[-STAND_IN:])
