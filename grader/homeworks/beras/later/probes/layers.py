"""Questions about Dense that the first edition does not ask."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.probe import NotAsked, Observation, Rule, probe
from grader.ask.subject import Raised, Remote
from grader.homeworks.beras.later.dialect import Dialect
from grader.homeworks.beras.probes.layers import (
    CENTRED,
    FAN_IN,
    FAN_OUT,
    STATISTIC,
    first_weight,
    giving,
    initialised,
    of_dense,
    statistics,
)

B, N, M = 5, 3, 4
# A uniform distribution has kurtosis 1.8, a normal one 3. The standard deviation of a sample kurtosis is below 0.02, so
# that the bounds are at least 12 of them away from either.
FLAT = Rule(within=((1.6, 2.05),))


def inputs_kept(s: Dialect, layer: Remote, *given: Remote) -> Observation:
    """Whether a call leaves what the way back leads over. Each entry of a list is an output of its own."""
    output = s.forward(layer, *given)
    return {**s.inputs_kept(layer, given), "output_is_one_array": output.kind not in ("list", "tuple")}


@of_dense("inputs-kept", weight=3, passive=True)
def dense_inputs(s: Dialect, draw: Draw) -> Observation:
    """after a call, self.inputs is the list with the very input, which the gradient goes on to."""
    return inputs_kept(s, s.dense(draw.array(N, M), draw.array(M)), s.keep(draw.array(B, N), "x"))


@probe("Dense.initializer", "default-of-the-year", std=STATISTIC)
def default(s: Dialect, draw: Draw) -> Observation:
    """a layer made without an initializer uses the default of the signature."""
    return {"std": statistics(first_weight(s.new("Dense", FAN_IN, FAN_OUT)))["std"]}


@probe("Dense.initializer", "sizes")
def sizes(s: Dialect, draw: Draw) -> Observation:
    """w is (n, m) and b has one entry for each output, whatever the initializer."""
    names = ("zero", "normal", "xavier", "kaiming")
    layers = {name: s.new("Dense", N, M, initializer=name) for name in giving(s, *names)}
    shapes = {name: str(np.shape(each.attribute("w").value)) for name, each in layers.items()}
    entries = {name: int(np.size(each.attribute("b").value)) for name, each in layers.items()}
    return {
        "shape_of_w": {name: shapes.get(name, str((N, M))) for name in names},
        "entries_of_b": {name: entries.get(name, M) for name in names},
    }


@probe("Dense.initializer", "trainable", needs=("Tensor",))
def trainable(s: Dialect, draw: Draw) -> Observation:
    """w and b are arrays that can be trained: Variables, or what the submission's own Weighted takes for such."""
    layer = s.new("Dense", N, M)
    if all(s.is_tensor(layer.attribute(name)) for name in ("w", "b")):
        return {"w_and_b_can_be_trained": True}
    found = s.attempt(lambda: layer.attribute(s.word("trainable_variables")).value)
    return {"w_and_b_can_be_trained": isinstance(found, (list, tuple)) and len(found) == 2}


@probe("Dense.initializer", "unknown-name", passive=True)
def unknown(s: Dialect, draw: Draw) -> Observation:
    """an unknown initializer raises an exception."""
    s.get("Dense")  # a file that does not load raises as well, but not for this reason
    return {"unknown_is_refused": isinstance(s.attempt(s.new, "Dense", N, M, initializer="lecun-ish"), Raised)}


def uniform(s: Dialect, name: str) -> Observation:
    """What a uniform initializer draws, in a hand-in that offers it."""
    try:
        w: Any = first_weight(initialised(s, name))
    except Fault as fault:
        if fault.kind != "raised":
            raise
        raise NotAsked("the uniform initializers are optional, and this submission does not offer them") from None
    return {"shape_of_w": str(np.shape(w))} | (statistics(w) if np.size(w) else {"std": w})


@probe("Dense.initializer", "xavier-uniform", std=STATISTIC, kurtosis=FLAT, mean_in_standard_errors=CENTRED)
def xavier_uniform(s: Dialect, draw: Draw) -> Observation:
    """xavier uniform, where it is offered, draws w up to sqrt(6 / (fan-in + fan-out)) on both sides of 0."""
    return uniform(s, "xavier uniform")


@probe("Dense.initializer", "kaiming-uniform", std=STATISTIC, kurtosis=FLAT, mean_in_standard_errors=CENTRED)
def kaiming_uniform(s: Dialect, draw: Draw) -> Observation:
    """kaiming uniform, where it is offered, draws w up to sqrt(6 / fan-in) on both sides of 0."""
    return uniform(s, "kaiming uniform")
