from abc import abstractmethod
from collections import defaultdict

import numpy as np
import wandb

from .core import Callable, Diffable, Tensor


def print_stats(stat_dict, batch_num=None, num_batches=None, epoch=None, avg=False):
    title = "Stats"
    if epoch is not None:
        title = f"Epoch {epoch + 1}"
    if batch_num is not None:
        title += f" (batch {batch_num + 1}/{num_batches})"
    values = {k: np.mean(v) if avg else v for k, v in stat_dict.items()}
    print(title + ": " + ", ".join(f"{k} {float(np.mean(v)):.4f}" for k, v in values.items()))


def update_metric_dict(super_dict, sub_dict):
    for k, v in sub_dict.items():
        super_dict[k] += [v]


class Model(Diffable):
    def __init__(self, *layers):
        super().__init__()
        if len(layers) == 1 and isinstance(layers[0], (list, tuple)):
            layers = layers[0]
        self.layers = layers

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    @property
    def parameters(self):
        """Return the parameters of the model by iterating through the layers"""
        params = []
        for layer in self.layers:
            for p in layer.parameters:
                params.append(p)
        return params

    def compile(self, optimizer, loss_fn, acc_fn):
        self.optimizer = optimizer
        self.compiled_loss = loss_fn
        self.compiled_acc = acc_fn

    def fit(self, x, y, epochs, batch_size, wandb_run: wandb.Run | None = None):
        """Trains the model by iterating over the input dataset and feeding input batches into batch_step."""
        history = defaultdict(list)
        num_batches = x.shape[0] // batch_size
        for e in range(epochs):
            epoch_metrics = defaultdict(list)
            for b in range(num_batches):
                start, end = b * batch_size, (b + 1) * batch_size
                metrics = self.batch_step(x[start:end], y[start:end], training=True)
                update_metric_dict(epoch_metrics, metrics)
            update_metric_dict(history, {k: np.mean(v) for k, v in epoch_metrics.items()})
            print_stats(epoch_metrics, epoch=e, avg=True)
            if wandb_run:
                wandb_run.log({k: np.mean(v) for k, v in epoch_metrics.items()})
        return dict(history)

    def evaluate(self, x, y, batch_size, wandb_run: wandb.Run | None = None):
        """X is the dataset inputs, Y is the dataset labels. Evaluates the model in batches."""
        totals = defaultdict(list)
        for start in range(0, x.shape[0], batch_size):
            metrics = self.batch_step(x[start:start + batch_size], y[start:start + batch_size], training=False)[0]
            update_metric_dict(totals, metrics)
        return {k: np.mean(v) for k, v in totals.items()}

    def get_input_gradients(self):
        return super().get_input_gradients()

    def get_weight_gradients(self):
        return super().get_weight_gradients()

    def backward(self, grad=None):
        pass

    @abstractmethod
    def batch_step(self, x, y, training=True):
        raise NotImplementedError("batch_step method must be implemented in child class")


class Sequential(Model):
    def forward(self, inputs):
        """Runs the input through all the layers one by one."""
        x = inputs
        for layer in self.layers:
            x = layer(x)
        return x

    def batch_step(self, x, y, training=True):
        predictions = self.forward(x)
        loss = self.compiled_loss(predictions, y)
        if training:
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        acc = self.compiled_acc(predictions, y)
        metrics = {"loss": loss, "accuracy": acc}
        if training:
            return metrics
        return metrics, (predictions, np.argmax(predictions, axis=-1))
