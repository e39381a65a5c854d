"""What students read about one probe. All of their wording lives here and in the pages of misconceptions.

A message says what happened, then what came back, what was expected, which pattern that shows, and what to do next
(base/message.py). Shapes come first, then values, and only the place where they first differ.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.ask.client import Fault, Frame
from grader.ask.entries import kept_in
from grader.ask.notes import Call, Definition
from grader.ask.probe import Rule
from grader.ask.response import Response
from grader.ask.subject import Raised
from grader.base.arrays import squeezed
from grader.base.message import Message, Part
from grader.base.message import message as message_of
from grader.base.text import listed, one_line, printable
from grader.diagnose import entry_words, pages
from grader.diagnose.entry_words import table
from grader.diagnose.relations.case import EDIT, MISFIT, SLIP
from grader.explain.script import script_text
from grader.homework import FIRST, Edition
from grader.judge.compare import Difference, as_array, close
from grader.judge.verdict import Verdict
from grader.result import Outcome
from grader.rubric import Tolerances
from grader.worker.wire import Opaque

OUTPUT_LINES = 4
SHOWN_ELEMENTS = 6
VALUE_CHARACTERS = 400  # of one value, whatever it holds
# Permission denied, or a file system that is read-only, at a path below the submission: those are told relative to it
STANDS_FOR = table("STANDS_FOR")
STAND_IN = re.compile(rf"\b({'|'.join(STANDS_FOR) or '(?!)'})(?:' object|\.\w+\(\)|\(\))")
LOCALS = re.compile(r"\b_\w+\.<locals>\.")  # where Python found a class or a function that is not at the top
FORMATS: Any = {"float_kind": "{:.6g}".format, "int": str, "bool": str}  # of numbers, without spaces that align them
BETWEEN_ROWS = re.compile(r"\n\s*")
READ_ONLY = re.compile(r"\[Errno (?:13|30)\] [^']*'(?!/)")


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
    """The entries of an array on one line."""
    text = np.array2string(array, separator=", ", threshold=SHOWN_ELEMENTS, formatter=FORMATS)
    return BETWEEN_ROWS.sub(" ", text)


def alike(expected: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """The right array as it is shown: of floats in the student's own precision, as no precision is asked for."""
    return expected.astype(actual.dtype) if expected.dtype.kind == actual.dtype.kind == "f" else expected


def difference_text(difference: Difference, tolerance: float) -> tuple[str, str]:
    """`came back` and `expected` of one difference, around the first place where they differ."""
    expected, actual = difference.expected, difference.actual
    if difference.kind == "missing":
        return "nothing", value_text(expected)
    if difference.kind == "not raised":
        return f"no exception, {value_text(actual)}", f"{expected.type}"
    if difference.kind == "raised" and isinstance(expected, Raised):
        return value_text(actual), f"{expected.type}"
    if isinstance(expected, str) and isinstance(actual, str):  # the check's own words, such as a shape
        return printable(actual, 160), printable(expected, 160)
    if isinstance(actual, Raised) and expected is None:
        return value_text(actual), "no exception"
    array = as_array(actual, expected) if isinstance(expected, np.ndarray) else None
    if array is None or difference.kind != "value" or array.dtype.kind in "US":
        return value_text(actual), value_text(expected if array is None else alike(expected, array))
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
    if not place:
        return value_text(array[()]), value_text(expected[()])
    shown = alike(expected, array)
    first, right = (f"{each.dtype} {each.shape}, {where}: {each[place] + 0.0:.6g}" for each in (array, shown))
    return f"{first}; {count} of {array.size} differ{'s' * (count == 1)}", right


def traceback_text(fault: Fault) -> str:
    """The submission's own lines of a traceback, the exception last."""
    lines = []
    for frame in fault.frames:
        place = f"{frame.file}, line {frame.line}" + (f", in {frame.function}" if in_function(frame) else "") + ": "
        if frame.caret and in_function(frame):  # room for the caret below the code
            lines += [place.rstrip(), f"  {frame.source}", f"  {frame.caret}"]
            continue
        lines.append(one_line(place + frame.source, 600))
        if frame.caret:
            lines.append(" " * len(place) + frame.caret)
    return "\n".join([*lines, printable(LOCALS.sub("", str(fault)))])


