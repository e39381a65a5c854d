"""The assignment itself: put Beras together and teach it to read digits.

A SequentialModel runs its layers one after the other and learns from a batch with a gradient tape. Two
functions choose what to train: a simple model for more than 85 % of the test digits, an advanced one for more
than 95 %. Run `python assignment.py` in this folder to train both, `python assignment.py --plot` to look at
the results as well.
"""

import argparse
import sys
import time
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np

from Beras import GradientTape, Model
from Beras.activations import ReLU
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss
from Beras.metrics import CategoricalAccuracy
from Beras.onehot import OneHotEncoder
from Beras.optimizers import Adam
from preprocess import get_data_MNIST
from visualize import visualize_images, visualize_metrics


class SequentialModel(Model):
    """A model whose layers follow each other: the output of one is the input of the next."""

    def call(self, inputs: np.ndarray) -> np.ndarray:
        """Send inputs (B, n) through every layer, in order."""
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def batch_step(self, x: np.ndarray, y: np.ndarray, training: bool = True) -> dict[str, float]:
        """One batch of inputs x (B, n) and one-hot rows y (B, C).

        Sets `training` on the layers that have such an attribute (BatchNorm does). Computes predictions, loss
        and accuracy with the functions given to `compile`, and while training lets the optimizer change the
        weights by the tape's gradients, once. Returns {"loss": ..., "acc": ...}, as they were before that
        change.
        """
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training
        with GradientTape() if training else nullcontext() as tape:
            predictions = self.call(x)
            loss = self.loss_fn(predictions, y)
        if training:
            for weight, gradient in zip(self.trainable_variables, tape.gradient()):
                self.optimizer.apply_gradients([weight], [gradient])
        return {"loss": loss, "acc": self.acc_fn(predictions, y)}


def get_simple_model_components() -> SimpleNamespace:
    """A compiled model with at most one Dense and one activation; test accuracy above 85 %.

    Returns SimpleNamespace(model=..., epochs=..., batch_size=...), the last two as `fit` needs them.
    """
    # One template a class, compared with the image by a product: with the softmax in the loss this is
    # logistic regression. Its loss is convex, so that no random start is needed and every run ends the same.
    model = SequentialModel([Dense(784, 10, initializer="zero")])
    model.compile(optimizer=Adam(0.01), loss_fn=CrossEntropyLoss(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=2, batch_size=400)


def get_advanced_model_components() -> SimpleNamespace:
    """A compiled model with two or more Dense and two or more activations; test accuracy above 95 %.

    Returns SimpleNamespace(model=..., epochs=..., batch_size=...), the last two as `fit` needs them.
    """
    # The widths are about what one second of training can pay for. Few, large batches: the last digits of the
    # file are easier than the rest, and small steps on those alone undo part of what was learned.
    model = SequentialModel([Dense(784, 160), ReLU(), Dense(160, 80), ReLU(), Dense(80, 10)])
    model.compile(optimizer=Adam(0.005), loss_fn=CrossEntropyLoss(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=3, batch_size=400)


def train_and_test(name: str, components: SimpleNamespace, train: tuple, test: tuple, plot: bool) -> None:
    """Train one model, with a line for each epoch, and print its accuracy on the test split."""
    model, batch_size = components.model, components.batch_size
    history: dict[str, list[float]] = {"loss": [], "acc": []}
    for epoch in range(1, components.epochs + 1):
        start = time.perf_counter()
        for key, values in model.fit(*train, epochs=1, batch_size=batch_size).items():
            history[key] += values
        seconds = time.perf_counter() - start
        print(
            f"{name}: epoch {epoch} of {components.epochs}, loss {history['loss'][-1]:.4f}, "
            f"accuracy {history['acc'][-1]:.2%}, {seconds:.1f} s",
            flush=True,
        )
    result = model.evaluate(*test, batch_size=batch_size)
    print(f"{name}: test accuracy {result['acc'][0]:.2%}", flush=True)
    if plot:
        visualize_metrics(history["loss"], history["acc"])
        visualize_images(model, *test)


def main() -> None:
    """Train and test the simple, then the advanced model."""
    parser = argparse.ArgumentParser(description="Train Beras on MNIST.")
    parser.add_argument("--data", default="../data", help="the folder with mnist/ in it (default: ../data)")
    parser.add_argument("--plot", action="store_true", help="draw curves and digits (needs matplotlib)")
    options = parser.parse_args()
    try:
        train_inputs, train_labels = get_data_MNIST("train", options.data)
        test_inputs, test_labels = get_data_MNIST("test", options.data)
    except (OSError, EOFError) as error:
        sys.exit(f"MNIST cannot be read: {error}. Its four files belong in {options.data}/mnist; see --help.")
    encoder = OneHotEncoder()
    encoder.fit(train_labels)
    train = train_inputs, encoder(train_labels)
    test = test_inputs, encoder(test_labels)
    train_and_test("simple", get_simple_model_components(), train, test, options.plot)
    train_and_test("advanced", get_advanced_model_components(), train, test, options.plot)


if __name__ == "__main__":
    main()
