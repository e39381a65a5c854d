"""The lines of a message are pasted into Python as they stand, and show what the message says came back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from overlays import build, expectation, grade

from grader.script import MOST_STATEMENTS, script_text

MARK = "paste this into Python, in the folder of the code:\n"
NUMBER = re.compile(r"-?(?:\d+\.?\d*(?:e[+-]?\d+)?|nan|inf)")
CAME_BACK = re.compile(r"came back .*first at \[[^]]*\]: (\S+)")
PASTE = """
import contextlib, io, json, os, sys, traceback
import numpy  # once: each script runs in a fork of this process
found = []
for script in json.load(sys.stdin):
    reading, writing = os.pipe()
    if os.fork() == 0:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out):
            try:
                exec(compile(script, "<stdin>", "exec"), {"__name__": "__main__"})
            except BaseException:
                traceback.print_exc(file=err)
        with os.fdopen(writing, "w") as pipe:
            json.dump((out.getvalue(), err.getvalue()), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        found.append(json.load(pipe))
    os.wait()
json.dump(found, sys.stdout)
"""
CHAFFS = (  # one for each way in which a probe asks
    "onehot-transposed", "dense-no-bias", "dense-weight-gradient-summed", "leaky-alpha-on-positive-side",
    "softmax-over-batch", "softmax-jacobian-diagonal", "mse-gradient-sign", "ce-no-softmax", "sgd-sign",
    "rmsprop-epsilon-inside-root", "adam-step-off-by-one", "tape-order-reversed", "tape-left-open",
    "evaluate-last-batch-only", "sequential-last-layer-dropped", "compose-input-transposed", "raises-in-mse",
)  # fmt: skip


@pytest.mark.parametrize("name", CHAFFS)
def test_lines_of_every_message_show_what_came_back(name: str, folder: Path) -> None:
    submission = build("chaffs", name, folder)
    lost = expectation("chaffs", name)["loses"]
    messages = [
        probe["message"]
        for part in grade(submission, "--no-training", "--only", *lost).components.values()
        for probe in part["probes"]
        if MARK in probe["message"]
    ]
    assert messages

    parts = [message.partition(MARK) for message in messages]
    for (evidence, _, script), (stdout, raised) in zip(parts, pasted([part[2] for part in parts], submission)):
        if raised:  # then it is the exception that the message tells, but for Python's guess at a name
            assert raised.strip().rpartition("\n")[2].partition(". Did you mean")[0] in evidence
        value = CAME_BACK.search(evidence)
        if value and not raised and "# and" not in script:
            shown = [float(number) for number in NUMBER.findall(stdout)]
            assert any(same(float(value[1]), number) for number in shown), f"{value[0]} is not in {stdout}"


def pasted(scripts: list[str], folder: Path) -> list[tuple[str, str]]:
    """What each script prints, and the exception that it ends with; each runs in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PASTE], input=json.dumps(scripts), cwd=folder, capture_output=True, text=True, check=True
    )
    return [(stdout, raised) for stdout, raised in json.loads(done.stdout)]


def same(one: float, other: float) -> bool:
    """To the digits that NumPy prints."""
    return abs(one - other) <= 2e-4 * abs(one) + 5e-9 or (one != one and other != other)


def test_result_that_nothing_uses_is_printed_and_one_that_is_used_is_not() -> None:
    notes = ["from Beras.layers import Dense", "dense = Dense(2, 1)", "dense_2 = dense(np.zeros((1, 2)))", "dense.b"]

    assert script_text(notes).splitlines() == [
        "import numpy as np",
        "from Beras.layers import Dense",
        "dense = Dense(2, 1)",
        "print(dense(np.zeros((1, 2))))",
        "print(dense.b)",
    ]


def test_weights_are_printed_after_each_update() -> None:
    notes = ["sgd = BasicOptimizer(0.5)", "w = np.ones(2)", "step = sgd.apply_gradients([w], [w])", "v = np.ones(2)"]

    assert script_text(notes).splitlines()[3:5] == ["sgd.apply_gradients([w], [w])", "print(w)"]


def test_attribute_on_the_way_to_a_call_is_left_out() -> None:
    assert script_text(["model.layers", "call = model.layers.append(1)"]) == "print(model.layers.append(1))"


def test_long_script_is_cut_behind_a_whole_statement() -> None:
    text = script_text([f"call_{number} = call({number})" for number in range(MOST_STATEMENTS + 5)])

    assert text.endswith("# and 5 more statements like these")
    compile(text, "script", "exec")


def test_long_array_has_a_line_for_each_row() -> None:
    text = script_text([f"x = np.array({[[0.125] * 8] * 4})"])

    assert text.count("\n") == 4
    compile(text, "script", "exec")


def test_no_notes_no_script() -> None:
    assert script_text([]) == ""


def test_weights_that_no_step_was_reached_with_are_not_printed() -> None:
    notes = [
        "sgd = BasicOptimizer(0.5)",
        "w = np.ones(2)",
        "w_2 = np.ones(3)",
        "sgd.apply_gradients([w], [np.ones(2)])",
    ]

    assert script_text(notes).splitlines()[-1] == "print(w)"
