"""Questions about Tensor, Weighted, the given Diffable, and what walks back through a network: the tape of most years.

That is asked on a network of scripted layers, so that it is graded whatever the state of the student's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.ask.draw import Draw
from grader.ask.notes import Statement
from grader.ask.probe import NotAsked, Observation, Rule, probe
from grader.ask.subject import Remote
from grader.homeworks.beras.later.dialect import TENSOR, Dialect, truth

B, N, M, C = 5, 3, 4, 2
CALLING = "Diffable/calls"
RECORDING = "Diffable/records"
COMPOSING = ("Diffable/composes-to-input", "Diffable/composes-to-weight")
TAPING = (TENSOR, CALLING, RECORDING, "Diffable/context")  # and COMPOSING, see Dialect.rest_on_composing


def layer(s: Dialect, draw: Draw, n: int, m: int, weights: int = 2) -> tuple[Remote, list[Remote]]:
    """A scripted linear layer from n to m, and its weights, like those of a Dense: (n, m), then (m,)."""
    held = [s.weight(draw.array(n, m)), s.weight(draw.array(m), "b")][:weights]
    made = s.double(
        "layer",
        "Diffable",
        jacobian=draw.array(n, m),
        shift=draw.array(m),
        weights=held,
        weight_gradients=[draw.array(B, n, m), draw.array(m)][:weights],
    )
    return made, held


def linear_loss(s: Dialect, draw: Draw) -> Remote:
    """A scripted loss of B rows, whose gradient is constant."""
    return s.double("loss", "Diffable", coefficients=draw.array(B, C))


def places(s: Dialect, found: Remote, those: Sequence[Remote]) -> Any:
    """Which of those each entry of a list is, by number; -1 for none of them. What is no list as it came."""
    if found.kind not in ("list", "tuple"):
        return list(found.value) if isinstance(found.value, tuple) else found.value
    count = found.method("__len__").value
    return numbered(s, [found.item(place) for place in range(count)], those)


def numbered(s: Dialect, entries: Sequence[Remote], those: Sequence[Remote]) -> list[int]:
    """Which of those each of the entries is, by number; -1 for none of them."""
    return [next((place for place, each in enumerate(those) if s.is_same(entry, each)), -1) for entry in entries]


def layers_in(s: Dialect, model: Remote, those: Sequence[Remote]) -> Any:
    """Which of those each layer of a model is, by number. A model may keep its layers by name, in a dict."""
    layers = model.attribute("layers")
    if not layers.has("values"):
        return places(s, layers, those)
    values = layers.method("values").method("__iter__")
    return numbered(s, [values.method("__next__") for _ in range(layers.method("__len__").value)], those)


# --- Tensor -----------------------------------------------------------------------------------------------------


def made(s: Dialect, given: Any) -> Observation:
    """What becomes of an argument of Tensor."""
    tensor = s.new("Tensor", given)
    return {
        "numbers": tensor.value,
        "is_a_tensor": s.is_tensor(tensor),
        f"{s.flag}_at_first": s.is_trainable(tensor),
    }


@probe("Tensor", "of-arrays", weight=3)
def of_arrays(s: Dialect, draw: Draw) -> Observation:
    """Tensor(array) holds the numbers of the array and is trainable."""
    return made(s, draw.array(N, M))


@probe("Tensor", "of-lists", weight=2)
def of_lists(s: Dialect, draw: Draw) -> Observation:
    """Tensor takes a list, or lists in a list, as well."""
    return made(s, [[1.5, 2.0, -3.25], [4.0, 5.5, 6.0]])


@probe("Tensor", "of-tensors")
def of_tensors(s: Dialect, draw: Draw) -> Observation:
    """Tensor takes a Tensor as well."""
    return made(s, s.tensor(draw.array(N, M), "t"))


@probe("Tensor", "of-fractions")
def of_fractions(s: Dialect, draw: Draw) -> Observation:
    """fractions stay fractions, and one number has no axes."""
    return {"fraction": s.new("Tensor", 0.375).value}


@probe("Tensor", "assign", passive=True)
def assign(s: Dialect, draw: Draw) -> Observation:
    """assign changes the numbers in place, so that whoever holds the array sees them."""
    variable = s.weight(draw.array(N, M))
    if not variable.has("assign"):
        raise NotAsked("the given code of this revision has no assign")
    view = variable.attribute("T")
    variable.method("assign", draw.array(N, M))
    return {"assigned": variable.read(), "seen_by_a_view": view.read()}


# --- Weighted ---------------------------------------------------------------------------------------------------


def holder(s: Dialect, draw: Draw, *flags: bool) -> tuple[Remote, list[Remote]]:
    """Something with weights, of which some are frozen."""
    weights = [s.weight(draw.array(place + 1), trainable=flag) for place, flag in enumerate(flags)]
    return s.double("holder", "Weighted", weights=weights), weights


def flags(s: Dialect, weights: Sequence[Remote]) -> list[Any]:
    return [s.is_trainable(each) for each in weights]


@probe("Weighted", "trainable-ones", weight=2)
def trainable_ones(s: Dialect, draw: Draw) -> Observation:
    """the trainable weights, the very arrays, in their order."""
    held, weights = holder(s, draw, True, False, True)
    return {"trainable_ones": places(s, held.attribute(s.word("trainable_variables")), weights)}


@probe("Weighted", "frozen-ones", weight=2)
def frozen_ones(s: Dialect, draw: Draw) -> Observation:
    """the weights that are not trainable, the very arrays, in their order."""
    held, weights = holder(s, draw, False, True, False)
    return {"frozen_ones": places(s, held.attribute(s.word("non_trainable_variables")), weights)}


@probe("Weighted", "any-trainable", weight=2)
def any_trainable(s: Dialect, draw: Draw) -> Observation:
    """trainable is true as long as one of the weights is."""
    mixed, frozen = holder(s, draw, False, True, False)[0], holder(s, draw, False, False)[0]
    return {
        "one_of_three_is_trainable": truth(mixed.attribute("trainable").value),
        "none_is_trainable": not truth(frozen.attribute("trainable").value),
        "first_is_trainable": truth(holder(s, draw, True, False)[0].attribute("trainable").value),
    }


@probe("Weighted", "set-to-false", weight=2)
def set_to_false(s: Dialect, draw: Draw) -> Observation:
    """trainable = False freezes every weight."""
    held, weights = holder(s, draw, True, False, True)
    held.set("trainable", False)
    return {"all_frozen": not any(flags(s, weights))}


@probe("Weighted", "set-to-true")
def set_to_true(s: Dialect, draw: Draw) -> Observation:
    """trainable = True undoes it for every weight."""
    held, weights = holder(s, draw, False, False)
    held.set("trainable", True)
    return {"all_trainable": all(each is True for each in flags(s, weights))}


# --- Diffable (given) -------------------------------------------------------------------------------------------


@probe("Diffable", "calls", needs=(TENSOR,))
def calls(s: Dialect, draw: Draw) -> Observation:
    """given: calling a layer, a loss or a metric returns what its forward returns."""
    metric = s.double("metric", "Callable", reply=0.25)
    one, _ = layer(s, draw, N, M)
    return {
        "layer": one(s.tensor(draw.array(B, N))).value,
        "loss": s.number(linear_loss(s, draw)(s.tensor(draw.array(B, C)), s.tensor(draw.array(B, C))).value),
        "metric": s.number(metric(s.tensor(draw.array(B, C)), s.tensor(draw.array(B, C))).value),
    }


@probe("Diffable", "records", needs=(TENSOR,))
def records(s: Dialect, draw: Draw) -> Observation:
    """given: a call is written down, by the very array that it returns, where gradients are wanted."""
    (one, _), x = layer(s, draw, N, M), s.tensor(draw.array(B, N), "x")
    found = s.recording(one, x)
    inputs = one.attribute("inputs")
    return found | {"inputs_are_the_arguments": inputs.kind == "list" and s.is_same(inputs.item(0), x)}


@probe("Diffable", "composes-to-input", needs=(TENSOR,))
def composes_to_input(s: Dialect, draw: Draw) -> Observation:
    """given: the upstream gradient passes through a Jacobian (n, m) or (B, n, m)."""
    jacobian = draw.array(N, M)
    shared = s.double("layer", "Diffable", jacobian=jacobian)
    each = s.double("layer", "Diffable", jacobian=jacobian, local=draw.array(B, N, M))
    for one in (shared, each):
        one(s.tensor(draw.array(B, N)))
    return {
        "shared": s.input_gradient(shared, draw.array(B, M), None, listed=True),
        "per_example": s.input_gradient(each, draw.array(B, M), None, listed=True),
    }


@probe("Diffable", "composes-to-weight", needs=(TENSOR,))
def composes_to_weight(s: Dialect, draw: Draw) -> Observation:
    """given: one gradient a weight comes back, each the sum over the batch."""
    one, _ = layer(s, draw, N, M)
    one(s.tensor(draw.array(B, N)))
    return {"gradients": s.weight_gradients(one, draw.array(B, M), [(N, M), (M,)], listed=True)}


@probe("Diffable", "context")
def context(s: Dialect, draw: Draw) -> Observation:
    """given: the tape is Diffable.gradient_tape while it is open, and None again after it, an exception included."""
    diffable, tape = s.get("Diffable"), s.new("GradientTape")
    entered = tape.method("__enter__")
    active = s.is_same(diffable.attribute("gradient_tape"), tape)
    tape.method("__exit__", None, None, None)
    after = diffable.attribute("gradient_tape").value
    fail, second = s.double("raiser", None), s.new("GradientTape")
    s.note(
        Statement(
            f"try:\n    with {second.expression}:\n        {fail.expression}()\nexcept ArithmeticError:\n    pass"
        )
    )
    raised = s.attempt(s.ask, "with", manager=second.ref, target=fail.ref, args=[])
    return {
        "active": active,
        "is_what_with_names": s.is_same(entered, tape),
        "after": after,
        "raised": raised,
        "after_exception": diffable.attribute("gradient_tape").value,
    }


# --- GradientTape -----------------------------------------------------------------------------------------------


def pass_back(
    s: Dialect, draw: Draw, layers: Sequence[Remote], weights: Sequence[Remote], loss: Remote | None = None
) -> Any:
    """The gradients for these weights, after one pass of a batch through these layers and a loss."""
    s.rest_on_composing()
    loss = loss or linear_loss(s, draw)
    x, y = s.tensor(draw.array(B, N), "x"), s.tensor(draw.array(B, C), "y")
    with s.recorded() as tape:
        signal: Any = x
        for each in layers:
            signal = s.forward(each, signal)
        value = s.forward(loss, signal, y)
    return s.gradients(tape, value, weights)


def network(s: Dialect, draw: Draw) -> tuple[list[Remote], list[Remote]]:
    """Three scripted layers, and their six weights."""
    parts = [layer(s, draw, N, M), layer(s, draw, M, M + 2), layer(s, draw, M + 2, C)]
    return [each for each, _ in parts], [weight for _, weights in parts for weight in weights]


@probe("GradientTape", "one-layer-sources", needs=TAPING, weight=2)
def one_layer(s: Dialect, draw: Draw) -> Observation:
    """each weight of one layer gets its gradient."""
    only, weights = layer(s, draw, N, C)
    return {"gradients": pass_back(s, draw, [only], weights)}


@probe("GradientTape", "three-layers-sources", needs=TAPING, weight=3)
def three_layers(s: Dialect, draw: Draw) -> Observation:
    """the way back leads through all layers, to the first as well."""
    return {"gradients": pass_back(s, draw, *network(s, draw))}


@probe("GradientTape", "any-order", needs=TAPING, weight=2)
def any_order(s: Dialect, draw: Draw) -> Observation:
    """the gradients come in the order of the sources, whichever that is."""
    layers, weights = network(s, draw)
    return {"gradients": pass_back(s, draw, layers, [weights[place] for place in (4, 1, 0, 5, 3, 2)])}


@probe("GradientTape", "some-sources", needs=TAPING, weight=2)
def some_sources(s: Dialect, draw: Draw) -> Observation:
    """each weight gets its own gradient, also behind a frozen layer, and beside a weight that is frozen."""
    layers, weights = network(s, draw)
    for place in (2, 3, 4):
        s.freeze(weights[place])
    return {"gradients": pass_back(s, draw, layers, [weights[place] for place in (0, 1, 5)])}


@probe("GradientTape", "without-weights", needs=TAPING)
def without_weights(s: Dialect, draw: Draw) -> Observation:
    """a layer without weights passes the gradient through."""
    (first, of_first), (last, of_last) = layer(s, draw, N, M), layer(s, draw, M, C)
    between, _ = layer(s, draw, M, M, weights=0)
    return {"gradients": pass_back(s, draw, [first, between, last], [*of_first, *of_last])}


@probe("GradientTape", "next-tape", needs=TAPING)
def next_tape(s: Dialect, draw: Draw) -> Observation:
    """a second pass through other layers knows nothing of the first one."""
    (one, of_one), (two, of_two) = layer(s, draw, N, C), layer(s, draw, N, C)
    first = pass_back(s, draw, [one], of_one)
    return {"first": first, "gradients": pass_back(s, draw, [two], of_two)}


@probe(
    "GradientTape",
    "own-layers",
    weight=2,
    needs=(*TAPING, "Dense", "LeakyReLU", "MeanSquaredError"),
    gradients=Rule(gradient=True, squeeze=True),
)
def own_layers(s: Dialect, draw: Draw) -> Observation:
    """it works for a network of this submission's own Dense, LeakyReLU and MeanSquaredError as well."""
    b = draw.array(M) + 1 / 128  # all else is a multiple of 1/64: no output is 0, where the slope is free
    dense = [s.dense(draw.array(N, M), b), s.dense(draw.array(M, C), draw.array(C))]
    layers = [dense[0], s.new("LeakyReLU", 0.25), dense[1]]
    weights = [each.attribute(name) for each in dense for name in ("w", "b")]
    return {"gradients": pass_back(s, draw, layers, weights, s.new("MeanSquaredError"))}
