"""BatchNorm: an extension, keeps the numbers between layers in a range where learning is easy.

Each feature is shifted and scaled to mean 0 and variance 1 over the batch, then to a mean and spread that are
learned. So an example's output depends on the whole batch, and the gradient must say so. Outside training
there may be no batch to speak of, and running averages of the statistics take its place.
"""

import numpy as np

from .core import Diffable


class BatchNorm(Diffable):
    """Batch normalisation: y = gamma * x_hat + beta, where x_hat = (x - mean) / sqrt(var + epsilon).

    Shapes   x, y (B, size)   gamma, beta, mean, var (size,)

    training       true at first, set by the model. While true, mean and var (the biased one) are those of the
                   batch, and each forward moves the running ones:
                   running = momentum * running + (1 - momentum) * batch.
                   While false, the running ones are used, and stay as they are
    weights        [gamma, beta], at first ones and zeros
    running_mean   at first zeros
    running_var    at first ones

    Source: Ioffe & Szegedy 2015, Algorithm 1; the gradient is in section 3.
    """

    def __init__(self, size: int, momentum: float = 0.9, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.momentum = momentum
        self.epsilon = epsilon
        self.training = True
        self.gamma = self.add_weight(np.ones(size, dtype=np.float32))
        self.beta = self.add_weight(np.zeros(size, dtype=np.float32))
        self.running_mean = np.zeros(size, dtype=np.float32)
        self.running_var = np.ones(size, dtype=np.float32)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """x (B, size) in, y (B, size) out. Keeps what the gradients need."""
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        self.batch_statistics = self.training  # the gradient is that of this forward, whatever is set later
        self.std = np.sqrt(var + self.epsilon)
        self.x_hat = (x - mean) / self.std
        return self.gamma * self.x_hat + self.beta

    def input_gradients(self) -> np.ndarray:
        """d(y)/d(x) with mean and var held fixed, element by element, in the shape of x.

        While training, that is not the whole derivative: see `compose_to_input`.
        """
        return np.broadcast_to(self.gamma / self.std, self.x_hat.shape)

    def weight_gradients(self) -> tuple[np.ndarray, np.ndarray]:
        """d(y)/d(gamma) and d(y)/d(beta), in shapes that broadcast against the upstream gradient."""
        return self.x_hat, np.ones_like(self.beta)

    def compose_to_input(self, J: np.ndarray) -> np.ndarray:
        """Upstream gradient J (B, size) in, (B, size) out.

        While training, mean and var depend on every example of the batch, so the rows of J mix. No (B, n, m)
        Jacobian can express that, which is why this layer overrides the method.
        """
        if self.batch_statistics:
            # x_hat cannot change its mean or its variance, whatever x does. So the parts of J along those two
            # directions, the constant one and x_hat itself, have no effect, and are taken away:
            J = J - J.mean(axis=0) - self.x_hat * (J * self.x_hat).mean(axis=0)
        return J * self.input_gradients()
