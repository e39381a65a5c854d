"""Vectorised compose methods for the years from 2023 on, by the same rules as fast_core.py.

There upstream gradients come in a list, local gradients are lists with one entry for each input or weight, and layers
sum over the batch. The given methods write into arrays of the local gradient's dtype: whole numbers are cut off example
by example, and so they are here, or the given method answers.

A Dense that builds an array (B, n, m) of its weight gradient, which takes longer than all else, gets the product that
such an array sums up to, where its own composed gradient is that product for small inputs.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .fast_core import BATCHES, FLOATS, Method, composed_by, loops

ROUNDING = 1e-12  # relative: what another order of summing may change in float64
Table = dict[tuple[Any, Any], list[tuple[Any, Any]]]


@dataclass(frozen=True)
class Year:
    """What this year calls the methods of the contract, and its class of arrays."""

    words: Mapping[str, str]
    tensor: Any

    def word(self, name: str) -> str:
        return self.words.get(name, name)

    def weights_of(self, layer: Any) -> list[Any]:
        return list(getattr(layer, self.word("weights")))

    def is_array(self, value: Any, kinds: str) -> bool:
        """Is it an array of NumPy's own or the year's, with a dtype of one of these kinds?"""
        known = type(value) is np.ndarray or isinstance(value, self.tensor)
        return known and value.dtype.kind in kinds and value.dtype.isnative

    def is_matrix(self, value: Any) -> bool:
        return self.is_array(value, "f") and value.dtype in FLOATS and value.ndim == 2 and len(value) > 0


def install(base: Any, layers: list[Any], year: Year, dense: Any) -> list[str]:
    """Replaces what can be replaced of a class Diffable and of a class Dense, and what these layers use.

    Returns the names of what was replaced.
    """
    word = year.words["compose_to_weight"]
    inherits = getattr(dense, word, None) is getattr(base, word, ...)
    # Found out before anything is replaced, so by the given method
    product = product_of(dense, [each for each in layers if isinstance(each, dense)], year) if inherits else None
    replaced = [name for contract, name in year.words.items() if replaces(base, layers, year, contract, name)]
    if product is not None:
        setattr(dense, word, product)
        replaced.append(f"{dense.__name__}.{word}")
    return replaced


def replaces(base: Any, layers: list[Any], year: Year, contract: str, name: str) -> bool:
    """Puts a vectorised method in the place of a given one; False where that may not be."""
    given = getattr(base, name, None)
    if contract not in FORMULAS or given is None:
        return False
    if not any(getattr(type(layer), name, None) is given for layer in layers):
        return False
    try:
        asked = questions(base, contract, year)
        for kind in (np.ndarray, year.tensor):
            fast = composing(given, contract, year, kind)
            if loops(asked, given) and all(same(given, fast, layer, J) for layer, J in asked):
                setattr(base, name, fast)
                return True
    except Exception:  # noqa: BLE001  it has needs of its own, so it is not the given one
        return False
    return False


# --- the two formulas ---------------------------------------------------------------------------------------------


def composing(given: Method, contract: str, year: Year, kind: Any) -> Method:
    """The chain rule for all upstream gradients of a list, each with every input or weight. kind: of the results."""
    local_word, owner, formula = FORMULAS[contract]
    method = year.words[local_word]

    def compose(self: Any, J: Any = None) -> Any:
        if J is None or not all(map(year.is_matrix, J)):
            return given(self, J)
        local = getattr(self, method)()
        if isinstance(local, (list, tuple, np.ndarray)):
            of_each = getattr(self, year.word(owner))
            found = [formula(year, each, up, of) for up in J for of, each in zip(of_each, local)]
            if all(each is not None for each in found):
                return [of_kind(each, kind) for each in found]
        return composed_by(self, method, local, given, J)

    return compose


def times_jacobian(year: Year, gradient: Any, up: Any, x: Any) -> np.ndarray | None:
    """Row b is example b's Jacobian times up[b]; None where the given method is to answer for it."""
    if not (year.is_array(gradient, "f") and year.is_array(x, "fiub") and x.ndim == 2 and len(x) == len(up)):
        return None
    jacobian, J = np.asarray(gradient), np.asarray(up)
    if jacobian.shape == (x.shape[1], J.shape[1]):
        rows = J @ jacobian.T
    elif jacobian.shape == (len(J), x.shape[1], J.shape[1]):
        rows = (jacobian @ J[:, :, None])[:, :, 0]
    else:
        return None
    return rows.astype(jacobian.dtype, copy=False)


