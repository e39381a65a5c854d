"""Vectorised compose methods take the place of given ones only where these loop and do the very same."""

from __future__ import annotations

import gc
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import original_core
import pytest
from overlays import ROOT, grade

from grader.ask.reference import LocalWorker, read_sources
from grader.homeworks.beras.worker import fast_core

BOTH = ["compose_to_input", "compose_to_weight"]


def core(methods: str = original_core.METHODS) -> Any:
    """A class Diffable with these compose methods."""
    found: dict[str, Any] = {"np": np, "ABC": ABC, "abstractmethod": abstractmethod}
    head = "class Diffable(ABC):\n    @abstractmethod\n    def forward(self, x): ...\n\n"
    exec(head + methods, found)
    return found["Diffable"]


def edited(old: str, new: str) -> str:
    assert old in original_core.METHODS
    return original_core.METHODS.replace(old, new)


def layer(base: Any, **own: Any) -> Any:
    nothing = {"forward": lambda self, x: x, "input_gradients": lambda self: None}
    return type("Own", (base,), {**nothing, **own})()


def installed(base: Any) -> list[str]:
    return fast_core.install(base, [layer(base)])


def dense(base: Any, weights: list[Any], gradients: list[Any], jacobian: Any = None) -> Any:
    return layer(base, weights=weights, weight_gradients=lambda self: gradients, input_gradients=lambda self: jacobian)


def test_original_methods_are_replaced():
    assert installed(core()) == BOTH


def test_garbage_collected_on_the_way_does_not_count():
    counted = []

    def callback(phase: str, details: dict[str, int]) -> None:
        if sys.gettrace() is not None and not counted:  # in the first call whose steps are counted
            counted.append(sum(each for each in range(3000)))

    thresholds = gc.get_threshold()
    gc.callbacks.append(callback)
    gc.set_threshold(1)
    try:
        assert installed(core()) == BOTH
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(callback)


def test_reference_keeps_its_own():
    worker = LocalWorker(read_sources())
    diffable = worker.host.load("Beras.core").Diffable
    before = [vars(diffable)[name] for name in BOTH]

    assert installed(diffable) == []
    assert [vars(diffable)[name] for name in BOTH] == before


EDITS = {
    "sum-in-place-of-mean": ("np.mean(each, axis=0)", "np.sum(each, axis=0)", BOTH[:1]),
    "mean-in-another-dtype": ("np.mean(each, axis=0)", "np.mean(each, axis=0, dtype=float)", BOTH[:1]),
    "upstream-changed-in-place": ("batch_size, n =", "J *= 1; J += 1; batch_size, n =", BOTH[1:]),
    "upstream-scaled": ("each[b] = gradient * J[b]", "each[b] = gradient * J[b] * 1.5", BOTH[:1]),
    "jacobian-transposed": ("composed[b] = jacobian @ J[b]", "composed[b] = J[b] @ jacobian", BOTH[1:]),
    "another-dtype": ("dtype=local.dtype)\n        for", "dtype=float)\n        for", BOTH[1:]),
    "first-example-only": ("local[b] if len(local.shape) == 3", "local[0] if len(local.shape) == 3", []),
    "returns-a-tuple": ("return composed\n\n    def", "return [composed]\n\n    def", BOTH[1:]),
    "asks-more-of-the-layer": ("local = self.input_gradients()", "local = self.input_gradients(self.x)", BOTH[1:]),
}


@pytest.mark.parametrize("name", EDITS)
def test_methods_that_do_something_else_stay(name: str):
    old, new, replaced = EDITS[name]

    assert installed(core(edited(old, new))) == replaced


def test_vectorised_methods_stay():
    methods = """\
    def compose_to_input(self, J):
        local = self.input_gradients()
        if local.ndim == 2:
            return (J @ local.T).astype(local.dtype)
        return np.einsum("bij,bj->bi", local, J).astype(local.dtype)
"""

    assert installed(core(methods)) == []


def test_methods_that_no_layer_of_the_model_uses_stay():
    base = core()
    own = layer(base, compose_to_weight=lambda self, J: [])

    assert fast_core.install(base, [own]) == ["compose_to_input"]
    assert base.compose_to_weight is not own.compose_to_weight
    assert fast_core.install(base, []) == []


