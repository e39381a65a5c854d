"""Questions about load_and_preprocess_data, asked on made-up images of MNIST's form and size.

Each loads everything once, which takes longer than all that is asked of a layer: so they are few.
"""

from __future__ import annotations

from typing import Any

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.probe import Observation, probe
from grader.ask.subject import Remote, Subject

NAMES = ("train_inputs", "train_labels", "test_inputs", "test_labels")
ROWS = [0, 1, 2, 17, 4999, 9999]  # looked at in full; shapes and dtypes are those of the whole
LOADED = 330  # megabytes: both splits, as bytes and as floats


def loaded(s: Subject) -> dict[str, Remote]:
    """The four results by name, in the order in which they are to come."""
    result = s.get("load_and_preprocess_data")()
    if result.kind == "NoneType":
        message = "load_and_preprocess_data returns nothing yet"
        raise Fault("raised", message, "NotImplementedError", ("NotImplementedError",))
    try:
        return {name: result.item(index) for index, name in enumerate(NAMES)}
    except Fault as fault:
        if fault.type not in ("IndexError", "KeyError", "TypeError"):
            raise
        raise Fault("unusable", f"gives a {result.kind} that does not hold four arrays, see its docstring") from None


def rows(s: Subject, array: Remote) -> Any:
    return s.ask("rows", target=array.ref, rows=ROWS)


def layout(s: Subject, array: Remote) -> dict[str, Any]:
    return dict(s.ask("layout", target=array.ref))


@probe("load_and_preprocess_data", "order", seeded=False, megabytes=LOADED)
def order(s: Subject, draw: Draw) -> Observation:
    """training inputs, training labels, test inputs, test labels, in this order; inputs are flat, (N, 784)."""
    return {name: str(tuple(layout(s, array)["shape"])) for name, array in loaded(s).items()}


@probe("load_and_preprocess_data", "inputs", weight=2, seeded=False, megabytes=LOADED)
def inputs(s: Subject, draw: Draw) -> Observation:
    """the inputs of both splits are the pixels divided by 255: floats in [0, 1]."""
    parts = loaded(s)
    found: Observation = {}
    for name in ("train_inputs", "test_inputs"):
        found[name] = rows(s, parts[name])
        found[f"{name}_are_floats"] = layout(s, parts[name])["dtype"].startswith("float")
    return found


@probe("load_and_preprocess_data", "tensors", seeded=False, megabytes=LOADED)
def tensors(s: Subject, draw: Draw) -> Observation:
    """the inputs of both splits are Tensors."""
    parts, tensor = loaded(s), s.get("Tensor")
    return {
        f"{name}_are_a_Tensor": s.ask("is_a", target=parts[name].ref, cls=tensor.ref)
        for name in ("train_inputs", "test_inputs")
    }


@probe("load_and_preprocess_data", "labels", seeded=False, megabytes=LOADED)
def labels(s: Subject, draw: Draw) -> Observation:
    """the labels of both splits are those of the files, in their order and not one-hot."""
    parts = loaded(s)
    return {name: rows(s, parts[name]) for name in ("train_labels", "test_labels")}