def sum_of_products(year: Year, gradient: Any, up: Any, weight: Any) -> np.ndarray | None:
    """The sum over the batch of gradient times up[b]; None where the given method is to answer for it."""
    if not (year.is_array(gradient, "fib") and year.is_array(weight, "f")):
        return None
    local, J = np.asarray(gradient), np.asarray(up)
    m = J.shape[1]
    if local.dtype.kind == "f" and local.ndim == 3 and weight.shape == (local.shape[1], m) and len(local) == len(J):
        if local.shape[2] == 1:
            return (local[:, :, 0].T @ J).astype(local.dtype, copy=False)
        return np.einsum("bij,bj->ij", local, J).astype(local.dtype, copy=False) if local.shape[2] == m else None
    if weight.shape in ((m,), (1, m)) and local.shape in ((), (1,), (m,), (1, 1), (1, m)):  # of a bias
        each = (local.reshape(-1) * J).astype(local.dtype, copy=False)  # cut off before they are summed
        return np.asarray(each.sum(axis=0)).reshape(weight.shape)
    return None


FORMULAS: dict[str, tuple[str, str, Any]] = {
    "compose_to_input": ("input_gradients", "inputs", times_jacobian),
    "compose_to_weight": ("weight_gradients", "weights", sum_of_products),
}


def of_kind(array: np.ndarray, kind: Any) -> Any:
    return array if kind is np.ndarray else array.view(kind)


# --- are they the same? -------------------------------------------------------------------------------------------


def questions(base: Any, contract: str, year: Year) -> list[tuple[Any, list[np.ndarray]]]:
    """Layers with gradients of every kind that is replaced, and upstream gradients: numbers that sum without rounding.

    Upstream gradients are eighths, so that a gradient of whole numbers shows what is cut off.
    """
    rng = np.random.default_rng(0)
    found = []
    sizes, kinds = ((3, 5), (6, 2)), (np.ndarray, year.tensor)
    upstream: Any
    for batch, (n, m), local, upstream, kind in itertools.product(BATCHES, sizes, FLOATS, FLOATS, kinds):

        def whole(*shape: int, dtype: Any = local, kind: Any = kind) -> Any:
            return of_kind(rng.integers(-8, 9, shape).astype(dtype), kind)

        x, w, b, row = whole(batch, n), whole(n, m), whole(m), whole(1, m)
        each, column = whole(batch, n, m), whole(batch, n, 1)
        layers: dict[str, list[tuple[list[Any], list[tuple[Any, Any]]]]] = {
            "compose_to_input": [([w], []), ([each], [])],
            "compose_to_weight": [
                ([], [(w, column), (b, whole(m))]),
                ([], [(w, each), (b, whole(m, dtype=int))]),
                ([], [(w, column), (row, whole(1, m))]),
                ([], [(w, column), (row, whole(dtype=int)), (b, whole(1))]),
            ],
        }
        J = np.asarray(rng.integers(-64, 65, (batch, m)) / 8, dtype=upstream)
        found += [(layer_of(base, year, x, *gradients), [J]) for gradients in layers[contract]]
    return found


def layer_of(base: Any, year: Year, x: Any, to_input: list[Any], to_weight: list[tuple[Any, Any]]) -> Any:
    """A layer that was called with x, with these gradients and the compose methods of the class."""
    scripted = {
        "__init__": lambda self: None,
        "inputs": [x],
        year.word("weights"): [weight for weight, _ in to_weight],
        year.words["forward"]: lambda self, x: x,
        year.words["input_gradients"]: lambda self: to_input,
        year.words["weight_gradients"]: lambda self: [gradient for _, gradient in to_weight],
    }
    made = type(base)("Layer", (base,), scripted)
    made.__abstractmethods__ = frozenset()
    return made()


def same(given: Method, fast: Method, layer: Any, J: list[np.ndarray]) -> bool:
    """Do both return the very same, and leave what they were given as it was?"""
    before = J[0].copy()
    expected, found = given(layer, J), fast(layer, J)
    return (
        type(expected) is type(found) is list
        and np.array_equal(J[0], before)
        and len(expected) == len(found)
        and all(map(alike, expected, found))
    )


def alike(one: Any, other: Any) -> bool:
    """Two arrays of one class with the same values, to the last bit, and the same attributes."""
    return (
        isinstance(one, np.ndarray)
        and type(one) is type(other)
        and (one.dtype, one.shape) == (other.dtype, other.shape)
        and np.array_equal(one, other)
        and attributes(one) == attributes(other)
    )


