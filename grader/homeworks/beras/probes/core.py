"""Questions about the given Callable and Diffable, and about GradientTape.

The tape is asked on a network of scripted layers (constant Jacobians that the grader drew), so that it is graded
whatever the state of the student's own layers.
"""

from __future__ import annotations

from typing import Any

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.notes import Statement
from grader.ask.probe import Observation, Rule, probe
from grader.ask.subject import Remote
from grader.homeworks.beras.dialect import Dialect

B, N, M, C = 5, 3, 4, 2
SQUEEZE = Rule(squeeze=True)
# Whose habits scripted layers and losses have: a tape may rest on what a submission gives all of its own.
WEIGHTLESS = ("LeakyReLU", "Softmax")
LOSSES = ("MeanSquaredError", "CategoricalCrossentropy")
# What other components use of the given code. Diffable's further questions are about shapes that no other check passes.
COMPOSING = ("Diffable/compose-to-input", "Diffable/compose-to-weight")
RECORDING = "Diffable/recording"
CALLING = "Diffable/calling"  # what every call of a layer, loss or metric goes through
COMPILING = "Model/compile"
KEEPING = "Model/keeping"


def layer(
    s: Dialect, draw: Draw, n: int, m: int, trainable: bool = True, weights: int = 2, kind: str = "layer"
) -> Remote:
    """A scripted linear layer from n to m, whose weights are like those of a Dense: (n, m), then (m,)."""
    return s.double(
        kind,
        "Diffable",
        WEIGHTLESS,
        jacobian=draw.array(n, m),
        shift=draw.array(m),
        weights=[draw.array(n, m), draw.array(m)][:weights],
        weight_gradients=[draw.array(B, n, m), draw.array(m)][:weights],
        trainable=trainable,
    )


def linear_loss(s: Dialect, draw: Draw) -> Remote:
    """A scripted loss of B rows, whose gradient is constant."""
    return s.double("loss", "Diffable", LOSSES, coefficients=draw.array(B, C))


def recorded(s: Dialect, draw: Draw, layers: list[Remote]) -> Remote:
    """A tape that has recorded one pass of a batch through these layers and a loss."""
    loss = linear_loss(s, draw)
    tape = s.new("GradientTape")
    tape.method("__enter__")
    signal: Any = draw.array(B, N)
    for each in layers:
        signal = s.forward(each, signal)
    s.forward(loss, signal, draw.array(B, C))
    tape.method("__exit__", None, None, None)
    return tape


def composing_only(s: Dialect) -> None:
    """Where Diffable's own methods take the upstream gradient, there is nothing left to compose."""
    if s.uses_upstream("Diffable"):
        raise s.not_asked("the gradient methods of this Diffable take the upstream gradient themselves", "Diffable")


# --- Diffable (given) -------------------------------------------------------------------------------------------


@probe("Diffable", "compose-to-input")
def compose_to_input(s: Dialect, draw: Draw) -> Observation:
    """given: compose_to_input passes the upstream gradient through a Jacobian (n, m) or (B, n, m)."""
    composing_only(s)
    shared = s.double("raw-layer", "Diffable", input_gradients=draw.array(N, M))
    each = s.double("raw-layer", "Diffable", input_gradients=draw.array(B, N, M))
    square = s.double("raw-layer", "Diffable", input_gradients=draw.array(M, M))
    upstream = s.keep(draw.array(B, M), "upstream")
    return {
        "shared": shared.method("compose_to_input", upstream).value,
        "per_example": each.method("compose_to_input", upstream).value,
        "square": square.method("compose_to_input", upstream).value,
        **s.kept(upstream=upstream),
    }


@probe("Diffable", "compose-to-weight", gradients=SQUEEZE)
def compose_to_weight(s: Dialect, draw: Draw) -> Observation:
    """given: compose_to_weight returns one gradient a weight, each the mean over the batch."""
    composing_only(s)
    dense_like = s.double(
        "raw-layer",
        "Diffable",
        weights=[draw.array(N, M), draw.array(M)],
        weight_gradients=[draw.array(B, N, 1), draw.array(M)],
    )
    upstream = s.keep(draw.array(B, M), "upstream")
    return {
        "gradients": list_of(dense_like.method("compose_to_weight", upstream).value),
        **s.kept(upstream=upstream),
    }


@probe("Diffable", "compose-to-weight-shapes", gradients=SQUEEZE)
def compose_to_weight_shapes(s: Dialect, draw: Draw) -> Observation:
    """given: a weight's own gradient may be (B, n, m), and (1, m) for a bias of that shape."""
    composing_only(s)
    any_shape = s.double(
        "raw-layer",
        "Diffable",
        weights=[draw.array(N, M), draw.array(1, M)],
        weight_gradients=[draw.array(B, N, M), draw.array(1, M)],
    )
    return {"gradients": list_of(any_shape.method("compose_to_weight", draw.array(B, M)).value)}


@probe("Diffable", "abstract")
def abstract(s: Dialect, draw: Draw) -> Observation:
    """given: a Callable that has no forward of its own cannot be used, when it is made or when it is called."""
    try:
        s.forward(s.new("Callable"), draw.array(B, N))
    except Fault as fault:
        if fault.kind not in ("raised", "missing"):
            raise
        return {"refused": True}
    return {"refused": False}


