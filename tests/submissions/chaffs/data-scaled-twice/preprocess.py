import gzip
import struct
from pathlib import Path

import numpy as np

FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}


def read_images(path):
    with gzip.open(path) as file:
        _, count, height, width = struct.unpack(">4I", file.read(16))
        pixels = np.frombuffer(file.read(count * height * width), np.uint8)
    return pixels.reshape(count, height, width) / 255


def read_labels(path):
    with gzip.open(path) as file:
        _, count = struct.unpack(">2I", file.read(8))
        return np.array(list(file.read(count)), dtype=np.uint8)


def get_data_MNIST(subset, data_path="../data", is_reshape=True):
    if subset not in FILES:
        raise AssertionError(f"there is no subset called {subset!r}")
    images_file, labels_file = FILES[subset]
    folder = Path(data_path) / "mnist"
    inputs = read_images(folder / images_file).astype(np.float32)
    inputs /= 255
    labels = read_labels(folder / labels_file)
    if is_reshape:
        return inputs.reshape(len(inputs), -1), labels
    return inputs[..., np.newaxis], labels
