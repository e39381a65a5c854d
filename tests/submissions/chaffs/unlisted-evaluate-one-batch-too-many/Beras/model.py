from abc import ABC, abstractmethod

import numpy as np

from .core import Diffable


class Model(ABC):
    def __init__(self, layers):
        assert all(isinstance(layer, Diffable) for layer in layers), "only Diffables can be layers"
        self.layers = layers

    @property
    def trainable_variables(self):
        return [weight for layer in self.layers if layer.trainable for weight in layer.weights]

    def compile(self, optimizer, loss_fn, acc_fn):
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.acc_fn = acc_fn

    def fit(self, x, y, epochs, batch_size):
        history = {"loss": [], "acc": []}
        for _ in range(epochs):
            losses, accs = [], []
            for i in range(0, max(len(x) - batch_size, 0) + 1, batch_size):
                result = self.batch_step(x[i : i + batch_size], y[i : i + batch_size], training=True)
                losses.append(result["loss"])
                accs.append(result["acc"])
            history["loss"].append(np.mean(losses))
            history["acc"].append(np.mean(accs))
        return history

    def evaluate(self, x, y, batch_size):
        num_batches = len(x) // batch_size + 1
        loss, acc = 0, 0
        for start in range(0, len(x) - batch_size + 1, batch_size):
            end = start + batch_size
            result = self.batch_step(x[start:end], y[start:end], training=False)
            loss += result["loss"]
            acc += result["acc"]
        return {"loss": [loss / num_batches], "acc": [acc / num_batches]}

    def __call__(self, inputs):
        return self.call(inputs)

    @abstractmethod
    def call(self, inputs): ...

    @abstractmethod
    def batch_step(self, x, y, training=True): ...
