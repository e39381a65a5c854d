from abc import ABC, abstractmethod

import numpy as np
import tqdm.notebook as tq
from tqdm import tqdm, trange

from .core import Diffable


class Model(ABC):
    def __init__(self, layers):
        assert all(isinstance(layer, Diffable) for layer in layers)
        self.layers = layers

    @property
    def trainable_variables(self):
        return [weight for layer in self.layers if layer.trainable for weight in layer.weights]

    def compile(self, optimizer, loss_fn, acc_fn):
        self.optimizer, self.loss_fn, self.acc_fn = optimizer, loss_fn, acc_fn

    def fit(self, x, y, epochs, batch_size):
        losses, accs = [], []
        for epoch in trange(epochs, desc="epochs", leave=False):
            loss, acc = [], []
            bar = tqdm(range(0, len(x) - batch_size + 1, batch_size))
            for start in bar:
                out = self.batch_step(x[start : start + batch_size], y[start : start + batch_size], training=True)
                loss.append(out["loss"])
                acc.append(out["acc"])
                bar.set_description(f"epoch {epoch}")
                bar.set_postfix(loss=np.mean(loss), acc=np.mean(acc))
            bar.close()
            losses.append(np.mean(loss))
            accs.append(np.mean(acc))
        return {"loss": losses, "acc": accs}

    def evaluate(self, x, y, batch_size):
        loss, acc, sizes = [], [], []
        starts = tq.tqdm(list(range(0, len(x), batch_size)), total=len(x) // batch_size)
        for i, start in enumerate(starts):
            out = self.batch_step(x[start : start + batch_size], y[start : start + batch_size], training=False)
            loss.append(out["loss"])
            acc.append(out["acc"])
            sizes.append(len(x[start : start + batch_size]))
            starts.set_postfix({"batch": i})
        return {"loss": [np.average(loss, weights=sizes)], "acc": [np.average(acc, weights=sizes)]}

    def __call__(self, inputs):
        return self.call(inputs)

    @abstractmethod
    def call(self, inputs):
        pass

    @abstractmethod
    def batch_step(self, x, y, training=True):
        pass
