"""Questions about get_data_MNIST, asked on made-up images in files of the real form and size."""

from __future__ import annotations

from typing import Any

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.probe import Observation, probe
from grader.ask.subject import Raised, Remote
from grader.homeworks.beras.dialect import Dialect

ROWS = [0, 1, 2, 17, 4999, 9999]  # looked at in full; shapes and dtypes are those of the whole
TRAIN, TEST = 235, 39  # megabytes of a split: bytes, and float32


def loaded(s: Dialect, subset: str, **options: Any) -> tuple[Remote, Remote]:
    """Inputs and labels of a subset of the made-up data."""
    result = s.get("get_data_MNIST")(subset, data_path=s.data_path, **options)
    return result.item(0), result.item(1)


def rows(s: Dialect, array: Remote) -> Any:
    return s.ask("rows", target=array.ref, rows=ROWS)


def layout(s: Dialect, array: Remote) -> dict[str, Any]:
    return dict(s.ask("layout", target=array.ref))


@probe("get_data_MNIST", "test-split", weight=2, seeded=False, megabytes=TEST)
def test_split(s: Dialect, draw: Draw) -> Observation:
    """the test inputs, row by row, scaled to [0, 1], and their labels."""
    inputs, labels = loaded(s, "test")
    return {"shape": layout(s, inputs)["shape"], "inputs": rows(s, inputs), "labels": rows(s, labels)}


@probe("get_data_MNIST", "train-split", weight=2, seeded=False, megabytes=TRAIN + TEST)
def train_split(s: Dialect, draw: Draw) -> Observation:
    """the training inputs are (60000, 784), with their own labels; the test split loaded after them is another."""
    inputs, labels = loaded(s, "train")
    return {
        "shape": layout(s, inputs)["shape"],
        "labels_shape": layout(s, labels)["shape"],
        "inputs": rows(s, inputs),
        "labels": rows(s, labels),
        # Asked here and not by itself: the training split takes as long as all other checks together
        "test_labels_afterwards": rows(s, loaded(s, "test")[1]),
    }


@probe("get_data_MNIST", "dtypes", seeded=False, megabytes=TEST)
def dtypes(s: Dialect, draw: Draw) -> Observation:
    """inputs are float32, labels uint8."""
    inputs, labels = loaded(s, "test")
    return {"inputs": layout(s, inputs)["dtype"], "labels": layout(s, labels)["dtype"]}


@probe("get_data_MNIST", "is-reshape", seeded=False, megabytes=TEST)
def is_reshape(s: Dialect, draw: Draw) -> Observation:
    """is_reshape=False gives images (10000, 28, 28, 1)."""
    function = s.get("get_data_MNIST")
    if not s.takes(function, "is_reshape"):
        raise Fault("missing", "get_data_MNIST has no parameter is_reshape")
    inputs, _ = loaded(s, "test", is_reshape=False)
    found = rows(s, inputs)
    return {"shape": layout(s, inputs)["shape"], "inputs": found}


@probe("get_data_MNIST", "unknown-subset", seeded=False, passive=True)
def unknown_subset(s: Dialect, draw: Draw) -> Observation:
    """any other subset raises an AssertionError."""
    answer = s.attempt(s.get("get_data_MNIST"), "validation", data_path=s.data_path)
    return {"unknown": answer if isinstance(answer, Raised) else "some data"}
