from abc import ABC, abstractmethod
from collections import defaultdict

import numpy as np

from .core import Diffable


def print_stats(stats, batch=None, batches=None, epoch=None, average=False):
    """Given. One line about a batch, written over by the next, or about a whole epoch, which stays."""
    words = [] if epoch is None else [f"Epoch {epoch + 1:2}"]
    if batch is not None:
        words.append(f"Batch {batch + 1:3}" + ("" if batches is None else f"/{batches}"))
    if average:
        words.append("on average")
    numbers = {name: np.round(np.mean(value) if average else value, 4) for name, value in stats.items()}
    print("\r" + ", ".join(words) + ":", numbers, end="\n" if average else "   ")


def add_means(collected, stats):
    """Given. Appends the mean of each entry to the list of that name."""
    for name, value in stats.items():
        collected[name] += [np.mean(value)]


class Model(ABC):
    def __init__(self, layers):
        """Given. Keeps the layers, and a list of what can be trained."""
        assert all(isinstance(layer, Diffable) for layer in layers)
        self.layers = layers
        self.trainable_variables = []
        for layer in layers:
            if hasattr(layer, "weights") and layer.trainable:
                self.trainable_variables += list(layer.weights)

    def compile(self, optimizer, loss_fn, acc_fn):
        """Given. Keeps the parts that training needs."""
        self.optimizer = optimizer
        self.compiled_loss = loss_fn
        self.compiled_acc = acc_fn

    def fit(self, x, y, epochs, batch_size):
        """Given. Trains on one batch after the other; returns the averages of every epoch."""
        history = defaultdict(list)
        batches = x.shape[0] // batch_size
        for epoch in range(epochs):
            of_epoch = defaultdict(list)
            for batch, stop in enumerate(range(batch_size, x.shape[0] + 1, batch_size)):
                start = stop - batch_size
                stats = self.batch_step(x[start:stop], y[start:stop], training=True)
                add_means(of_epoch, stats)
                print_stats(stats, batch, batches, epoch)
            add_means(history, of_epoch)
            print_stats(of_epoch, epoch=epoch, average=True)
        return history

    def evaluate(self, x, y, batch_size):
        history = defaultdict(list)
        of_all = defaultdict(list)
        batches = x.shape[0] // batch_size
        for batch, stop in enumerate(range(batch_size, x.shape[0] + 1, batch_size)):
            start = stop - batch_size
            stats = self.batch_step(x[start:stop], y[start:stop], training=False)
            add_means(of_all, stats)
            print_stats(stats, batch, batches)
        add_means(history, of_all)
        print_stats(of_all, average=True)
        return history

    @abstractmethod
    def call(self, inputs):
        """The output of the network."""

    @abstractmethod
    def batch_step(self, x, y, training=True):
        """One step on a batch: its loss and its accuracy."""
