"""Model: layers, a loss, an optimizer and a metric, put together and trained in batches.

`fit` and `evaluate` cut the data into batches and average what `batch_step` returns for each. What a step does
and how the layers are connected is up to the subclass, which is written in the assignment.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from .core import Callable, Diffable, Tensor

Stats = dict[str, float]


class Model(Diffable):
    """A network that can be trained; a subclass says how in `call` and `batch_step`."""

    def __init__(self, layers: Sequence[Diffable]) -> None:
        self.layers = layers

    @property
    def weights(self) -> list[Tensor]:
        """The weights of all layers in one flat list, in the order of the layers."""
        return [weight for layer in self.layers for weight in layer.weights]

    def compile(self, optimizer: Any, loss_fn: Diffable, acc_fn: Callable) -> None:
        """Choose how to train: an optimizer, a loss, and a metric to report."""
        self.optimizer = optimizer
        self.compiled_loss = loss_fn
        self.compiled_acc = acc_fn

    def fit(self, x: Tensor, y: Tensor, epochs: int, batch_size: int) -> dict[str, list[float]]:
        """Train on inputs x (N, n) and one-hot rows y (N, C), batch by batch, epochs times.

        Calls `batch_step` with training=True. Returns what it reports, in lists: {"loss": [...], "acc": [...]},
        for each epoch the mean over its batches. An incomplete last batch is left out, unless it is the only one.
        """
        history: dict[str, list[float]] = {}
        for epoch in range(1, epochs + 1):
            steps = [
                self.batch_step(x[start : start + batch_size], y[start : start + batch_size], training=True)
                for start in range(0, max(len(x) - batch_size, 0) + 1, batch_size)
            ]
            means = {name: float(np.mean([step[name] for step in steps])) for name in steps[0]}
            for name, mean in means.items():
                history.setdefault(name, []).append(mean)
            print(f"epoch {epoch} of {epochs}", *(f"{name} {mean:.4f}" for name, mean in means.items()), sep="  ")
        return history

    def evaluate(self, x, y, batch_size):
        totals = {"loss": 0.0, "acc": 0.0}
        i = 0
        while i < len(x):
            out = self.batch_step(x[i:i + batch_size], y[i:i + batch_size], training=False)
            for key in totals:
                totals[key] += out[key]
            i += batch_size
        return {key: totals[key] / batch_size for key in totals}

    @abstractmethod
    def batch_step(self, x: Tensor, y: Tensor, training: bool = True) -> Stats:
        """One batch: {"loss": ..., "acc": ...}. Changes weights only while training."""
