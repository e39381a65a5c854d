from abc import ABC, abstractmethod

from .core import Diffable


class Model(ABC):
    def __init__(self, layers):
        for i, layer in enumerate(layers):
            assert isinstance(layer, Diffable), f"layer {i} is a {type(layer)}, not a Diffable"
        self.layers = layers

    @property
    def trainable_variables(self):
        return [weight for layer in self.layers for weight in layer.weights if layer.trainable]

    def compile(self, optimizer, loss_fn, acc_fn):
        self.optimizer, self.loss_fn, self.acc_fn = optimizer, loss_fn, acc_fn

    def _batches(self, x, y, batch_size):
        i = 0
        while i < len(x):
            yield x[i : i + batch_size], y[i : i + batch_size]
            i += batch_size

    def _one_pass(self, x, y, batch_size, training):
        """Sums up what every batch tells, a batch with more examples counts more."""
        total_loss, total_acc, examples = 0.0, 0.0, 0
        for bx, by in self._batches(x, y, batch_size):
            stats = self.batch_step(bx, by, training=training)
            total_loss += stats["loss"] * len(bx)
            total_acc += stats["acc"] * len(bx)
            examples += len(bx)
        return total_loss / examples, total_acc / examples

    def fit(self, x, y, epochs, batch_size):
        losses, accs = [], []
        for _ in range(epochs):
            loss, acc = self._one_pass(x, y, batch_size, training=True)
            losses.append(loss)
            accs.append(acc)
        return {"loss": losses, "acc": accs}

    def evaluate(self, x, y, batch_size):
        loss, acc = self._one_pass(x, y, batch_size, training=False)
        return {"loss": [loss], "acc": [acc]}

    def __call__(self, inputs):
        return self.call(inputs)

    @abstractmethod
    def call(self, inputs):
        ...

    @abstractmethod
    def batch_step(self, x, y, training=True):
        ...
