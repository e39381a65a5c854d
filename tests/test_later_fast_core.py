"""In the later years, too, only what loops and does the very same is replaced, and a Dense whose gradient is right."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import later_core
import numpy as np
import pytest

from grader.homework import edition
from grader.homeworks.beras.worker.later_fast_core import Year, install

WORDS = edition(2025).names
TO_INPUT, TO_WEIGHT = WORDS["compose_to_input"], WORDS["compose_to_weight"]
GIVEN = later_core.methods(dict(WORDS))


class Tensor(np.ndarray):
    """As given code has it."""

    def __new__(cls, values: Any) -> Tensor:
        return np.asarray(values).view(cls)

    def __array_finalize__(self, source: Any) -> None:
        self.trainable = getattr(source, "trainable", True)


YEAR = Year(WORDS, Tensor)
HEAD = """\
class Diffable(ABC):
    @abstractmethod
    def forward(self, x): ...

    def __call__(self, x):
        self.inputs = [x]
        return self.forward(x)

"""


def core(methods: str = GIVEN) -> Any:
    """A class Diffable with these compose methods."""
    found: dict[str, Any] = {"np": np, "ABC": ABC, "abstractmethod": abstractmethod, "Tensor": Tensor}
    exec(HEAD + methods, found)
    return found["Diffable"]


def edited(old: str, new: str) -> str:
    assert old in GIVEN
    return GIVEN.replace(old, new)


def layer(base: Any, **own: Any) -> Any:
    nothing = {"forward": lambda self, x: x, "inputs": [np.ones((B, N))], "weights": []}
    gradients = {"get_input_gradients": lambda self: [], "get_weight_gradients": lambda self: []}
    return type("Own", (base,), {**nothing, **gradients, **own})()


def gradients(base: Any, weights: list[Any], local: Any, jacobians: Any, inputs: Any = None) -> Any:
    """A layer with these weights, these local gradients of theirs and these of its inputs."""
    inputs = [drawn(B, N)] if inputs is None else inputs
    own = {"get_weight_gradients": lambda self: local, "get_input_gradients": lambda self: jacobians}
    return layer(base, inputs=inputs, weights=weights, **own)


def installed(base: Any) -> list[str]:
    return install(base, [layer(base)], YEAR, type("Dense", (base,), {}))


B, N, M = 6, 4, 3


def drawn(*shape: int, dtype: Any = np.float32) -> Any:
    return np.random.default_rng(len(shape)).normal(size=shape).astype(dtype)


def test_given_methods_are_replaced():
    assert installed(core()) == [TO_INPUT, TO_WEIGHT]


def test_methods_that_give_tensors_are_replaced_by_such():
    base = core(edited("np.sum(each, axis=0)", "Tensor(np.sum(each, axis=0))"))
    assert installed(base) == [TO_INPUT, TO_WEIGHT]
    asked = gradients(base, [drawn(N, M)], [drawn(B, N, 1)], [drawn(N, M)])

    (found,) = asked.compose_weight_gradients([drawn(B, M)])

    assert type(found) is Tensor
    assert found.trainable


@pytest.mark.parametrize(
    ("old", "new", "stays"),
    [
        ("np.sum(each, axis=0)", "np.mean(each, axis=0)", TO_WEIGHT),
        ("gradient * up[b]", "2 * gradient * up[b]", TO_WEIGHT),
        ("jacobian @ up[b]", "jacobian @ up[0]", TO_INPUT),
        ("np.zeros(x.shape, dtype=local.dtype)", "np.zeros(x.shape)", TO_INPUT),
        ("*weight.shape), dtype=local.dtype)", "*weight.shape))", TO_WEIGHT),
    ],
)  # fmt: skip
def test_methods_that_do_something_else_stay(old: str, new: str, stays: str):
    assert installed(core(edited(old, new))) == [each for each in (TO_INPUT, TO_WEIGHT) if each != stays]


def test_methods_without_a_loop_stay():
    def compose_input_gradients(self: Any, J: Any) -> Any:
        return [(np.atleast_3d(local) @ J[0][:, :, None])[:, :, 0] for local in self.get_input_gradients()]

    base = core()
    base.compose_input_gradients = compose_input_gradients
    assert installed(base) == [TO_WEIGHT]


def test_methods_that_no_layer_of_the_model_uses_stay():
    base = core()
    own = layer(base, **{TO_INPUT: lambda self, J: J, TO_WEIGHT: lambda self, J: []})
    assert install(base, [own], YEAR, type("Dense", (base,), {})) == []


W, BIAS, ROW, COLUMN, EACH = drawn(N, M), drawn(M), drawn(1, M), drawn(B, N, 1), drawn(B, N, M)
LAYERS: dict[str, Callable[[Any], Any]] = {
    "column": lambda base: gradients(base, [W, BIAS], [COLUMN, np.ones(M)], [W]),
    "full": lambda base: gradients(base, [W, ROW], [EACH, np.ones((1, M))], [EACH]),
    "tensors": lambda base: gradients(base, [Tensor(W)], [Tensor(COLUMN)], [Tensor(W)], [Tensor(drawn(B, N))]),
    "a-whole-number": lambda base: gradients(base, [W, ROW], [COLUMN, Tensor(1)], [np.eye(N, M, dtype=int)]),
    "whole-numbers": lambda base: gradients(base, [W, BIAS], [np.ones((B, N, 1), int), np.ones(M, int)], [W]),
    "truths": lambda base: gradients(base, [BIAS], [np.ones(M, bool)], [W]),
    "number-of-python": lambda base: gradients(base, [W, BIAS], [COLUMN, 1], [W]),
    "bias-by-row": lambda base: gradients(base, [BIAS], [drawn(B, M)], [W]),
    "array-for-a-list": lambda base: gradients(base, [BIAS], np.ones((1, M)), drawn(1, N, M)),
    "one-for-the-whole-batch": lambda base: gradients(base, [W], [drawn(1, N, 1)], [drawn(1, N, M)]),
    "transposed": lambda base: gradients(base, [W], [drawn(B, M, N)], [drawn(M, N)]),
    "fewer": lambda base: gradients(base, [W, BIAS], [COLUMN], []),
    "nothing": lambda base: gradients(base, [], [], None),
    "two-inputs": lambda base: gradients(base, [BIAS], [np.ones(M)], [W, drawn(M, M)], [drawn(B, N), drawn(B, M)]),
}  # fmt: skip


def answer(base: Any, name: str, method: str, J: Any) -> Any:
    try:
        return getattr(LAYERS[name](base), method)(J)
    except Exception as error:
        return type(error).__name__, str(error)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_whatever_a_layer_says_the_answer_is_that_of_the_given_method(name: str, dtype: Any):
    fast, up = core(), drawn(B, M, dtype=dtype)
    installed(fast)
    for method in (TO_INPUT, TO_WEIGHT):
        for J in ([up], [up, 2 * up], up[None], [up.view(Tensor)], [None], None, up, [up[:, :2]]):
            expected, found = answer(core(), name, method, J), answer(fast, name, method, J)
            assert type(found) is type(expected)
            if not isinstance(expected, list):
                assert np.array_equal(found, expected)
                continue
            for one, other in zip(expected, found, strict=True):
                assert np.shape(other) == np.shape(one)
                assert np.asarray(other).dtype == np.asarray(one).dtype
                np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-6)


def test_layer_is_asked_once_for_its_gradients():
    calls = []

    def get_input_gradients(self: Any) -> Any:
        calls.append(1)
        return [np.eye(N, M, dtype=int)]  # of a kind that the given method goes on answering for

    base = core()
    installed(base)
    own = layer(base, get_input_gradients=get_input_gradients)
    own.compose_input_gradients([drawn(B, M)])

    assert calls == [1]


# --- Dense ------------------------------------------------------------------------------------------------------


def dense_of(base: Any, local: Callable[[Any, Any, Any], list[Any]], dtype: Any = np.float64) -> Any:
    """A class Dense whose weight gradients are `local(x, w, b)`."""

    class Dense(base):  # type: ignore[misc]
        def __init__(self, n: int, m: int) -> None:
            self.w, self.b = Tensor(drawn(n, m, dtype=dtype)), Tensor(np.zeros((1, m), dtype))
            self.weights = (self.w, self.b)
            self.asked = 0

        def forward(self, x: Any) -> Any:
            return x @ self.w + self.b

        def get_input_gradients(self) -> Any:
            return [self.w]

        def get_weight_gradients(self) -> Any:
            self.asked += 1
            return local(self.inputs[0], self.w, self.b)

    return Dense


def written_out(x: Any, w: Any, b: Any) -> list[Any]:
    return [x[:, :, None] * np.ones(w.shape, w.dtype), np.ones_like(b)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dense_that_makes_large_arrays_gets_a_product_of_the_same_numbers(dtype: Any):
    base = core()
    dense = dense_of(base, written_out, dtype)
    layers = [dense(N, M), dense(M, N)]
    kept = [dict(vars(each)) for each in layers]
    replaced = install(base, layers, YEAR, dense)
    assert replaced[-1] == f"Dense.{TO_WEIGHT}"
    assert [vars(each).keys() for each in layers] == [each.keys() for each in kept]

    asked = layers[0]
    plain = dense_of(core(), written_out, dtype)(N, M)
    for of_x in (np.float32, np.float64):
        for of_up in (np.float32, np.float64):
            x, up = Tensor(drawn(B, N, dtype=of_x)), drawn(B, M, dtype=of_up)
            asked(x)
            plain(x)
            before = asked.asked
            for one, other in zip(plain.compose_weight_gradients([up]), asked.compose_weight_gradients([up])):
                assert (type(other), other.dtype, other.shape) == (type(one), one.dtype, one.shape)
                np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-6)
            assert asked.asked == before


WRONG: dict[str, Callable[[Any, Any, Any], list[Any]]] = {
    "bias-of-whole-numbers": lambda x, w, b: [written_out(x, w, b)[0], np.ones(b.shape, int)],
    "bias-missing": lambda x, w, b: written_out(x, w, b)[:1],
    "weights-of-the-output": lambda x, w, b: [np.ones((len(x), 1, 1)) * w, np.ones_like(b)],
    "divided": lambda x, w, b: [written_out(x, w, b)[0] / len(x), np.ones_like(b)],
    "whole-numbers": lambda x, w, b: [(x[:, :, None] * np.ones(w.shape)).astype(int), np.ones_like(b)],
    "small-already": lambda x, w, b: [x[:, :, None], np.ones_like(b)],
    "raises": lambda x, w, b: [x @ w @ x, b],
}


@pytest.mark.parametrize("name", WRONG)
def test_dense_that_is_wrong_or_small_stays(name: str):
    base = core()
    dense = dense_of(base, WRONG[name])
    assert install(base, [dense(N, M)], YEAR, dense) == [TO_INPUT, TO_WEIGHT]
    assert TO_WEIGHT not in vars(dense)


def test_dense_with_a_compose_method_of_its_own_stays():
    base = core()
    dense = dense_of(base, written_out)
    own = dense.compose_weight_gradients = lambda self, J: [0, 0]
    install(base, [dense(N, M)], YEAR, dense)
    assert dense.compose_weight_gradients is own
