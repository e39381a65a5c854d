"""What a student reads where no probe of the assignment leads: advice that depends on the machine's answer."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from overlays import build, grade

from grader.ask.client import Fault
from grader.ask.notes import Definition
from grader.ask.probe import NotAsked, all_probes
from grader.ask.reference import LocalWorker, read_sources
from grader.ask.response import Response
from grader.ask.subject import Raised, subject_of, unfilled
from grader.diagnose import entry_words
from grader.explain import message as words
from grader.homework import YEARS, edition
from grader.homeworks.beras.mnist.synthetic import probe_folder
from grader.result import accuracy_text
from grader.worker.host import Host


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_file_beside_the_code_that_cannot_be_written_says_where_files_may_be(number: int):
    raised = OSError(number, os.strerror(number), "/tmp/grade/submission/Beras/train.log")
    told = Host("/tmp/grade/submission").describe_error(raised)

    assert "current folder" in words.where_to_write(Fault("raised", told["message"], "OSError", ("OSError",)))


@pytest.mark.parametrize(
    "message",
    [
        "[Errno 13] Permission denied: '/etc/shadow'",
        "[Errno 2] No such file or directory: 'Beras/train.log'",
    ],
)
def test_another_error_with_a_file_says_nothing_of_that(message: str):
    assert words.where_to_write(Fault("raised", message, "OSError", ("OSError",))) == ""


def parts(entry: str, value: Any) -> Iterator[tuple[str, Any]]:
    """An entry and every part of it that a difference can name."""
    yield entry, value
    if isinstance(value, dict):
        for key, each in value.items():
            yield from parts(f"{entry}[{key!r}]", each)
    elif isinstance(value, (list, tuple)):
        for place, each in enumerate(value):
            yield from parts(f"{entry}[{place}]", each)


@pytest.mark.parametrize("year", YEARS)
def test_everything_that_a_check_sees_has_words(year: int) -> None:
    of_year = edition(year)
    sources, nameless, code = read_sources(of_year.reference), [], []
    digits = of_year.loading(probe_folder() / "mnist")
    for probe in all_probes(of_year):
        worker, answer = LocalWorker(sources, of_year.reference, digits), {}
        with suppress(NotAsked):
            answer = probe.ask(subject_of(of_year)(worker, str(probe_folder())), 1470)
        for entry, value in (each for name, of in answer.items() for each in parts(name, of)):
            told = entry_words.wrong(probe.name, entry) if isinstance(value, bool) else ""
            told = (
                told
                or entry_words.looked_up(entry_words.table("PHRASES"), probe.name, entry)
                or entry_words.kept(entry)
            )
            nameless += [] if told or (isinstance(value, Raised) and told) else [f"{probe.name}: {entry}"]
            code += [told] if "_" in told and not any(name in told for name in KNOWN_TO_STUDENTS) else []

    assert nameless == []
    assert code == []


KNOWN_TO_STUDENTS = (
    "gradient_tape",
    "trainable_variables",
    "_initialize_weight",
    "batch_step",
    "y_pred",
    "y_true",
    "batch_size",
    "requires_grad",
    "zero_grad",
    "no_grad",
    "__",
)


@pytest.mark.parametrize(
    ("check", "entry", "words_for_it"),
    [
        ("Adam/later-steps", "w1_after_2", "the first weight after step 2"),
        ("RMSProp/defaults", "tiny['w2_after_1']", "the second weight after a step with a tiny gradient"),
        ("GradientTape/one-layer", "gradients[1]", "the second gradient of the list"),
        ("SequentialModel/updates", "weights[1][0]", "the first weight of the second layer"),
        ("OneHotEncoder/uniq", "uniq2oh[12]", "the row of the label 12 in uniq2oh"),
        ("OneHotEncoder/uniq", "uniq2oh[12][0]", "the row of the label 12 in uniq2oh at [0]"),
        ("Dense/side-effects", "random_state_kept", "the random state"),
    ],
)
def test_entry_in_words(check: str, entry: str, words_for_it: str) -> None:
    assert entry_words.phrase(check, entry) == words_for_it


@pytest.mark.parametrize(
    ("chaff", "component", "sentences"),
    [
        (
            "unlisted-softmax-gradient-is-one-number",
            "Softmax",
            ["the shape () and should give (5, 4, 4)", "expected   the shape (5, 4, 4), one Jacobian for each example"],
        ),
        ("unlisted-dense-weight-gradient-summed-early", "Dense", ["gives x summed over the batch, (3, 4)"]),
        ("unlisted-init-compares-capitals", "Dense.initializer", ["nothing was drawn for 'xavier'", "over and over"]),
        ("unlisted-init-xavier-fan-out", "Dense.initializer", ["is sqrt(1 / m), one fan only, and should be sqrt(2"]),
        ("evaluate-lists-last-batch-twice", "Model.evaluate", ["holds 4 numbers, the last one twice: their mean"]),
        ("sequential-updates-twice", "SequentialModel", ["number of times that the optimizer was called: 2"]),
        ("sgd-rebinds", "BasicOptimizer", ["the first array that was passed in has not changed"]),
    ],
)
def test_message_says_what_is_seen(chaff: str, component: str, sentences: list[str], folder: Path) -> None:
    graded = grade(build("chaffs", chaff, folder), "--no-training", "--only", component)

    text = "\n".join(message for _, message in graded.messages())
    assert [each for each in sentences if each not in " ".join(text.split("\n")) and each not in text] == []


@pytest.mark.parametrize(
    ("message", "what"),
    [
        ("'Layer' object has no attribute 'w'", "a layer"),
        ("_loss.<locals>.Loss.forward() takes 3 positional arguments but 4 were given", "a loss"),
        ("Optimizer.apply_gradients() missing 1 required positional argument: 'grads'", "an optimizer"),
    ],
)
def test_exception_that_speaks_of_a_stand_in_says_what_that_is(message: str, what: str) -> None:
    seen = Response(notes=(Definition("class Layer(Diffable):\n    pass"),))
    fault = Fault("raised", message, "TypeError", ("TypeError",))

    assert f"stands in for {what} " in words.about_stand_ins(fault, seen)
    assert "<locals>" not in words.traceback_text(fault) + words.fault_headline(fault)
    assert words.about_stand_ins(fault, Response()) == ""


def test_progress_that_returns_to_the_start_of_its_line_is_not_shown() -> None:
    output = "\r - Epoch  1: Batch   1/2 : {'loss': 0.5}   \r - Epoch  1: Average Stats : {'loss': 0.5}   \nx (5, 3)\n"

    assert words.printed(Response(output=output)) == "| x (5, 3)"
    assert words.printed(Response(output=output.replace("x (5, 3)\n", ""))) == ""


def test_only_a_place_is_said_to_be_not_written_yet() -> None:
    assert words.is_place("Beras/layers.py line 12")
    assert not words.is_place("get_data_MNIST has no parameter is_reshape")


@pytest.mark.parametrize(
    ("accuracy", "text"),
    [
        ([0.9192], "91.92% after 1 epoch"),
        ([0.5, 0.7], "70.00% after 2 epochs"),
        ([0.5296, 0.4959], "52.96% after epoch 1 of 2"),
    ],
)
def test_one_accuracy_counts_wherever_it_is_told(accuracy: list[float], text: str) -> None:
    assert accuracy_text(accuracy) == text


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("'NoneType' object does not support item assignment", "dense.w is None"),
        ("'numpy.float64' object does not support item assignment", "dense.w is a numpy.float64"),
        ("could not broadcast input array from shape (3,4) into shape (4,)", "dense.w has the shape (4,), and"),
    ],
)
def test_array_that_cannot_be_filled_is_told_in_words(message: str, told: str) -> None:
    fault = unfilled("dense.w", np.zeros((3, 4)), Fault("raised", message, "TypeError", ("TypeError",)))

    assert fault.message.startswith(told)
