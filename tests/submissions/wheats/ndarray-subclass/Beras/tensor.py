import numpy as np


class Tensor(np.ndarray):
    """A numpy array with a name and a trainable flag, a bit like in TensorFlow."""

    def __new__(cls, data, name="", trainable=True):
        tensor = np.asarray(data).view(cls)
        tensor.name = name
        tensor.trainable = trainable
        return tensor

    def __array_finalize__(self, other):
        if other is None:
            return
        self.name = getattr(other, "name", "")
        self.trainable = getattr(other, "trainable", True)

    def assign(self, value):
        self[...] = value
        return self

    def numpy(self):
        return np.asarray(self)
