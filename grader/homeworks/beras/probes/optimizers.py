"""Questions about BasicOptimizer, RMSProp and Adam.

Steps are taken on the weights of two layers, of four different shapes. The epsilons are large (1/4), so that one in
the wrong place cannot hide; the contract's tiny defaults are asked for with tiny gradients.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.ask.draw import Draw
from grader.ask.entries import After
from grader.ask.probe import Observation, probe
from grader.ask.subject import Remote
from grader.homeworks.beras.dialect import Dialect

SHAPES = ((3, 4), (4,), (4, 2), (2,))
OF_SIMPLER = {
    "BasicOptimizer": ("BasicOptimizer/step", "BasicOptimizer/in-place"),
    "RMSProp": ("RMSProp/first-step", "RMSProp/later-steps", "RMSProp/in-place"),
}
TINY = 2.0**-20  # a gradient of the size of the default epsilons


def weights(s: Dialect, draw: Draw) -> list[Remote]:
    return [s.weight(draw.array(*shape)) for shape in SHAPES]


def gradients(draw: Draw) -> list[Any]:
    return [draw.array(*shape) for shape in SHAPES]


def made(s: Dialect, name: str, held: list[Remote], rate: float, **of: float) -> Remote:
    """An optimizer, which may leave the step itself to a simpler one."""
    optimizer = s.optimizer(name, held, rate, **of)
    for base, checks in OF_SIMPLER.items():
        if base != name:
            s.rests_on(optimizer, base, apply_gradients=checks)
    return optimizer


def stepped(s: Dialect, draw: Draw, name: str, rate: float, steps: int, scale: float = 1.0, **of: float) -> Observation:
    """The weights after each of some steps, each with new gradients. of: what an optimizer is made with."""
    held = weights(s, draw)
    optimizer = made(s, name, held, rate, **of)
    found: Observation = {}
    for step in range(1, steps + 1):
        s.step(optimizer, held, [np.asarray(g) * scale for g in gradients(draw)])
        found |= {After(f"w{index}", step).entry: w.read() for index, w in enumerate(held, 1)}
    return found


def in_place(s: Dialect, draw: Draw, name: str) -> Observation:
    """Whether the caller's arrays themselves move, and the gradients stay as they were."""
    held, grads = weights(s, draw), [s.keep(g, "g") for g in gradients(draw)]
    before = [w.value for w in held]
    s.step(made(s, name, held, 0.5), held, grads)
    return {
        "moved": [bool(np.any(np.asarray(w.read()) != old)) for w, old in zip(held, before)],
        **s.kept(**{f"gradient_{index}": gradient for index, gradient in enumerate(grads, 1)}),
    }


def separate(s: Dialect, draw: Draw, name: str, **of: float) -> Observation:
    """Steps of two optimizers in turn, in one of which two weights have the same shape; a third one goes on from there.

    The third one steps on the weights of the second, as that of a model that is compiled again.
    """
    held, other = [*weights(s, draw), s.weight(draw.array(*SHAPES[0]))], weights(s, draw)
    one, two = made(s, name, held, 0.5, **of), made(s, name, other, 0.25, **of)
    for _ in range(2):
        s.step(one, held, [*gradients(draw), draw.array(*SHAPES[0])])
        s.step(two, other, gradients(draw))
    found = {"first": [w.read() for w in held], "second": [w.read() for w in other]}
    s.step(made(s, name, other, 0.25, **of), other, gradients(draw))
    return {**found, "third": [w.read() for w in other]}


# --- BasicOptimizer ---------------------------------------------------------------------------------------------


@probe("BasicOptimizer", "step", weight=2)
def sgd_step(s: Dialect, draw: Draw) -> Observation:
    """each step takes learning_rate * gradient off every weight."""
    return stepped(s, draw, "BasicOptimizer", 0.375, 2)


@probe("BasicOptimizer", "small-rate")
def sgd_small_rate(s: Dialect, draw: Draw) -> Observation:
    """the learning rate counts once."""
    return stepped(s, draw, "BasicOptimizer", 0.0625, 1)