def list_of(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@probe("Diffable", "calling")
def calling(s: Dialect, draw: Draw) -> Observation:
    """given: calling a layer, a loss or a metric returns what its forward returns."""
    metric = s.double("accuracy", "Callable", replies=[0.25])
    return {
        "layer": layer(s, draw, N, M)(draw.array(B, N)).value,
        "loss": s.double("loss", "Diffable", coefficients=draw.array(B, C))(draw.array(B, C), draw.array(B, C)).value,
        "metric": metric(draw.array(B, C), draw.array(B, C)).value,
    }


@probe("Diffable", "recording")
def recording(s: Dialect, draw: Draw) -> Observation:
    """given: a call is written down while a tape is open and only then, and calls forward; trainable starts True."""
    one, two = layer(s, draw, N, M), layer(s, draw, M, C)
    x = draw.array(B, N)
    s.forward(one, x)
    tape, diffable = s.new("GradientTape"), s.get("Diffable")
    diffable.set("gradient_tape", tape)  # without its __enter__ and __exit__, which GradientTape is asked about
    hidden = s.forward(one, x)
    s.forward(two, hidden)
    diffable.set("gradient_tape", None)
    s.forward(two, hidden)
    operations = tape.attribute("operations")
    count = operations.method("__len__").value
    order = [
        bool(s.ask("same", one=operations.item(i).ref, other=each.ref))
        for i, each in enumerate((one, two))
        if i < count
    ]
    fresh = s.double("raw-layer", "Diffable")
    return {
        "count": count,
        "order": order,
        "hidden": hidden.value,
        "trainable": fresh.attribute("trainable").value,
    }


# --- GradientTape -----------------------------------------------------------------------------------------------


@probe("GradientTape", "one-layer", needs=(RECORDING,), weight=2, gradients=SQUEEZE)
def one_layer(s: Dialect, draw: Draw) -> Observation:
    """gradient() returns the gradient of every weight of one layer, starting from the loss's own gradient."""
    return {"gradients": s.tape_gradient(recorded(s, draw, [layer(s, draw, N, C)]))}


@probe("GradientTape", "three-layers", needs=(RECORDING,), weight=3, gradients=SQUEEZE)
def three_layers(s: Dialect, draw: Draw) -> Observation:
    """gradient() walks back through all layers and answers in the order of the layers."""
    layers = [layer(s, draw, N, M), layer(s, draw, M, M + 2), layer(s, draw, M + 2, C)]
    return {"gradients": s.tape_gradient(recorded(s, draw, layers))}


@probe("GradientTape", "second-tape", needs=(RECORDING,), first=SQUEEZE, gradients=SQUEEZE)
def second_tape(s: Dialect, draw: Draw) -> Observation:
    """a second tape knows nothing of what the first one recorded and gave."""
    first = s.tape_gradient(recorded(s, draw, [layer(s, draw, N, C)]))
    return {"first": first, "gradients": s.tape_gradient(recorded(s, draw, [layer(s, draw, N, C)]))}


@probe("GradientTape", "no-weights", needs=(RECORDING,), gradients=SQUEEZE)
def no_weights(s: Dialect, draw: Draw) -> Observation:
    """a layer without weights passes the gradient through and adds nothing."""
    # As wide as the batch, so that its Jacobian could be taken for the slopes of an element-wise layer
    layers = [layer(s, draw, N, B), layer(s, draw, B, B, weights=0), layer(s, draw, B, C)]
    return {"gradients": s.tape_gradient(recorded(s, draw, layers))}


@probe("GradientTape", "trainable", needs=(RECORDING,), weight=2, gradients=SQUEEZE)
def trainable(s: Dialect, draw: Draw) -> Observation:
    """a layer with trainable = False passes the gradient through and adds nothing."""
    layers = [layer(s, draw, N, M), layer(s, draw, M, M, trainable=False), layer(s, draw, M, C)]
    return {"gradients": s.tape_gradient(recorded(s, draw, layers))}


@probe(
    "GradientTape",
    "real-layers",
    weight=4,
    needs=(*COMPOSING, RECORDING, "Dense", "LeakyReLU"),
    gradients=Rule(gradient=True, squeeze=True),
)
def real_layers(s: Dialect, draw: Draw) -> Observation:
    """gradient() answers for a network of this submission's own Dense and LeakyReLU."""
    for name in ("Dense", "LeakyReLU"):
        if s.uses_upstream(name):
            raise s.not_asked(f"the gradient methods of this {name} take the upstream gradient themselves", name)
    dense = [s.dense(draw.array(N, M), draw.array(M)), s.dense(draw.array(M, C), draw.array(C))]
    layers = [dense[0], s.new("LeakyReLU", 0.25), dense[1]]
    return {"gradients": s.tape_gradient(recorded(s, draw, layers))}


@probe("GradientTape", "context", needs=(RECORDING,), passive=True, gradients=Rule(evidence=True))
def context(s: Dialect, draw: Draw) -> Observation:
    """the tape is Diffable.gradient_tape while it is open, and None again after it, an exception included."""
    diffable, tape = s.get("Diffable"), s.new("GradientTape")
    before = diffable.attribute("gradient_tape").value
    entered = tape.method("__enter__")
    active = bool(s.ask("same", one=diffable.attribute("gradient_tape").ref, other=tape.ref))
    tape.method("__exit__", None, None, None)
    after = diffable.attribute("gradient_tape").value
    fail, second = s.double("raiser", None), s.new("GradientTape")
    s.note(
        Statement(
            f"try:\n    with {second.expression}:\n        {fail.expression}()\nexcept ArithmeticError:\n    pass"
        )
    )
    raised = s.attempt(s.ask, "with", manager=second.ref, target=fail.ref, args=[])
    after_exception = diffable.attribute("gradient_tape").value
    return {
        "before": before,
        "active": active,
        "is_what_with_names": bool(s.ask("same", one=entered.ref, other=tape.ref)),
        "after": after,
        "raised": raised,
        "gradients": s.tape_gradient(recorded(s, draw, [layer(s, draw, N, C)])),  # no points for an unwritten tape
        "after_exception": after_exception,
    }
