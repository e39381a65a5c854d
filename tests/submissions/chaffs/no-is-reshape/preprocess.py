import gzip
import os

import numpy as np


def get_data_MNIST(subset, data_path="../data"):
    """Returns inputs and labels of one subset ("train" or "test") of MNIST."""
    assert subset in ("train", "test"), f"subset must be train or test, not {subset}"
    prefix = "train" if subset == "train" else "t10k"

    with gzip.open(os.path.join(data_path, "mnist", prefix + "-images-idx3-ubyte.gz"), "rb") as f:
        images = np.frombuffer(f.read(), dtype=np.uint8, offset=16)
    with gzip.open(os.path.join(data_path, "mnist", prefix + "-labels-idx1-ubyte.gz"), "rb") as f:
        labels = np.frombuffer(f.read(), dtype=np.uint8, offset=8)

    inputs = images.astype(np.float32) / 255.0
    return inputs.reshape((-1, 784)), labels