def fault_headline(fault: Fault) -> str:
    """One line on why there is no value."""
    place = f" ({at(fault.frames[-1])})" if fault.frames else ""
    if fault.kind == "raised" and fault.type:  # a file that cannot be read has no type
        if "NotImplementedError" in fault.bases:
            return at(fault.frames[-1]) if fault.frames else one_line(fault.message, 200)
        return f"raised {one_line(LOCALS.sub('', str(fault)), 120)}{place}"
    return one_line(fault.message, 200) + ("" if fault.kind == "missing" else place)


def is_place(text: str) -> bool:
    """Is this a line of a file, as `at` writes it, and no sentence?"""
    return re.search(r" line \d+$", text) is not None


def at(frame: Frame) -> str:
    return f"{one_line(frame.file, 200)} line {frame.line}"


def in_function(frame: Frame) -> bool:
    """Python calls the top of a file `<module>`."""
    return bool(frame.function) and not frame.function.startswith("<")


def is_at_import(verdict: Verdict) -> bool:
    """Did the file itself fail, before anything in it could be asked?"""
    fault = verdict.seen.fault
    return fault is not None and bool(fault.frames) and not in_function(fault.frames[-1])


def whereabouts(frame: Frame) -> str:
    """The function that a line is in; at the top of a file what runs it."""
    return frame.function if in_function(frame) else "the import"


def message(verdict: Verdict, tolerances: Tolerances, edition: Edition = FIRST) -> Message:
    """What a student of an edition reads about one verdict; nothing for one that passed."""
    seen = verdict.seen
    if verdict.outcome in (Outcome.PASSED, Outcome.NOT_ASKED) or verdict.message:
        return verdict.message
    if verdict.outcome == Outcome.GRADER_FAULT:
        detail = one_line(seen.broken.strip().splitlines()[-1], 400)
        return message_of("the grader itself failed here, this costs no points", [("detail", detail)])
    if seen.fault is not None:
        return fault_message(verdict, seen.fault, edition)
    head = headline(verdict, edition)
    parts: list[Part] = [("your line", own_lines(verdict))]
    shown = telling(verdict)
    yes_or_no = {id(each): told for each in shown if (told := answered_wrongly(verdict, each))}
    parts += [("came back", told) for told in list(yes_or_no.values())[:2] if told != head]
    for difference in [each for each in shown if id(each) not in yes_or_no][:2]:
        rule = verdict.probe.rules.get(difference.entry.partition("[")[0])
        came_back, expected = difference_text(difference, tolerances.of(rule.tolerance if rule else ""))
        expected = bounds(rule) or expected
        if (local := verdict.seen.misfit(difference.actual)) is not None:
            came_back = f"{value_text(local.value)} from {local.method}"
            expected = f"the shape {local.right_shapes(verdict.probe.component)}"
        named = len(shown) > 1 or not isinstance(difference.expected, np.ndarray)  # a bare 2 does not say what of
        label = f"{label_of(verdict, difference)}: " if named else ""
        parts += [("came back", label + came_back), ("expected", label + expected)]
    parts += [
        ("pattern", "; ".join(pattern for pattern in verdict.patterns if pattern != head)),
        ("printed", printed(seen)),
        ("next", next_step(verdict.diagnosis, edition)),
    ]
    measured = entry_words.measured(shown[0].entry) if isinstance(shown[0].actual, float) else "{0}"
    return message_of(head, parts, script_text(seen.notes, measured))


