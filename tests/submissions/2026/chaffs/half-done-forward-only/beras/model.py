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
        pass

    def evaluate(self, x, y, batch_size, wandb_run: wandb.Run | None = None):
        """X is the dataset inputs, Y is the dataset labels. Evaluates the model in batches."""
        pass

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
        return NotImplementedError

    def batch_step(self, x, y, training=True):
        return NotImplementedError
