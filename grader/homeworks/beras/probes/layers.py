"""Questions about Dense. Batch 5, fan-in 3, fan-out 4: all different, so that a wrong axis shows in the shape."""

from __future__ import annotations

import math
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.entries import Kept
from grader.ask.probe import Observation, Rule, probe
from grader.ask.subject import Remote, same_values
from grader.base.arrays import unique
from grader.homeworks.beras.dialect import Dialect, comes_of_initializer
from grader.homeworks.beras.probes.core import COMPOSING, RECORDING
from grader.worker.wire import Opaque

B, N, M = 5, 3, 4
GRADIENT = Rule(gradient=True, upstream_factors=(B,), squeeze=True)
# Sample statistics of FAN_IN x FAN_OUT draws. The standard deviation of a sample standard deviation is 1/sqrt(2 N) of
# it, 0.29 % here; two samples differ by more than the rubric's 3 % once in 10**12 runs.
FAN_IN, FAN_OUT = 300, 200
STATISTIC = Rule(tolerance="statistic")
# The same row or column over and over has 300 different numbers at most. Honest draws have tens of thousands, and those
# of float16, which cannot tell near ones apart, more than ten thousand.
DIFFERENT = 10
# A normal distribution has kurtosis 3, one truncated at two standard deviations 2.36, a uniform one 1.8. The standard
# deviation of a sample kurtosis is sqrt(24 / N) = 0.02, so that the bounds are at least 12 of them away from either.
BELL = Rule(within=((2.1, 3.5),))


# Whoever has not written the initializer yet is asked what Dense makes of weights all the same, see Dialect.dense
INITIALIZER = "Dense.initializer"
of_dense = partial(probe, "Dense", despite=(INITIALIZER,))


def called(s: Dialect, draw: Draw, rows: int = B) -> tuple[Remote, Any, Any]:
    """A Dense layer after one call, its input and an upstream gradient."""
    dense = s.dense(draw.array(N, M), draw.array(M))
    x, upstream = draw.array(rows, N), draw.array(rows, M)
    s.forward(dense, x)
    return dense, x, upstream


@of_dense("forward", weight=3)
def forward(s: Dialect, draw: Draw) -> Observation:
    """y = x @ w + b."""
    dense = s.dense(draw.array(N, M), draw.array(M))
    return {"y": s.forward(dense, draw.array(B, N)).value}


@of_dense("forward-float32")
def forward_float32(s: Dialect, draw: Draw) -> Observation:
    """y = x @ w + b for float32 inputs, also for a single row."""
    dense = s.dense(draw.array(N, M), draw.array(M))
    thirds = np.asarray(draw.array(B, N)).astype(np.float32) / 3  # which have more digits than float16 has
    y = s.forward(dense, thirds).value
    return {"y": y, "single": s.forward(dense, draw.array(1, N).astype(np.float32)).value}


@probe(
    "Dense",
    "attributes",
    weight=2,
    needs=(f"{INITIALIZER}/static-method",),
    passive=True,
    b=Rule(squeeze=True),
    weights=Rule(squeeze=True),
)
def attributes(s: Dialect, draw: Draw) -> Observation:
    """w is (n, m), b has m entries, and weights holds the two."""
    s.needs.append(f"{INITIALIZER}/sizes")  # which is asked from 2023 on
    try:
        dense = s.new("Dense", N, M)
    except Fault as fault:
        if comes_of_initializer(fault):
            s.needs.append(f"{INITIALIZER}/default")
        raise
    w, b, weights = (dense.attribute(name).value for name in ("w", "b", s.word("weights")))
    shapes = map(np.shape, weights) if isinstance(weights, (list, tuple)) else weights
    return {
        "w": list(np.shape(w)),
        "b": int(np.size(b)),
        "weights": [int(np.prod(shape)) for shape in shapes],
    }


@of_dense("trainable", needs=(RECORDING,), passive=True)
def trainable(s: Dialect, draw: Draw) -> Observation:
    """a new layer has trainable = True, which Diffable's __init__ sets."""
    return trainable_at_first(s, s.dense(draw.array(N, M), draw.array(M)))


def trainable_at_first(s: Dialect, layer: Remote) -> Observation:
    """Where a tape walks over the layers, each must say whether it is trainable."""
    if not layer.has("trainable") and s.uses_upstream("Dense"):
        raise s.not_asked("the layers take the upstream gradient themselves, and a batch_step by hand freezes none")
    return {"trainable": layer.attribute("trainable").value}


