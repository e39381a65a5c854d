import gzip

import numpy as np


def get_data_MNIST(subset, data_path="../data", is_reshape=True):
    # check the subset
    assert subset in ["train", "test"]

    # paths of the two files
    inputs_file_path = f"{data_path}/mnist/train-images-idx3-ubyte.gz"
    labels_file_path = f"{data_path}/mnist/train-labels-idx1-ubyte.gz"

    # read the images, the header has 16 bytes
    f = gzip.open(inputs_file_path, "rb")
    f.read(16)
    image = np.frombuffer(f.read(), dtype=np.uint8)
    f.close()

    # read the labels, the header has 8 bytes
    g = gzip.open(labels_file_path, "rb")
    g.read(8)
    label = np.frombuffer(g.read(), dtype=np.uint8)
    g.close()

    # normalise
    image = image / 255
    image = image.astype(np.float32)

    # reshape
    num_examples = len(label)
    if is_reshape:
        image = image.reshape(num_examples, 28 * 28)
    else:
        image = image.reshape(num_examples, 28, 28, 1)
    return image, label
