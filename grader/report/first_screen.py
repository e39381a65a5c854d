"""What a terminal shows first of lost points: one short block a component, as many as fit below the table.

What others wait for comes first, then what costs most. All of it, and lines to paste, are one command away.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from itertools import takewhile

from grader.base.columns import columns, cut, wrap
from grader.base.message import LABEL
from grader.report.details import Cause, cost, ordered
from grader.result import ComponentResult, ProbeResult, Result

LINES = 45  # of a screen
MOST_LINES = 8  # of a block
MOST_OF_HEADLINE = 2
MOST_OF_NEXT = 2
MOST_OF_CALL = 3  # lines: where, the code, and a caret below it
ONCE = ("came back", "expected", "pattern")  # parts of a message, of which a block has the first
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
    where = f"  {probe.file} line {probe.line}" if probe.file and probe.line else ""
    lines = [head + where if columns(head + where) <= width else head]
    if not probe.diagnosis and not probe.hidden:
        lines.append(shortened(f"  asked      {probe.title}", width))
    told = wrap(f"  {message.first_line or probe.title}", width, 2)
    lines += told[:MOST_OF_HEADLINE] if len(told) <= MOST_OF_HEADLINE else [told[0], shortened_at_the_end(told, width)]
    seen: set[str] = set()
    for label, text in message.parts:
        if label in ONCE and label not in seen:
            seen.add(label)
            first, *further = telling_lines(text, probe)
            lines.append(shortened(f"  {label:<{LABEL}}{first}", width))
            lines += [shortened(" " * (LABEL + 2) + line, width) for line in further]
    steps = [line for label, text in message.parts if label == "next" for line in text.splitlines()]
    if message.script:
        steps.append(f"grade try {part.name} {shlex.quote(result.submission)}")
    if len(causes) > 1:
        steps.append(f"-v shows {len(causes) - 1} more fault{'s' * (len(causes) > 2)}")
    last = wrap(f"  {'next':<{LABEL}}{'; '.join(steps)}", width, LABEL + 2)[:MOST_OF_NEXT] if steps else []
    return "\n".join([*lines[: MOST_LINES - len(last)], *last])


def telling_lines(text: str, probe: ProbeResult) -> list[str]:
    """The first line of a part; of calls that lead to an exception, the one that raised it, with code and caret."""
    lines = text.splitlines() or [""]
    start = next((n for n, line in enumerate(lines) if f"{probe.file}, line {probe.line}" in line), 0)
    return [lines[start], *takewhile(lambda line: line.startswith(" "), lines[start + 1 :])][:MOST_OF_CALL]


def shortened(line: str, width: int) -> str:
    return line if columns(line) <= width else cut(line, width - 1).rstrip() + "…"


def shortened_at_the_end(lines: list[str], width: int) -> str:
    """The last line that is shown of several, with a sign that there are more."""
    line = lines[MOST_OF_HEADLINE - 1]
    return line + "…" if columns(line) < width else cut(line, width - 1) + "…"
