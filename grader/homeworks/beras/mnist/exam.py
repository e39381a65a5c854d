"""What a trained model is asked: the test digits in a secret order, and among them digits that were moved by a pixel.

Everybody may read the test labels somewhere. In another order they are of no use by place; and who looks an image up
knows nothing of one that was moved, while a network that has learned digits loses a few percent there.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np

from grader.homeworks.beras.mnist.files import Digits

MOVED = 1_000  # of the training split: chance moves a share of them by 1.5 %
SIDE = 28  # pixels
STEPS = ((0, 1), (0, -1), (1, 0), (-1, 0))


@dataclass(frozen=True)
class Exam:
    """images: rows (N, 784). places: where each test digit is among them. moved: where the moved ones are."""

    images: np.ndarray
    places: np.ndarray
    moved: np.ndarray
    moved_labels: np.ndarray


def exam_of(digits: Digits) -> Exam:
    """An order and digits that nobody can know before."""
    draw = np.random.default_rng(secrets.randbits(128))
    chosen = np.sort(draw.choice(len(digits.train_labels), MOVED, replace=False))
    moved = by_a_pixel(digits.train_images[chosen], draw)
    together = np.concatenate([digits.test_images, moved])
    order = draw.permutation(len(together))
    places = np.argsort(order)
    tests = len(digits.test_labels)
    return Exam(together[order], places[:tests], places[tests:], np.asarray(digits.train_labels[chosen]))


def by_a_pixel(images: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Each image moved to one of four sides."""
    squares = np.asarray(images).reshape(-1, SIDE, SIDE)
    sides = draw.integers(len(STEPS), size=len(squares))
    moved = [np.roll(square, STEPS[side], (0, 1)) for square, side in zip(squares, sides)]
    return np.stack(moved).reshape(len(squares), -1)
