"""What a trained model is asked: every test digit once, where nobody can know it, among digits that were moved."""

from __future__ import annotations

import numpy as np
import pytest

from grader.homeworks.beras.mnist.exam import MOVED, SIDE, Exam
from grader.homeworks.beras.mnist.reader import Mnist, load
from grader.result import Outcome
from grader.run.training_run import FAR_BELOW, Run


@pytest.fixture(scope="module")
def digits() -> Mnist:
    return load()


@pytest.fixture(scope="module")
def exam(digits: Mnist) -> Exam:
    return digits.exam()


def test_every_test_digit_is_asked_once(digits: Mnist, exam: Exam) -> None:
    assert np.array_equal(exam.images[exam.places], digits.test_images)
    assert np.array_equal(np.sort([*exam.places, *exam.moved]), np.arange(len(exam.images)))
    assert exam.images.dtype == np.uint8


def test_no_order_comes_twice(digits: Mnist, exam: Exam) -> None:
    other = digits.exam()

    assert np.mean(exam.places == other.places) < 0.01
    assert np.mean(np.diff(exam.places) > 0) == pytest.approx(0.5, abs=0.05)


def test_moved_digits_are_nowhere_in_the_data_and_keep_their_labels(digits: Mnist, exam: Exam) -> None:
    known = {image.tobytes(): label for image, label in zip(digits.train_images, digits.train_labels)}
    known |= {image.tobytes(): label for image, label in zip(digits.test_images, digits.test_labels)}
    moved = exam.images[exam.moved]
    sides = [(0, 1), (0, -1), (1, 0), (-1, 0)]
    back = [[np.roll(image.reshape(SIDE, SIDE), side, (0, 1)).tobytes() for side in sides] for image in moved]

    assert len(moved) == MOVED
    assert not {image.tobytes() for image in moved} & set(known)
    for one, label in zip(back, exam.moved_labels):
        assert label in [known[each] for each in one if each in known]


@pytest.mark.parametrize(("moved", "told"), [(0.9, False), (0.96 - FAR_BELOW, False), (0.6, True), (0.0, True)])
def test_a_model_that_is_far_worse_on_moved_digits_is_told(moved: float, told: bool) -> None:
    run = Run(Outcome.PASSED, accuracy=[0.5, 0.96], moved=moved)

    assert bool(run.suspicion) is told
    assert not told or f"{moved:.1%}" in run.suspicion


def test_nothing_is_told_of_a_model_that_was_not_trained() -> None:
    assert Run().suspicion == ""
