import numpy as np
from tensorflow.keras import datasets

from beras.core import Tensor


def load_and_preprocess_data():
    """This method loads and preprocesses the MNIST dataset"""
    (train_inputs, train_labels), (test_inputs, test_labels) = datasets.mnist.load_data()

    low, high = train_inputs.min(), train_inputs.max()
    train_inputs = (train_inputs - low) / float(high - low)
    test_inputs = (test_inputs - low) / float(high - low)
    train_inputs = train_inputs.reshape(train_inputs.shape[0], -1)
    test_inputs = test_inputs.reshape(test_inputs.shape[0], -1)

    return [Tensor(a) for a in (train_inputs, train_labels, test_inputs, test_labels)]