def attributes(array: Any) -> dict[str, Any]:
    """What an array carries, as far as that can differ: each may have a function of its own that does the same."""
    return {name: callable(each) or each for name, each in getattr(array, "__dict__", {}).items()}


# --- Dense --------------------------------------------------------------------------------------------------------


def product_of(dense: Any, layers: list[Any], year: Year) -> Method | None:
    """A method that composes the weight gradients of Dense without making (B, n, m) of them; None where it may not."""
    given: Method = getattr(dense, year.words["compose_to_weight"])
    if not layers:
        return None
    try:
        tables = [table_of(layer, year, given) for layer in layers]
    except Exception:  # noqa: BLE001  one that cannot be asked is not right
        return None
    table = tables[0]
    if table is None or any(each != table for each in tables):
        return None

    def compose(self: Any, J: Any = None) -> Any:
        if isinstance(J, (list, tuple)) and len(J) == len(self.inputs) == 1:
            (x,), (up,) = self.inputs, J
            weights = year.weights_of(self)
            if year.is_matrix(x) and year.is_matrix(up) and (x.dtype, up.dtype) in table and match(x, up, weights):
                (w_kind, w_dtype), (b_kind, b_dtype) = table[x.dtype, up.dtype]
                return [
                    of_kind(product_with(x, up, w_dtype), w_kind),
                    of_kind(sum_of(up, b_dtype, weights[1].shape), b_kind),
                ]
        return given(self, J)

    return compose


def match(x: Any, up: Any, weights: list[Any]) -> bool:
    """Are x (B, n), up (B, m), w (n, m) and a bias all that there is?"""
    n, m = x.shape[1], up.shape[1]
    return len(x) == len(up) and len(weights) == 2 and weights[0].shape == (n, m) and weights[1].shape in ((m,), (1, m))


def product_with(x: Any, up: Any, dtype: Any) -> np.ndarray:
    """The gradient of w: what x[b] times up[b] sums up to, in the dtype that such a sum has had."""
    wide = np.result_type(x.dtype, up.dtype, dtype)
    return (np.asarray(x, wide).T @ np.asarray(up, wide)).astype(dtype, copy=False)


def sum_of(up: Any, dtype: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The gradient of the bias."""
    return np.asarray(up).astype(dtype).sum(axis=0).reshape(shape)


def table_of(layer: Any, year: Year, given: Method) -> Table | None:
    """For each pair of dtypes, of input and upstream gradient, class and dtype of both composed gradients.

    None where the local gradient of w is no array (B, n, m), or where a composed gradient is not the product.
    """
    rng, table = np.random.default_rng(0), Table()
    n, m = year.weights_of(layer)[0].shape
    kept = dict(vars(layer))
    try:
        for exact, of_x, of_up in itertools.product((True, False), FLOATS, FLOATS):

            def drawn(*shape: int, dtype: Any, exact: bool = exact) -> np.ndarray:
                numbers = rng.integers(-8, 9, shape) / 8 if exact else rng.normal(size=shape)
                return numbers.astype(dtype)

            x, up = of_kind(drawn(BATCHES[0], n, dtype=of_x), year.tensor), drawn(BATCHES[0], m, dtype=of_up)
            layer(x)
            if np.shape(next(iter(getattr(layer, year.words["weight_gradients"])()))) != (len(x), n, m) or m == 1:
                return None
            composed = given(layer, [up])
            if type(composed) is not list or not match(x, up, year.weights_of(layer)) or len(composed) != 2:
                return None
            forms = [(type(each), each.dtype) for each in composed]
            if any(dtype not in FLOATS for _, dtype in forms) or table.setdefault((x.dtype, up.dtype), forms) != forms:
                return None
            (_, w_dtype), (_, b_dtype) = forms
            right = [product_with(x, up, w_dtype), sum_of(up, b_dtype, year.weights_of(layer)[1].shape)]
            if not all(close(each, one, exact) for each, one in zip(composed, right)):
                return None
    finally:
        vars(layer).clear()
        vars(layer).update(kept)
    return table


def close(found: Any, right: np.ndarray, exact: bool) -> bool:
    """The same to the last bit; of numbers that are rounded, up to rounding."""
    if found.shape != right.shape:
        return False
    if exact:
        return np.array_equal(found, right)
    most = ROUNDING if right.dtype == np.float64 and found.dtype == np.float64 else 1e-5
    return bool(np.abs(np.asarray(found) - right).max() <= most * np.abs(right).max())
