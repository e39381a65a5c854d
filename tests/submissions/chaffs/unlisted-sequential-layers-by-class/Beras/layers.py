"""Dense: the layer with the weights.

Every output is a weighted sum of all inputs plus a bias, for the whole batch one matrix product. The layer
learns nothing by itself: it says how its output moves with its input and with its weights, and an optimizer
does the rest. How large the first weights are decides whether signals fade or explode on their way through a
deep network, which is what the named initializers are for.
"""

import numpy as np

from .core import Diffable


class Dense(Diffable):
    """Fully connected layer: y = x @ w + b.

    Shapes   x (B, n)   w (n, m)   b (m,)   y (B, m)

    input_size    n
    output_size   m
    initializer   how w is drawn, see `_initialize_weight`
    weights       [w, b], the arrays themselves: whoever changes them in place changes the layer
    """

    def __init__(self, input_size: int, output_size: int, initializer: str = "kaiming") -> None:
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x: np.ndarray) -> np.ndarray:
        """x (B, n) in, y = x @ w + b (B, m) out. Keeps what the gradients need."""
        self.x = x
        return x @ self.w + self.b

    def input_gradients(self) -> np.ndarray:
        """d(y)/d(x), the same for every example: (n, m). Changes nothing."""
        return self.w  # y_j = sum_i x_i w_ij + b_j, so dy_j/dx_i = w_ij

    def weight_gradients(self) -> tuple[np.ndarray, np.ndarray]:
        """d(y)/d(w) and d(y)/d(b), in shapes that broadcast against the upstream gradient. Changes nothing.

        The mean over the batch is taken in `compose_to_weight`, not here.
        """
        # dy_j/dw_ij = x_i whatever j is: (B, n, 1) says that without m copies. dy_j/db_j = 1.
        return self.x[:, :, None], np.ones_like(self.b) / len(self.x)

    @staticmethod
    def _initialize_weight(initializer: str, n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
        """The first w (n, m) and b (m,), both float32. The bias is always zero; w is drawn by name:

        zero      all zeros
        normal    N(0, 1)
        xavier    normal with mean 0 and standard deviation sqrt(2 / (n + m))   Glorot & Bengio 2010, eq. 12
        kaiming   normal with mean 0 and standard deviation sqrt(2 / n)         He et al. 2015, eq. 10

        Upper and lower case are the same. Raises AssertionError, with the name in it, for any other
        initializer.
        """
        stds = {"zero": 0.0, "normal": 1.0, "xavier": np.sqrt(2 / (n + m)), "kaiming": np.sqrt(2 / n)}
        name = str(initializer).lower()
        assert name in stds, f"Dense: unknown initializer {initializer!r}, choose one of {', '.join(stds)}"
        # NumPy's global generator, so that one np.random.seed before building the model repeats a whole run.
        w = np.random.normal(0.0, stds[name], size=(n, m))
        return w.astype(np.float32), np.zeros(m, dtype=np.float32)
