"""Vectorised compose methods in place of given ones that loop over the batch, for training.

The course's own Diffable goes through a batch example by example, and needs minutes where matrix products need seconds.
Here are the same two formulas as products. They take the given methods' place only where those, asked on a layer of the
grader's own, return the very same arrays: values to the last bit, shapes and dtypes. That can be asked, since the
numbers are small integers and batches powers of two, so that no order of summing rounds anything; in training the two
differ by rounding alone. What a class of the submission defines itself stays its own, and so does every kind of
gradient that is not asked about here: the given method goes on answering for it.
"""

from __future__ import annotations

import gc
import itertools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
BATCHES = (4, 8)  # powers of two: a mean over them is exact
Method = Callable[[Any, Any], Any]  # of a layer and its upstream gradient


def install(base: Any, layers: list[Any]) -> list[str]:
    """Replaces what can be replaced of a class Diffable, and what one of these layers uses; the names of that."""
    replaced = []
    for name, make in MAKERS.items():
        given = getattr(base, name, None)
        if given is None or not any(getattr(type(layer), name, None) is given for layer in layers):
            continue
        fast = make(given)
        try:
            asked = questions(base, name)
            if loops(asked, given) and all(same(given, fast, layer, J) for layer, J in asked):
                setattr(base, name, fast)
                replaced.append(name)
        except Exception:  # noqa: BLE001  it has needs of its own, so it is not the given one
            continue
    return replaced


# --- the two formulas ---------------------------------------------------------------------------------------------


def to_input(given: Method) -> Method:
    """The chain rule towards the input: row b is example b's Jacobian times J[b]."""

    def compose_to_input(self: Any, J: np.ndarray) -> Any:
        jacobian = self.input_gradients()
        if is_matrix(J) and is_plain(jacobian) and jacobian.shape[-1] == J.shape[1]:
            if jacobian.ndim == 2:
                return (J @ jacobian.T).astype(jacobian.dtype, copy=False)
            if jacobian.ndim == 3 and len(jacobian) == len(J):
                return (jacobian @ J[:, :, None])[:, :, 0].astype(jacobian.dtype, copy=False)
        return composed_by(self, "input_gradients", jacobian, given, J)

    return compose_to_input


def to_weight(given: Method) -> Method:
    """The chain rule towards the weights: for each the mean over the batch of weight gradient times J[b]."""

    def compose_to_weight(self: Any, J: np.ndarray) -> Any:
        gradients = self.weight_gradients()
        weights = getattr(self, "weights", None)
        if is_matrix(J) and isinstance(weights, (list, tuple)) and isinstance(gradients, (list, tuple)):
            composed = [product(weight, gradient, J) for weight, gradient in zip(weights, gradients)]
            if len(composed) == len(weights) == len(gradients) > 0 and all(each is not None for each in composed):
                return composed
        return composed_by(self, "weight_gradients", gradients, given, J)

    return compose_to_weight


def product(weight: Any, gradient: Any, J: np.ndarray) -> np.ndarray | None:
    """The composed gradient of one weight, None where it is of a kind that the given method is to answer for."""
    if not (is_plain(gradient) and is_plain(weight) and weight.shape[-1] == J.shape[1]):
        return None
    if gradient.ndim == 3 and weight.ndim == 2 and gradient.shape[:2] == (len(J), len(weight)):
        if gradient.shape[2] == 1:
            total = gradient[:, :, 0].T @ J
        elif gradient.shape[2] == J.shape[1]:
            total = np.einsum("bij,bj->ij", gradient, J)
        else:
            return None
    elif gradient.shape == weight.shape and weight.size == J.shape[1]:  # of a bias, shared by all rows
        total = gradient * J.sum(axis=0)
    else:
        return None
    return (total / len(J)).astype(gradient.dtype, copy=False)


MAKERS: dict[str, Callable[[Method], Method]] = {"compose_to_input": to_input, "compose_to_weight": to_weight}


