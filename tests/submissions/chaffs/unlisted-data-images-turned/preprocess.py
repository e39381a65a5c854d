import gzip

import numpy as np


def get_data_MNIST(subset, data_path="../data", is_reshape=True):
    assert subset in ("train", "test"), f"{subset} is neither train nor test"
    name = "train" if subset == "train" else "t10k"
    with gzip.open(f"{data_path}/mnist/{name}-images-idx3-ubyte.gz", "rb") as f:
        f.read(16)
        images = np.frombuffer(f.read(), dtype=np.uint8)
    with gzip.open(f"{data_path}/mnist/{name}-labels-idx1-ubyte.gz", "rb") as f:
        f.read(8)
        labels = np.frombuffer(f.read(), dtype=np.uint8)
    images = images.reshape(-1, 28, 28).transpose(0, 2, 1)
    inputs = images.astype(np.float32) / 255
    if is_reshape:
        return inputs.reshape(-1, 784), labels
    return inputs[..., np.newaxis], labels
