"""Model, Sequential: layers, a loss, an optimizer and a metric, put together and trained in batches.

`fit` and `evaluate` cut the data into batches and collect what `batch_step` returns for each. What a step does
and how the layers are connected is up to the subclass: in a Sequential they follow each other.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from .core import Callable, Diffable, Tensor

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

    def __init__(self, *layers: Diffable | Sequence[Diffable]) -> None:
        """`Model(first, second)`, or `Model([first, second])`."""
        super().__init__()
        self.layers = list(layers[0] if len(layers) == 1 and isinstance(layers[0], list | tuple) else layers)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`forward`, and nothing is kept: the layers keep what they need, and what comes out is the last one's."""
        return self.forward(*args, **kwargs)

    @property
    def parameters(self) -> list[Tensor]:
        """The parameters of all layers in one flat list, in the order of the layers."""
        return [parameter for layer in self.layers for parameter in layer.parameters]

    def compile(self, optimizer: Any, loss_fn: Diffable, acc_fn: Callable) -> None:
        """Choose how to train: an optimizer, which holds the parameters already, a loss, and a metric to report."""
        self.optimizer = optimizer
        self.compiled_loss = loss_fn
        self.compiled_acc = acc_fn

    def fit(self, x: Tensor, y: Tensor, epochs: int, batch_size: int, wandb_run: Any = None) -> dict[str, list[float]]:
        """Train on inputs x (N, n) and one-hot rows y (N, C), batch by batch, epochs times.

        Calls `batch_step` with training=True. Returns what it reports, in lists: {"loss": [...], "acc": [...]},
        for each epoch the mean over its batches. An incomplete last batch may be left out; an empty one is none.

        wandb_run is what `wandb.init` returned, if the epochs are to be logged there.
        """
        history: dict[str, list[float]] = {}
        for epoch in range(1, epochs + 1):
            steps: dict[str, list[float]] = {}
            for start in range(0, len(x), batch_size):
                batch = slice(start, start + batch_size)
                update_metric_dict(steps, self.batch_step(x[batch], y[batch], training=True))
            update_metric_dict(history, {name: float(np.mean(values)) for name, values in steps.items()})
            print_stats(history, epoch=epoch)
            if wandb_run is not None:
                wandb_run.log({name: values[-1] for name, values in history.items()})
        return history

    def evaluate(self, x, y, batch_size, wandb_run=None):
        avg = {}
        preds = []
        for i in range(0, len(x), batch_size):
            stats, p = self.batch_step(x[i:i + batch_size], y[i:i + batch_size], training=False)
            preds.append(p)
            for k, v in stats.items():
                avg[k] = v if k not in avg else (avg[k] + v) / 2
        return avg, np.vstack(preds)

    def backward(self, grad: Any = None) -> None:
        """Nothing of its own: the layers do it, from the last to the first."""

    def get_input_gradients(self) -> list[Tensor]:
        """None of its own: the layers have them."""
        return []

    def get_weight_gradients(self) -> list[Tensor]:
        """None of its own: the layers have them."""
        return []

    @abstractmethod
    def batch_step(self, x: Tensor, y: Tensor, training: bool = True) -> Stats | tuple[Stats, Tensor]:
        """One batch: its metrics and, unless training, its predictions. Changes parameters only while training."""


class Sequential(Model):
    """A model whose layers follow each other: the output of one is the input of the next."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Send inputs (B, n) through every layer, in order. Calls the layers, so that each leaves its way back."""
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def batch_step(self, x: Tensor, y: Tensor, training: bool = True) -> Stats | tuple[Stats, Tensor]:
        """One batch of inputs x (B, n) and one-hot rows y (B, C).

        Computes predictions (by `forward`), loss and accuracy with the functions given to `compile`. While
        training, it forgets the gradients of the step before, lets `backward` of the loss fill those of this one, and
        the optimizer step once. It returns {"loss": ..., "acc": ...}, as they were before that step; without
        training the same and the predictions, as a pair.
        """
        predictions = self.forward(x)
        loss = self.compiled_loss(predictions, y)
        stats = {"loss": np.asarray(loss).item(), "acc": np.asarray(self.compiled_acc(predictions, y)).item()}
        if not training:
            return stats, predictions
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return stats
