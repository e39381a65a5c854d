"""A message is one headline, labelled parts and lines to paste, whoever lays it out."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from results import component, made, probe

from grader.ask.client import Frame
from grader.base.message import Message, message
from grader.explain.evidence import without_given
from grader.homework import FIRST
from grader.report.from_json import from_json
from grader.report.to_json import to_json

TOLD = Message("it is wrong", (("came back", "one\ntwo"), ("expected", "three")), "x = 1\nprint(x)")


def test_plain_text_has_each_part_on_lines_of_its_own_and_code_flush_left() -> None:
    assert str(TOLD).splitlines() == [
        "it is wrong",
        "  came back  one",
        "             two",
        "  expected   three",
        "  try it     paste this into Python, in the folder of the code:",
        "x = 1",
        "print(x)",
    ]


def test_parts_that_say_nothing_are_left_out() -> None:
    assert message("head", [("came back", ""), ("next", "go on")]) == Message("head", (("next", "go on"),))
    assert Message("head").with_part("also", "") == Message("head")


def test_message_is_false_where_nothing_is_to_be_said() -> None:
    assert not Message()
    assert Message("head")


def test_text_that_came_alone_is_the_headline() -> None:
    assert probe("ReLU/forward", "failed", 0, 1, message="it raised").told == Message("it raised")


def test_parts_survive_json_and_older_results_have_none() -> None:
    wrong = probe("ReLU/forward", "failed", 0, 1, message=str(TOLD), told=TOLD)
    text = to_json(made(component("ReLU", wrong)))

    assert from_json(text).components[0].probes[0].told == TOLD

    older = json.loads(text)
    del older["components"][0]["probes"][0]["told"]
    assert from_json(json.dumps(older)).components[0].probes[0].told == Message(str(TOLD))


@pytest.mark.parametrize(
    ("functions", "line"),
    [
        (("Dense.compose",), 1),
        (("Model.evaluate", "helper"), 2),  # a method that students write, and a function of their own
        (("SequentialModel.batch_step", "Model.fit"), 1),  # given code raises: who called it is to blame
        (("SequentialModel.batch_step", "Model.fit", "times"), 1),
        (("SequentialModel.batch_step", "Model.fit", "Dense.forward"), 3),
        (("Model.fit",), 0),
    ],
)
def test_given_code_that_raises_points_to_what_called_it(functions: tuple[str, ...], line: int) -> None:
    frames = [
        Frame("layers.py" if name.startswith("Dense") else "model.py", number, name, "source")
        for number, name in enumerate(functions, 1)
    ]
    owners = {number: [name.partition(".")[0]] for number, name in enumerate(functions, 1) if "." in name}
    places = SimpleNamespace(edition=FIRST, within=lambda file, line: owners.get(line, []))

    found = without_given(frames, places)  # type: ignore[arg-type]

    assert (found[-1].line if found else 0) == line
