"""MNIST, verified once and then memory-mapped from a cache, and made-up files of the same form for probes.

The cache, one for all checkouts, is built aside and renamed into place, so that graders may race for it:

    mnist-1/test-labels.npy    the grader's own: no submission ever sees a test label
    mnist-1/public/            may be shown to untrusted code; its t10k files are cut from the training split
    mnist-1/verified/          for each data folder, the sizes and times at which its contents were right
    made-up-1-SEED/mnist/      what probe_folder() hands out
"""

from __future__ import annotations

import contextlib
import os
import stat
from binascii import crc32
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from grader.cache import Files, installed, is_intact
from grader.cache import cache_folder as cache_folder
from grader.errors import UsageError

# gzip and hashlib are imported where they are needed, on a cold start: a warm one takes milliseconds.

FORMAT = 1  # of the cache; a grader that lays it out differently counts on
NPY_HEADER = 128  # bytes that np.save puts in front of an array of at most two dimensions
STAND_IN = 10_000  # training examples that untrusted code gets as t10k; as many as the test split has
PERIOD = 41  # images after which made-up ones repeat: 32,144 bytes, just within gzip's window of 32 KiB
UINT8 = 8  # the IDX format's code for unsigned bytes


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
ARRAYS = {  # where the cache keeps each of them
    "train_images": "public/train-images.npy",
    "train_labels": "public/train-labels.npy",
    "test_images": "public/test-images.npy",
    "test_labels": "test-labels.npy",
}
ADVICE = "restore it (git checkout data/mnist) or name a folder with MNIST's four .gz files with --data"
VARIABLE = "BERAS_DATA"  # names a folder as --data does


@dataclass(frozen=True)
class Digits:
    """Both splits as bytes: images (60000, 784) and (10000, 784), labels (60000,) and (10000,), all uint8."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


@dataclass(frozen=True)
class Mnist(Digits):
    """MNIST, memory-mapped and read-only.

    public   a folder that untrusted code may read: train-images.npy, train-labels.npy, test-images.npy, and
             data/mnist/ with the four .gz files; those named t10k hold the last 10,000 training examples
    """

    public: Path


def default_directory() -> Path:
    """data/mnist beside this package, as in a checkout."""
    return Path(__file__).resolve().parent.parent / "data" / "mnist"


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
    with contextlib.suppress(OSError, ValueError):
        if verified.read_text(encoding="utf-8") == state and is_intact(folder, MNIST_FILES):
            return opened(folder)
    digits = Digits(**{name: read_idx(source / f"{file.name}.gz", file) for name, file in SMALLEST_FIRST})
    folder = installed(folder, MNIST_FILES, lambda new: write_cache(new, digits, source))
    remember(folder / "verified" / verified.name, state)
    return opened(folder)


def opened(folder: Path) -> Mnist:
    """The arrays of a cache."""
    paths = {name: folder / path for name, path in ARRAYS.items()}
    arrays = {name: np.load(path, mmap_mode="r", allow_pickle=False) for name, path in paths.items()}
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
    import hashlib

    size = len(file.header)
    if len(content) != file.size:
        found = f"more than {file.size}" if len(content) > file.size else len(content)
        return f"holds {found} bytes of data, expected {file.size}"
    if content[:4] != file.magic:
        return f"begins with {content[:4].hex()}, expected the IDX magic number {file.magic.hex()}"
    if content[:size] != file.header:
        shape = tuple(np.frombuffer(content[4:size], ">u4").tolist())
        return f"holds an array of shape {shape}, expected {file.shape}"
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != file.sha256:
        return f"is not MNIST's, its data has the SHA-256 {sha256[:8]}..., expected {file.sha256[:8]}..."
    return ""


def write_idx(path: Path, file: IdxFile, array: np.ndarray) -> None:
    """Writes an array as the gzipped IDX file; the same array always gives the same bytes."""
    import gzip

    # mtime: gzip would write the time of day; level 1: several times as fast as 9
    path.write_bytes(gzip.compress(file.header + array.tobytes(), compresslevel=1, mtime=0))


def rows_of(file: IdxFile) -> tuple[int, ...]:
    """The shape in which the grader holds the array: one row an image."""
    return (file.shape[0], prod(file.shape[1:])) if len(file.shape) > 1 else file.shape


# --- the cache ----------------------------------------------------------------------------------------------

GZ_FILES: Files = {f"mnist/{file.name}.gz": None for file in FILES.values()}
MNIST_FILES: Files = {
    **{path: NPY_HEADER + prod(FILES[name].shape) for name, path in ARRAYS.items()},
    **{f"public/data/{path}": size for path, size in GZ_FILES.items()},
}


def write_cache(folder: Path, digits: Digits, source: Path) -> None:
    """Lays out mnist-1/ as this module's docstring has it."""
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


def remember(path: Path, text: str) -> None:
    """Writes a small file in one step; a cache that cannot be written costs time and nothing else."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        new.write_text(text, encoding="utf-8")
        new.replace(path)


# --- made-up data -------------------------------------------------------------------------------------------


def probe_folder(seed: int = 0) -> Path:
    """A folder with the files of `probe_files` in mnist/, from the cache. For data_path=..."""
    folder = cache_folder() / f"made-up-{FORMAT}-{seed}"
    return installed(folder, GZ_FILES, lambda new: probe_files(new, seed))


def probe_files(directory: Path, seed: int) -> Digits:
    """Writes four made-up files in MNIST's form and size to directory/mnist/ and returns what is in them.

    The same seed gives the same bytes. 41 random images and labels are repeated, so the files decode fast. No
    image is its own transpose; each split holds every label and every pixel value.
    """
    rng = np.random.default_rng(seed)
    (directory / "mnist").mkdir(parents=True, exist_ok=True)
    arrays = {}
    for name, file in FILES.items():
        pattern = made_up_images(rng) if "images" in name else rng.permutation(PERIOD).astype(np.uint8) % 10
        arrays[name] = np.resize(pattern, rows_of(file))
        write_idx(directory / "mnist" / f"{file.name}.gz", file, arrays[name])
    return Digits(**arrays)


def made_up_images(rng: np.random.Generator) -> np.ndarray:
    """(41, 784) uint8; the first image has all values from 0 to 255, the others peaks of their own."""
    images = rng.integers(0, rng.integers(128, 256, size=(PERIOD, 1)), size=(PERIOD, 784)).astype(np.uint8)
    images[0, rng.permutation(784)[:256]] = np.arange(256)
    return images
