"""Questions about BatchNorm, the optional extension; asked only where it is handed in."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.probe import Observation, Rule, probe
from grader.ask.subject import Remote
from grader.homeworks.beras.dialect import Dialect
from grader.homeworks.beras.probes.assignment import B as ROWS
from grader.homeworks.beras.probes.assignment import C, compiled_of
from grader.homeworks.beras.probes.core import layer as scripted
from grader.homeworks.beras.probes.layers import trainable_at_first

B, N = 6, 3
# Inputs this much smaller have a variance near the default epsilon
NARROW = 2.0**-9
GRADIENT = Rule(gradient=True, upstream_factors=(B,), squeeze=True)


def layer(s: Dialect, draw: Draw) -> Remote:
    """A BatchNorm with drawn gamma and beta, set in place."""
    norm = s.new("BatchNorm", N, momentum=0.75, epsilon=0.125)
    for index in (0, 1):
        weight = norm.attribute("weights").item(index)
        weight.fill(draw.positive(N).reshape(getattr(weight.value, "shape", (N,))))
    return norm


@probe("BatchNorm", "training", weight=2)
def training(s: Dialect, draw: Draw) -> Observation:
    """while training, each column is normalised with the batch's mean and biased variance, then scaled and shifted."""
    norm = layer(s, draw)
    return {"y": s.forward(norm, draw.array(B, N)).value, "training": norm.attribute("training").value}


@probe("BatchNorm", "evaluation", weight=2)
def evaluation(s: Dialect, draw: Draw) -> Observation:
    """with training = False the running statistics are used, and they stay as they are."""
    norm = layer(s, draw)
    s.forward(norm, draw.array(B, N))
    s.forward(norm, draw.array(B, N))
    norm.set("training", False)
    x = draw.array(B, N)
    return {"first": s.forward(norm, x).value, "again": s.forward(norm, x).value}


@probe("BatchNorm", "defaults")
def defaults(s: Dialect, draw: Draw) -> Observation:
    """momentum is 0.9 and epsilon 1e-5 unless said otherwise; gamma starts at 1, beta at 0."""
    norm = s.new("BatchNorm", N)
    narrow = s.forward(norm, np.asarray(draw.array(B, N)) * NARROW).value
    norm.set("training", False)
    return {"training": narrow, "evaluation": s.forward(norm, draw.array(B, N)).value}


@probe("BatchNorm", "in-a-model", needs=("SequentialModel",))
def in_a_model(s: Dialect, draw: Draw) -> Observation:
    """batch_step sets training as it is told on the layers that have it: while False, the running ones count."""
    first, last = s.new("BatchNorm", C), s.new("BatchNorm", C)  # of one size, and yet two
    s.forward(first, draw.array(ROWS, C))
    s.forward(last, draw.array(ROWS, C))
    model, loss, _ = compiled_of(s, draw, [first, scripted(s, draw, C, C), last])
    model.method("batch_step", draw.array(ROWS, C), draw.one_hot(ROWS, C), training=False)
    evaluating = [norm.attribute("training").value for norm in (first, last)]
    y = loss.attribute("seen").item(0).item(0).value
    with suppress(Fault):  # what else a step needs is asked elsewhere
        model.method("batch_step", draw.array(ROWS, C), draw.one_hot(ROWS, C), training=True)
    again = [norm.attribute("training").value for norm in (first, last)]
    return {"training": evaluating, "y": y, "training_again": again}


@probe("BatchNorm", "trainable", passive=True)
def trainable(s: Dialect, draw: Draw) -> Observation:
    """a new layer has trainable = True, which Diffable's __init__ sets."""
    return trainable_at_first(s, s.new("BatchNorm", N))


@probe("BatchNorm", "side-effects", passive=True)
def side_effects(s: Dialect, draw: Draw) -> Observation:
    """forward and the gradients leave their arguments alone."""
    norm = layer(s, draw)
    x, upstream = s.keep(draw.array(B, N), "x"), s.keep(draw.array(B, N), "upstream")
    s.forward(norm, x)
    s.weight_gradients(norm, upstream, [(N,), (N,)])
    if s.convention == "upstream":
        s.input_gradient(norm, upstream, x.value)
    else:
        norm.method("compose_to_input", upstream)
    return dict(s.kept(x=x, upstream=upstream))


def gradients(s: Dialect, draw: Draw, is_training: bool) -> Observation:
    norm = layer(s, draw)
    s.forward(norm, draw.array(B, N))
    norm.set("training", is_training)
    x, upstream = draw.array(B, N), draw.array(B, N)
    s.weight_gradients(norm, upstream, [(N,), (N,)])  # which may be kept, but not for good
    s.forward(norm, x)
    weights: Any = s.weight_gradients(norm, upstream, [(N,), (N,)])
    dx = (
        s.input_gradient(norm, upstream, x)
        if s.convention == "upstream"
        else norm.method("compose_to_input", upstream).value
    )
    return {"dx": dx, "dgamma": weights[0], "dbeta": weights[-1]}


@probe("BatchNorm", "gradients", weight=2, dx=Rule(gradient=True), dgamma=GRADIENT, dbeta=GRADIENT)
def gradients_training(s: Dialect, draw: Draw) -> Observation:
    """the gradients while training go through the batch's mean and variance as well."""
    return gradients(s, draw, True)


@probe("BatchNorm", "gradients-evaluation", dx=Rule(gradient=True), dgamma=GRADIENT, dbeta=GRADIENT)
def gradients_evaluation(s: Dialect, draw: Draw) -> Observation:
    """the gradients with training = False treat the running statistics as constants."""
    return gradients(s, draw, False)
