"""Scores the file of predictions that is handed in beside the code, by the grader's own labels.

The file is read in this process and shown to nobody: it is data, and whatever else it holds is refused.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from grader.base.text import printable

FORMATS: dict[tuple[int, int], Any] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
CLASSES = 10
MOST_SHOWN = 100  # characters of what a file says it holds


@dataclass(frozen=True)
class Predictions:
    """What a file of predictions is worth.

    accuracy: None where it cannot be scored, or is more than such a network reaches. told: that, in one line.
    """

    accuracy: float | None = None
    told: str = ""

    def points(self, possible: Fraction, goal: float, half: float) -> Fraction:
        """All of them above the goal, half of them above the other share."""
        if self.accuracy is None or self.accuracy <= half:
            return Fraction(0)
        return possible if self.accuracy > goal else possible / 2


def scored(name: str, content: bytes, labels: np.ndarray, most_bytes: int, implausible: float) -> Predictions:
    """The predictions in a file of this name. implausible: above this share, these are the labels that all may read."""
    try:
        accuracy = accuracy_of(content, labels, most_bytes)
    except ValueError as fault:
        return Predictions(None, f"{name} is not scored: it {fault}")
    if accuracy > implausible:
        said = f"is right on {accuracy:.2%} of the test digits, more than a network of this homework reaches"
        return Predictions(None, f"{name} is not scored: it {said}")
    return Predictions(accuracy, f"{name} is right on {accuracy:.2%} of the test digits")


def accuracy_of(content: bytes, labels: np.ndarray, most_bytes: int) -> float:
    """The share of right digits in a .npy file: labels (N,), or a number for each of the ten classes (N, 10).

    labels: the right ones. Axes of length 1 do not count. Raises ValueError, which says what is wrong with the file.
    """
    if len(content) > most_bytes:
        raise ValueError(f"is too large, more than {most_bytes} bytes")
    stream = io.BytesIO(content)
    try:
        shape, _, dtype = FORMATS[np.lib.format.read_magic(stream)](stream)
    except Exception as error:  # a header may be any text, which NumPy evaluates as a literal
        raise ValueError("is no file that np.save writes") from error
    found = tuple(length for length in shape if length != 1)
    wanted = ((len(labels),), (len(labels), CLASSES))
    if dtype.kind not in "fiub" or found not in wanted:
        expected = f"{len(labels)} digits or an array {wanted[1]}"
        raise ValueError(f"holds {printable(f'an array {shape} of {dtype}', MOST_SHOWN)}, expected {expected}")
    stream.seek(0)
    try:
        array = np.load(stream, allow_pickle=False).reshape(found)
    except (ValueError, EOFError) as error:
        raise ValueError("ends too early") from error
    return float(np.mean((array if array.ndim == 1 else array.argmax(axis=1)) == labels))