def random(*shape: int, dtype: Any = np.float32) -> np.ndarray:
    return np.random.default_rng(len(shape)).normal(size=shape).astype(dtype)


B, N, M = 6, 4, 3
LAYERS: dict[str, Callable[[Any], Any]] = {
    "column": lambda base: dense(base, [random(N, M), random(M)], [random(B, N, 1), np.ones(M)], random(N, M)),
    "full": lambda base: dense(base, [random(N, M), random(1, M)], [random(B, N, M), np.ones((1, M))], random(B, N, M)),
    "integers": lambda base: dense(base, [random(N, M)], [np.ones((B, N, 1), int)], np.eye(M, dtype=int)),
    "views": lambda base: dense(base, [random(N, M)], [random(N, B).T[:, :, None]], random(M, N).T),
    "one-bias-number": lambda base: dense(base, [random(N, M), random(M)], [random(B, N, 1), np.ones(1)], random(N, M)),
    "per-example-bias": lambda base: dense(base, [random(1, M)], [random(B, 1, M)], random(N, M)),
    "three-axes": lambda base: dense(base, [random(2, N, M)], [random(2, N, M)], random(N, M)),
    "tuples": lambda base: dense(base, (random(N, M),), (random(B, N, 1),), random(N, M)),
    "fewer-gradients": lambda base: dense(base, [random(N, M), random(M)], [random(B, N, 1)], random(N, M)),
    "nothing-to-learn": lambda base: dense(base, [], [], random(N, M)),
    "no-weights": lambda base: layer(base, weight_gradients=lambda self: [], input_gradients=lambda self: random(N, M)),
    "matrix": lambda base: dense(base, [random(N, M)], [random(B, N, 1)], np.asmatrix(random(N, M))),
    "bias-by-row": lambda base: dense(base, [random(M)], [random(B, M)], random(B, M)),
}  # fmt: skip


def answer(base: Any, name: str, method: str, dtype: Any) -> Any:
    try:
        return getattr(LAYERS[name](base), method)(random(B, M, dtype=dtype))
    except Exception as error:
        return type(error).__name__, str(error)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_whatever_a_layer_says_the_answer_is_that_of_the_given_method(name: str, dtype: Any):
    fast = core()
    installed(fast)
    for method in BOTH:
        expected, found = answer(core(), name, method, dtype), answer(fast, name, method, dtype)
        assert type(found) is type(expected)
        if isinstance(expected, tuple):
            assert found == expected
            continue
        pairs = list(zip(expected, found, strict=True)) if isinstance(expected, list) else [(expected, found)]
        for one, other in pairs:
            assert (other.dtype, other.shape) == (one.dtype, one.shape)
            np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-6)


def test_layer_is_asked_once_for_its_gradients():
    calls = []

    def input_gradients(self: Any) -> Any:
        calls.append(1)
        return np.eye(M, dtype=int)  # of a kind that the given method goes on answering for

    base = core()
    installed(base)
    own = layer(base, input_gradients=input_gradients)
    own.compose_to_input(random(B, M))

    assert calls == [1]
    assert "input_gradients" not in vars(own)


@pytest.fixture(scope="module")
def hand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    submission = tmp_path_factory.mktemp("hand-in") / "original"
    shutil.copytree(ROOT / "reference", submission, ignore=shutil.ignore_patterns("__pycache__"))
    original_core.put_into(submission)
    return submission


def test_hand_in_with_the_original_core_trains_fast_and_the_result_says_so(hand_in: Path):
    graded = grade(hand_in, "--only", "training.simple", "training.advanced")

    assert [each["outcome"] for each in graded.result["training"]] == ["passed", "passed"]
    (note,) = [note for note in graded.result["notes"] if "--no-fast-core" in note]
    assert note.startswith(
        "training.simple and training.advanced used vectorised methods in place of Diffable's compose_to_input and "
        "compose_to_weight"
    )


def test_hand_in_with_the_original_core_trains_on_it_where_asked(hand_in: Path):
    graded = grade(hand_in, "--only", "training.simple", "--no-fast-core")

    assert [each["outcome"] for each in graded.result["training"]] == ["passed"]
    assert [note for note in graded.result["notes"] if "fast-core" in note] == []
