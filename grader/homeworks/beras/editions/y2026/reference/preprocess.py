"""load_and_preprocess_data: 70,000 handwritten digits, ready for a network.

TensorFlow serves here as a librarian only: it fetches MNIST, once, and keeps it in the home folder. What comes
are images of bytes, and a network wants rows of small numbers.

Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.
"""

import numpy as np
from beras.core import Tensor
from tensorflow.keras import datasets


def load_and_preprocess_data() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Train inputs, train labels, test inputs, test labels, in this order, each a Tensor.

    Inputs are flat and scaled: (N, 784), one row an image, floats in [0, 1], pixel 255 being 1. Labels are those
    of the files: (N,), from 0 to 9, neither shuffled nor one-hot. N is 60000 and 10000.
    """
    (train_inputs, train_labels), (test_inputs, test_labels) = datasets.mnist.load_data()
    return _rows(train_inputs), Tensor(train_labels), _rows(test_inputs), Tensor(test_labels)


def _rows(images: np.ndarray) -> Tensor:
    """Images (N, 28, 28) of bytes as rows (N, 784) of float32 between 0 and 1."""
    return Tensor(np.divide(images, 255, dtype=np.float32).reshape(len(images), -1))
