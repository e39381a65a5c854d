from abc import ABC, abstractmethod
from collections import defaultdict

import numpy as np

from .core import Diffable


class Model(ABC):
    def __init__(self, layers):
        assert all(isinstance(layer, Diffable) for layer in layers), "every layer must be a Diffable"
        self.layers = layers

    @property
    def trainable_variables(self):
        variables = []
        for layer in self.layers:
            if layer.trainable:
                variables.extend(layer.weights)
        return variables

    def compile(self, optimizer, loss_fn, acc_fn):
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.acc_fn = acc_fn

    def fit(self, x, y, epochs, batch_size):
        metrics = defaultdict(list)
        batch_size = min(batch_size, len(x))
        for epoch in range(epochs):
            epoch_metrics = defaultdict(list)
            for end in range(batch_size, len(x) + 1, batch_size):
                start = end - batch_size
                for key, value in self.batch_step(x[start:end], y[start:end], training=True).items():
                    epoch_metrics[key].append(value)
            for key, values in epoch_metrics.items():
                metrics[key].append(float(np.mean(values)))
        return dict(metrics)

    def evaluate(self, x, y, batch_size):
        batch_metrics = defaultdict(list)
        batch_size = min(batch_size, len(x))
        for end in range(batch_size, len(x) + 1, batch_size):
            start = end - batch_size
            for key, value in self.batch_step(x[start:end], y[start:end], training=False).items():
                batch_metrics[key].append(value)
        return {key: [float(np.mean(values))] for key, values in batch_metrics.items()}

    def __call__(self, inputs):
        return self.call(inputs)

    @abstractmethod
    def call(self, inputs):
        pass

    @abstractmethod
    def batch_step(self, x, y, training=True):
        pass