@of_dense("weights-are-live")
def weights_are_live(s: Dialect, draw: Draw) -> Observation:
    """changing `weights` in place changes what forward computes, and each layer has weights of its own."""
    dense, other = s.dense(draw.array(N, M), draw.array(M)), s.dense(draw.array(N, M), draw.array(M))
    x = draw.array(B, N)
    s.forward(dense, x)  # whose output may be kept, but only as long as the weights are the same
    w = dense.attribute(s.word("weights")).item(0)
    w.fill(draw.array(N, M))
    return {"y": s.forward(dense, x).value, "other": s.forward(other, x).value}


@of_dense("input-gradient", weight=3, dx=GRADIENT, square=GRADIENT, after_an_update=GRADIENT)
def input_gradient(s: Dialect, draw: Draw) -> Observation:
    """the gradient with respect to the input, from input_gradients, with the weights as they are now."""
    dense, x, upstream = called(s, draw)
    dx = s.input_gradient(dense, upstream, x)
    # Where n is m, a transposed matrix fits as well: nothing can be guessed from the shape
    square, x = s.dense(draw.array(M, M), draw.array(M)), draw.array(B, M)
    s.forward(square, x)
    first = s.input_gradient(square, upstream, x)
    square.fill(draw.array(M, M), "w")
    s.forward(square, x)
    return {"dx": dx, "square": first, "after_an_update": s.input_gradient(square, upstream, x)}


@of_dense("weight-gradient", weight=3, dw=GRADIENT)
def weight_gradient(s: Dialect, draw: Draw) -> Observation:
    """the gradient of w, from weight_gradients."""
    dense, _, upstream = called(s, draw)
    return {"dw": entry(s.weight_gradients(dense, upstream, [(N, M), (M,)]), 0)}


@of_dense("bias-gradient", weight=2, db=GRADIENT)
def bias_gradient(s: Dialect, draw: Draw) -> Observation:
    """the gradient of b, from weight_gradients."""
    dense, _, upstream = called(s, draw)
    return {"db": entry(s.weight_gradients(dense, upstream, [(N, M), (M,)]), 1)}


def entry(gradients: list[Any], index: int) -> Any:
    """One of the gradients, or how many there are where that one is missing."""
    return gradients[index] if index < len(gradients) else Opaque(f"only {len(gradients)} of 2 gradients")


@of_dense("gradients-agree", both=GRADIENT)
def gradients_agree(s: Dialect, draw: Draw) -> Observation:
    """the gradients of w and of b count the batch alike: both are means over it, or both sums."""
    dense, _, upstream = called(s, draw)
    gradients = s.weight_gradients(dense, upstream, [(N, M), (M,)])
    dw, db = entry(gradients, 0), entry(gradients, 1)
    if isinstance(dw, np.ndarray) and isinstance(db, np.ndarray):
        return {"both": np.concatenate([dw.ravel(), db.ravel()])}
    return {"both": [dw, db]}


@of_dense("gradients-are-fresh", needs=("Dense/side-effects",), first=GRADIENT, again=GRADIENT, dw=GRADIENT)
def gradients_are_fresh(s: Dialect, draw: Draw) -> Observation:
    """the gradients belong to the latest call, whatever its batch size and however often they were asked for."""
    dense, x, upstream = called(s, draw)
    shapes = [(N, M), (M,)]
    first = entry(s.weight_gradients(dense, upstream, shapes), 0)
    if s.convention == "upstream":
        s.forward(dense, x)  # what has passed a gradient on may be done with this call
    again = entry(s.weight_gradients(dense, upstream, shapes), 0)
    s.forward(dense, draw.array(B + 1, N))
    s.forward(dense, draw.array(B, N))
    return {"first": first, "again": again, "dw": entry(s.weight_gradients(dense, upstream, shapes), 0)}


@of_dense("instances", dw=GRADIENT, single=GRADIENT)
def instances(s: Dialect, draw: Draw) -> Observation:
    """two layers of other sizes, as in every network, know nothing of each other, also if one is given a single row."""
    dense, upstream = s.dense(draw.array(N, M), draw.array(M)), draw.array(B, M)
    y = s.forward(dense, draw.array(B, N))
    other = s.dense(draw.array(M, M + 1), draw.array(M + 1))
    s.forward(other, draw.array(1, M))
    weights = dense.attribute(s.word("weights")).value
    return {
        "weights": len(weights) if isinstance(weights, (list, tuple)) else weights,
        "dw": entry(s.weight_gradients(dense, upstream, [(N, M), (M,)]), 0),
        "single": entry(s.weight_gradients(other, draw.array(1, M + 1), [(M, M + 1), (M + 1,)]), 0),
        **s.kept(y=y),
    }


