import gzip
import os

import numpy as np


def get_data_MNIST(subset, data_path="../data", is_reshape=True):
    assert subset in ("train", "test"), f"there is no subset {subset}"
    prefix = os.path.join(data_path, "mnist", "train" if subset == "train" else "t10k")
    with gzip.open(f"{prefix}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).astype(np.float32) / np.float32(255)
    with gzip.open(f"{prefix}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return images.reshape((-1, 784) if is_reshape else (-1, 28, 28, 1)), labels


def not_my_fault():
    raise ValueError("look here, not there")
