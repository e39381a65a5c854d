"""Why a model does not learn enough: what a few steps of a fresh model show, and nothing where it is not plain."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from overlays import build, grade

from grader.diagnose.learning import STEPS, Study, cause_of
from grader.homework import edition
from grader.homeworks.beras.worker.study import are_other_numbers

LEARNS = Study(0.01, (2.3,) * STEPS, 0.9, True, ())
NOTHING = replace(LEARNS, accuracy=0.1)


def layer(name: str = "layer 1 (Dense)", **instead: Any) -> dict[str, Any]:
    return {"name": name, "weights": 2, "moved": [True, True], "alike": False, "silent": 0.4, "affine": False} | instead


def told(own: Study, study: Callable[[float], Study | None] = lambda factor: None, **instead: Any) -> str:
    found = cause_of(own, study, **{"reached": 0.1, "steps_in_all": 450, "rising": False} | instead)
    return found.seen if found is not None else ""


def test_nothing_is_told_where_nothing_is_plain() -> None:
    usual = replace(LEARNS, layers=(layer(), layer("layer 2 (ReLU)", weights=0, moved=[])))

    assert told(usual, lambda factor: LEARNS, reached=0.9) == ""
    assert told(replace(usual, accuracy=0.3), lambda factor: replace(usual, accuracy=0.4), reached=0.3) == ""
    assert told(replace(usual, losses=())) == ""


def test_learning_rate_is_blamed_where_another_one_learns_far_better() -> None:
    seen = told(NOTHING, lambda factor: LEARNS if factor == 0.01 else NOTHING)

    assert "with a learning rate of 0.0001 in place of 0.01 a fresh model is right on 90%" in seen
    assert told(NOTHING, lambda factor: replace(LEARNS, finite=False)) == ""
    assert told(replace(NOTHING, rate=0.0), lambda factor: LEARNS) == ""


def test_usual_learning_rate_is_tried_where_the_own_one_is_far_from_it() -> None:
    tiny = replace(NOTHING, rate=1e-7)

    assert "with a learning rate of 0.001 in place of 1e-07" in told(
        tiny, lambda factor: LEARNS if factor > 1000 else tiny
    )


def test_outputs_that_are_no_probabilities_are_told_before_the_learning_rate() -> None:
    logits = replace(NOTHING, no_probabilities=True)

    assert "the model's outputs are none" in told(logits, lambda factor: LEARNS)
    assert told(replace(LEARNS, no_probabilities=True), reached=0.9) == "", "it learns"


def test_outputs_that_are_no_numbers_may_have_been_probabilities() -> None:
    assert are_other_numbers(np.array([[0.5, 0.4]]))
    assert are_other_numbers(np.array([[1.5, -0.5]]))
    assert not are_other_numbers(np.array([[0.25, 0.75]]))
    assert not are_other_numbers(np.array([[np.nan, np.nan]])), "a learning rate that is too large does that, too"


def test_model_without_an_activation_before_its_last_weights_is_called_linear() -> None:
    dense, relu = layer(affine=True), layer("layer 2 (ReLU)", weights=0, moved=[])

    linear = told(replace(LEARNS, layers=(dense, layer("layer 2 (Dense)", affine=True))), reached=0.9, rising=True)
    assert linear.startswith("no activation stands before layer 2 (Dense), the last one with weights")
    assert told(replace(LEARNS, layers=(dense, relu, dense)), reached=0.9) == ""
    assert told(replace(LEARNS, layers=(dense, relu)), reached=0.9).startswith("no activation stands before layer 1")


def test_loss_that_is_no_number_is_told_with_its_step() -> None:
    broken = replace(NOTHING, losses=(2.3, 9.1, float("nan")), finite=False)

    assert "its loss is nan from step 3 on" in told(broken, lambda factor: LEARNS)
    assert told(broken).startswith("the loss is nan from step 3 on, with other learning rates too")
    assert told(replace(broken, finite=True)) == "", "a step may report no loss at all"


def test_weights_that_rest_are_named_and_none_where_all_do() -> None:
    rests = layer(moved=[False, False])

    assert told(replace(NOTHING, layers=(rests, layer("layer 3 (Dense)")))).startswith(
        "the weights of layer 1 (Dense) do"
    )
    assert told(replace(NOTHING, layers=(rests,))).startswith("no weight changes in 150 steps")


def test_equal_weights_come_before_what_comes_of_them() -> None:
    equal = layer(alike=True, silent=1.0, moved=[False, True])

    assert "all units of layer 1 (Dense) still have the very same weights" in told(replace(NOTHING, layers=(equal,)))
    assert told(replace(LEARNS, layers=(layer(alike=True),)), reached=0.9) == "", "a last layer may start from zeros"


def test_units_that_are_silent_are_told_before_weights_that_rest() -> None:
    silent = layer("layer 2 (ReLU)", weights=0, moved=[], silent=0.97)
    layers = (layer(moved=[False, False]), silent, layer("layer 3 (Dense)"))

    assert told(replace(NOTHING, layers=layers)).startswith("97% of the units of layer 2 (ReLU) are 0 for every digit")


def test_fit_that_teaches_nothing_is_set_against_steps_that_do() -> None:
    assert "`fit` teaches it 10%" in told(LEARNS)


def test_few_steps_and_a_rising_end_are_told_last() -> None:
    assert told(replace(LEARNS, accuracy=0.4), steps_in_all=2) == "the weights are changed in 2 steps in all"
    assert told(LEARNS, reached=0.8, rising=True) == "the accuracy is still rising at the end"


# --- through the command ------------------------------------------------------------------------------------------

CASES = {
    "rate-too-large": (2022, "training.advanced", "assignment.py", "Adam(0.005)", "Adam(5.0)", "in place of 5 a fresh"),
    "fit-hands-over-other-labels": (
        2025, "training.digits", "beras/model.py", "step(x[batch], y[batch], training=True",
        "step(x[::-1][batch], y[batch], training=True",
        "`fit` teaches it",
    ),
    "no-softmax-at-the-end": (
        2025, "training.digits", "assignment.py", '"xavier"), Softmax()])', '"xavier")])',
        "the model's outputs are none",
    ),
    "part-that-it-runs-on": (
        2022, "training.advanced", "Beras/optimizers.py", "w -= self.learning_rate / c", "w += self.learning_rate / c",
        "mend Adam first: this training runs on it"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_training_that_fails_says_why(name: str, tmp_path: Path) -> None:
    year, training, file, old, new, said = CASES[name]
    hand_in = shutil.copytree(edition(year).reference, tmp_path / "hand-in", ignore=shutil.ignore_patterns("__py*"))
    text = (hand_in / file).read_text(encoding="utf-8")
    assert old in text
    (hand_in / file).write_text(text.replace(old, new), encoding="utf-8")
    chosen = ("--only", training, *(["Adam"] if "mend" in said else []))

    graded = grade(hand_in, *chosen)

    (trained,) = graded.result["training"]
    assert trained["outcome"] == "failed"
    assert said in " ".join(trained["message"].split())


def test_training_that_a_wrong_part_stops_names_the_part(folder: Path) -> None:
    """Dense gives its two gradients the other way round: the exception comes from code that is right."""
    submission = build("chaffs", "unlisted-dense-gradients-swapped", folder)

    graded = grade(submission, "--only", "Dense", "training.simple")

    (trained,) = graded.result["training"]
    assert trained["message"].startswith("blocked by Dense, which is not right yet\n")
    assert "mend Dense first: this training runs on it" in trained["message"]
    assert any("training.simple runs on it, and fails as well" in message for _, message in graded.messages())
