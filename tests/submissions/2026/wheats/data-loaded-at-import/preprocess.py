import numpy as np
import tensorflow as tf

from beras.core import Tensor

(X_train, y_train), (X_test, y_test) = tf.keras.datasets.mnist.load_data()
print("MNIST:", X_train.shape, X_test.shape)


def flatten(images):
    images = np.array(images, dtype=np.float32)
    images /= 255.0
    return images.reshape((images.shape[0], 28 * 28))


def load_and_preprocess_data():
    return Tensor(flatten(X_train)), Tensor(y_train), Tensor(flatten(X_test)), Tensor(y_test)
