"""Questions about LeakyReLU, ReLU and Softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.ask.draw import Draw
from grader.ask.entries import Kept
from grader.ask.probe import Observation, Rule, probe
from grader.ask.subject import Remote
from grader.homeworks.beras.dialect import Dialect
from grader.homeworks.beras.probes.core import COMPOSING, RECORDING
from grader.homeworks.beras.probes.layers import trainable_at_first

B, N = 5, 4
GRADIENT = Rule(gradient=True)
ALPHA = 0.25  # exact in float32; not the default
EXTREMES = Rule(tolerance="extremes")


# ReLU may be a LeakyReLU with alpha 0: what it takes from there is charged there, and what is its own is judged alone.
OF_LEAKY = {
    "forward": ("LeakyReLU/forward", "LeakyReLU/forward-extremes"),
    "input_gradients": (
        "LeakyReLU/gradient", "LeakyReLU/gradient-is-fresh", "LeakyReLU/instances", "LeakyReLU/without-leak",
    ),
    "compose_to_input": ("LeakyReLU/compose",),
}  # fmt: skip


def made(s: Dialect, name: str, *args: float, calls: tuple[str, ...]) -> Remote:
    """An activation, of which these methods will be called."""
    layer = s.new(name, *args)
    if name == "ReLU":
        s.rests_on(layer, "LeakyReLU", **{method: OF_LEAKY[method] for method in calls})
    return layer


def called(s: Dialect, draw: Draw, name: str, *args: float) -> tuple[Remote, Any, Any]:
    """An activation after one call, its input and an upstream gradient."""
    layer = made(s, name, *args, calls=("forward", "input_gradients"))
    x, upstream = draw.array(B, N), draw.array(B, N)
    s.forward(layer, x)
    return layer, x, upstream


def kept(s: Dialect, draw: Draw, name: str) -> Observation:
    """What a call and its gradient leave of their arguments, of what the call returned and of the random state."""
    layer = made(s, name, calls=("forward", "input_gradients", "compose_to_input"))
    if name == "ReLU":
        s.rests_on(layer, "LeakyReLU", **dict.fromkeys(OF_LEAKY, ("LeakyReLU/side-effects",)))
    x, upstream = s.keep(draw.array(B, N), "x"), s.keep(draw.array(B, N), "upstream")
    random_state = s.ask("random_state")
    output = s.forward(layer, x)
    found = s.kept("forward", x=x)
    x = x.now()
    s.input_gradient(layer, upstream, x.value)
    found |= s.kept("input_gradients", x=x, output=output, upstream=upstream)
    x, output, upstream = x.now(), output.now(), upstream.now()
    s.passes_back(layer, upstream)
    found |= s.kept("compose_to_input", x=x, output=output, upstream=upstream)
    return found | {Kept("random_state").entry: s.ask("random_state") == random_state}


# --- LeakyReLU --------------------------------------------------------------------------------------------------


@probe("LeakyReLU", "forward", weight=2)
def leaky_forward(s: Dialect, draw: Draw) -> Observation:
    """x where x > 0, alpha * x elsewhere, with the default alpha 0.3 and with another."""
    x = draw.array(B, N)
    return {
        "default": s.forward(s.new("LeakyReLU"), x).value,
        "alpha": s.forward(s.new("LeakyReLU", ALPHA), x).value,
    }


@probe("LeakyReLU", "forward-extremes")
def leaky_extremes(s: Dialect, draw: Draw) -> Observation:
    """a single row, zeros, all negative, all positive, float32, large numbers."""
    layer = s.new("LeakyReLU", ALPHA)
    return {
        "zeros": s.forward(layer, np.zeros((1, N))).value,
        "negative": s.forward(layer, -draw.positive(2, N)).value,
        "positive": s.forward(layer, draw.positive(2, N)).value,
        "float32": s.forward(layer, draw.array(1, N).astype(np.float32)).value,
        "large": s.forward(layer, 256 * np.asarray(draw.array(1, N))).value,
    }


@probe("LeakyReLU", "gradient", weight=3, dx=GRADIENT, dx_near_zero=GRADIENT)
def leaky_gradient(s: Dialect, draw: Draw) -> Observation:
    """the gradient is 1 or alpha, element by element, also where x lies between 0 and alpha."""
    layer, x, upstream = called(s, draw, "LeakyReLU", ALPHA)
    found = {"dx": s.input_gradient(layer, upstream, x)}
    near = np.asarray(draw.array(B, N)) / 64
    s.forward(layer, near)
    return found | {"dx_near_zero": s.input_gradient(layer, upstream, near)}


@probe("LeakyReLU", "gradient-is-fresh", needs=("LeakyReLU/side-effects",), first=GRADIENT, again=GRADIENT, dx=GRADIENT)
def leaky_fresh(s: Dialect, draw: Draw) -> Observation:
    """the gradient belongs to the latest call, however often it was asked for."""
    layer, x, upstream = called(s, draw, "LeakyReLU", ALPHA)
    return asked_often(s, draw, layer, x, upstream)


def asked_often(s: Dialect, draw: Draw, layer: Remote, x: Any, upstream: Any) -> Observation:
    """The gradient, asked for twice in a row, and once more after another call."""
    found = {"first": s.input_gradient(layer, upstream, x)}
    if s.convention == "upstream":
        s.forward(layer, x)  # what has passed a gradient on may be done with this call
    found |= {"again": s.input_gradient(layer, upstream, x)}
    x = draw.array(B, N)
    s.forward(layer, x)
    return found | {"dx": s.input_gradient(layer, upstream, x)}


@probe("LeakyReLU", "instances", dx=GRADIENT)
def leaky_instances(s: Dialect, draw: Draw) -> Observation:
    """two layers with other alphas and inputs know nothing of each other."""
    layer, other = s.new("LeakyReLU", ALPHA), s.new("LeakyReLU", 0.5)
    x, upstream = draw.array(B, N), draw.array(B, N)
    y = s.forward(layer, x).value
    s.forward(other, draw.array(B, N))
    return {"y": y, "dx": s.input_gradient(layer, upstream, x)}


# 0 is accepted too: the field's notebooks use it
@probe("LeakyReLU", "gradient-at-zero", at_zero=Rule(within=((ALPHA, 1.0), (0.0, 0.0))))
def leaky_at_zero(s: Dialect, draw: Draw) -> Observation:
    """at 0 the gradient is a number from alpha to 1."""
    layer = s.new("LeakyReLU", ALPHA)
    x = np.array([[0.0, 1.0, -1.0]])
    s.forward(layer, x)
    dx = s.input_gradient(layer, np.ones((1, 3)), x)
    if np.size(dx) != 3:
        return {"shape": list(np.shape(dx)), "at_zero": dx, "elsewhere": dx}
    return {"shape": list(np.shape(dx)), "at_zero": np.ravel(dx)[0], "elsewhere": np.ravel(dx)[1:]}


@probe("LeakyReLU", "side-effects", weight=3, passive=True)
def leaky_side_effects(s: Dialect, draw: Draw) -> Observation:
    """forward and the gradient leave their arguments and the random state alone."""
    return kept(s, draw, "LeakyReLU")


# What a tape calls. However right forward and the slopes are, a layer without it is of no use in any network
@probe("LeakyReLU", "compose", weight=10, needs=COMPOSING, dx=GRADIENT, second=GRADIENT, of_another_batch=GRADIENT)
def leaky_compose(s: Dialect, draw: Draw) -> Observation:
    """compose_to_input multiplies the upstream gradient element by element."""
    return composed(s, draw, "LeakyReLU", ALPHA)


def composed(s: Dialect, draw: Draw, name: str, *args: float) -> Observation:
    """The gradient as a tape gets it, once a call: of a second call, beside another layer's, and of another batch size.

    Never twice of one call: a layer may keep its calls on a stack.
    """
    layer, x, upstream = called(s, draw, name, *args)
    if name == "ReLU":
        s.rests_on(layer, "LeakyReLU", compose_to_input=OF_LEAKY["compose_to_input"])
    takes_upstream = any(kind == "required" for _, kind in s.parameters(layer.attribute("input_gradients")))

    def dx(x: Any, upstream: Any) -> Any:
        if takes_upstream:
            return s.input_gradient(layer, upstream, x)
        return layer.method("compose_to_input", upstream).value

    found = {"dx": dx(x, upstream)}
    x = draw.array(B, N)
    s.forward(layer, x)
    s.forward(s.new(name, *args), draw.array(B, N))
    found |= {"second": dx(x, upstream)}
    x, upstream = draw.array(B + 1, N), draw.array(B + 1, N)
    s.forward(layer, x)
    return found | {"of_another_batch": dx(x, upstream)}


@probe("LeakyReLU", "trainable", needs=(RECORDING,), passive=True)
def leaky_trainable(s: Dialect, draw: Draw) -> Observation:
    """a new layer has trainable = True, which Diffable's __init__ sets."""
    layer, _, _ = called(s, draw, "LeakyReLU")  # no points for a layer that does nothing yet
    return trainable_at_first(s, layer)