# What a tape calls. However right all else is, a layer without it is of no use in any network
@of_dense("compose", weight=10, needs=COMPOSING, dx=GRADIENT, dw=GRADIENT, db=GRADIENT, square=GRADIENT)
def compose(s: Dialect, draw: Draw) -> Observation:
    """compose_to_input and compose_to_weight pass the upstream gradient on, averaged over the batch for the weights."""
    dense, _, upstream = called(s, draw)
    composing_only(s, dense)
    weights = dense.method("compose_to_weight", upstream).value  # first, as on a tape
    dx = dense.method("compose_to_input", upstream).value
    weights = weights if isinstance(weights, (list, tuple)) else [weights]
    square = s.dense(draw.array(M, M), draw.array(M))
    s.forward(square, draw.array(B, M))
    return {
        "dx": dx,
        "dw": entry(list(weights), 0),
        "db": entry(list(weights), 1),
        "square": square.method("compose_to_input", upstream).value,
    }


def composing_only(s: Dialect, dense: Remote) -> None:
    if any(kind == "required" for _, kind in s.parameters(dense.attribute("input_gradients"))):
        raise s.not_asked("the gradient methods of this Dense take the upstream gradient themselves")


@probe(
    "Dense",
    "compose-is-fresh",
    weight=5,
    needs=COMPOSING,
    dx=GRADIENT,
    dw=GRADIENT,
    db=GRADIENT,
    dx_of_second=GRADIENT,
    dw_of_second=GRADIENT,
    db_of_second=GRADIENT,
    dx_after_an_update=GRADIENT,
    dw_after_an_update=GRADIENT,
    db_after_an_update=GRADIENT,
    dx_of_another_batch=GRADIENT,
    dw_of_another_batch=GRADIENT,
    db_of_another_batch=GRADIENT,
)
def compose_is_fresh(s: Dialect, draw: Draw) -> Observation:
    """what compose_to_input and compose_to_weight return belongs to the latest call and to the weights as they are."""
    dense, _, upstream = called(s, draw)
    composing_only(s, dense)
    found = passed_back(dense, upstream, "")
    s.forward(dense, draw.array(B, N))
    called(s, draw)  # another layer
    found |= passed_back(dense, upstream, "_of_second")
    dense.fill(draw.array(N, M), "w")
    s.forward(dense, draw.array(B, N))
    found |= passed_back(dense, upstream, "_after_an_update")
    s.forward(dense, draw.array(B + 1, N))
    return found | passed_back(dense, draw.array(B + 1, M), "_of_another_batch")


def passed_back(dense: Remote, upstream: Any, end: str) -> Observation:
    """What a tape gets of the latest call. Once of each: a layer may keep its calls on a stack."""
    gradients = dense.method("compose_to_weight", upstream).value
    parts = list(gradients) if isinstance(gradients, (list, tuple)) else [gradients]
    dx = dense.method("compose_to_input", upstream).value
    return {f"dx{end}": dx, f"dw{end}": entry(parts, 0), f"db{end}": entry(parts, 1)}


@of_dense("side-effects", weight=2, passive=True)
def side_effects(s: Dialect, draw: Draw) -> Observation:
    """forward and the gradient methods change no weight, no argument and no random state."""
    dense = s.dense(draw.array(N, M), draw.array(M))
    x, upstream = s.keep(draw.array(B, N), "x"), s.keep(draw.array(B, M), "upstream")
    before = {name: dense.attribute(name).value for name in ("w", "b")}
    random_state = s.ask("random_state")
    output = s.forward(dense, x)
    found = s.kept("forward", x=x)
    x = x.now()
    s.input_gradient(dense, upstream, x.value)
    found |= s.kept("input_gradients", x=x, output=output, upstream=upstream)
    x, output, upstream = x.now(), output.now(), upstream.now()
    s.weight_gradients(dense, upstream, [(N, M), (M,)])
    found |= s.kept("weight_gradients", x=x, output=output, upstream=upstream)
    weights = {Kept(name).entry: same_values(old, dense.attribute(name).value) for name, old in before.items()}
    return weights | found | {Kept("random_state").entry: s.ask("random_state") == random_state}


