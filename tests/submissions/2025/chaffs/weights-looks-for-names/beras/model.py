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
    def weights(self):
        out = []
        for layer in self.layers:
            if hasattr(layer, "w"):
                out += [layer.w, layer.b]
        return out

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
        history: dict[str, list[float]] = {}
        for epoch in range(1, epochs + 1):
            steps: dict[str, list[float]] = {}
            for start in range(0, len(x), batch_size):
                batch = slice(start, start + batch_size)
                update_metric_dict(steps, self.batch_step(x[batch], y[batch], training=True))
            update_metric_dict(history, {name: float(np.mean(values)) for name, values in steps.items()})
            print_stats(history, epoch=epoch)
        return history

    def evaluate(self, x: Tensor, y: Tensor, batch_size: int) -> tuple[Stats, np.ndarray]:
        """The mean metrics over x (N, n) and y (N, C), and the predictions (N, C) for every row of x.

        Calls `batch_step` with training=False, for an incomplete last batch as well: no weight changes.
        """
        steps: dict[str, list[float]] = {}
        predictions = []
        for start in range(0, len(x), batch_size):
            batch = slice(start, start + batch_size)
            stats, predicted = self.batch_step(x[batch], y[batch], training=False)
            update_metric_dict(steps, stats)
            predictions.append(predicted)
        # The last batch may be smaller: weighted by its size, a mean counts every example once.
        sizes = [len(predicted) for predicted in predictions]
        means = {name: float(np.average(values, weights=sizes)) for name, values in steps.items()}
        return means, np.concatenate(predictions)

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
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def batch_step(self, x: Tensor, y: Tensor, training: bool = True) -> Stats | tuple[Stats, Tensor]:
        """One batch of inputs x (B, n) and one-hot rows y (B, C).

        Computes predictions (by `forward`), loss and accuracy with the functions given to `compile`. While
        training, it lets the optimizer change the trainable weights by the tape's gradients, once, and returns
        {"loss": ..., "acc": ...}, as they were before that change. Otherwise it returns the same and the
        predictions, as a pair.
        """
        with GradientTape() if training else nullcontext() as tape:
            predictions = self.forward(x)
            loss = self.compiled_loss(predictions, y)
        stats = {"loss": np.asarray(loss).item(), "acc": np.asarray(self.compiled_acc(predictions, y)).item()}
        if tape is None:
            return stats, predictions
        weights = self.trainable_variables
        self.optimizer.apply_gradients(weights, tape.gradient(loss, weights))
        return stats