# --- ReLU -------------------------------------------------------------------------------------------------------
@probe("ReLU", "forward", may_need=("LeakyReLU",))
def relu_forward(s: Dialect, draw: Draw) -> Observation:
    """x where x > 0, 0 elsewhere."""
    layer = made(s, "ReLU", calls=("forward",))
    return {
        "y": s.forward(layer, draw.array(B, N)).value,
        "negative": s.forward(layer, -draw.positive(1, N)).value,
    }


@probe("ReLU", "gradient", may_need=("LeakyReLU",), dx=GRADIENT)
def relu_gradient(s: Dialect, draw: Draw) -> Observation:
    """the gradient is 1 where x > 0, 0 where x < 0."""
    layer, x, upstream = called(s, draw, "ReLU")
    return {"dx": s.input_gradient(layer, upstream, x)}


@probe("ReLU", "side-effects", may_need=("LeakyReLU",), passive=True)
def relu_side_effects(s: Dialect, draw: Draw) -> Observation:
    """forward and the gradient leave their arguments and the random state alone."""
    return kept(s, draw, "ReLU")


@probe(
    "ReLU",
    "compose",
    weight=3,
    may_need=("LeakyReLU",),
    needs=COMPOSING,
    dx=GRADIENT,
    second=GRADIENT,
    of_another_batch=GRADIENT,
)
def relu_compose(s: Dialect, draw: Draw) -> Observation:
    """compose_to_input multiplies the upstream gradient element by element."""
    return composed(s, draw, "ReLU")