# --- initialisers -----------------------------------------------------------------------------------------------


def initialised(s: Dialect, name: str) -> Remote:
    return s.new("Dense", FAN_IN, FAN_OUT, initializer=name)


def first_weight(layer: Remote) -> Any:
    """The w of a new layer. A class in its place, such as NotImplementedError, says that it is not written yet."""
    w = layer.attribute("w")
    if w.kind == "type":
        raise Fault("raised", "w is not made yet", "NotImplementedError", ("NotImplementedError",))
    return w.value


def giving(s: Dialect, *names: str) -> list[str]:
    """Those of some initializers that give weights: what others do not give, their own checks ask. All if none does."""
    found = []
    for name in names:
        with suppress(Fault), s.unnoted():
            if isinstance(s.new("Dense", N, M, initializer=name).attribute("w").value, np.ndarray):
                found.append(name)
    return found or list(names)


def statistics(w: Any) -> Observation:
    """Shape, standard deviation, mean in standard deviations of the mean, and kurtosis."""
    if not isinstance(w, np.ndarray) or w.dtype.kind != "f" or w.size < 2:
        return {"std": w, "kurtosis": w, "each_drawn_by_itself": False}
    if w.size != FAN_IN * FAN_OUT:
        few = f"that of {w.size} numbers, where {FAN_IN} times {FAN_OUT} are to be drawn"
        return {"std": few, "kurtosis": few, "mean_in_standard_errors": few, "each_drawn_by_itself": True}
    w = w.astype(np.float64)
    std, squares = float(w.std()), (w - w.mean()) ** 2  # squared twice: a tenth of the time of ** 4
    each = bool(unique(w).size > DIFFERENT * max(FAN_IN, FAN_OUT))
    if std <= 1e-6 * abs(float(w.mean())):  # one number has no distribution
        return {"std": 0.0, "each_drawn_by_itself": each}
    kurtosis = float((squares**2).mean() / std**4)
    return {
        "each_drawn_by_itself": each,
        "std": std,
        "kurtosis": kurtosis,
        "mean_in_standard_errors": float(w.mean() / std * w.size**0.5),
    }


# More than 7 happens once in 4 * 10**11 honest runs
CENTRED = Rule(within=((-7.0, 7.0),))


@probe("Dense.initializer", "zero")
def zero(s: Dialect, draw: Draw) -> Observation:
    """zero makes all weights 0, in an array that can hold fractions later."""
    w = first_weight(s.new("Dense", N, M, initializer="zero"))
    return {"w": flat(w), "holds_fractions": holds_fractions(w)}


def holds_fractions(array: Any) -> bool:
    """False for an array of whole numbers, which no optimizer can change by less than 1."""
    return not (isinstance(array, np.ndarray) and array.dtype.kind in "iub")


def flat(w: Any) -> Any:
    """The values of w; its shape is asked about elsewhere."""
    return w.ravel() if isinstance(w, np.ndarray) else w


@probe("Dense.initializer", "normal", std=STATISTIC, kurtosis=BELL, mean_in_standard_errors=CENTRED)
def normal(s: Dialect, draw: Draw) -> Observation:
    """normal draws w from N(0, 1)."""
    return statistics(first_weight(initialised(s, "normal")))


@probe("Dense.initializer", "xavier", std=STATISTIC, kurtosis=BELL, mean_in_standard_errors=CENTRED)
def xavier(s: Dialect, draw: Draw) -> Observation:
    """xavier draws w from a normal distribution with standard deviation sqrt(2 / (fan-in + fan-out))."""
    return statistics(first_weight(initialised(s, "xavier")))


@probe("Dense.initializer", "kaiming", std=STATISTIC, kurtosis=BELL, mean_in_standard_errors=CENTRED)
def kaiming(s: Dialect, draw: Draw) -> Observation:
    """kaiming draws w from a normal distribution with standard deviation sqrt(2 / fan-in)."""
    return statistics(first_weight(initialised(s, "kaiming")))


@probe("Dense.initializer", "default", std=STATISTIC)
def default(s: Dialect, draw: Draw) -> Observation:
    """a layer made without an initializer uses kaiming."""
    w = first_weight(s.new("Dense", FAN_IN, FAN_OUT))
    return {"std": statistics(w)["std"]}


