import numpy as np

from .core import Diffable
from .tensor import Tensor


class LeakyReLU(Diffable):
    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.positive = np.asarray(x) > 0
        return Tensor(np.where(self.positive, x, self.alpha * np.asarray(x)))

    def input_gradients(self):
        return Tensor(np.where(self.positive, 1.0, self.alpha))

    def compose_to_input(self, J):
        return Tensor(J) * self.input_gradients()


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(0.0)


class Softmax(Diffable):
    def forward(self, x):
        e = np.exp(x - np.max(x, axis=-1, keepdims=True))
        self.out = Tensor(e / np.sum(e, axis=-1, keepdims=True))
        return self.out

    def input_gradients(self):
        s = self.out
        eye = np.eye(s.shape[1], dtype=s.dtype)
        return Tensor(eye[None] * s[:, :, None] - s[:, :, None] * s[:, None, :])
