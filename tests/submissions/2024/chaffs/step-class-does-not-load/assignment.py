"""The assignment itself: put beras together and teach it to read digits.

A SequentialModel runs its layers one after the other and learns from a batch with a gradient tape. Two
functions choose what to train, and each of the two models should read more than 95 % of the test digits. Run
`python assignment.py` in this folder to train both, `python assignment.py --plot` to look at digits as well.
"""

import argparse
import time
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
from beras import GradientTape, Model
from beras.activations import LeakyReLU, ReLU, Sigmoid, Softmax
from beras.layers import Dense
from beras.losses import CategoricalCrossentropy, MeanSquaredError
from beras.metrics import CategoricalAccuracy
from beras.onehot import OneHotEncoder
from beras.optimizers import Adam
from preprocess import load_and_preprocess_data
from visualize import visualize_images


class SequentialModel(Model):
    """A model whose layers follow each other: the output of one is the input of the next."""

    def call(self, inputs: Tensor) -> Tensor:
        """Send inputs (B, n) through every layer, in order. Calls the layers, so that a tape sees them."""
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def batch_step(self, x: Tensor, y: Tensor, training: bool = True) -> dict[str, float]:
        """One batch of inputs x (B, n) and one-hot rows y (B, C).

        Computes predictions (by `call`), loss and accuracy with the functions given to `compile`, and while
        training lets the optimizer change the trainable weights by the tape's gradients, once. Returns
        {"loss": ..., "acc": ...}, as they were before that change.
        """
        with GradientTape() if training else nullcontext() as tape:
            predictions = self.call(x)
            loss = self.compiled_loss(predictions, y)
        stats = {"loss": np.asarray(loss).item(), "acc": np.asarray(self.compiled_acc(predictions, y)).item()}
        if tape is not None:
            weights = self.trainable_variables
            self.optimizer.apply_gradients(weights, tape.gradient(loss, weights))
        return stats


def get_simple_model_components() -> SimpleNamespace:
    """A compiled model for the mean squared error; test accuracy above 95 %.

    Returns SimpleNamespace(model=..., epochs=..., batch_size=...), the last two as `fit` needs them.
    """
    model = SequentialModel([Dense(784, 128, "kaiming"), LeakyReLU(0.01), Dense(128, 10, "xavier"), Sigmoid()])
    model.compile(optimizer=Adam(0.005), loss_fn=MeanSquaredError(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=3, batch_size=200)


def get_advanced_model_components() -> SimpleNamespace:
    """A compiled model that gives probabilities, for the cross-entropy; test accuracy above 95 %.

    Returns SimpleNamespace(model=..., epochs=..., batch_size=...), the last two as `fit` needs them.
    """
    # The width is about what one second of training can pay for.
    model = SequentialModel([Dense(784, 128, "kaiming"), ReLU(), Dense(128, 10, "xavier"), Softmax()])
    model.compile(optimizer=Adam(0.005), loss_fn=CategoricalCrossentropy(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=3, batch_size=400)


def main() -> None:
    """Train and test the simple, then the advanced model."""
    parser = argparse.ArgumentParser(description="Train beras on MNIST.")
    parser.add_argument("--plot", action="store_true", help="draw digits (needs matplotlib)")
    options = parser.parse_args()
    train_inputs, train_labels, test_inputs, test_labels = load_and_preprocess_data()
    encoder = OneHotEncoder()
    encoder.fit(train_labels)
    for get_components in (get_simple_model_components, get_advanced_model_components):
        components = get_components()
        model, batch_size = components.model, components.batch_size
        start = time.perf_counter()
        model.fit(train_inputs, encoder(train_labels), components.epochs, batch_size)
        stats = model.evaluate(test_inputs, encoder(test_labels), batch_size)
        print(f"test accuracy {stats['acc']:.2%}, {time.perf_counter() - start:.1f} s")
        if options.plot:
            visualize_images(model.call, test_inputs, test_labels)


if __name__ == "__main__":
    main()
