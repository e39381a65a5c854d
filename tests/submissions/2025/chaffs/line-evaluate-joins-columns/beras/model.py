"""Model, SequentialModel: layers, a loss, an optimizer and a metric, put together and trained in batches.

`fit` and `evaluate` cut the data into batches and collect what `batch_step` returns for each. What a step does
and how the layers are connected is up to the subclass: in a SequentialModel they follow each other.
"""

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from .core import Callable, Diffable, Tensor
from .gradient_tape import GradientTape

Stats = dict[str, float]


def print_stats(
    stat_dict: dict[str, Any],
    batch_num: int | None = None,
    num_batches: int | None = None,
    epoch: int | None = None,
    avg: bool = False,
) -> None:
    """Print a line of metrics; of lists the last entry, or with avg their mean."""
    title = "" if epoch is None else f"epoch {epoch} "
    title += "" if batch_num is None else f"batch {batch_num}/{num_batches} "
    shown = {name: np.mean(value) if avg else np.ravel(value)[-1] for name, value in stat_dict.items()}
    print(title + "  ".join(f"{name} {value:.4f}" for name, value in shown.items()), flush=True)


def update_metric_dict(super_dict: dict[str, list], sub_dict: Stats) -> None:
    """Append each number of sub_dict to the list of the same name in super_dict, a new one if need be."""
    for name, value in sub_dict.items():
        super_dict[name] = [*super_dict.get(name, []), value]


class Model(Diffable):
    """A network that can be trained; a subclass says how in `forward` and `batch_step`."""

    def __init__(self, layers: Sequence[Diffable]) -> None:
        self.layers = layers

    @property
    def weights(self) -> list[Tensor]:
        """The weights of all layers in one flat list, in the order of the layers."""
        everything = []
        for layer in self.layers:
            everything.extend(layer.weights)
        return everything

    def compile(self, optimizer: Any, loss_fn: Diffable, acc_fn: Callable) -> None:
        """Choose how to train: an optimizer, a loss, and a metric to report."""
        self.optimizer = optimizer
        self.compiled_loss = loss_fn
        self.compiled_acc = acc_fn

    def fit(self, x: Tensor, y: Tensor, epochs: int, batch_size: int) -> dict[str, list[float]]:
        """Train on inputs x (N, n) and one-hot rows y (N, C), batch by batch, epochs times.

        Calls `batch_step` with training=True. Returns what it reports, in lists: {"loss": [...], "acc": [...]},
        for each epoch the mean over its batches. An incomplete last batch may be left out; an empty one is none.
        """
        history = {}
        for epoch in range(epochs):
            seen = []
            first = 0
            while first < len(x):
                last = first + batch_size
                seen.append(self.batch_step(x[first:last], y[first:last], training=True))
                first = last
            for name in seen[0]:
                mean = sum(float(step[name]) for step in seen) / len(seen)
                history.setdefault(name, []).append(mean)
        return history

    def evaluate(self, x: Tensor, y: Tensor, batch_size: int) -> tuple[Stats, np.ndarray]:
        """The mean metrics over x (N, n) and y (N, C), and the predictions (N, C) for every row of x.

        Calls `batch_step` with training=False, for an incomplete last batch as well: no weight changes.
        """
        totals = {}
        guesses = []
        first = 0
        while first < len(x):
            last = min(first + batch_size, len(x))
            stats, guess = self.batch_step(x[first:last], y[first:last], training=False)
            for name, value in stats.items():
                totals[name] = totals.get(name, 0.0) + float(value) * (last - first)
            guesses.append(guess)
            first = last
        means = {name: total / len(x) for name, total in totals.items()}
        return means, np.hstack(guesses)

    def get_input_gradients(self) -> list[Tensor]:
        """None of its own: the layers have them."""
        return []

    def get_weight_gradients(self) -> list[Tensor]:
        """None of its own: the layers have them."""
        return []

    @abstractmethod
    def batch_step(self, x: Tensor, y: Tensor, training: bool = True) -> Stats | tuple[Stats, Tensor]:
        """One batch: its metrics and, unless training, its predictions. Changes weights only while training."""


class SequentialModel(Model):
    """A model whose layers follow each other: the output of one is the input of the next."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Send inputs (B, n) through every layer, in order. Calls the layers, so that a tape sees them."""
        out = inputs
        for layer in self.layers:
            out = layer(out)
        return out

    def batch_step(self, x: Tensor, y: Tensor, training: bool = True) -> Stats | tuple[Stats, Tensor]:
        """One batch of inputs x (B, n) and one-hot rows y (B, C).

        Computes predictions (by `forward`), loss and accuracy with the functions given to `compile`. While
        training, it lets the optimizer change the trainable weights by the tape's gradients, once, and returns
        {"loss": ..., "acc": ...}, as they were before that change. Otherwise it returns the same and the
        predictions, as a pair.
        """
        if not training:
            guess = self.forward(x)
            loss = self.compiled_loss(guess, y)
            return {"loss": float(loss), "acc": float(self.compiled_acc(guess, y))}, guess
        with GradientTape() as tape:
            guess = self.forward(x)
            loss = self.compiled_loss(guess, y)
        accuracy = self.compiled_acc(guess, y)
        params = self.trainable_variables
        self.optimizer.apply_gradients(params, tape.gradient(loss, params))
        return {"loss": float(loss), "acc": float(accuracy)}
