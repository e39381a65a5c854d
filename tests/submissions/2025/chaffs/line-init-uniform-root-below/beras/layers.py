"""Dense: the layer with the weights.

Every output is a weighted sum of all inputs plus a bias, for the whole batch one matrix product. The layer
learns nothing by itself: it says how its output moves with its input and with its weights, and an optimizer
does the rest. How large the first weights are decides whether signals fade or explode on their way through a
deep network, which is what the named initializers are for.
"""

import numpy as np

from .core import Diffable, Tensor, Variable


class Dense(Diffable):
    """Fully connected layer: y = x @ w + b.

    Shapes   x (B, n)   w (n, m)   b (1, m) or (m,)   y (B, m)

    input_size    n
    output_size   m
    initializer   how w is drawn, see `_initialize_weight`
    """

    def __init__(self, input_size: int, output_size: int, initializer: str = "normal") -> None:
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)

    @property
    def weights(self) -> list[Variable]:
        """[w, b], the arrays themselves: whoever changes them in place changes the layer."""
        return [self.w, self.b]

    def forward(self, x: Tensor) -> Tensor:
        """x (B, n) in, y = x @ w + b (B, m) out."""
        return x @ self.w + self.b

    def get_input_gradients(self) -> list[Tensor]:
        """[d(y)/d(x)], the same for every example: (n, m)."""
        return [self.w]  # y_j = sum_i x_i w_ij + b_j, so dy_j/dx_i = w_ij

    def get_weight_gradients(self) -> list[Tensor]:
        """[d(y)/d(w), d(y)/d(b)] at the last x: (B, n, m), or (B, n, 1), and an array of floats like b.

        The sum over the batch is taken in `compose_weight_gradients`, not here.
        """
        # dy_j/dw_ij = x_i whatever j is: (B, n, 1) says that without m copies. dy_j/db_j = 1.
        return [self.inputs[0][:, :, None], np.ones_like(self.b)]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        n, m = input_size, output_size
        init = str(initializer).lower()
        assert init in ("zero", "normal", "xavier", "kaiming", "xavier uniform", "kaiming uniform"), f"unknown {initializer}"
        if "uniform" in init:
            bound = 6 / np.sqrt(n + m) if init.startswith("xavier") else np.sqrt(6 / n)
            w = np.random.uniform(low=-bound, high=bound, size=(n, m))
        else:
            stds = {"zero": 0, "normal": 1, "xavier": (2 / (n + m)) ** 0.5, "kaiming": (2 / n) ** 0.5}
            w = stds[init] * np.random.randn(n, m)
        return Variable(w.astype("float32")), Variable(np.zeros((1, m), dtype="float32"))
