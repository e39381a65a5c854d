"""Arrays, curves and digits as numbers that the HTML template draws from: cells, points and data URIs."""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from grader.result import Digit, Mismatch, TrainingResult, Values

SHADES = 5  # of either sign
MOST_COLUMNS = 8  # with their numbers written out; wider arrays are squares without
FEW, MANY = 4, 9  # significant digits: as few as show the first difference
WRAP = 20  # columns of a long vector
EDGE = 28  # of a digit


# --- heat maps ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One number. shade: class of its colour, from n5 (negative) over p0 to p5, or 'odd' for NaN and infinities."""

    text: str
    index: str
    shade: str
    wrong: bool = False
    first: bool = False


@dataclass
class Slice:
    """A matrix of an array: its place among the others, as '[2, :, :]', and its rows."""

    label: str
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass
class Heat:
    """One side of a difference. numbers: they are few enough to be read."""

    name: str
    values: Values
    slices: list[Slice]
    numbers: bool
    scale: str

    @property
    def size(self) -> int:
        return math.prod(self.values.shape)

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        first = next((cell for each in self.slices for row in each.rows for cell in row if cell.first), None)
        mark = f"; the first that differs, at {first.index}, is {first.text}" if first else ""
        return f"{self.name}: {self.values.text.partition('[')[0].strip()}{mark}"


def heats(mismatch: Mismatch) -> list[Heat]:
    """Expected and actual as heat maps on one scale; [] where there is nothing to draw."""
    expected, actual = mismatch.expected, mismatch.actual
    if expected.numbers is None or actual.numbers is None:
        return []
    top = greatest(expected.numbers) or greatest(actual.numbers) or 1.0
    digits = FEW
    if mismatch.first:
        one, other = at(expected.numbers, mismatch.first), at(actual.numbers, mismatch.first)
        while digits < MANY and number_text(one, digits) == number_text(other, digits):
            digits += 1
    found = [heat(name, side, top, digits, mismatch) for name, side in (("expected", expected), ("came back", actual))]
    for each in found:
        each.numbers = all(other.numbers for other in found)
    return found


def heat(name: str, side: Values, top: float, digits: int, mismatch: Mismatch) -> Heat:
    # Where all numbers differ, a frame around each would say nothing
    wrong = set(mismatch.places) if len(mismatch.places) < math.prod(side.shape) else set()
    columns = side.shape[-1]
    outer = [range(length) for length in side.shape[:-2]]
    height = side.shape[-2] if len(side.shape) > 1 else 1
    slices = []
    for number, before in enumerate(product(*outer)):
        label = f"[{', '.join([*map(str, before), ':', ':'])}]" if before else ""
        part = at(side.numbers, before)
        rows = part if len(side.shape) > 1 else [part]
        flat = number * height * columns
        cells = [
            [
                Cell(
                    text=number_text(value, digits),
                    index=index_text([*before, i, j] if len(side.shape) > 1 else [j]),
                    shade=shade(value, top),
                    wrong=(place := flat + i * columns + j) in wrong,
                    first=bool(mismatch.places) and place == mismatch.places[0],
                )
                for j, value in enumerate(row)
            ]
            for i, row in enumerate(rows)
        ]
        if len(side.shape) == 1 and columns > WRAP:
            cells = [cells[0][start : start + WRAP] for start in range(0, columns, WRAP)]
        slices.append(Slice(label, cells))
    return Heat(name, side, slices, columns <= MOST_COLUMNS, f"{top:.3g}")


def at(numbers: Any, index: Sequence[int]) -> Any:
    for place in index:
        numbers = numbers[place]
    return numbers


def index_text(index: Sequence[int]) -> str:
    return f"[{', '.join(map(str, index))}]"


def number_text(value: Any, digits: int) -> str:
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def flattened(numbers: Any) -> Iterator[Any]:
    if isinstance(numbers, list):
        for each in numbers:
            yield from flattened(each)
    else:
        yield numbers


def greatest(numbers: Any) -> float:
    """The largest absolute value, without NaN and infinities."""
    return max((abs(float(value)) for value in flattened(numbers) if not isinstance(value, str)), default=0.0)


def shade(value: Any, top: float) -> str:
    if isinstance(value, str):
        return "odd"
    level = min(round(abs(value) / top * SHADES), SHADES)
    return f"{'n' if value < 0 and level else 'p'}{level}"


