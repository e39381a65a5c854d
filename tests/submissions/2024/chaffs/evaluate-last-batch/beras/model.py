from abc import abstractmethod
from collections import defaultdict

import numpy as np

from .core import Diffable


def update_metric_dict(super_dict, sub_dict):
    for k, v in sub_dict.items():
        super_dict[k] += [v]


class Model(Diffable):
    def __init__(self, layers):
        self.layers = layers

    @property
    def weights(self):
        return [w for layer in self.layers for w in layer.weights]

    def compile(self, optimizer, loss_fn, acc_fn):
        self.optimizer = optimizer
        self.compiled_loss = loss_fn
        self.compiled_acc = acc_fn

    def fit(self, x, y, epochs, batch_size):
        history = defaultdict(list)
        batch_num = x.shape[0] // batch_size
        for epoch in range(epochs):
            epoch_metrics = defaultdict(list)
            for b in range(batch_num):
                x_batch = x[b * batch_size:(b + 1) * batch_size]
                y_batch = y[b * batch_size:(b + 1) * batch_size]
                update_metric_dict(epoch_metrics, self.batch_step(x_batch, y_batch, training=True))
            update_metric_dict(history, {k: np.mean(v) for k, v in epoch_metrics.items()})
        return dict(history)

    def evaluate(self, x, y, batch_size):
        """Evaluates the model batch by batch, without training."""
        metrics = defaultdict(list)
        for start in range(0, x.shape[0], batch_size):
            x_batch = x[start:start + batch_size]
            y_batch = y[start:start + batch_size]
            update_metric_dict(metrics, self.batch_step(x_batch, y_batch, training=False))
        return {k: v[-1] for k, v in metrics.items()}

    def get_input_gradients(self):
        return super().get_input_gradients()

    def get_weight_gradients(self):
        return super().get_weight_gradients()

    @abstractmethod
    def batch_step(self, x, y, training=True):
        raise NotImplementedError("batch_step method must be implemented in child class")
