"""The form in which a step of a later year answers, as an expression of its loss, its inputs and its labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.homeworks.beras.later.forms import ACCURACY, USUAL, expression, form_of, metrics_in

LABELS = np.eye(3)[[0, 2, 1, 0]]
OUTPUTS = np.arange(12.0).reshape(4, 3)
STATS = {"loss": 1.25, "accuracy": ACCURACY}
TOLD = "{'loss': loss, 'accuracy': acc}"


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        (STATS, TOLD),
        ((STATS, OUTPUTS), f"({TOLD}, x, )"),
        ((OUTPUTS, STATS), f"(x, {TOLD}, )"),
        ((STATS, (OUTPUTS, LABELS)), f"({TOLD}, (x, y, ), )"),
        ((STATS, OUTPUTS.argmax(axis=1)), f"({TOLD}, np.argmax(x, axis=-1), )"),
        ((STATS, LABELS.argmax(axis=1)), f"({TOLD}, np.argmax(y, axis=-1), )"),
        ((STATS, OUTPUTS.tolist()), f"({TOLD}, np.asarray(x).tolist(), )"),
        ([STATS, OUTPUTS], f"[{TOLD}, x]"),
        ((STATS, None), f"({TOLD}, None, )"),
        ({"loss": np.array([1.25]), "acc": [ACCURACY]}, "{'loss': [loss], 'acc': [acc]}"),
        ({"loss": np.array(ACCURACY), "hits": ACCURACY}, "{'loss': loss, 'hits': acc}"),
        ((1.25, ACCURACY), "(loss, acc, )"),
    ],
)
def test_a_form_is_what_was_returned_with_other_numbers(returned: Any, expected: str) -> None:
    assert expression(returned, LABELS) == expected
    made = eval(expected, {"np": np, "loss": 0.25, "acc": ACCURACY, "x": OUTPUTS, "y": LABELS})
    assert expression(made, LABELS) == expected


@pytest.mark.parametrize("returned", [object(), (STATS, np.ones((7, 3))), (STATS, {1: object()})])
def test_what_no_step_returns_has_no_form(returned: Any) -> None:
    with pytest.raises(ValueError, match="a step returned"):
        expression(returned, LABELS)


@pytest.mark.parametrize("returned", [None, {}, (None, None), {"loss": None, "acc": None}, "loss"])
def test_a_step_that_is_not_written_has_no_form(returned: Any) -> None:
    with pytest.raises(ValueError, match="a step returned no loss"):
        form_of(returned, LABELS)


def test_metrics_are_found_wherever_they_stand() -> None:
    assert metrics_in(STATS) is STATS
    assert metrics_in((OUTPUTS, (STATS, LABELS))) is STATS
    assert metrics_in(3.0) == 3.0


def test_the_usual_forms_are_expressions_too() -> None:
    for form in USUAL.values():
        for text in vars(form).values():
            assert eval(text, {"loss": 1, "acc": ACCURACY, "x": OUTPUTS})