@probe("BasicOptimizer", "in-place")
def sgd_in_place(s: Dialect, draw: Draw) -> Observation:
    """the arrays that are passed in are updated themselves; the gradients stay as they were."""
    return in_place(s, draw, "BasicOptimizer")


# --- RMSProp ----------------------------------------------------------------------------------------------------


@probe("RMSProp", "first-step", weight=2)
def rmsprop_first(s: Dialect, draw: Draw) -> Observation:
    """the first step."""
    return stepped(s, draw, "RMSProp", 0.5, 1, beta=0.75, epsilon=0.25)


@probe("RMSProp", "later-steps", weight=2)
def rmsprop_later(s: Dialect, draw: Draw) -> Observation:
    """later steps remember the decayed mean square of the gradients."""
    found = stepped(s, draw, "RMSProp", 0.5, 4, beta=0.75, epsilon=0.25)
    return {name: value for name, value in found.items() if name.endswith(("3", "4"))}


@probe("RMSProp", "defaults")
def rmsprop_defaults(s: Dialect, draw: Draw) -> Observation:
    """beta is 0.9 and epsilon 1e-6 unless said otherwise."""
    return {
        **stepped(s, draw, "RMSProp", 0.5, 2),
        "tiny": stepped(s, draw, "RMSProp", 0.5, 1, TINY),
    }


@probe("RMSProp", "in-place")
def rmsprop_in_place(s: Dialect, draw: Draw) -> Observation:
    """the arrays that are passed in are updated themselves; the gradients stay as they were."""
    return in_place(s, draw, "RMSProp")


@probe("RMSProp", "separate-state")
def rmsprop_separate(s: Dialect, draw: Draw) -> Observation:
    """each weight and each optimizer has a memory of its own."""
    return separate(s, draw, "RMSProp", beta=0.75)


# --- Adam -------------------------------------------------------------------------------------------------------


@probe("Adam", "first-step", weight=2)
def adam_first(s: Dialect, draw: Draw) -> Observation:
    """the first step, with bias correction."""
    return stepped(s, draw, "Adam", 0.5, 1, beta_1=0.75, beta_2=0.875, epsilon=0.25)


@probe("Adam", "later-steps", weight=3)
def adam_later(s: Dialect, draw: Draw) -> Observation:
    """later steps: both moments decay, the correction fades with the number of steps."""
    found = stepped(s, draw, "Adam", 0.5, 4, beta_1=0.75, beta_2=0.875, epsilon=0.25)
    return {name: value for name, value in found.items() if name.endswith(("2", "3", "4"))}


@probe("Adam", "defaults")
def adam_defaults(s: Dialect, draw: Draw) -> Observation:
    """beta_1 is 0.9, beta_2 0.999 and epsilon 1e-7 unless said otherwise."""
    return {**stepped(s, draw, "Adam", 0.5, 2), "tiny": stepped(s, draw, "Adam", 0.5, 1, TINY)}


@probe("Adam", "amsgrad")
def adam_amsgrad(s: Dialect, draw: Draw) -> Observation:
    """amsgrad divides by the largest second moment so far, each weight's own."""
    held = weights(s, draw)
    optimizer = s.optimizer("Adam", held, 0.5, beta_1=0.75, beta_2=0.5, epsilon=0.25, amsgrad=True)
    found: Observation = {}
    # Falling gradients: the plain second moment would shrink. After them a large one, which adds to what it shrank to.
    for step, size in enumerate((0.125, 4.0, 0.125, 0.25, 8.0), 1):
        s.step(optimizer, held, [np.asarray(draw.positive(*shape)) * size for shape in SHAPES])
        found |= {After(f"w{index}", step).entry: w.read() for index, w in enumerate(held, 1)}
    return found


@probe("Adam", "in-place")
def adam_in_place(s: Dialect, draw: Draw) -> Observation:
    """the arrays that are passed in are updated themselves; the gradients stay as they were."""
    return in_place(s, draw, "Adam")


@probe("Adam", "separate-state")
def adam_separate(s: Dialect, draw: Draw) -> Observation:
    """each weight and each optimizer has moments of its own."""
    return separate(s, draw, "Adam", beta_1=0.75)
