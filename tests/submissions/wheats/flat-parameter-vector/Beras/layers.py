import numpy as np

from .core import Diffable


class Dense(Diffable):
    """All parameters of the layer live in the vector theta, w and b are windows onto it."""

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        n, m = input_size, output_size
        w, b = self._initialize_weight(initializer, n, m)
        self.theta = np.concatenate([w.ravel(), b])
        self.w = self.theta[: n * m].reshape(n, m)
        self.b = self.theta[n * m :]
        assert self.w.base is not None and self.b.base is not None   # views, no copies
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return self.x[:, :, None], np.ones_like(self.b)

    @staticmethod
    def _initialize_weight(initializer, n, m):
        std = dict(zero=0, normal=1, xavier=np.sqrt(2 / (n + m)), kaiming=np.sqrt(2 / n)).get(initializer.lower())
        assert std is not None, f"'{initializer}' is no initializer; I have zero, normal, xavier, kaiming"
        w = std * np.random.randn(n, m)
        return w.astype(np.float32), np.zeros(m).astype(np.float32)
