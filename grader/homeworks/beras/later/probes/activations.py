"""Questions about Sigmoid, and about LeakyReLU and Softmax what the first edition does not ask."""

from __future__ import annotations

import numpy as np

from grader.ask.draw import Draw
from grader.ask.probe import Observation, Rule, probe
from grader.homeworks.beras.later.dialect import Dialect
from grader.homeworks.beras.later.probes.layers import inputs_kept
from grader.homeworks.beras.probes.activations import ALPHA, EXTREMES, GRADIENT, B, N, asked_often, called, kept


@probe("LeakyReLU", "inputs-kept", weight=3, passive=True)
def leaky_inputs(s: Dialect, draw: Draw) -> Observation:
    """after a call, self.inputs is the list with the very input, which the gradient goes on to."""
    return inputs_kept(s, s.new("LeakyReLU"), s.keep(draw.array(B, N), "x"))


@probe("LeakyReLU", "without-leak", dx=GRADIENT)
def leaky_without(s: Dialect, draw: Draw) -> Observation:
    """with alpha = 0, which makes a ReLU of it, the gradient is 1 or 0."""
    layer, x, upstream = called(s, draw, "LeakyReLU", 0.0)
    return {"dx": s.input_gradient(layer, upstream, x)}


@probe("LeakyReLU", "one-dimensional")
def leaky_flat(s: Dialect, draw: Draw) -> Observation:
    """forward takes a single example without a batch axis as well."""
    return {"flat": s.forward(s.new("LeakyReLU", ALPHA), draw.array(2 * N)).value}


@probe("Softmax", "inputs-kept", weight=3, passive=True)
def softmax_inputs(s: Dialect, draw: Draw) -> Observation:
    """after a call, self.inputs is the list with the very input, which the gradient goes on to."""
    return inputs_kept(s, s.new("Softmax"), s.keep(draw.array(B, N), "x"))


@probe("Softmax", "square-batch", dx=GRADIENT)
def softmax_square(s: Dialect, draw: Draw) -> Observation:
    """each example has its own Jacobian, also where the batch is as large as a row is wide."""
    layer, x, upstream = s.new("Softmax"), draw.array(N, N), draw.array(N, N)
    s.forward(layer, x)
    return {"dx": s.input_gradient(layer, upstream, x)}


@probe("Softmax", "one-dimensional")
def softmax_flat(s: Dialect, draw: Draw) -> Observation:
    """forward takes a single example without a batch axis as well."""
    return {"flat": s.forward(s.new("Softmax"), draw.array(2 * N)).value}


# --- Sigmoid ----------------------------------------------------------------------------------------------------


@probe("Sigmoid", "forward", weight=2)
def sigmoid_forward(s: Dialect, draw: Draw) -> Observation:
    """1 / (1 + exp(-x)), element by element."""
    return {"y": s.forward(s.new("Sigmoid"), draw.array(B, N)).value}


@probe("Sigmoid", "one-dimensional")
def sigmoid_flat(s: Dialect, draw: Draw) -> Observation:
    """forward takes a single example without a batch axis as well."""
    return {"flat": s.forward(s.new("Sigmoid"), draw.array(2 * N)).value}


@probe("Sigmoid", "stable", large=EXTREMES)
def sigmoid_stable(s: Dialect, draw: Draw) -> Observation:
    """plus and minus 1000 give 1 and 0, and 8 is not yet cut off."""
    sigmoid = s.new("Sigmoid")
    large = s.forward(sigmoid, np.array([[-1000.0, 1000.0, 0.0]])).value
    return {"large": large, "far": s.forward(sigmoid, np.array([[-8.0, 8.0, -6.0, 6.0, 7.0]])).value}


@probe("Sigmoid", "gradient", weight=3, dx=GRADIENT)
def sigmoid_gradient(s: Dialect, draw: Draw) -> Observation:
    """the slope of each element is y (1 - y)."""
    layer, x, upstream = called(s, draw, "Sigmoid")
    return {"dx": s.input_gradient(layer, upstream, x)}


@probe("Sigmoid", "gradient-is-fresh", needs=("Sigmoid/side-effects",), first=GRADIENT, again=GRADIENT, dx=GRADIENT)
def sigmoid_fresh(s: Dialect, draw: Draw) -> Observation:
    """the gradient belongs to the latest call, however often it was asked for."""
    layer, x, upstream = called(s, draw, "Sigmoid")
    return asked_often(s, draw, layer, x, upstream)


@probe("Sigmoid", "instances", dx=Rule(gradient=True))
def sigmoid_instances(s: Dialect, draw: Draw) -> Observation:
    """two layers with other inputs know nothing of each other."""
    layer, x, upstream = called(s, draw, "Sigmoid")
    s.forward(s.new("Sigmoid"), draw.array(B + 1, N))
    return {"dx": s.input_gradient(layer, upstream, x)}


@probe("Sigmoid", "inputs-kept", weight=3, passive=True)
def sigmoid_inputs(s: Dialect, draw: Draw) -> Observation:
    """after a call, self.inputs is the list with the very input, which the gradient goes on to."""
    return inputs_kept(s, s.new("Sigmoid"), s.keep(draw.array(B, N), "x"))


@probe("Sigmoid", "side-effects", passive=True)
def sigmoid_side_effects(s: Dialect, draw: Draw) -> Observation:
    """forward and the gradient leave their arguments and the random state alone."""
    return kept(s, draw, "Sigmoid")
