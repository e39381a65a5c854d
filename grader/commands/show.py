"""`grade show PATH`: draws the curves and the digits of a submission's last training."""

from __future__ import annotations

import argparse
import base64
import binascii
import io
from pathlib import Path
from typing import TYPE_CHECKING

from grader.base.errors import UsageError
from grader.base.files import write_whole
from grader.report.from_json import from_json
from grader.report.pictures import EDGE
from grader.run.last_training import recall
from grader.run.outputs import fault_text
from grader.submission.contents import reason, shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from grader.result import Result

DESCRIPTION = """\
Draws what the last training of a submission showed: accuracy and loss epoch by epoch, which digit is taken for which,
ten digits that the model reads right and ten that it reads wrong.
"""
DOTS_PER_INCH = 110
CLASSES, MOST_EPOCHS = 10, 10_000
LARGEST = 1e30  # of a loss that is drawn; axes of larger numbers have no end of ticks


def main(arguments: list[str]) -> int:
    """Writes the picture or opens a window. Raises UsageError."""
    parser = argparse.ArgumentParser(prog="grade show", description=DESCRIPTION)
    parser.add_argument("path", metavar="PATH", type=Path, help="a submission that was graded, or a result of --json")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help="write a .png, .svg or .pdf (default: a window, where there is a display)",
    )
    options = parser.parse_args(arguments)
    result = result_of(options.path)
    if not any(each.accuracy for each in result.training):
        raise UsageError(f"show {shown(options.path)}: nothing was trained in this run, so there is nothing to draw")
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError:
        raise UsageError("show needs the package matplotlib: pip install 'beras-grader[plot]'") from None
    if options.output is None:
        open_window(result)
    else:
        save(result, options.output)
        print(shown(options.output))
    return 0


def result_of(path: Path) -> Result:
    """The result in a file, or the last one of a submission. Raises UsageError."""
    if path.is_file() and path.suffix == ".json":
        try:
            result = from_json(path.read_text(encoding="utf-8"))
            check(result)
            return result
        except OSError as error:
            raise UsageError(f"show {shown(path)}: cannot be read ({reason(error)})") from None
        except (ValueError, RecursionError) as error:
            raise UsageError(f"show {shown(path)}: is not to be drawn: {one_line(error)}") from None
    found = recall(path)
    if found is not None:
        try:
            check(found)
        except ValueError:  # the file in the cache is damaged, which is as good as none
            found = None
    if found is None:
        hint = f"run `grade {shown(path)}` first" if path.exists() else "there is no such file or folder"
        raise UsageError(f"show {shown(path)}: no training of this submission is known; {hint}")
    return found


def check(result: Result) -> None:
    """Raises ValueError where what is to be drawn is no picture's: a file may be damaged, or written by anybody."""
    try:
        for each in result.training:
            rates = [each.threshold, *each.accuracy, *each.reference_accuracy]
            rates += [] if each.accuracy_before is None else [each.accuracy_before]
            losses = [loss for loss in each.loss if loss is not None]
            classes = {number for digit in each.digits for number in (digit.label, digit.predicted)}
            fine = (
                isinstance(each.model, str)
                and all(0 <= rate <= 1 for rate in rates)
                and all(abs(loss) < LARGEST for loss in losses)
                and max(len(each.accuracy), len(each.reference_accuracy), len(each.loss)) <= MOST_EPOCHS
                and (not each.confusion or is_table(each.confusion))
                and classes <= set(range(CLASSES))
                and all(len(base64.b64decode(digit.pixels, validate=True)) == EDGE**2 for digit in each.digits)
            )
            if not fine:
                raise ValueError("its training is damaged")
    except (TypeError, binascii.Error) as error:
        raise ValueError("its training is damaged") from error


def is_table(counts: list[list[int]]) -> bool:
    """Does it say how often each digit was taken for each?"""
    numbers = [number for row in counts for number in row]
    right = len(counts) == CLASSES and all(len(row) == CLASSES for row in counts)
    return right and all(type(number) is int and 0 <= number < LARGEST for number in numbers)


def one_line(error: Exception) -> str:
    """Why a file is no result; of what is no JSON, not the parser's own words."""
    kind = type(error)
    return "it is no result of grade --json" if kind is not ValueError else str(error)


def open_window(result: Result) -> None:
    """Shows the picture until the window is closed. Raises UsageError where there is no display."""
    import matplotlib.pyplot as plt

    figure = plt.figure()
    if figure.canvas.required_interactive_framework is None:
        raise UsageError("show: there is no display to open a window on; write a file with -o digits.png")
    drawn(figure, result)
    plt.show()


def save(result: Result, path: Path) -> None:
    """Raises UsageError where the file cannot be written, or its kind is unknown."""
    from matplotlib.figure import Figure

    figure, picture = Figure(), io.BytesIO()
    kind = path.suffix.lower().lstrip(".") or "png"
    if kind not in figure.canvas.get_supported_filetypes():
        raise UsageError(f"show -o {shown(path)}: this kind of picture is not known; take .png, .svg or .pdf")
    drawn(figure, result)
    figure.savefig(picture, format=kind, dpi=DOTS_PER_INCH)
    try:
        write_whole(path, picture.getvalue())
    except OSError as error:
        raise UsageError(f"show {fault_text('output', path, error)}") from None


def drawn(figure: Figure, result: Result) -> None:
    from grader.report.to_plot import draw

    draw(figure, result)
