"""The result as a table and messages for a terminal."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from tabulate import tabulate

from grader.base.columns import columns, cut, wrap
from grader.base.message import LABEL, PASTE, Message
from grader.base.text import listed
from grader.report.details import TOLD_BY_THE_TABLE, blocks, points, summary_line
from grader.report.first_screen import LINES, first_screen, shortened
from grader.result import ComponentResult, Result, TrainingResult, accuracy_text, is_training

COLOURS = {
    "passed": "32",
    "partial": "33",
    "not implemented": "2",
    "not on this track": "2",
    "blocked": "33",
    "not finished": "33",
}
LEVELS = ("all", "brief", "heads", "few notes")  # of what is said beside table and lost points, as room gets scarce
TOLD_OF_TRAININGS = {"all": ("pattern", "next"), "brief": ("next",)}
HEADERS = ("component", "outcome", "points", "why")
LEAST_WIDTH = 80
BARS = "▁▂▃▄▅▆▇█"


def to_table(
    result: Result, verbose: bool = False, quiet: bool = False, colour: bool = False, width: int | None = None
) -> str:
    """Table, lost points (one block a component, or all in full), training, and a last line with the score."""
    width = max(width or shutil.get_terminal_size((LEAST_WIDTH, 24)).columns, LEAST_WIDTH)
    if quiet:
        return summary_line(result) + "\n"
    components = table(result.components, colour, width)
    last = [warnings(result, width), "\n".join(wrap(summary_line(result), width))]
    found: list[str] = []
    for level in LEVELS:
        trained, said = training(result, width, level), notes(result, width)
        if verbose:
            lost = details(result, verbose, colour, width)
        elif level != LEVELS[-1]:
            room = LINES - lines_of([components, trained, said, *last])
            lost = first_screen(result, room, width, lambda outcome: paint(outcome, colour))
        else:
            said = notes(result, width, LINES - lines_of([components, lost, trained, *last]))
        found = [each for each in (components, lost, trained, said, *last) if each]
        if verbose or lines_of(found) - 1 <= LINES:
            break
    return "\n\n".join(found) + "\n"


def lines_of(parts: list[str]) -> int:
    """How many lines they take, with an empty one behind each."""
    return sum(each.count("\n") + 2 for each in parts if each)


def table(components: Sequence[ComponentResult], colour: bool = False, width: int = LEAST_WIDTH) -> str:
    """One row a component: outcome, points, and one line of why."""
    cells = [[part.name, part.outcome, points(part)] for part in components]
    # Two spaces between columns; and tabulate gives a header two more than it needs
    taken = sum(max([len(head) + 2, *map(len, column)]) + 2 for head, *column in zip(HEADERS, *cells))
    rows = [
        [
            part.name,
            paint(part.outcome, colour),
            points(part),
            shorten(part.why, width - taken),
        ]
        for part in components
    ]
    return tabulate(rows, headers=HEADERS, disable_numparse=True, tablefmt="simple")


def paint(outcome: str, colour: bool) -> str:
    return f"\x1b[{COLOURS.get(outcome, '31')}m{outcome}\x1b[0m" if colour else outcome


def shorten(text: str, width: int) -> str:
    """Text for that many columns; a Chinese character takes two."""
    text, width = " ".join(text.split()), max(width, 20)
    if columns(text) <= width:
        return text
    head = cut(text, width - 1).rstrip()
    words = head if text.startswith(f"{head} ") else head.rpartition(" ")[0]
    return (words if 2 * columns(words) > width else head) + "…"


def wrapped_message(message: Message, width: int) -> list[str]:
    """A message below its check. The lines to paste stay as they are."""
    lines: list[str] = []
    for place, line in enumerate(message.lines()):
        lines += wrap(line if place else f"  {line}", width, LABEL + 2 if place else 2)
    return lines + ([PASTE, *message.script.splitlines()] if message.script else [])


def details(result: Result, verbose: bool, colour: bool, width: int) -> str:
    """Every lost point in full, but a cause only once; checks that are merely not written yet are in the table."""
    found = []
    for part in result.components:
        if is_training(part.name):
            continue
        for head, message in blocks(part, verbose, lambda outcome: paint(outcome, colour)):
            name, _, title = head.partition("\n")
            found.append("\n".join([name, *wrap(title, width, 2), *wrapped_message(message, width)]))
    return "\n\n".join(found)


def training(result: Result, width: int, level: str = "all") -> str:
    told = [each for each in result.training if each.accuracy or each.outcome not in TOLD_BY_THE_TABLE]
    lines = [line for each in told for line in training_lines(each, level).split("\n")]
    if level not in TOLD_OF_TRAININGS:
        return "\n".join(shortened(line, width) for line in lines)
    return "\n".join(part for line in lines for part in wrap(line, width, LABEL + 2))


def training_lines(each: TrainingResult, level: str) -> str:
    """Milestones of one training, with a small curve of the test accuracy. level: one of LEVELS."""
    head = f"training {each.model}: {each.outcome}"
    if not each.accuracy:
        steps = tuple(part for part in each.told.parts if part[0] in TOLD_OF_TRAININGS.get(level, ()))
        told = each.told if level == "all" else Message(each.told.first_line, steps)
        return f"{head}, {told}" if told else head
    reached = [
        f"{listed([f'{goal.accuracy:.0%}' for goal in goals])} in {wall:.2f} s" + (f" ({cpu:.2f} s CPU)" if cpu else "")
        for (wall, cpu), goals in groupby(each.milestones, lambda goal: (goal.wall_seconds, goal.cpu_seconds))
    ]
    start = [each.accuracy_before] if each.accuracy_before is not None else []
    curve = "".join(BARS[min(int(value * len(BARS)), len(BARS) - 1)] for value in [*start, *each.accuracy][:60])
    an_epoch = f"{sum(each.epoch_seconds) / len(each.epoch_seconds):.2f} s"
    if each.ratio_to_reference is not None:
        an_epoch += f"; {each.ratio_to_reference:g} times the reference's time to the threshold"
    lines = [f"{head}, test accuracy {accuracy_text(each.accuracy)}  {curve}"]
    if level == "all":
        lines += [f"  reached    {', '.join(reached) or 'no milestone'}", f"  an epoch   {an_epoch}"]
    if level == "all" and each.was_disturbed:
        lines.append(
            "  clock      far more time went by than was worked: the machine was busy, or the model waits; limits and "
            "points go by the seconds of CPU time"
        )
    if level == "all" and each.runs:
        mean = f"mean of {each.wall_seconds:.2f} s without the fastest and the slowest"
        lines.append(f"  {len(each.runs)} runs     {mean}; {each.runs_missed} missed the threshold")
    if each.told and level in TOLD_OF_TRAININGS:
        parts = [(label, text) for label, text in each.told.parts if label in TOLD_OF_TRAININGS[level]]
        lines += Message("", (("why", each.told.first_line), *parts)).lines()
    return "\n".join(lines)


def notes(result: Result, width: int, room: int | None = None) -> str:
    """As many as fit on `room` lines, and how many there are beyond."""
    lines: list[str] = []
    for place, note in enumerate(result.notes):
        more = wrap(f"note: {note}", width, 6)
        if room is not None and len(lines) + len(more) + 1 > room:
            left = len(result.notes) - place
            return "\n".join([*lines, f"{left} more note{'s' * (left > 1)}: -v shows all"])
        lines += more
    return "\n".join(lines)


def warnings(result: Result, width: int) -> str:
    return "\n".join(line for text in result.warnings for line in wrap(f"warning: {text}", width, 9))


def wants_colour(stream: Any) -> bool:
    """Colours only on a terminal, and not where NO_COLOR is set (no-color.org)."""
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
