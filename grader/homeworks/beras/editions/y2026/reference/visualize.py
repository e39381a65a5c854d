"""Pictures of a training run: digits with what the model took them for.

Given code, used by `python assignment.py --plot`. Needs matplotlib, which is imported only when something is
drawn, so that everything else runs without it. Look at the wrong digits: they say more about a model than its
accuracy does.
"""

from collections.abc import Callable
from typing import Any

import numpy as np


def visualize_images(
    model: Callable[[np.ndarray], Any], inputs: np.ndarray, labels: np.ndarray, num_searching: int = 500
) -> None:
    """Draw up to ten digits that the model gets right, and up to ten that it gets wrong.

    They are taken from num_searching examples, drawn at random. inputs (N, 784); labels (N,), or one-hot rows
    (N, 10).
    """
    import matplotlib.pyplot as plt

    chosen = np.random.default_rng().permutation(len(inputs))[:num_searching]
    inputs, truth = np.asarray(inputs)[chosen], np.asarray(labels)[chosen]
    if truth.ndim == 2:
        truth = np.argmax(truth, axis=-1)
    guess = np.argmax(model(inputs), axis=-1)

    _, axes = plt.subplots(2, 10, figsize=(12, 3), layout="constrained")
    for row, title, wanted in zip(axes, ("right", "wrong"), (guess == truth, guess != truth)):
        row[0].set_ylabel(title)
        for axis in row:
            axis.set(xticks=[], yticks=[], frame_on=False)
        for axis, i in zip(row, np.flatnonzero(wanted)):
            axis.imshow(inputs[i].reshape(28, 28), cmap="gray_r")
            axis.set_title(f"{guess[i]}" if title == "right" else f"{guess[i]}, is {truth[i]}", fontsize=9)
    plt.show()
