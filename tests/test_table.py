"""The result and the progress on a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from results import (
    CHINESE,
    blocked,
    component,
    failed,
    made,
    ordinary,
    probe,
    trained,
)

from grader.base.columns import columns, cut, wrap
from grader.base.message import Message
from grader.commands.explain import fitted
from grader.report.details import component_text
from grader.report.first_screen import LINES
from grader.report.progress import Progress, epoch_text
from grader.report.to_table import to_table
from grader.result import Milestone, Result


def chinese() -> Result:
    script = "x = np.array([" + "1.0, " * 40 + "1.0])"
    message = Message(f"raised ValueError: {CHINESE * 4}", (("came back", CHINESE * 5), ("expected", "ok")), script)
    return made(
        component("Dense", failed("Dense/a", 1, message)), component("ReLU", probe("ReLU/a")), notes=[CHINESE * 5]
    )


@pytest.mark.parametrize("width", [80, 132])
@pytest.mark.parametrize("make", [chinese, ordinary])
def test_table_fits_the_terminal_but_for_lines_to_paste(make: Callable[[], Result], width: int) -> None:
    lines = to_table(make(), verbose=True, width=width).splitlines()
    brief = to_table(make(), width=width).splitlines()

    assert all(columns(line) <= width for line in brief)
    paste = [line for line in lines if line.startswith("x = np.array")]
    assert all(columns(line) <= width for line in lines if line not in paste)
    assert [line.count("1.0") for line in paste] == [41] * (make is chinese)


def test_table_aligns_wide_characters() -> None:
    lines = to_table(chinese(), width=80).splitlines()

    head, rule, dense, relu = lines[:4]
    starts = [head.index(name) for name in ("outcome", "points", "why")]
    assert rule.split() == ["-" * len(word) for word in rule.split()]
    assert [match.start() for match in re.finditer("-+", rule)][1:] == starts
    assert columns(dense) <= 80
    assert dense.endswith("…")
    assert relu.split() == ["ReLU", "passed", "1", "/", "1"]


def test_table_uses_a_wider_terminal() -> None:
    narrow, wide = (to_table(chinese(), width=width) for width in (80, 200))

    assert len(wide.splitlines()) < len(narrow.splitlines())
    assert "".join(wide.split())[-40:] == "".join(narrow.split())[-40:]


BROKEN = Message("raised SyntaxError: invalid syntax", (("came back", "line 1"),), "from Beras.layers import Dense")


def test_words_that_several_checks_share_are_told_once() -> None:
    names = ["forward", "gradient", "compose"]
    result = made(
        component("Dense", *(failed(f"Dense/{name}", 2, BROKEN) for name in names), failed("Dense/b", 1, "no"))
    )

    text = to_table(result, width=100)

    assert text.count("came back  line 1") == 1
    assert "Dense  failed  -7 of 7" in text
    assert "-v shows 1 more fault" in text
    assert component_text(result.components[0]).count("2 more checks for the same reason (-4): gradient, compose") == 1
    assert to_table(result, verbose=True).count("came back  line 1") == 3


def test_curve_of_a_training_starts_before_it() -> None:
    result = made(training=[trained()])

    assert "after 2 epochs  ▁██" in to_table(result)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


EVENTS: list[dict[str, Any]] = [
    {"event": "start", "components": ["Dense", "training.simple"]},
    {"event": "component", "name": "Dense", "outcome": "failed", "points": 1, "max_points": 12},
    {
        "event": "epoch",
        "training": "training.simple",
        "epoch": 2,
        "epochs": 5,
        "accuracy": 0.9,
        "seconds": 4.0,
        "seconds_left": 596.0,
    },
    {"event": "component", "name": "training.simple", "outcome": "passed", "points": 7, "max_points": 7},
    {"event": "end", "score": 8},
]


@pytest.mark.parametrize(
    ("wall", "cpu", "busy"),
    [(3.0, 0.9, True), (1.2, 0.9, False), (0.5, 0.1, False), (9.0, 8.0, False), (9.0, None, False)],
)
def test_table_says_when_the_clock_is_not_to_be_trusted(wall: float, cpu: float | None, busy: bool) -> None:
    training = trained()
    training.milestones = [Milestone(0.95, 1, wall, cpu)]

    assert ("the machine was busy" in to_table(made(training=[training]))) is busy


@pytest.mark.parametrize(("seconds_left", "says"), [(480.0, "8 min"), (12.3, "13 s"), (0.0, "0 s"), (5000.0, "50 min")])
def test_time_left_is_no_more_than_the_limit_leaves(seconds_left: float, says: str) -> None:
    event = EVENTS[2] | {"epoch": 1, "epochs": 26, "seconds": 120.0, "seconds_left": seconds_left}

    assert epoch_text(event).endswith(f", at most {says} left")


def test_progress_is_one_changing_line_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    progress = Progress(stream)
    for event in EVENTS:
        progress(event)
    progress.close()

    *said, last = stream.getvalue().split("\r\x1b[K")[1:]
    assert said == [
        "1 of 2  Dense",
        "2 of 2  training.simple",
        "2 of 2  training.simple: epoch 2 of 5, 90.00% after 4.00 s, at most 6 s left",
    ]
    assert last == ""
    assert "\n" not in stream.getvalue()


@pytest.mark.parametrize(("stream", "term"), [(io.StringIO(), "xterm"), (Terminal(), "dumb")])
def test_progress_is_plain_lines_elsewhere(stream: io.StringIO, term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)
    progress = Progress(stream)
    for event in EVENTS:
        progress(event)
    progress.close()

    assert stream.getvalue().splitlines() == [
        "Dense: failed, 1 of 12",
        "training.simple: epoch 2 of 5, 90.00% after 4.00 s, at most 6 s left",
        "training.simple: passed, 7 of 7",
    ]


def test_progress_stays_on_one_line_of_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(Progress, "width", lambda _: 30)
    stream = Terminal()
    progress = Progress(stream)
    for event in EVENTS:
        progress(event)

    said = stream.getvalue().split("\r\x1b[K")
    assert max(map(len, said)) == 29
    assert said[-1] == "2 of 2  training.simple: epoc"


def test_progress_of_a_quiet_run_says_nothing() -> None:
    stream = Terminal()
    progress = Progress(stream, quiet=True)
    for event in EVENTS:
        progress(event)
    progress.close()

    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("中文", 4), ("e\u0301", 1), ("ｗ", 2), ("\u200b", 0), ("é", 1)]
)
def test_columns_of_a_text(text: str, width: int) -> None:
    assert columns(text) == width


def test_cut_and_wrap_keep_to_the_columns() -> None:
    assert cut("中文字", 5) == "中文"
    assert wrap("one two three", 8, 2) == ["one two", "  three"]
    assert wrap("一二三四五六", 8, 2) == ["一二三四", "  五六"]
    assert wrap("  indented " + "x" * 20, 12, 2) == ["  indented", "  " + "x" * 10, "  " + "x" * 10]


def test_the_first_screen_holds_whatever_went_wrong() -> None:
    """A block a component where there is room, the others by name; all of it with -v."""
    long = [("pattern", "so much to say " * 9)] * 30
    parts = (("came back", "1"), ("expected", "2"), *long, ("next", "do this " * 20))
    message = Message("something is wrong " * 12, parts)
    rows = [component(f"Part{n}", *(failed(f"Part{n}/{m}", n + 1, message) for m in range(3))) for n in range(9)]
    text = to_table(made(*rows), width=80)

    assert len(text.splitlines()) <= LINES
    assert "Part8  failed  -27 of 27" in text, "the costliest first"
    assert re.search(r"^\d more: Part\d.*-v for everything$", text, re.MULTILINE)
    assert all(columns(line) <= 80 for line in text.splitlines())
    assert all(to_table(made(*rows), verbose=True).count(f"Part{n}/2  failed") == 1 for n in range(9))


def test_the_first_screen_holds_trainings_and_notes_as_well() -> None:
    """What is said of trainings gets shorter before any of a mistake does; the rest of the notes is counted."""
    message = Message("it is wrong " * 9, (("came back", "1"), ("expected", "2"), ("next", "do this " * 15)))
    rows = [component(f"Part{n}", failed(f"Part{n}/a", n + 1, message)) for n in range(22)]
    slow = [trained(), trained()]
    for each in slow:
        each.outcome, each.told, each.milestones = "failed", message, [Milestone(0.95, 1, 9.0, 0.5)]
    notes = [f"{n} " + "a note that goes on " * 6 for n in range(9)]

    text = to_table(made(*rows, training=slow, notes=notes), width=80)

    assert len(text.splitlines()) <= LINES
    assert "Part21  failed" in text
    assert text.count("  next       do this") == 1
    assert text.count("training advanced: failed") == 2
    assert re.search(r"^\d more notes: -v shows all$", text, re.MULTILINE)
    everything = to_table(made(*rows, training=slow, notes=notes), verbose=True)
    assert all(f"note: {n} a note" in everything for n in range(9))
    assert everything.count("  an epoch   ") == 2


def block_of(message: Message, **fields: Any) -> list[str]:
    """The first screen of a component that has this to say, without its empty lines."""
    check = failed("Adam/a", 2, message)
    for name, value in {"diagnosis": ["adam"], **fields}.items():
        setattr(check, name, value)
    lines = to_table(made(component("Adam", check)), width=80).splitlines()
    return lines[next(place for place, line in enumerate(lines) if line.startswith(f"Adam  {check.outcome}  -")) : -2]


def test_numbers_are_never_cut_off_for_the_name_of_what_they_are() -> None:
    label = "first gradient that the optimizer was given in a second step: "
    parts = (("came back", f"{label}float64 (3, 4), [0, 0]: 1.5"), ("expected", f"{label}float64 (3, 4), [0, 0]: 2.5"))

    lines = block_of(
        Message("it is wrong", (*parts, ("pattern", "so much to say " * 20), ("next", "grade explain adam")))
    )

    assert lines[2:5] == [
        f"  came back  {label.rstrip()}",
        "             float64 (3, 4), [0, 0]: 1.5",
        "  expected   float64 (3, 4), [0, 0]: 2.5",
    ]


def test_a_long_name_is_cut_where_there_is_one_line_for_it() -> None:
    name = "output for rows near 1000, -1000, 0 and 500"
    value = "float64 (4, 4), [1, 0]: nan; 8 of 16 differ"
    steps = "grade explain " + "x" * 50

    lines = block_of(
        Message(
            "it is wrong " * 12,
            (("came back", f"{name}: {value}"), ("expected", "1"), ("pattern", "so it is"), ("next", steps)),
            "print(1)",
        )
    )

    assert f"  came back  output for rows near …: {value}" in lines


def test_commands_stand_whole_on_a_line() -> None:
    told = Message("it is wrong", (("next", "grade explain " + "x" * 40),), "print(1)")

    lines = block_of(told)

    assert lines[-2:] == [f"  next       grade explain {'x' * 40}", "             grade try Adam hw"]


def test_what_raised_is_told_once() -> None:
    """The exception and its code; the place is in the head, unless another line is to blame."""
    raised = "a.py, line 3, in Adam.step:\n  v[w] += 1\n    ^\nTypeError: no key"
    here = block_of(
        Message("raised TypeError: no key (a.py line 3)", (("came back", raised),)),
        outcome="error",
        file="a.py",
        line=3,
    )
    bare = Message(
        "It is wrong", (("came back", "a.py, line 3:\nTypeError: no key"),)
    )  # of a line that nobody can read
    assert "  came back  TypeError: no key" in block_of(bare, outcome="error", file="a.py", line=3)
    assert "             a.py, line 3: " in block_of(bare, outcome="error", file="a.py", line=33)
    there = block_of(Message("It is wrong", (("came back", raised),)), outcome="error", file="b.py", line=7)

    assert here == [
        "Adam  error  -2 of 2  a.py line 3",
        "  raised TypeError: no key",
        "  came back  v[w] += 1",
        "               ^",
    ]
    assert there[2:4] == ["  came back  TypeError: no key", "             a.py, line 3: v[w] += 1"]


def test_a_hundred_per_cent_is_all() -> None:
    almost = made(component("Adam", probe("Adam/a", "partial", 199.5, 200)))

    assert "score 199.5 of 200, 99%;" in to_table(almost)
    assert "score 1 of 1, 100%;" in to_table(made(component("Adam", probe("Adam/a"))))


def test_a_long_traceback_of_a_training_leaves_room() -> None:
    rows = [component(f"Part{n}", failed(f"Part{n}/a", n + 1, "it is wrong")) for n in range(22)]
    stopped = trained()
    stopped.accuracy, stopped.outcome = [], "error"
    stopped.told = Message("raised ValueError", (("came back", "\n".join(["a.py, line 1: a call"] * 20)),))

    text = to_table(made(*rows, training=[stopped]), width=80)

    assert len(text.splitlines()) <= LINES
    assert "training advanced: error, raised ValueError\n" in text
    assert to_table(made(*rows, training=[stopped]), verbose=True).count("a.py, line 1") == 20


def test_what_others_wait_for_comes_first() -> None:
    waits = blocked("Model/a", 3, "blocked by Dense, which is not right yet; this check uses it")
    text = to_table(
        made(
            component("Adam", failed("Adam/a", 9, "no")),
            component("Dense", failed("Dense/a", 1, "no")),
            component("Model", waits),
        )
    )

    assert text.index("Dense  failed") < text.index("Adam  failed")


def test_a_page_fits_the_terminal_but_for_its_code() -> None:
    prose = "# A title\n\nSome words that\ngo on and on.\n- An item that\n  is long.\n"
    code = "```python\nx = 1  # and a comment that is longer\n```"

    told = "# A title\n\nSome words that go\non and on.\n- An item that is\n  long.\n"
    assert fitted(prose + code + "\n", 20) == told + code + "\n"
