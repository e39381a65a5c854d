"""`grade show PATH`: draws the curves and the digits of a submission's last training."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import TYPE_CHECKING

from grader.base.errors import UsageError
from grader.base.files import write_whole
from grader.report.from_json import from_json
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
            return from_json(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"show {shown(path)}: cannot be read ({reason(error)})") from None
        except ValueError as error:
            raise UsageError(f"show {shown(path)}: is not to be drawn: {one_line(error)}") from None
    found = recall(path)
    if found is None:
        hint = f"run `grade {shown(path)}` first" if path.exists() else "there is no such file or folder"
        raise UsageError(f"show {shown(path)}: no training of this submission is known; {hint}")
    return found


def one_line(error: ValueError) -> str:
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
