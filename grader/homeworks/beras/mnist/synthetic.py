"""Made-up files in MNIST's form for probes: what get_data_MNIST is asked to load, in a fraction of the time.

    made-up-2-SEED/mnist/      in the cache: what probe_folder() hands out

NumPy is imported where it is needed, on a cold start: on a warm one a worker is started before it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grader.base.cache import FORMAT, cache_folder, installed
from grader.homeworks.beras.mnist.files import FILES, GZ_FILES, Digits, rows_of, write_idx

if TYPE_CHECKING:
    import numpy as np

PERIOD = 41  # images after which made-up ones repeat: 32,144 bytes, just within gzip's window of 32 KiB


def probe_folder(seed: int = 0) -> Path:
    """A folder with the files of `probe_files` in mnist/, from the cache; for data_path=..."""
    folder = cache_folder() / f"made-up-{FORMAT}-{seed}"
    return installed(folder, GZ_FILES, lambda new: probe_files(new, seed))


def probe_files(directory: Path, seed: int) -> Digits:
    """Writes four made-up files in MNIST's form and size to directory/mnist/ and returns what is in them.

    The same seed gives the same bytes. 41 random images and labels are repeated, so the files decode fast. No
    image is its own transpose; each split holds every label and every pixel value.
    """
    import numpy as np

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
    import numpy as np

    images = rng.integers(0, rng.integers(128, 256, size=(PERIOD, 1)), size=(PERIOD, 784)).astype(np.uint8)
    images[0, rng.permutation(784)[:256]] = np.arange(256)
    return images
