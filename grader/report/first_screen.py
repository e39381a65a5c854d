"""What a terminal shows first of lost points: one short block a component, as many as fit below the table.

What others wait for comes first, then what costs most. All of it, and lines to paste, are one command away.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from itertools import takewhile

from grader.base.columns import columns, cut, wrap
from grader.base.message import LABEL, Message
from grader.report.details import STOPPED, Cause, cost, ordered, stops_all
from grader.result import ComponentResult, ProbeResult, Result

LINES = 45  # of a screen
MOST_LINES = 8  # of a block
MOST_OF_HEADLINE = 2
MOST_OF_NEXT = 2
MOST_OF_PART = 2
SHORTENED = ("pattern", "your line", "expected", "came back")  # in this order, where there is no room for a second line
LEAST_OF_NAME = 12  # columns of the name of a value
MOST_OF_CALL = 3  # lines: the exception, the code, and a caret below it
FRAME = re.compile(r"\S.*?, line \d+(|, in [\w.<>]+): ?")  # as a traceback names the place of a call
ONCE = ("your line", "came back", "expected", "pattern")  # parts of a message, of which a block has the first
Paint = Callable[[str], str]


def first_screen(result: Result, room: int, width: int, paint: Paint) -> str:
    """Blocks for `room` lines, at least one, and a line with what has none."""
    chosen = ordered(result.components)
    found: list[str] = []
    left = room
    for place, (part, causes) in enumerate(chosen):
        text = block(part, causes, result, width, paint)
        last = place + 1 == len(chosen)
        needed = text.count("\n") + 2 + (0 if last else 2)  # an empty line, and the line about the others
        if found and needed > left:
            break
        found.append(text)
        left -= text.count("\n") + 2
    others = [part.name for part, _ in chosen[len(found) :]]
    if others:
        words = f"{len(others)} more: {', '.join(others)}"
        how = f"grade {shlex.quote(result.submission)} --only {others[0]}, or -v for everything"
        line = f"{words}; {how}"
        if columns(line) > width:
            line = f"{shortened(words, width - columns(how) - 2)}; {how}"
        found.append(shortened(line, width))
    return "\n\n".join(found)


def block(part: ComponentResult, causes: list[Cause], result: Result, width: int, paint: Paint) -> str:
    """The cause that costs most: where, what, the first difference, and what to do next."""
    probe = causes[0][0]
    message = probe.told
    lost = round(sum(map(cost, causes)), 2)
    head = f"{part.name}  {paint(probe.outcome)}" + (f"  -{lost:g} of {part.max_points:g}" if lost else "")
    where = f"{probe.file} line {probe.line}" if probe.file and probe.line else ""
    has_room = columns(f"{head}  {where}") <= width
    lines = [f"{head}  {where}".rstrip() if has_room else head]
    if not probe.diagnosis and not probe.hidden and not stops_all(causes):
        lines.append(shortened(f"  asked      {probe.title}", width))
    headline = message.first_line.removesuffix(f" ({where})") if has_room else message.first_line
    lines += wrapped(f"  {headline or probe.title}", width, 2, MOST_OF_HEADLINE)
    steps = [line for label, text in message.parts if label == "next" for line in text.splitlines()]
    tried = f"grade try {part.name} {shlex.quote(result.submission)}"
    if message.script and not stops_all(causes):
        steps.append(tried)
    if len(causes) > 1:
        steps.append(f"-v shows {len(causes) - 1} more fault{'s' * (len(causes) > 2)}")
    last = next_lines(steps, width)
    if len(last) > MOST_OF_NEXT:  # -v has lines to try as well
        last = next_lines([step for step in steps if step != tried], width)[:MOST_OF_NEXT]
    return "\n".join([*lines, *part_lines(message, probe, width, MOST_LINES - len(lines) - len(last)), *last])


def part_lines(message: Message, probe: ProbeResult, width: int, room: int) -> list[str]:
    """The first part of each kind that a block has: on two lines if need be, where there is room for them."""
    parts: dict[str, list[str]] = {}
    place = f"{probe.file}, line {probe.line}"
    for label, text in message.parts:
        if label in ONCE and label not in parts:
            stopped = label == "came back" and probe.outcome in STOPPED
            parts[label] = of_traceback(text, message.first_line, place) if stopped else text.splitlines() or [""]
    name = parts.get("came back", [""])[0].partition(": ")[0]
    for label in {"expected", "pattern"} & parts.keys():
        text = parts[label][0].removeprefix("the ")
        if columns(text) > width - LABEL - 2 and text.startswith(f"{name}: "):
            parts[label][0] = text.removeprefix(f"{name}: ")  # of what it is, a line above says
    found = {label: labelled(label, lines, width, MOST_OF_PART) for label, lines in parts.items()}
    for label in sorted(parts, key=SHORTENED.index):
        if sum(map(len, found.values())) > room and len(parts[label]) == 1:
            lines = [with_short_name(parts[label][0], width - LABEL - 2)] if label == "came back" else parts[label]
            found[label] = labelled(label, lines, width, 1)
    return [line for lines in found.values() for line in lines][:room]


def with_short_name(text: str, width: int) -> str:
    """A value that is too long for a line, with less of its name where it has a long one: the number is what counts."""
    name, _, value = text.partition(": ")
    left = width - columns(f"…: {value}")
    return f"{cut(name, left)}…: {value}" if LEAST_OF_NAME <= left < columns(name) else text


def labelled(label: str, lines: list[str], width: int, most: int) -> list[str]:
    """A part behind its label: one line is wrapped to so many, several stay as they are."""
    first, *further = [f"  {label:<{LABEL}}{lines[0]}", *(" " * (LABEL + 2) + each for each in lines[1:MOST_OF_CALL])]
    return [shortened(each, width) for each in (first, *further)] if further else wrapped(first, width, LABEL + 2, most)


def of_traceback(text: str, headline: str, place: str) -> list[str]:
    """The exception, where the headline does not have it, and the code that raised it, with its caret.

    place: of the head of the block, where the line that raised need not be named once more.
    """
    lines = text.splitlines() or [""]
    calls = [(number, match) for number, line in enumerate(lines) if (match := FRAME.match(line))]
    if not calls:
        return lines
    number, call = calls[-1]
    code = lines[number][call.end() :]
    below = list(takewhile(lambda line: line.startswith(" "), lines[number + 1 :]))
    shown = [code, *(line[call.end() :] for line in below)] if code else [line[2:] for line in below]
    if (there := lines[number][: call.start(1)]) != place:
        shown = [f"{there}: {shown[0] if shown else ''}", *shown[1:]]
    raised = " ".join(lines[number + 1 + len(below) :])
    return [raised, *shown] if (raised and raised not in headline) or not shown else shown


def next_lines(steps: list[str], width: int) -> list[str]:
    """What to do, several things on a line where they fit: a command that is broken in two is hard to copy."""
    lines: list[str] = []
    for step in steps:
        if lines and columns(f"{lines[-1]}; {step}") <= width:
            lines[-1] += f"; {step}"
        else:
            lines += wrap(f"  {'' if lines else 'next':<{LABEL}}{step}", width, LABEL + 2)
    return lines


def wrapped(line: str, width: int, indent: int, most: int) -> list[str]:
    """A line on at most so many, the last with a sign where there is more."""
    lines = wrap(line, width, indent)
    rest = [lines[most - 1], *map(str.strip, lines[most:])] if len(lines) > most else lines[most - 1 :]
    return [*lines[: most - 1], *([shortened(" ".join(rest), width)] if rest else [])]


def shortened(line: str, width: int) -> str:
    return line if columns(line) <= width else cut(line, width - 1).rstrip() + "…"
