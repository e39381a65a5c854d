"""The given core as the homework once had it: both compose methods loop over the examples of a batch in Python."""

from __future__ import annotations

from typing import Any

import numpy as np


def compose_to_input(layer: Any, J: np.ndarray) -> np.ndarray:
    """Per example, its Jacobian times its upstream gradient."""
    jacobian = layer.input_gradients()
    rows = []
    for b in range(len(J)):
        each = jacobian[b] if jacobian.ndim == 3 else jacobian
        rows.append(each @ J[b])
    return np.stack(rows)


def compose_to_weight(layer: Any, J: np.ndarray) -> list[np.ndarray]:
    """The mean over the batch of weight_gradient * J[b], example by example."""
    composed = []
    for weight, gradient in zip(layer.weights, layer.weight_gradients()):
        batched = gradient.ndim > weight.ndim
        total = np.zeros_like(weight)
        for b in range(len(J)):
            each = gradient[b] if batched else gradient
            total += each * J[b]
        composed.append(total / len(J))
    return composed


def loop(layer: Any) -> Any:
    """The layer, on that core; element-wise ones override it in either."""
    if layer.weights:
        layer.compose_to_input = lambda J: compose_to_input(layer, J)
        layer.compose_to_weight = lambda J: compose_to_weight(layer, J)
    return layer