# --- curves ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """One curve: its name, its class, and its points as (x, y, what they are)."""

    name: str
    kind: str
    points: list[tuple[float, float, str]]

    @property
    def path(self) -> str:
        return " ".join(f"{x:g},{y:g}" for x, y, _ in self.points)


@dataclass
class Chart:
    """Curves over epochs in a box of WIDTH by HEIGHT. Marks are (place, text) on the axes."""

    title: str
    alt: str
    lines: list[Curve]
    x_marks: list[tuple[float, str]]
    y_marks: list[tuple[float, str]]
    threshold: tuple[float, str] | None = None


AXIS_STARTS = (0.0, 0.5, 0.8, 0.9)  # of accuracy: a fifth of what is left to 1 is a round number
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 280, 68, 20, 20, 48


def accuracy_chart(trained: TrainingResult) -> Chart:
    """Test accuracy after each epoch, the threshold, and the reference's curve where it was trained."""
    own = list(enumerate(trained.accuracy, 1))
    other = list(enumerate(trained.reference_accuracy, 1))
    if trained.accuracy_before is not None:
        own.insert(0, (0, trained.accuracy_before))
    lowest = min(value for _, value in [*own, *other, (0, trained.threshold)])
    low = max(start for start in AXIS_STARTS if start <= max(lowest, 0.0))
    last = max(epoch for epoch, _ in [*own, *other])
    x, y = axis(0, last, LEFT, WIDTH - RIGHT), axis(low, 1.0, HEIGHT - BOTTOM, TOP)
    lines = [
        Curve(name, kind, [(x(epoch), y(value), f"{name}, epoch {epoch}: {value:.2%}") for epoch, value in points])
        for name, kind, points in (("reference", "other", other), ("submission", "own", own))
        if points
    ]
    steps = [low + (1.0 - low) * step / 5 for step in range(6)]
    end = f"{trained.accuracy[-1]:.2%} after epoch {len(trained.accuracy)}"
    return Chart(
        title="Test accuracy",
        alt=f"Test accuracy by epoch: {end}, threshold {trained.threshold:.0%}",
        lines=lines,
        x_marks=[(x(epoch), str(epoch)) for epoch in epoch_marks(last)],
        y_marks=[(y(value), f"{value:.0%}") for value in steps],
        threshold=(y(trained.threshold), f"threshold {trained.threshold:.0%}"),
    )


def loss_chart(trained: TrainingResult) -> Chart | None:
    """The loss that `fit` reports, where it reports one."""
    points = [(epoch, value) for epoch, value in enumerate(trained.loss, 1) if value is not None]
    if len(points) < 2:
        return None
    low, top = min(0.0, *(value for _, value in points)), max(value for _, value in points) or 1.0
    x = axis(0, len(trained.loss), LEFT, WIDTH - RIGHT)
    y = axis(low, top, HEIGHT - BOTTOM, TOP)
    drawn = [(x(epoch), y(value), f"epoch {epoch}: {value:.4g}") for epoch, value in points]
    return Chart(
        title="Loss, as fit reports it",
        alt=f"Loss by epoch: {points[0][1]:.4g} at first, {points[-1][1]:.4g} in the end",
        lines=[Curve("submission", "own", drawn)],
        x_marks=[(x(epoch), str(epoch)) for epoch in epoch_marks(len(trained.loss))],
        y_marks=[(y(low + (top - low) * step / 4), f"{low + (top - low) * step / 4:.2g}") for step in range(5)],
    )


def axis(low: float, high: float, start: float, end: float) -> Any:
    """From numbers to places in the picture."""
    span = (high - low) or 1.0
    return lambda value: round(start + (value - low) / span * (end - start), 1)


def epoch_marks(last: int) -> list[int]:
    """At most eleven whole numbers from 0 to the last epoch."""
    step = max(1, math.ceil(last / 10))
    return list(range(0, last + 1, step))


# --- digits ---------------------------------------------------------------------------------------------------


def picture(digit: Digit) -> str:
    """The image as a PNG in a data URI."""
    return f"data:image/png;base64,{base64.b64encode(png(base64.b64decode(digit.pixels), EDGE, EDGE)).decode('ascii')}"


def png(pixels: bytes, width: int, height: int) -> bytes:
    """A grey image (PNG specification, third edition): header, rows without a filter, end."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + pixels[start : start + width] for start in range(0, width * height, width))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts
