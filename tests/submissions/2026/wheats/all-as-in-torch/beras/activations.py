from __future__ import annotations

import numpy as np

from .core import Diffable, Tensor


class Activation(Diffable):
    @property
    def weights(self):
        return []

    def get_weight_gradients(self):
        return []


class LeakyReLU(Activation):
    def __init__(self, alpha: float = 0.3, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def forward(self, x) -> Tensor:
        out = Tensor(np.array(x, dtype=np.result_type(x, float)))
        out[out < 0] *= self.alpha
        return out

    def get_input_gradients(self) -> list[Tensor]:
        slope = np.full(self.inputs[0].shape, self.alpha, dtype=float)
        slope[np.asarray(self.inputs[0]) >= 0] = 1
        return [slope]

    def compose_input_gradients(self, J):
        return self.get_input_gradients()[0] * J


class ReLU(LeakyReLU):
    def __init__(self, **kwargs):
        super().__init__(alpha=0, **kwargs)


class Sigmoid(Activation):
    def forward(self, x) -> Tensor:
        with np.errstate(over="ignore"):
            return Tensor(1.0 / (1.0 + np.exp(-np.asarray(x))))

    def get_input_gradients(self) -> list[Tensor]:
        (y,) = self.outputs
        return [y - y**2]

    def compose_input_gradients(self, J):
        return self.get_input_gradients()[0] * J


class Softmax(Activation):
    def forward(self, x) -> Tensor:
        z = np.asarray(x)
        z = z - z.max(axis=1).reshape(-1, 1)
        total = np.log(np.exp(z).sum(axis=1)).reshape(-1, 1)
        return Tensor(np.exp(z - total))

    def get_input_gradients(self) -> list[Tensor]:
        x, y = self.inputs[0], np.asarray(self.outputs[0])
        bn, n = x.shape
        grad = np.zeros(shape=(bn, n, n), dtype=x.dtype)
        grad -= np.einsum("bi,bj->bij", y, y)
        grad[:, np.arange(n), np.arange(n)] += y
        return [grad]
