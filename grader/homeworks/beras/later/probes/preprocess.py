"""Questions about load_and_preprocess_data, asked on made-up images of MNIST's form and size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.probe import Function, Observation, probe
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


def order(s: Subject, parts: dict[str, Remote]) -> Observation:
    return {name: str(tuple(layout(s, array)["shape"])) for name, array in parts.items()}


def inputs(s: Subject, parts: dict[str, Remote]) -> Observation:
    found: Observation = {}
    for name in ("train_inputs", "test_inputs"):
        found[name] = rows(s, parts[name])
        found[f"{name}_are_floats"] = layout(s, parts[name])["dtype"].startswith("float")
    return found


def tensors(s: Subject, parts: dict[str, Remote]) -> Observation:
    tensor = s.get("Tensor")
    return {
        f"{name}_are_a_Tensor": s.ask("is_a", target=parts[name].ref, cls=tensor.ref)
        for name in ("train_inputs", "test_inputs")
    }


def labels(s: Subject, parts: dict[str, Remote]) -> Observation:
    return {name: rows(s, parts[name]) for name in ("train_labels", "test_labels")}


def of_everything(slug: str, title: str, weight: int = 1) -> Callable[[Function], Function]:
    """A check of what is loaded once for all of them: 70,000 images take longer than all that is asked of a layer."""
    return probe("load_and_preprocess_data", slug, weight=weight, seeded=False, megabytes=LOADED, together=title)


@of_everything("labels", "the labels of both splits are those of the files, in their order and not one-hot.")
@of_everything("tensors", "the inputs of both splits are Tensors.")
@of_everything("inputs", "the inputs of both splits are the pixels divided by 255: floats in [0, 1].", weight=2)
@of_everything(
    "order", "training inputs, training labels, test inputs, test labels, in this order; inputs are flat, (N, 784)."
)
def everything(s: Subject, draw: Draw) -> Observation:
    """What each of these checks is about, by its slug; a fault is of that one alone."""
    parts = loaded(s)
    found: dict[str, Observation | Fault] = {}
    for look in (order, inputs, tensors, labels):
        try:
            found[look.__name__] = look(s, parts)
        except Fault as fault:
            if fault.kind not in ("raised", "missing", "unusable"):
                raise
            found[look.__name__] = fault
    return found
