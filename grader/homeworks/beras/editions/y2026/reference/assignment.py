"""The assignment itself: put beras together and teach it to read digits.

Four functions choose what to train; more than 95 % of the test digits should be read right. Run
`python assignment.py` in this folder to train and test it and to write predictions.npy, which is handed in;
`python assignment.py --plot` to look at digits as well, `python assignment.py --wandb` to log the run at wandb.ai.
"""

import argparse
import time

import numpy as np
from beras.activations import ReLU, Softmax
from beras.layers import Linear
from beras.losses import CategoricalCrossEntropy
from beras.metrics import CategoricalAccuracy
from beras.model import Sequential
from beras.onehot import OneHotEncoder
from beras.optimizers import Adam
from preprocess import load_and_preprocess_data
from visualize import visualize_images


def get_model() -> Sequential:
    """A model that is not compiled yet."""
    # Two layers are enough. The width is about what one second of training can pay for.
    return Sequential(Linear(784, 128, "kaiming"), ReLU(), Linear(128, 10, "xavier"), Softmax())


def get_optimizer(model: Sequential) -> Adam:
    """The optimizer to train it with: it holds the parameters of the model."""
    return Adam(model.parameters, 0.005)


def get_loss_fn() -> CategoricalCrossEntropy:
    """The loss to train it with."""
    return CategoricalCrossEntropy()


def get_acc_fn() -> CategoricalAccuracy:
    """The metric to report."""
    return CategoricalAccuracy()


def main() -> None:
    """Train the model, test it, and write what it says of the test digits to predictions.npy."""
    parser = argparse.ArgumentParser(description="Train beras on MNIST.")
    parser.add_argument("--plot", action="store_true", help="draw digits (needs matplotlib)")
    parser.add_argument("--wandb", action="store_true", help="log the run (needs wandb, and an account)")
    options = parser.parse_args()
    run = None
    if options.wandb:
        import wandb

        run = wandb.init(project="beras")
    train_inputs, train_labels, test_inputs, test_labels = load_and_preprocess_data()
    encoder = OneHotEncoder()
    encoder.fit(train_labels)
    model = get_model()
    model.compile(get_optimizer(model), get_loss_fn(), get_acc_fn())
    start = time.perf_counter()
    model.fit(train_inputs, encoder(train_labels), epochs=3, batch_size=400, wandb_run=run)
    stats, predictions = model.evaluate(test_inputs, encoder(test_labels), batch_size=400, wandb_run=run)
    print(f"test accuracy {stats['acc']:.2%}, {time.perf_counter() - start:.1f} s")
    np.save("predictions.npy", predictions)
    if run:
        run.finish()
    if options.plot:
        visualize_images(model.forward, test_inputs, test_labels)


if __name__ == "__main__":
    main()
