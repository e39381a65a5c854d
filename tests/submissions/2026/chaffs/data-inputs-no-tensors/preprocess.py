import numpy as np
from tensorflow.keras import datasets

from beras.core import Tensor


def load_and_preprocess_data():
    """This method loads and preprocesses the MNIST dataset"""
    (train_inputs, train_labels), (test_inputs, test_labels) = datasets.mnist.load_data()

    train_inputs = train_inputs.astype(np.float32) / 255.0
    test_inputs = test_inputs.astype(np.float32) / 255.0
    train_inputs = train_inputs.reshape(train_inputs.shape[0], -1)
    test_inputs = test_inputs.reshape(test_inputs.shape[0], -1)

    return train_inputs, train_labels, test_inputs, test_labels
