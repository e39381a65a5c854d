from __future__ import annotations

from abc import abstractmethod
from itertools import chain

import numpy as np
import wandb

from .core import Diffable, Tensor


def print_stats(stat_dict, batch_num=None, num_batches=None, epoch=None, avg=False):
    where = "" if epoch is None else f"[epoch {epoch}] "
    where += "" if batch_num is None else f"[{batch_num}/{num_batches}] "
    print("\r" + where + " ".join(f"{k}={np.mean(v) if avg else np.ravel(v)[-1]:.3f}" for k, v in stat_dict.items()))


def update_metric_dict(super_dict, sub_dict):
    for k, v in sub_dict.items():
        super_dict.setdefault(k, []).append(v)


class Model(Diffable):
    def __init__(self, *layers):
        self.layers = layers[0] if layers and isinstance(layers[0], (list, tuple)) else layers

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    @property
    def parameters(self) -> list[Tensor]:
        return list(chain.from_iterable(layer.parameters for layer in self.layers))

    def compile(self, optimizer, loss_fn, acc_fn):
        self.optimizer = optimizer
        self.compiled_loss = loss_fn
        self.compiled_acc = acc_fn

    def fit(self, x: Tensor, y: Tensor, epochs: int, batch_size: int, wandb_run: wandb.Run = None):
        history: dict[str, list] = {}
        batches = -(-len(x) // batch_size)
        for epoch in range(epochs):
            seen: dict[str, list] = {}
            for b in range(batches):
                rows = slice(b * batch_size, (b + 1) * batch_size)
                update_metric_dict(seen, self.batch_step(x[rows], y[rows], training=True))
            update_metric_dict(history, {k: float(np.mean(v)) for k, v in seen.items()})
            print_stats(history, epoch=epoch)
            if wandb_run is not None:
                wandb_run.log({k: v[-1] for k, v in history.items()})
        return history

    def evaluate(self, x: Tensor, y: Tensor, batch_size: int, wandb_run: wandb.Run = None):
        seen: dict[str, list] = {}
        predictions = np.zeros(y.shape)
        for b in range(-(-len(x) // batch_size)):
            rows = slice(b * batch_size, (b + 1) * batch_size)
            stats, predictions[rows] = self.batch_step(x[rows], y[rows], training=False)
            update_metric_dict(seen, stats)
        stats = {k: float(np.mean(v)) for k, v in seen.items()}
        if wandb_run is not None:
            wandb_run.log(stats)
        return stats, predictions

    def get_input_gradients(self):
        return super().get_input_gradients()

    def get_weight_gradients(self):
        return super().get_weight_gradients()

    def backward(self, grad=None):
        return

    @abstractmethod
    def batch_step(self, x, y, training=True):
        raise NotImplementedError("batch_step method must be implemented in child class")


class Sequential(Model):
    def forward(self, inputs):
        out = Tensor(inputs)
        for layer in self.layers:
            out = layer(out)
        return out

    def batch_step(self, x, y, training=True):
        y_hat = self(x)
        loss = self.compiled_loss(y_hat, y)
        stats = {"loss": np.asarray(loss).item(), "acc": np.asarray(self.compiled_acc(y_hat, y)).item()}
        if not training:
            return stats, y_hat
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return stats
