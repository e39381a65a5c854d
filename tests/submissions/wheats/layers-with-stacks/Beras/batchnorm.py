import numpy as np

from .core import Diffable


class BatchNorm(Diffable):
    """Running statistics are plain Python lists of floats; `training` is a property."""

    def __init__(self, size, momentum=0.9, epsilon=1e-5):
        super().__init__()
        self.momentum, self.epsilon, self._mode = momentum, epsilon, "train"
        self._params = np.concatenate([np.ones((1, size)), np.zeros((1, size))]).astype(np.float32)
        self.gamma, self.beta = self._params[:1], self._params[1:]
        self.weights = [self.gamma, self.beta]
        self.mean, self.var = [0.0] * size, [1.0] * size

    @property
    def training(self):
        return self._mode == "train"

    @training.setter
    def training(self, on):
        self._mode = "train" if on else "test"

    def forward(self, x):
        self.was = self.training
        if self.training:
            mu, var = np.mean(x, axis=0), np.var(x, axis=0)
            a, n = self.momentum, len(x)
            self.mean = [a * old + (1 - a) * float(new) for old, new in zip(self.mean, mu)]
            self.var = [a * old + (1 - a) * float(new) * n / max(n - 1, 1) for old, new in zip(self.var, var)]
        else:
            mu, var = np.array(self.mean), np.array(self.var)
        self.s = np.sqrt(var + self.epsilon)
        self.c = x - mu
        return self.gamma * self.c / self.s + self.beta

    def input_gradients(self):
        return np.broadcast_to(self.gamma / self.s, self.c.shape)

    def weight_gradients(self):
        return (self.c / self.s, np.ones((1, self.beta.size)))

    def compose_to_input(self, J):
        dh = J * self.gamma
        if not self.was:
            return dh / self.s
        N = len(J)
        dvar = (dh * self.c * -0.5 * self.s**-3).sum(axis=0)
        dmu = -(dh / self.s).sum(axis=0) + dvar * np.mean(-2 * self.c, axis=0)
        return dh / self.s + dvar * 2 * self.c / N + dmu / N
