from abc import abstractmethod
from collections import defaultdict

import numpy as np

from .core import Callable, Diffable, Tensor
from .gradient_tape import GradientTape


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
    def __init__(self, layers):
        self.layers = layers

    @property
    def weights(self):
        """Return the weights of the model by iterating through the layers"""
        weights = []
        for layer in self.layers:
            for w in layer.weights:
                weights.append(w)
        return weights

    def compile(self, optimizer, loss_fn, acc_fn):
        self.optimizer = optimizer
        self.compiled_loss = loss_fn
        self.compiled_acc = acc_fn

    def fit(self, x, y, epochs, batch_size):
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
        return dict(history)

    def evaluate(self, x, y, batch_size):
        """X is the dataset inputs, Y is the dataset labels. Evaluates the model in batches."""
        totals, outputs, answers = defaultdict(list), [], []
        for start in range(0, x.shape[0], batch_size):
            batch = x[start:start + batch_size], y[start:start + batch_size]
            metrics, (predicted, labels) = self.batch_step(*batch, training=False)
            update_metric_dict(totals, metrics)
            outputs.append(predicted)
            answers.append(labels)
        return {k: np.mean(v) for k, v in totals.items()}, (np.concatenate(outputs), np.concatenate(answers))

    def get_input_gradients(self):
        return super().get_input_gradients()

    def get_weight_gradients(self):
        return super().get_weight_gradients()

    @abstractmethod
    def batch_step(self, x, y, training=True):
        raise NotImplementedError("batch_step method must be implemented in child class")


class SequentialModel(Model):
    def forward(self, inputs):
        """Runs the input through all the layers one by one."""
        x = inputs
        for layer in self.layers:
            x = layer(x)
        return x

    def batch_step(self, x, y, training=True):
        if training:
            with GradientTape() as tape:
                predictions = self.forward(x)
                loss = self.compiled_loss(predictions, y)
            grads = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(self.trainable_variables, grads)
        else:
            predictions = self.forward(x)
            loss = self.compiled_loss(predictions, y)
        acc = self.compiled_acc(predictions, y)
        metrics = {"loss": loss, "accuracy": acc}
        if training:
            return metrics
        return metrics, (predictions, y)