def is_plain(array: Any) -> bool:
    return type(array) is np.ndarray and array.dtype in FLOATS and array.ndim > 0


def is_matrix(J: Any) -> bool:
    return is_plain(J) and J.ndim == 2 and len(J) > 0


def composed_by(layer: Any, name: str, answer: Any, given: Method, J: np.ndarray) -> Any:
    """What the given method returns, without asking the layer a second time: its gradients may have side effects."""
    own = getattr(layer, "__dict__", {})
    kept = {name: own[name]} if name in own else {}
    own[name] = lambda: answer
    try:
        return given(layer, J)
    finally:
        del own[name]
        own.update(kept)


# --- are they the same? -------------------------------------------------------------------------------------------


def questions(base: Any, name: str) -> list[tuple[Any, np.ndarray]]:
    """Layers with gradients of every kind that is replaced, and upstream gradients, of small integers."""
    rng = np.random.default_rng(0)
    found = []
    for batch, (inputs, outputs), local, upstream in itertools.product(BATCHES, ((3, 5), (6, 2)), FLOATS, FLOATS):

        def whole(*shape: int, dtype: Any = local) -> np.ndarray:
            return rng.integers(-8, 9, shape).astype(dtype)

        weights = [whole(inputs, outputs), whole(outputs)]
        row = [weights[0], whole(1, outputs)]
        layers = {
            "compose_to_input": [
                layer_of(base, whole(inputs, outputs), [], []),
                layer_of(base, whole(batch, inputs, outputs), [], []),
            ],
            "compose_to_weight": [
                layer_of(base, None, weights, [whole(batch, inputs, 1), whole(outputs)]),
                layer_of(base, None, weights, [whole(batch, inputs, outputs), whole(outputs)]),
                layer_of(base, None, row, [whole(batch, inputs, 1), whole(1, outputs)]),
            ],
        }
        found += [(layer, whole(batch, outputs, dtype=upstream)) for layer in layers[name]]
    return found


def layer_of(base: Any, jacobian: Any, weights: list[np.ndarray], gradients: list[np.ndarray]) -> Any:
    """A layer with these gradients and the compose methods of the class."""
    scripted = {
        "__init__": lambda self: None,
        "trainable": True,
        "weights": weights,
        "forward": lambda self, x: x,
        "input_gradients": lambda self: jacobian,
        "weight_gradients": lambda self: gradients,
    }
    made = type(base)("Layer", (base,), scripted)
    made.__abstractmethods__ = frozenset()
    return made()


def same(given: Method, fast: Method, layer: Any, J: np.ndarray) -> bool:
    """Do both return the very same, and leave what they were given as it was?"""
    before = J.copy()
    expected, found = given(layer, J), fast(layer, J)
    if type(expected) is not type(found) or not np.array_equal(J, before):
        return False
    if isinstance(expected, np.ndarray):
        expected, found = [expected], [found]
    return len(expected) == len(found) and all(
        type(one) is np.ndarray and one.dtype == other.dtype and one.shape == other.shape and np.array_equal(one, other)
        for one, other in zip(expected, found)
    )


def loops(asked: list[tuple[Any, Any]], given: Method) -> bool:
    """Does a method take more steps for a larger batch? Then it goes through it in Python."""
    taken = [steps(given, layer, J) for layer, J in asked]
    half = len(taken) // 2  # the same kinds of gradients, for the smaller batch and for the larger
    return all(more > less for less, more in zip(taken[:half], taken[half:]))


def steps(function: Method, layer: Any, J: Any) -> int:
    """How many instructions of Python a call takes, the garbage collector's callbacks left out: they run anywhere."""
    count = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    outer, collects = sys.gettrace(), gc.isenabled()
    gc.disable()
    sys.settrace(trace)
    try:
        function(layer, J)
    finally:
        sys.settrace(outer)
        if collects:
            gc.enable()
    return count
