"""What students read about one probe. All of their wording lives here and in the pages of misconceptions.

A message has up to six parts, each on lines of its own: what happened, `came back`, `expected`, `pattern`, `next`, and
`try it` (lines to reproduce it). Shapes first, then values, and only the place where they first differ.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader import pages
from grader.client import Fault, Frame, printable
from grader.compare import Difference, as_array, close, squeezed
from grader.probe import Rule
from grader.rubric import Tolerances
from grader.script import script_text
from grader.subject import Raised
from grader.verdict import Outcome, Seen, Verdict
from grader.worker.wire import Opaque

WIDTH = 11  # of the labels in front of a message's parts
OUTPUT_LINES = 4
SHOWN_ELEMENTS = 6
VALUE_CHARACTERS = 400  # of one value, whatever it holds
# Permission denied, or a file system that is read-only, at a path below the submission: those are told relative to it
READ_ONLY = re.compile(r"\[Errno (?:13|30)\] [^']*'(?!/)")


def one_line(text: str, limit: int) -> str:
    """Text of a submission on one line and bounded, so that no line of a report is anybody's but the grader's."""
    return printable(" ".join(text.split()), limit)


def part(label: str, text: str) -> str:
    """A labelled part; further lines are indented under the first."""
    lines = text.splitlines() or [""]
    return "\n".join(f"  {label if not i else '':<{WIDTH}}{line}" for i, line in enumerate(lines))


def value_text(value: Any) -> str:
    """A value in a few words: kind and shape before contents."""
    return printable(described(value), VALUE_CHARACTERS)


def described(value: Any) -> str:
    if isinstance(value, Raised):
        return one_line(f"{value.type}: {value.message}" if value.message else value.type, 260)
    if isinstance(value, Opaque):
        return printable(value.kind, 160)
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "US":
            return f"array of strings {value.shape} {short_list(value)}"
        return f"{value.dtype} {value.shape}" + (f" {short_list(value)}" if value.size <= SHOWN_ELEMENTS else "")
    if isinstance(value, float):
        return f"{value:.7g}"
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        inner = ", ".join(map(nested, value[:4])) + (", ..." if len(value) > 4 else "")
        return f"{kind} of {len(value)}: {inner}" if value else f"an empty {kind}"
    if isinstance(value, dict):
        inner = ", ".join(f"{printable(repr(key), 40)}: {described(item)}" for key, item in list(value.items())[:5])
        return "{" + inner + (", ..." if len(value) > 5 else "") + "}"
    if isinstance(value, str):
        return printable(repr(value), 160)
    return printable(repr(value), 160)


def nested(item: Any) -> str:
    """A value within a list; a short list within a list is shown as Python writes it."""
    plain = isinstance(item, (list, tuple)) and len(item) <= 4 and all(isinstance(each, (int, float)) for each in item)
    return f"[{', '.join(map(described, item))}]" if plain else described(item)


def short_list(array: np.ndarray) -> str:
    return np.array2string(array, precision=5, separator=", ", threshold=SHOWN_ELEMENTS, max_line_width=90)


def difference_text(difference: Difference, tolerance: float) -> tuple[str, str]:
    """`came back` and `expected` of one difference, around the first place where they differ."""
    expected, actual = difference.expected, difference.actual
    if difference.kind == "missing":
        return "nothing", value_text(expected)
    if difference.kind == "not raised":
        return f"no exception, {value_text(actual)}", f"{expected.type}"
    if difference.kind == "raised" and isinstance(expected, Raised):
        return value_text(actual), f"{expected.type}"
    array = as_array(actual, expected) if isinstance(expected, np.ndarray) else None
    if array is None or difference.kind != "value" or array.dtype.kind in "US":
        return value_text(actual), value_text(expected)
    if array.shape != expected.shape:
        array, expected = squeezed(array), squeezed(expected)
    differs = ~np.vectorize(lambda a, e: close(np.asarray([a]), np.asarray([e]), tolerance), otypes=[bool])(
        array, expected
    )
    scale = np.abs(expected.astype(float)).max() if expected.size else 0.0
    differs &= ~(np.abs(array.astype(float) - expected.astype(float)) <= tolerance * scale)
    count = int(differs.sum())
    if not count:
        return value_text(actual), value_text(expected)
    place = tuple(int(i) for i in np.argwhere(differs)[0])
    where = f"[{', '.join(map(str, place))}]" if place else ""
    head = f"{array.dtype} {array.shape}, {count} of {array.size} differ, first at {where}: "
    if not place:
        return value_text(array[()]), value_text(expected[()])
    return f"{head}{array[place]:.6g}", f"{expected.dtype} {expected.shape}, {where}: {expected[place]:.6g}"


def traceback_text(fault: Fault) -> str:
    """The submission's own lines of a traceback, the exception last."""
    lines = []
    for frame in fault.frames:
        place = f"{frame.file}, line {frame.line}" + (f", in {frame.function}" if frame.function else "") + ": "
        lines.append(one_line(place + frame.source, 600))
        if frame.caret:
            lines.append(" " * len(place) + frame.caret)
    return "\n".join([*lines, printable(str(fault))])


