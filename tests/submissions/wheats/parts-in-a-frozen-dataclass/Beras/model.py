import abc
from dataclasses import dataclass
from typing import Any

import numpy as np

from .core import Diffable


@dataclass(frozen=True)
class Compiled:
    optimizer: Any
    loss_fn: Any
    acc_fn: Any


class History(dict):
    def add(self, loss, acc):
        self.setdefault("loss", []).append(loss)
        self.setdefault("acc", []).append(acc)


class Model(abc.ABC):
    __slots__ = ("_layers", "_compiled")

    def __init__(self, layers):
        assert all(isinstance(layer, Diffable) for layer in layers), "every layer must be a Diffable"
        self._layers = tuple(layers)

    @property
    def layers(self):
        return self._layers

    @property
    def trainable_variables(self):
        return sum((list(layer.weights) for layer in self.layers if layer.trainable), [])

    def compile(self, optimizer, loss_fn, acc_fn):
        self._compiled = Compiled(optimizer, loss_fn, acc_fn)

    optimizer = property(lambda self: self._compiled.optimizer)
    loss_fn = property(lambda self: self._compiled.loss_fn)
    acc_fn = property(lambda self: self._compiled.acc_fn)

    def fit(self, x, y, epochs, batch_size):
        history = History()
        for _ in range(epochs):
            history.add(*self._run(x, y, batch_size, True))
        return history

    def evaluate(self, x, y, batch_size):
        history = History()
        history.add(*self._run(x, y, batch_size, False))
        return history

    def _run(self, x, y, batch_size, training):
        """Weighted by size; the last, smaller batch counts."""
        total = np.zeros(2)
        for start in range(0, len(x), batch_size):
            chunk = slice(start, min(start + batch_size, len(x)))
            step = self.batch_step(x[chunk], y[chunk], training=training)
            total += np.array([step["loss"], step["acc"]]) * (chunk.stop - chunk.start)
        return (total / len(x)).tolist()

    def __call__(self, inputs):
        return self.call(inputs)

    @abc.abstractmethod
    def call(self, inputs):
        raise NotImplementedError

    @abc.abstractmethod
    def batch_step(self, x, y, training=True):
        raise NotImplementedError