def inherited(verdict: Verdict, component: str, tolerances: Tolerances) -> Message:
    """Why a check is blocked by a component whose code it runs, and what comes back at present."""
    head = f"blocked by {component}, whose code runs here"
    if verdict.seen.fault is not None:
        return Message(f"{head}: {fault_headline(verdict.seen.fault)}")
    difference = verdict.differences[0]
    if told := answered_wrongly(verdict, difference):
        return Message(f"{head}: {told}")
    rule = verdict.probe.rules.get(difference.entry.partition("[")[0])
    came_back, expected = difference_text(difference, tolerances.of(rule.tolerance if rule else ""))
    expected = bounds(rule) or expected
    numbers = difference.kind == "value"  # of which the first that differs says enough
    brief = [text.rpartition(": ")[2].partition(";")[0] if numbers else text for text in (came_back, expected)]
    return message_of(f"{head}: now {brief[0]} for {brief[1]}", [("came back", came_back), ("expected", expected)])


def bounds(rule: Rule | None) -> str:
    """What is right where that is more than one number; '' elsewhere."""
    intervals = rule.within if rule else ()
    return " or ".join(f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in intervals)


def headline(verdict: Verdict, edition: Edition) -> str:
    """What is wrong, in one line: the known mistake, or what the numbers show."""
    for code in verdict.diagnosis:
        title = pages.title(code, edition)
        if title and code not in pages.RELATIONS:
            return title
    if verdict.patterns:
        return verdict.patterns[0]
    difference = telling(verdict)[0]
    if kept_in(difference.entry):
        changed = [name for each in verdict.differences if (name := entry_words.kept(each.entry))]
        return f"the calls below change {listed(changed)}; they must not"
    return sentence(verdict, difference)


def telling(verdict: Verdict) -> list[Difference]:
    """The differences to tell: those where nothing came back, which explain whatever else is wrong; else all."""
    nothing = [each for each in verdict.differences if each.actual is None and each.kind != "missing"]
    return nothing or verdict.differences


def sentence(verdict: Verdict, difference: Difference) -> str:
    """What is wrong with one entry, where neither a known mistake nor a relation tells it."""
    check, expected, actual = verdict.probe.name, difference.expected, difference.actual
    name = entry_words.phrase(check, difference.entry)
    if difference.kind == "not raised":
        return f"no {expected.type} was raised for {name}"
    if isinstance(actual, Raised):
        return f"raised {value_text(actual)}" if isinstance(expected, Raised) else f"{name} raised {value_text(actual)}"
    if told := answered_wrongly(verdict, difference):
        return told
    if actual is None:
        notes = verdict.seen.notes
        returned = isinstance(notes[-1], Call) if notes else True  # else it was read from somewhere
        returned &= "[" not in difference.entry  # else a list came back
        return f"{name} is None: is there a `return` with the result?" if returned else f"{name} is None"
    if difference.kind == "length":
        return f"{name} has {counted(len(actual))} and should have {len(expected)}"
    if difference.kind == "keys":
        return f"{name} has {keys_text(actual)} and should have {keys_text(expected)}"
    if difference.kind == "type" or not isinstance(expected, np.ndarray):
        rule = verdict.probe.rules.get(difference.entry.partition("[")[0])
        came_back, right = difference_text(difference, 0.0)
        return f"{name} is {came_back} and should be {bounds(rule) or right}"
    return f"{name} is not what it should be"


def answered_wrongly(verdict: Verdict, difference: Difference) -> str:
    """The sentence for a matter of yes or no, which says all that there is to say; '' for anything else."""
    plain = isinstance(difference.expected, bool) and isinstance(difference.actual, bool)
    if not plain:
        return ""
    return entry_words.wrong(verdict.probe.name, difference.entry) or entry_words.changed(difference.entry)


def label_of(verdict: Verdict, difference: Difference) -> str:
    """An entry in words, in front of its value."""
    return entry_words.phrase(verdict.probe.name, difference.entry).removeprefix("the ").rstrip(",")


def counted(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries} entries"


def keys_text(value: dict[Any, Any]) -> str:
    """The keys of a dict, as many as fit into a sentence."""
    names = [printable(repr(key), 40) for key in list(value)[:5]]
    return f"the key{'s' * (len(value) != 1)} {listed(names)}" if names else "no keys"


