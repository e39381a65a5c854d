import gzip

import numpy as np


def read(path, header):
    with gzip.open(path, "rb") as f:
        return np.frombuffer(f.read()[header:], dtype=np.uint8)


def get_data_MNIST(subset, data_path="../data", is_reshape=True):
    assert subset in ["train", "test"], f"{subset} is not a subset, there are train and test"
    name = {"train": "train", "test": "t10k"}[subset]
    images = read(f"{data_path}/mnist/{name}-images-idx3-ubyte.gz", 16)
    labels = read(f"{data_path}/mnist/{name}-labels-idx1-ubyte.gz", 8)
    images = images / np.float32(255)
    if is_reshape:
        images = images.reshape(-1, 784)
    else:
        images = images.reshape(-1, 28, 28, 1)
    return [images, labels]
