"""Loads MNIST."""

import gzip

import numpy as np

SPLITS = dict(train="train", test="t10k")
HEADERS = dict(images=16, labels=8)


def load(data_path, subset, kind):
    name = f"{SPLITS[subset]}-{kind}-idx{3 if kind == 'images' else 1}-ubyte.gz"
    with gzip.GzipFile(f"{data_path}/mnist/{name}") as stream:
        return np.frombuffer(stream.read()[HEADERS[kind] :], dtype="uint8")


def get_data_MNIST(subset, data_path="../data", is_reshape=True):
    assert subset in SPLITS, f"unknown subset {subset}"
    labels = load(data_path, subset, "labels")
    inputs = load(data_path, subset, "images").astype("float32") / 255
    inputs = inputs.reshape(labels.size, 28, 28)
    if is_reshape:
        inputs = inputs.reshape(labels.size, 784)
    return inputs, labels
