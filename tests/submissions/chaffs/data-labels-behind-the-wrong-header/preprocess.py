"""get_data_MNIST: 70,000 handwritten digits, ready for a network.

MNIST comes as four gzipped files in the IDX format, images and labels of a training and a test split. An IDX
file is a short header, with the number of dimensions and their sizes, followed by the bytes of the array.

Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits, which also describes IDX.
"""

import gzip
from pathlib import Path

import numpy as np


def get_data_MNIST(
    subset: str, data_path: str | Path = "../data", is_reshape: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """The inputs and labels of one split of MNIST.

    subset       "train" (N = 60000) or "test" (N = 10000), anything else is an AssertionError
    data_path    the folder that holds mnist/ with train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz,
                 t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz
    is_reshape   True: inputs (N, 784), one row an image; False: inputs (N, 28, 28, 1)

    Returns inputs, float32 in [0, 1], pixel 255 being 1, and labels (N,), uint8 from 0 to 9.

    The format: the header is big-endian, a 4-byte magic number whose last byte counts the dimensions (3 for
    images, 1 for labels), then 4 bytes a dimension, its size. One byte a pixel or label follows, the last
    dimension fastest.
    """
    prefixes = {"train": "train", "test": "t10k"}
    assert subset in prefixes, f"get_data_MNIST: unknown subset {subset!r}, choose 'train' or 'test'"
    files = Path(data_path) / "mnist"
    pixels = _read_idx(files / f"{prefixes[subset]}-images-idx3-ubyte.gz")
    labels = _read_idx(files / f"{prefixes[subset]}-labels-idx1-ubyte.gz")
    inputs = np.divide(pixels, 255, dtype=np.float32)
    return inputs.reshape((-1, 784) if is_reshape else (-1, 28, 28, 1)), labels.copy()


def _read_idx(path: Path) -> np.ndarray:
    """The array of bytes in a gzipped IDX file."""
    with gzip.open(path) as file:
        file.read(16)
        values = np.frombuffer(file.read(), dtype=np.uint8)
    return values.reshape(-1, 28, 28) if "images" in path.name else values
