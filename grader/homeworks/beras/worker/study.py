"""A few steps of a fresh model, looked at from inside: what one prints to find out why a network does not learn."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

RATES = ("learning_rate", "lr", "rate", "alpha")  # what students call it in an optimizer
TAKE_PROBABILITIES = {"CategoricalCrossEntropy", "CategoricalCrossentropy"}  # losses, of one year or another
NEAR_ONE = 1e-3  # a sum of float32 probabilities
LOOKED_AT = 1000  # rows: enough to tell 10 % from 20 %, or a unit that is silent for every digit


def made_of(host: Any, model: Any) -> list[str]:
    """The classes that a model is made of, by name, and those that they derive from."""
    model = host.live(model)
    parts = [*layers_of(model), model.optimizer, *losses_of(model)]
    return names_of_classes(parts)


def study(
    host: Any, model: Any, x: Any, y: Any, batch_size: int, steps: int, seconds: float, forward: str, factor: float
) -> dict[str, Any]:
    """Takes steps on batches in order, with the optimizer's rate times `factor`, for that many seconds at most.

    Returns the rate (0 where there is none), the loss of each step, the accuracy on rows that were learned from,
    whether the loss takes probabilities and gets something else, and for each layer what became of it. forward: the
    name of the model's method.
    """
    model, x, y = host.live(model), host.live(x), host.live(y)
    rate = scaled_rate(model.optimizer, factor)
    before = [[np.array(weight) for weight in weights_of(layer)] for layer in layers_of(model)]
    losses: list[float] = []
    until = time.process_time() + seconds
    for start in range(0, steps * batch_size, batch_size):
        if start + batch_size > len(x) or time.process_time() > until:
            break
        rows, labels = (each[start : start + batch_size] for each in (x, y))
        losses.append(loss_in(model.batch_step(rows, labels, training=True)))
    seen = np.asarray(getattr(model, forward)(x[:LOOKED_AT]))
    right = seen.argmax(axis=1) == np.asarray(y[:LOOKED_AT]).argmax(axis=1)
    return {
        "rate": rate,
        "losses": losses,
        "accuracy": float(right.mean()),
        "finite": bool(np.isfinite(seen).all()),
        "no_probabilities": takes_probabilities(model) and are_other_numbers(seen),
        "layers": layers_after(model, before, x[:LOOKED_AT]),
    }


def scaled_rate(optimizer: Any, factor: float) -> float:
    """Multiplies the rate that an optimizer has; what it was, or 0 where none is found."""
    for name in RATES:
        rate = getattr(optimizer, name, None)
        if isinstance(rate, (int, float)):
            setattr(optimizer, name, rate * factor)
            return float(rate)
    return 0.0


def layers_of(model: Any) -> list[Any]:
    """The layers in their order. Some keep them by name, in a dict."""
    return list(model.layers.values() if isinstance(model.layers, dict) else model.layers)


def weights_of(layer: Any) -> list[Any]:
    return list(getattr(layer, "parameters", None) or getattr(layer, "weights", None) or ())


def names_of_classes(parts: list[Any]) -> list[str]:
    """The classes of these objects, and those that they derive from."""
    return sorted({kind.__name__ for each in parts for kind in type(each).__mro__})


def takes_probabilities(model: Any) -> bool:
    return not TAKE_PROBABILITIES.isdisjoint(names_of_classes(losses_of(model)))


def are_other_numbers(outputs: np.ndarray) -> bool:
    """Is an entry negative, or the sum of a row not 1? What is no number any more may have been a probability."""
    if not np.isfinite(outputs).all():
        return False
    return bool((outputs < 0).any() or not np.allclose(outputs.sum(axis=-1), 1, atol=NEAR_ONE))


def losses_of(model: Any) -> list[Any]:
    """The loss that a model was compiled with, under either name."""
    return [found for name in ("loss_fn", "compiled_loss") if (found := getattr(model, name, None)) is not None]


def loss_in(result: Any) -> float:
    """The loss that a step reports, NaN where it reports none."""
    stats = next((each for each in (result if isinstance(result, tuple) else (result,)) if isinstance(each, dict)), {})
    try:
        return float(np.mean(stats["loss"]))
    except (KeyError, TypeError, ValueError):
        return float("nan")


def layers_after(model: Any, before: list[list[np.ndarray]], x: Any) -> list[dict[str, Any]]:
    """What became of each layer: its weights, the share of units that are 0 for every row, whether it adds no bend."""
    found = []
    for number, (layer, old) in enumerate(zip(layers_of(model), before), 1):
        affine = is_affine(layer, x)
        x = layer(x)
        output, now = np.asarray(x), [np.asarray(weight) for weight in weights_of(layer)]
        tables = [weight for weight in now if weight.ndim == 2 and min(weight.shape) > 1]
        found.append(
            {
                "name": f"layer {number} ({type(layer).__name__})",
                "weights": len(now),
                "moved": [not np.array_equal(one, other) for one, other in zip(old, now)],
                "alike": any(bool((table == table[:, :1]).all()) for table in tables),
                "affine": affine,
                "silent": float((output == 0).all(axis=0).mean()) if output.ndim == 2 else 0.0,
            }
        )
    return found


def is_affine(layer: Any, x: Any) -> bool:
    """Does a layer add no bend: is f(a) + f(b) the same as f(a + b) + f(0)?"""
    half = len(x) // 2
    one, other = x[:half], x[half : 2 * half]
    try:
        a, b, both, nothing = (np.asarray(layer(each)) for each in (one, other, one + other, 0 * one))
    except Exception:  # noqa: BLE001  a layer that takes whole batches alone: all else of the study stays
        return False
    return bool(np.allclose(a + b, both + nothing, rtol=1e-3, atol=1e-3 * np.abs(both).max()))