# --- Softmax ----------------------------------------------------------------------------------------------------


@probe("Softmax", "forward", weight=2)
def softmax_forward(s: Dialect, draw: Draw) -> Observation:
    """each row becomes probabilities that sum to 1."""
    return {"s": s.forward(s.new("Softmax"), draw.array(B, N)).value}


@probe("Softmax", "forward-single")
def softmax_single(s: Dialect, draw: Draw) -> Observation:
    """a batch of one row, and float32 logits."""
    layer = s.new("Softmax")
    single = s.forward(layer, draw.array(1, N)).value
    return {"single": single, "float32": s.forward(layer, draw.array(B, N).astype(np.float32)).value}


@probe("Softmax", "stable", weight=2, large=EXTREMES, small=EXTREMES, mixed=EXTREMES, spread=EXTREMES)
def softmax_stable(s: Dialect, draw: Draw) -> Observation:
    """logits of plus and minus 1000 give finite probabilities, also side by side in one batch."""
    layer = s.new("Softmax")
    x = draw.array(4, N)
    return {
        "large": s.forward(layer, x + 1000.0).value,
        "small": s.forward(layer, x - 1000.0).value,
        "mixed": s.forward(layer, x + np.array([[1000.0], [-1000.0], [0.0], [500.0]])).value,
        "spread": s.forward(layer, np.array([[1000.0, -1000.0, 0.0, 1000.0], [-1000.0, 2.0, 1.0, -2.0]])).value,
    }


@probe("Softmax", "gradient", weight=3, dx=GRADIENT)
def softmax_gradient(s: Dialect, draw: Draw) -> Observation:
    """the Jacobian of each row is diag(s) - s s^T."""
    layer, x, upstream = called(s, draw, "Softmax")
    return {"dx": s.input_gradient(layer, upstream, x)}


@probe("Softmax", "gradient-is-fresh", needs=("Softmax/side-effects",), first=GRADIENT, again=GRADIENT, dx=GRADIENT)
def softmax_fresh(s: Dialect, draw: Draw) -> Observation:
    """the Jacobian belongs to the latest call, however often it was asked for."""
    layer, x, upstream = called(s, draw, "Softmax")
    return asked_often(s, draw, layer, x, upstream)


@probe("Softmax", "instances", dx=GRADIENT, single=GRADIENT)
def softmax_instances(s: Dialect, draw: Draw) -> Observation:
    """the Jacobian of one Softmax knows nothing of the calls of another, that of one row and two classes."""
    layer, x, upstream = called(s, draw, "Softmax")
    other, row = s.new("Softmax"), draw.array(1, 2)
    s.forward(other, row)
    dx = s.input_gradient(layer, upstream, x)
    return {"dx": dx, "single": s.input_gradient(other, draw.array(1, 2), row)}


@probe("Softmax", "gradient-extremes", dx=EXTREMES)
def softmax_gradient_extremes(s: Dialect, draw: Draw) -> Observation:
    """the Jacobian stays finite for logits of plus and minus 1000."""
    layer = s.new("Softmax")
    x, upstream = draw.array(3, N) + np.array([[1000.0], [-1000.0], [0.0]]), draw.array(3, N)
    s.forward(layer, x)
    return {"dx": s.input_gradient(layer, upstream, x)}


@probe("Softmax", "compose", weight=8, needs=COMPOSING, dx=GRADIENT, second=GRADIENT, of_another_batch=GRADIENT)
def softmax_compose(s: Dialect, draw: Draw) -> Observation:
    """compose_to_input passes the upstream gradient through each row's Jacobian."""
    return composed(s, draw, "Softmax")


@probe("Softmax", "side-effects", weight=2, passive=True)
def softmax_side_effects(s: Dialect, draw: Draw) -> Observation:
    """forward and the gradient leave their arguments and the random state alone."""
    return kept(s, draw, "Softmax")