@probe("Dense.initializer", "bias")
def bias(s: Dialect, draw: Draw) -> Observation:
    """the bias starts at 0, whatever the initializer, in an array that can hold fractions later."""
    names = ("zero", "normal", "xavier", "kaiming")
    asked = giving(s, *names)
    biases = {name: s.new("Dense", N, M, initializer=name).attribute("b").value for name in asked}
    zeros = {name: name not in asked or same_values(biases[name], np.zeros(np.shape(biases[name]))) for name in names}
    return {f"b_is_zero_with_{name}": is_zero for name, is_zero in zeros.items()} | {
        "holds_fractions": all(map(holds_fractions, biases.values())),
        "b_fits_the_output": all(fits_rows(np.shape(b)) for b in biases.values()),
    }


def fits_rows(shape: tuple[int, ...]) -> bool:
    """Can an array of this shape be added to outputs (B, m)? One that has not m entries is asked about elsewhere."""
    if math.prod(shape) != M:
        return True
    try:
        return np.broadcast_shapes((B, M), shape) == (B, M)
    except ValueError:
        return False


@probe("Dense.initializer", "draws-anew")
def draws_anew(s: Dialect, draw: Draw) -> Observation:
    """two layers get different weights."""
    name = giving(s, "kaiming", "normal", "xavier")[0]
    one, two = (s.new("Dense", 8, 6, initializer=name).attribute("w").value for _ in range(2))
    same = bool(np.array_equal(one, two)) or any(draws_again(s, name) for name in ("normal", "xavier"))
    return {"same": same, "all_one_number": is_constant(one)}


def draws_again(s: Dialect, name: str) -> bool:
    """Does this initializer draw the same numbers twice? Not one that draws none, or fails: it is asked elsewhere."""
    made: list[Any] = []
    for _ in range(2):
        s.attempt(lambda: made.append(s.new("Dense", 8, 6, initializer=name).attribute("w").value))
    return len(made) == 2 and not is_constant(made[0]) and bool(np.array_equal(*made))


def is_constant(w: Any) -> bool:
    """Is this one number all over: not drawn at all?"""
    return bool(np.size(w) and np.all(w == np.ravel(w)[0]))


@probe("Dense.initializer", "any-case", passive=True)
def any_case(s: Dialect, draw: Draw) -> Observation:
    """the case of the initializer's name does not matter."""
    s.get("Dense")  # what cannot be loaded refuses no name
    names = ("Kaiming", "XAVIER", "Zero")
    refused = {name: s.attempt(made_with, s, name) for name in names}
    # One whose lower case is refused as well is not a matter of its case
    lower = {name.lower(): s.attempt(made_with, s, name.lower()) for name in names if refused[name] is not None}
    refused |= {name: None for name in names if lower.get(name.lower()) is not None}
    # Accepted is not understood: the name may have been looked up as it is, and something else been taken for it
    understood = refused["Zero"] is not None or is_zero(s, "Zero") == is_zero(s, "zero")
    return {"refused": refused, "Zero_gives_zeros": understood}


def made_with(s: Dialect, name: str) -> None:
    s.new("Dense", N, M, initializer=name)


def is_zero(s: Dialect, name: str) -> bool:
    """Does this name give zeros? False for one that is refused."""
    made: list[Any] = []
    s.attempt(lambda: made.append(s.new("Dense", N, M, initializer=name).attribute("w").value))
    return bool(made) and not np.any(made[0])


@probe("Dense.initializer", "unknown", passive=True)
def unknown(s: Dialect, draw: Draw) -> Observation:
    """an unknown initializer raises an AssertionError that names it."""
    s.get("Dense")  # a file that does not load raises as well, but not for this reason
    raised = s.attempt(s.new, "Dense", N, M, initializer="lecun-ish")
    return {"unknown": raised, "named": "lecun-ish" in getattr(raised, "message", "").lower()}


@probe("Dense.initializer", "static-method")
def static_method(s: Dialect, draw: Draw) -> Observation:
    """Dense._initialize_weight(initializer, n, m) gives the weight (n, m) and the bias."""
    name = giving(s, "kaiming", "normal", "xavier", "zero")[0]
    made = s.get("Dense").method("_initialize_weight", name, N, M).value
    made = made if isinstance(made, (list, tuple)) else [made]
    return {"sizes": [list(np.shape(made[0])), *[int(np.size(part)) for part in made[1:]]]}