def fault_message(verdict: Verdict, fault: Fault, edition: Edition) -> Message:
    """A call that gave no value."""
    if verdict.outcome == Outcome.NOT_IMPLEMENTED:
        return Message(fault_headline(fault))
    title = next((title for code in verdict.diagnosis if (title := pages.title(code, edition))), "")
    local = verdict.seen.unfit
    if verdict.diagnosis in ([SLIP], [EDIT]) or (local is not None and verdict.diagnosis == [MISFIT]):
        title = verdict.patterns[0]
    head = title or fault_headline(fault)
    came_back = traceback_text(fault) if fault.frames else fault_headline(fault) if title else ""
    parts = [
        ("your line", own_lines(verdict)),
        ("came back", f"{value_text(local.value)} from {local.method}" if local is not None else ""),
        ("came back", came_back),
        ("pattern", about_stand_ins(fault, verdict.seen)),
        ("pattern", "; ".join(each for each in verdict.patterns if each != title)),
        ("printed", printed(verdict.seen)),
        ("next", next_step(verdict.diagnosis, edition) or where_to_write(fault) or what_to_mend(fault)),
    ]
    return message_of(head, parts, script_text(verdict.seen.notes))


def about_stand_ins(fault: Fault, seen: Response) -> str:
    """What is meant by a class that is none of the student's, where an exception speaks of it."""
    found = STAND_IN.search(fault.message)
    if found is None or not any(isinstance(each, Definition) for each in seen.notes):
        return ""
    return (
        f"`{found[1]}` stands in for {STANDS_FOR[found[1]]} in this check. It has what the assignment names and no "
        "more: ask nothing else of it"
    )


def own_lines(verdict: Verdict) -> str:
    """The student's lines that an edit mends; one alone is where the verdict points to."""
    one = len(verdict.lines) == 1
    texts = ((line.number, one_line(line.text, VALUE_CHARACTERS)) for line in verdict.lines)
    return "\n".join(text if one else f"{number}: {text}" for number, text in texts)


def what_to_mend(fault: Fault) -> str:
    """What to do about a line that keeps a whole file from running."""
    return (
        "mend this line first: until then Python cannot import the file"
        if "SyntaxError" in (fault.type, *fault.bases)
        else ""
    )


def where_to_write(fault: Fault) -> str:
    """What to do about a file, such as a log, that could not be written beside the code."""
    if not READ_ONLY.match(fault.message):
        return ""
    return (
        "the folder of the code cannot be changed while it is graded: write files to the current folder, or below "
        '`if __name__ == "__main__":` alone'
    )


def printed(seen: Response) -> str:
    """What the submission printed during the check, but for progress, which returns to the start of its line."""
    printed_lines = seen.output.replace("\r\n", "\n").split("\n")
    lines = [line for each in printed_lines if "\r" not in each for line in each.splitlines()]
    lines = "\n".join(lines).strip().splitlines()
    if not lines:
        return ""
    more = f"\n({len(lines) - OUTPUT_LINES} more lines)" if len(lines) > OUTPUT_LINES else ""
    return "\n".join(f"| {line}" for line in lines[:OUTPUT_LINES]) + more


def addresses(codes: Sequence[str], site: str, edition: Edition) -> str:
    """Where the pages of codes lie on the web, one a line; '' where they lie nowhere."""
    return "\n".join(f"{site}{code}.html" for code in codes if site and pages.title(code, edition))


def next_step(codes: Sequence[str], edition: Edition) -> str:
    """Where to read on."""
    known = [code for code in codes if pages.title(code, edition)]
    year = "" if edition is FIRST else f" --edition {edition.year}"
    return "\n".join(f"grade explain {code}{year}" for code in known)


def explain(verdict: Verdict, tolerances: Tolerances, edition: Edition) -> None:
    """Writes what students read; one that fails with another has its cause, and is shown together with it."""
    first = verdict.because
    if first is None:
        verdict.message = message(verdict, tolerances, edition)
        return
    verdict.diagnosis = list(first.diagnosis)
    if not verdict.message or not first.diagnosis:
        verdict.message = first.message