def fault_headline(fault: Fault) -> str:
    """One line on why there is no value."""
    place = f" ({at(fault.frames[-1])})" if fault.frames else ""
    if fault.kind == "raised":
        if "NotImplementedError" in fault.bases:
            return at(fault.frames[-1]) if fault.frames else one_line(fault.message, 200)
        return f"raised {one_line(str(fault), 120)}{place}"
    return one_line(fault.message, 200) + ("" if fault.kind == "missing" else place)


def at(frame: Frame) -> str:
    return f"{one_line(frame.file, 200)} line {frame.line}"


def paste(seen: Seen) -> str:
    """What reproduces a verdict, flush left: an indented line cannot be pasted."""
    script = script_text(seen.script)
    return part("try it", "paste this into Python, in the folder of the code:") + f"\n{script}" if script else ""


def joined(parts: Sequence[str]) -> str:
    return "\n".join(each for each in parts if each)


def message(verdict: Verdict, tolerances: Tolerances) -> str:
    """What a student reads about one verdict; '' for one that passed."""
    seen = verdict.seen
    if verdict.outcome in (Outcome.PASSED, Outcome.NOT_ASKED) or verdict.message:
        return verdict.message
    if verdict.outcome == Outcome.GRADER_FAULT:
        return "the grader itself failed here, this costs no points\n" + part(
            "detail", one_line(seen.broken.strip().splitlines()[-1], 400)
        )
    if seen.fault is not None:
        return fault_message(verdict, seen.fault)
    head = headline(verdict)
    parts = [head]
    for difference in verdict.differences[:2]:
        rule = verdict.probe.rules.get(difference.entry.partition("[")[0])
        came_back, expected = difference_text(difference, tolerances.of(rule) if rule else tolerances.named["float"])
        expected = bounds(rule) or expected
        label = f"{difference.entry}: " if len(verdict.differences) > 1 else ""
        parts += [part("came back", label + came_back), part("expected", label + expected)]
    patterns = [pattern for pattern in verdict.patterns if pattern != head]
    parts += [part("pattern", "; ".join(patterns)) if patterns else ""]
    parts += [printed(seen), next_step(verdict.diagnosis), paste(seen)]
    return joined(parts)


def bounds(rule: Rule | None) -> str:
    """What is right where that is more than one number; '' elsewhere."""
    intervals = rule.within if rule else ()
    return " or ".join(f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in intervals)


def headline(verdict: Verdict) -> str:
    """What is wrong, in one line: the known mistake, or what the numbers show."""
    for code in verdict.diagnosis:
        title = pages.title(code)
        if title and code not in pages.RELATIONS:
            return title
    if verdict.patterns:
        return verdict.patterns[0]
    difference = verdict.differences[0]
    if difference.entry.endswith("_kept"):
        changed = [each.entry.removesuffix("_kept") for each in verdict.differences if each.entry.endswith("_kept")]
        return f"the calls below change {', '.join(changed).replace('random_state', 'the random state')}; they must not"
    if difference.kind == "not raised":
        return f"no {difference.expected.type} was raised"
    if isinstance(difference.actual, Raised):
        return f"raised {value_text(difference.actual)}"
    if difference.actual is None:
        return "returned None: is there a `return` with the result?"
    if difference.kind in ("type", "keys", "length") or not isinstance(difference.expected, np.ndarray):
        rule = verdict.probe.rules.get(difference.entry.partition("[")[0])
        expected = bounds(rule) or value_text(difference.expected)
        return f"{difference.entry}: {value_text(difference.actual)} came back, expected {expected}"
    return f"{difference.entry} is not what it should be"


def fault_message(verdict: Verdict, fault: Fault) -> str:
    """A call that gave no value."""
    if verdict.outcome == Outcome.NOT_IMPLEMENTED:
        return fault_headline(fault)
    title = next((title for code in verdict.diagnosis if (title := pages.title(code))), "")
    parts = [title or fault_headline(fault)]
    if fault.frames or title:
        parts.append(part("came back", traceback_text(fault) if fault.frames else fault_headline(fault)))
    step = next_step(verdict.diagnosis) or where_to_write(fault)
    return joined([*parts, printed(verdict.seen), step, paste(verdict.seen)])


def where_to_write(fault: Fault) -> str:
    """What to do about a file, such as a log, that could not be written beside the code."""
    if not READ_ONLY.match(fault.message):
        return ""
    return part(
        "next",
        "the folder of the code cannot be changed while it is graded: write files to the current folder, or below "
        '`if __name__ == "__main__":` alone',
    )


def printed(seen: Seen) -> str:
    """What the submission printed during the check."""
    lines = seen.output.strip().splitlines()
    if not lines:
        return ""
    more = f"\n({len(lines) - OUTPUT_LINES} more lines)" if len(lines) > OUTPUT_LINES else ""
    return part("printed", "\n".join(lines[:OUTPUT_LINES]) + more)


def next_step(codes: Sequence[str]) -> str:
    """Where to read on."""
    known = [code for code in codes if pages.title(code)]
    return part("next", "\n".join(f"grade explain {code}" for code in known)) if known else ""
