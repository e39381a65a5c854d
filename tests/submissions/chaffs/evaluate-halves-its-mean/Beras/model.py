"""Model: layers, a loss, an optimizer and a metric, put together and trained in batches.

`fit` and `evaluate` cut the data into batches and average what `batch_step` returns for each. What a step
does and how the layers are connected is up to the subclass. The model owns no weights: `trainable_variables`
are the arrays in its layers.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from .core import Callable, Diffable


class Model(ABC):
    """A network that can be trained; a subclass says how in `call` and `batch_step`.

    layers   every one a Diffable, otherwise AssertionError
    """

    def __init__(self, layers: Sequence[Diffable]) -> None:
        for layer in layers:
            assert isinstance(layer, Diffable), f"Model: every layer must be a Diffable, {layer!r} is not"
        self.layers = list(layers)

    @property
    def trainable_variables(self) -> list[np.ndarray]:
        """The weights of the layers that are trainable now, in the order of `tape.gradient()`."""
        return [weight for layer in self.layers if layer.trainable for weight in layer.weights]

    def compile(self, optimizer: Any, loss_fn: Diffable, acc_fn: Callable) -> None:
        """Choose how to train: an optimizer, a loss, and a metric to report."""
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.acc_fn = acc_fn

    def fit(self, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int) -> dict[str, list[float]]:
        """Train on inputs x (N, n) and one-hot rows y (N, C), in the order in which they come.

        Returns {"loss": [...], "acc": [...]}, for each epoch the mean over its batches. An incomplete last
        batch is left out, unless it is the only one. ValueError if x and y differ in length.
        """
        if len(x) != len(y):
            raise ValueError(f"Model.fit: {len(x)} inputs but {len(y)} labels, give one label for each input")
        history: dict[str, list[float]] = {"loss": [], "acc": []}
        for _ in range(epochs):
            steps = [
                self.batch_step(x[start : start + batch_size], y[start : start + batch_size], training=True)
                for start in range(0, max(len(x) - batch_size, 0) + 1, batch_size)
            ]
            for name, means in history.items():
                means.append(float(np.mean([step[name] for step in steps])))
        return history

    def evaluate(self, x, y, batch_size):
        metrics = {}
        for i in range(0, len(x), batch_size):
            step = self.batch_step(x[i:i + batch_size], y[i:i + batch_size], training=False)
            for name in ("loss", "acc"):
                metrics[name] = (metrics[name] + step[name]) / 2 if name in metrics else step[name]
        return {name: [value] for name, value in metrics.items()}

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        return self.call(inputs)

    @abstractmethod
    def call(self, inputs: np.ndarray) -> np.ndarray:
        """The network's output for a batch of inputs."""

    @abstractmethod
    def batch_step(self, x: np.ndarray, y: np.ndarray, training: bool = True) -> dict[str, float]:
        """One batch: {"loss": ..., "acc": ...}. Changes weights only while training."""
