"""Relations: arrays that show each one, arrays that nearly do, which one is preferred, and a page for every code."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.ask.client import Fault, Frame
from grader.ask.notes import Assignment, Call, Given, Import, Write
from grader.ask.probe import Probe
from grader.ask.response import Response
from grader.diagnose import pages
from grader.diagnose.inputs import Asked, asked
from grader.diagnose.relations.axes import wrong_shape
from grader.diagnose.relations.case import CODES, Case, Relation
from grader.diagnose.relations.crashes import crash
from grader.diagnose.relations.order import LOOKS, relate_one
from grader.diagnose.relations.whole import relate
from grader.explain import examples as explain
from grader.judge.compare import differences
from grader.judge.verdict import Verdict
from grader.result import Outcome
from grader.rubric import Tolerances

ROOT = Path(__file__).resolve().parent.parent
B, N, C = 5, 3, 4
LN2 = np.log(2)
SECTIONS = ["What the grader saw", "What it points to", "How to see it yourself", "Often confused with"]
BATCH = (("the number of rows", 5.0), ("the number of columns", 3.0))


def drawn(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers that no relation holds between by chance."""
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def found(actual: Any, expected: Any, **more: Any) -> Relation | None:
    with np.errstate(all="ignore"):
        return relate_one(Case(np.asarray(actual), np.asarray(expected, dtype=np.float64), **more))


def code(actual: Any, expected: Any, **more: Any) -> str | None:
    relation = found(actual, expected, **more)
    return relation.code if relation else None


def at(array: np.ndarray, place: Any, value: Any) -> np.ndarray:
    """The array with another value at a place."""
    changed = array.copy()
    changed[place] = value
    return changed


def softmax(x: np.ndarray, axis: int | None) -> np.ndarray:
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


X, Y, SQUARE = drawn(B, N), drawn(B, N, seed=1), drawn(4, 4)
POSITIVE = np.abs(X) + 1
GIVEN = Asked(arrays=(("x", X), ("y", Y)), sizes=BATCH)
ASKED: dict[str, Any] = {"asked": GIVEN}
BIAS: dict[str, Any] = {"asked": Asked(arrays=(("b", Y[0]), ("c", Y[:, :1])))}
HUGE = {"asked": Asked(arrays=(("x", at(X, (0, slice(1, 3)), 1000.0)), ("y", Y)))}
ZERO = {"asked": Asked(arrays=(("x", at(X, (2, 2), 0.0)), ("y", Y)))}
PROBABLE = softmax(X, 1)
UNIT = X / np.linalg.norm(X, axis=1, keepdims=True)
ELU = np.where(Y > 0, Y, 0.25 * np.expm1(Y))
PIXELS = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 2.0]])
EYE = np.eye(4)[[1, 0, 2, 3, 2, 1]]
TURNED = np.array([[1.0, 2.0, 3.0], [-1.0, -2.0, -3.5], [-4.0, -5.0, -6.0]])
AFTER: dict[str, Any] = {  # the second of two steps, the first of which was 1 everywhere
    "entry": "w_after_2",
    "others": [("w_after_1", X - 1), ("w_after_2", X - 1 + Y)],
    "came_back": [("w_after_1", X - 1)],
}  # fmt: skip
STEPPED = {"asked": Asked(weights=(("w", X),), sizes=(("the rate", 0.125),))}

# What shows a relation: (code, a piece of its sentence, actual, expected, what else is known)
SHOWN: list[tuple[str, str, Any, Any, dict[str, Any]]] = [
    ("transposed", "[j, i]", X.T, X, {}),
    ("transposed", "transpose", SQUARE.T, SQUARE, {}),
    ("transposed", "axes 1 and 2 of 3 are exchanged", drawn(B, N, C).swapaxes(1, 2), drawn(B, N, C), {}),
    ("transposed", "axes 1 and 2 of 4 are exchanged", drawn(2, B, N, 1).swapaxes(1, 2), drawn(2, B, N, 1), {}),
    ("transposed-shape", "(3, 5) is the expected (5, 3) turned around", Y.T, X, {}),
    ("wrong-shape", "this is row 1 of the expected array (5, 3) alone", X[1], X, {}),
    ("wrong-shape", "this is column 2 of the expected array (5, 3) alone", X[:, 2:], X, {}),
    ("only-sign", "every value is 0.1 with the sign", 0.1 * np.sign(X), X, {}),
    ("only-sign", "every value moves from w by 0.5", X - 0.5 * np.sign(Y), X - Y, STEPPED),
    ("function-of-it", "the softplus, log(1 + exp(x)), of y", np.logaddexp(0, Y), np.maximum(Y, 0), ASKED),
    ("function-of-it", "an ELU, and 0.25 (exp(x) - 1) below 0", ELU, np.maximum(Y, Y / 4), ASKED),
    ("factor-per-line", "the root of the sum of squares, of each row is 1", UNIT, X, {}),
    ("axis-reduced", "axis 0 (of length 5) is summed away", X.sum(axis=0), X, {}),
    ("axis-reduced", "axis 1 (of length 3) is averaged away", X.mean(axis=1, keepdims=True), X, {}),
    ("axis-reduced", "everything (of length 15) is averaged away", X.mean(), X, {}),
    ("axis-not-reduced", "axis 0 (of length 5) should have been summed away", X, X.sum(axis=0), {}),
    ("axis-not-reduced", "axis 0 (of length 5) should have been averaged away", X[:, 0], X[:, 0].mean(), {}),
    ("axis-not-reduced", "everything (of length 15) should have been averaged away", X, X.mean(), {}),
    ("right-values-wrong-shape", "the shape is (15,) and not (5, 3)", X.ravel(), X, {}),
    ("right-values-wrong-shape", "the shape is (1,) and not ()", np.array([0.5]), 0.5, {}),
    ("wrong-shape", "the shape is (4, 3) and should be (5, 3)", X[1:] * 2, X, {}),
    ("other-axis", "the columns sum to 1, and the rows should", softmax(X, 0), softmax(X, 1), {}),
    ("other-axis", "the rows sum to 1, and the columns should", softmax(X, 1), softmax(X, 0), {}),
    ("other-axis", "all values together sum to 1, and the rows should", softmax(X, None), softmax(X, 1), {}),
    ("other-axis", "the rows have mean 0, and the columns should", X - X.mean(1)[:, None], X - X.mean(0), {}),
    ("other-axis", "x is summed over axis 1 and should be over axis 0", X.sum(1), X.sum(0), ASKED),
    ("other-axis", "y is argmaxed over axis 0", Y.argmax(0), Y.argmax(1), ASKED),
    ("not-finite", "1 of 15 values are nan, first at [1, 2]", at(X, (1, 2), np.nan), X, {}),
    ("not-finite", "first at [0, 1], where x is 1000; the", at(Y, (0, slice(1, 3)), np.inf), Y, HUGE),
    ("not-finite", "first at [2, 2], where x is 0; the", at(Y, (2, 2), -np.inf), Y, ZERO),
    ("not-finite", "it is inf", np.inf, 0.5, {}),
    ("all-zero", "every value is 0", np.zeros((B, N)), X, {}),
    ("all-zero", "it is 0", 0.0, 0.5, {}),
    ("sign-flipped", "every value is right but for its sign", -X, X, {}),
    ("sign-flipped", "the number is right but for its sign", -0.3, 0.3, {}),
    ("constant-factor", "every value is 5 times the expected one: that is the number of rows, 5", 5 * X, X, ASKED),
    ("constant-factor", "0.2 times the expected one: that is 1 over the number of rows, 5", X / 5, X, ASKED),
    ("constant-factor", "the number is 3 times", 0.9, 0.3, {}),
    ("constant-factor", "100 times the expected one: that is a percentage, 100", 37.5, 0.375, {}),
    ("constant-factor", "every value is 1.7 times the expected one", 1.7 * X, X, {}),
    ("step-factor", "from w is 0.125 times the expected change: that is the rate, 0.125", X + Y / 8, X + Y, STEPPED),
    ("step-factor", "it goes the other way", X - Y, X + Y, STEPPED),
    ("step-factor", "from `w_after_1` is 0.707107 times the expected change: that is 1 over the square root of 2",
     X - 1 + Y / 2**0.5, X - 1 + Y, AFTER),
    ("step-direction", "moves from w the right way, and not far enough: 0.", X + Y / (1 + np.abs(Y)), X + Y, STEPPED),
    ("step-direction", "moves from w the right way, and too far: 2", X + 2 * Y + Y**3, X + Y, STEPPED),
    ("clipped", "the change from w is right up to a size of 0.5, and cut off there", X + np.clip(Y, -0.5, 0.5), X + Y,
     STEPPED),
    ("clipped", "the change from w is right up to a size of 0.125, and cut off there: that is the rate, 0.125",
     X + np.clip(Y, -0.125, 0.125), X + Y, STEPPED),
    ("clipped", "0.5 came back wherever the expected value is larger; all else is right", np.minimum(X, 0.5), X, {}),
    ("clipped", "0 came back wherever the expected value is smaller", np.maximum(X, 0), X, ASKED),
    ("clipped", "right from -0.5 to 0.25, and cut off at these bounds", np.clip(X, -0.5, 0.25), X, {}),
    ("clipped", "6.90776 is -log(1e-3): a probability is not let below 1e-3", -np.log(1e-3), 8.0, {}),
    ("value-replaced", "-1 came back wherever 0 is expected; all else is right", 2 * EYE - 1, EYE, {}),
    ("shifted", "every value stands one column too far right", np.eye(4, 4, 1)[[1, 0, 2, 3, 2, 1]], EYE, {}),
    ("shifted", "every value stands one column too far left", np.hstack([X[:, 1:], Y[:, :1]]), X, {}),
    ("shifted", "every value stands one row too far down", np.vstack([Y[:1], X[:-1]]), X, {}),
    ("shifted", "every value stands one place too far later", np.append(9.0, X[:-1, 0]), X[:, 0], {}),
    ("affine", "every value is 2 times the expected one minus 1", 2 * X - 1, X, {}),
    ("affine", "minus 1.54919: what came back has mean 0 and standard deviation 1",
     (PIXELS - 2) / PIXELS.std(), PIXELS, {}),
    ("affine", "every value is -0.5 times the expected one plus 3", 3 - X / 2, X, {}),
    ("input-added", "right, but that 0.01 times y is taken off as well", X - 0.01 * Y, X, ASKED),
    ("input-added", "right, but that y is added as well", X + Y, X, ASKED),
    ("constant-factor", "0.693147 times the expected one: that is ln 2", X * np.log(2), X, {}),
    ("constant-factor", "the number is 1.4427 times the expected one: that is 1 over ln 2", 0.3 / np.log(2), 0.3, {}),
    ("constant-factor", "that is the square root of the number of rows, 5", X * 5**0.5, X, ASKED),
    ("constant-factor", "1.74 times the expected one: nearly the square root of 3", 0.1099947, 0.06327742,
     {"sampled": True}),
    ("equals-input", "what came back is x, unchanged", X, Y * 2, ASKED),
    ("constant-offset", "every value is 0.25 less than", X - 0.25, X, {}),
    ("offset-per-line", "b is missing: each column is off by one of its entries", X - Y[0], X, BIAS),
    ("offset-per-line", "c is added once too often: each row", X + Y[:, :1], X, BIAS),
    ("offset-per-line", "b is taken off instead of added: each column is off by twice one", X - 2 * Y[0], X, BIAS),
    ("offset-per-line", "each column is off by a number of its own", X + Y[0], X, {}),
    ("factor-per-line", "each row is the expected one times a number of its own", X * Y[:, :1], X, {}),
    ("factor-per-line", "each column is the expected one times a number of its own", X * Y[0], X, {}),
    ("rows-permuted", "the rows are right but in reverse order", X[::-1], X, {}),
    ("rows-permuted", "the rows are right but moved by 1", X[[4, 0, 1, 2, 3]], X, {}),
    ("rows-permuted", "the values are right but in the order [1, 2, 0, 4, 3]", X[[1, 2, 0, 4, 3], 0], X[:, 0], {}),
    ("columns-permuted", "the columns are right but in the order [1, 0, 2]", X[:, [1, 0, 2]], X, {}),
    ("right-by-sign", "right wherever x is positive, wrong everywhere else", np.where(X > 0, X, Y), X, ASKED),
    ("right-by-sign", "right wherever x is negative", np.where(X < 0, X, Y), X, ASKED),
    ("right-by-sign", "positive, 0.25 times the expected one everywhere else", np.where(X > 0, X, X / 4), X, ASKED),
    ("function-of-it", "each row is the softmax of the expected one", softmax(X, 1), X, {}),
    ("function-of-it", "each row is the softmax of the right logits times 0.693147: that is ln 2",
     PROBABLE**LN2 / (PROBABLE**LN2).sum(axis=1, keepdims=True), PROBABLE, {}),
    ("function-of-it", "the hyperbolic tangent of", np.tanh(X), X, {}),
    ("function-of-it", "the number is 1 minus the expected one", 0.2, 0.8, {}),  # and not a quarter of it
    ("function-of-it", "every value is the logarithm of the expected one", np.log(POSITIVE), POSITIVE, {}),
    ("function-of-it", "the number is the square root of the expected one", 0.7, 0.49, {}),
    ("function-of-it", "the number is 1 minus the expected one", 0.375, 0.625, {}),
    ("function-of-it", "the absolute value of", np.abs(X), X, {}),
    ("low-precision", "has only the digits of float16", X.astype(np.float16), X, {}),
    ("low-precision", "has only the digits of float32", (X.astype("f4") + np.float32(1e3)) - np.float32(1e3), X, {}),
    ("low-precision", "cut off to a whole number", np.trunc(9 * X).astype(np.int64), 9 * X, {}),
    ("low-precision", "rounded to 2 decimals", X.round(2), X, {}),
    ("some-rows", "rows [1, 3] are wrong, the other 3 of 5 are right", at(X, [1, 3], Y[[1, 3]]), X, {}),
    ("some-rows", "columns [2] are wrong, the other 2 of 3 are right", at(X, (slice(None), 2), Y[:, 2]), X, {}),
    ("some-rows", "values [4] are wrong, the other 4 of 5 are right", at(X[:, 0], 4, 7.5), X[:, 0], {}),
    ("almost-right", "off by at most 0.003 of the largest value", X + 0.003 * np.abs(X).max() * np.sign(Y), X, {}),
]  # fmt: skip

# What nearly shows a relation, and must not be called that: (code, actual, expected, what else is known)
NEARLY: list[tuple[str, Any, Any, dict[str, Any]]] = [
    ("transposed", at(X.T, (0, 1), 9.0), X, {}),
    ("transposed-shape", X.ravel(), X, {}),
    ("axis-reduced", X.max(axis=0), X, {}),
    ("axis-reduced", np.zeros(N), X - X.mean(axis=0), {}),  # a sum that is 0 by itself proves nothing
    ("axis-not-reduced", X, X.max(axis=0), {}),
    ("right-values-wrong-shape", X[::-1].ravel(), X, {}),
    ("other-axis", at(softmax(X, 0), (0, 0), 0.5), softmax(X, 1), {}),
    ("other-axis", Y.sum(1), X.sum(0), ASKED),
    ("other-axis", np.eye(3)[[0, 0, 0]] * [[1], [0], [0]], np.eye(3), {}),  # a single 1 sums to 1 however it is read
    ("transposed", drawn(2, B, N), drawn(2, B, N, seed=1), {}),
    ("stale", EYE[0], EYE[1], {"others": [("a", EYE[0]), ("b", EYE[1])], "entry": "b"}),
    ("affine", at(2 * X - 1, (0, 0), 9.0), X, {}),
    ("affine", 2 * EYE - 1, EYE, {}),  # two different values lie on one line with any two
    ("clipped", at(np.minimum(X, 0.5), (0, 0), 0.25), X, {}),
    ("clipped", np.minimum(X, X.max() / 1.01), X, {}),  # one value may be anything
    ("clipped", X + np.where(np.abs(Y) > 0.5, 0.5, Y), X + Y, STEPPED),
    ("clipped", -np.log(1e-3), 6.5, {}),  # larger than it should be
    ("clipped", -np.log(2e-3), 8.0, {}),
    ("value-replaced", at(2 * EYE - 1, (0, 0), 0.0), EYE, {}),
    ("value-replaced", at(X, (0, 0), 9.0), X, {}),
    ("shifted", at(np.hstack([X[:, 1:], Y[:, :1]]), (0, 0), 9.0), X, {}),
    ("shifted", np.array([0.0, 1.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.0]), {}),
    ("columns-permuted", X[:, :2][:, ::-1], X[:, :2], {}),  # two are in reverse order by chance
    ("rows-permuted", np.array([0.0, 1.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0, 1.0]), {}),
    ("input-added", X - 0.01 * Y + 0.001 * SQUARE[0, 0], X, ASKED),
    ("input-added", X + 0.5, X, {"asked": Asked(arrays=(("ones", np.ones((B, N))),))}),
    ("step-direction", X + Y / (1 + np.abs(Y)), X + Y, ASKED),
    ("step-direction", X + np.where(Y > 0, 2 * Y, Y / 2), X + Y, STEPPED),
    ("step-direction", X - Y / (1 + np.abs(Y)), X + Y, STEPPED),
    ("function-of-it", 1.0, 0.0, {}),  # exp(0), and 1 - 0
    ("some-rows", np.vstack([X[0], Y[1]]), X[:2], {}),
    ("some-rows", np.hstack([X[:2, :1], Y[:2, 1:]]), X[:2], {}),  # a column of two
    ("not-finite", np.full((B, N), 1e300), X, {}),
    ("not-finite", np.full((B, N), np.nan), at(X, (0, 0), np.nan), {}),
    ("all-zero", at(np.zeros((B, N)), (2, 2), 1e-9), X, {}),
    ("sign-flipped", at(-X, (0, 0), X[0, 0]), X, {}),
    ("constant-factor", at(5 * X, (4, 2), 5.01 * X[4, 2]), X, ASKED),
    ("constant-factor", 0.53, 0.3, {}),  # any number is some factor times any other
    ("constant-factor", np.full(4, 0.53), np.full(4, 0.3), {}),
    ("constant-factor", 1.5, 1.0, {"asked": Asked(sizes=(("a", 15.0), ("b", 10.0)))}),  # and near some pair of sizes
    ("constant-factor", 150.0, 1.0, {"asked": Asked(sizes=(("a", 15.0), ("b", 10.0)))}),
    ("constant-factor", X, np.zeros((B, N)), {}),
    ("step-factor", X + Y / 8, X + Y, ASKED),  # no optimizer is there
    ("step-factor", X + Y**2, X + Y, STEPPED),
    ("equals-input", at(X, (0, 0), 9.0), Y * 2, ASKED),
    ("equals-input", X + 1e-8, Y * 2, ASKED),  # a tiny step
    ("equals-input", np.ones((B, N)), Y, {"asked": Asked(arrays=(("ones", np.ones((B, N))),))}),
    ("constant-offset", at(X + 0.25, (0, 0), X[0, 0]), X, {}),
    ("constant-offset", 0.53, 0.3, {}),
    ("offset-per-line", at(X + Y[0], (0, 0), 9.0), X, {}),
    ("factor-per-line", at(X * Y[:, :1], (0, 0), 9.0), X, {}),
    ("rows-permuted", X[[0, 0, 1, 2, 3]], X, {}),  # one row twice, another one missing
    ("columns-permuted", X[:, [0, 0, 1]], X, {}),
    ("right-by-sign", at(np.where(X > 0, X, Y), np.unravel_index(X.argmax(), X.shape), 9.0), X, ASKED),
    ("function-of-it", at(np.log(POSITIVE), (0, 0), 0.5), POSITIVE, {}),
    ("low-precision", X + 1e-3 * Y, X, {}),
    ("low-precision", np.array([1.0, 0.0]), np.array([1.0, 0.25]), {}),  # two values are whole by chance
    ("some-rows", at(Y, 2, 0.0), at(X, 2, 0.0), {}),  # a row of zeros is right by chance
    ("some-rows", at(Y[:, 0], 2, X[2, 0]), X[:, 0], {}),
    ("almost-right", X + 0.05 * np.abs(X).max() * np.sign(Y), X, {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "piece", "actual", "expected", "more"), SHOWN, ids=[row[0] for row in SHOWN])
def test_relation_that_holds_is_named(name: str, piece: str, actual: Any, expected: Any, more: dict[str, Any]) -> None:
    relation = found(actual, expected, **more)

    assert relation is not None
    assert relation.code == name
    assert piece in relation.sentence


@pytest.mark.parametrize(("name", "actual", "expected", "more"), NEARLY, ids=[row[0] for row in NEARLY])
def test_relation_that_nearly_holds_is_not_named(name: str, actual: Any, expected: Any, more: dict[str, Any]) -> None:
    assert code(actual, expected, **more) != name


# --- any array --------------------------------------------------------------------------------------------------

# The same examples in every run, whatever the machine's speed
repeatable = settings(derandomize=True, database=None, deadline=None)
seeds = st.integers(0, 2**32 - 1)
factors = st.floats(1e-3, 1e3).filter(lambda k: abs(k - 1) > 0.05)


@repeatable
@given(seeds, factors, st.sampled_from([1, -1]))
def test_any_factor_is_found_with_its_size(seed: int, factor: float, sign: int) -> None:
    x = drawn(B, N, seed=seed)

    relation = found(sign * factor * x, x)

    assert relation is not None
    assert relation.code == "constant-factor"
    assert f"is {sign * factor:.6g} times" in relation.sentence


@repeatable
@given(seeds, st.integers(3, 9), st.integers(11, 19), st.sampled_from([1, -1]))
def test_factor_is_named_after_rows_columns_two_or_a_hundred(seed: int, rows: int, columns: int, sign: int) -> None:
    named = Asked(sizes=(("the rows", float(rows)), ("the columns", float(columns)), ("the rate", 0.3)))
    x = drawn(B, N, seed=seed)
    minus = "minus " if sign < 0 else ""
    factors = {
        f"the rows, {rows}": rows, f"1 over the rows, {rows}": 1 / rows, f"the columns, {columns}": columns,
        f"1 over the columns, {columns}": 1 / columns, f"the square root of the columns, {columns}": columns**0.5,
        "the rate, 0.3": 0.3, "a percentage, 100": 100, "2": 2, "1 over 2": 0.5,
    }  # fmt: skip
    for words, factor in factors.items():
        relation = found(sign * factor * x, x, asked=named)
        assert relation is not None
        assert relation.sentence.endswith(f" times the expected one: that is {minus}{words}")


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (2 / 3, "2 over the number of columns, 3"),
        (-2 / 3, "minus 2 over the number of columns, 3"),
        (2 / 5, "2 over the number of rows, 5"),
        (3 / 5, "the number of columns, 3, over the number of rows, 5"),
        (5 / 6, "the number of rows, 5, over 6"),
        (6 / 5, "6 over the number of rows, 5"),
        (5 / 4, "the number of rows, 5, over 4"),
        (3**0.5, "the square root of 3, perhaps the number of columns"),
    ],
)
def test_factor_of_two_sizes_is_named_after_both(factor: float, words: str) -> None:
    assert Asked(sizes=BATCH).names_of(factor) == f": that is {words}"


@pytest.mark.parametrize("factor", [3 / 4, 4 / 3, 15, 300, 5 / 100, 255 / 3, 0.9])
def test_factor_of_sizes_that_nothing_divides_is_not_named(factor: float) -> None:
    assert Asked(sizes=BATCH).names_of(factor) == ""


def test_sizes_that_coincide_are_named_in_short() -> None:
    three = ("the number of batches", 3.0), ("the number of rows", 3.0), ("the number of columns", 3.0)

    assert Asked(sizes=three).names_of(3) == ": that is 3, the number of batches or of rows"
    assert Asked(sizes=(("the batch size", 2.0),)).names_of(0.5) == ": that is 1 over 2, perhaps the batch size"


def test_root_of_a_rate_is_not_named() -> None:
    assert Asked(sizes=(("the learning rate", 0.5),)).names_of(0.5**0.5) == ": that is 1 over the square root of 2"


def test_ratio_of_two_sizes_proves_nothing_for_a_single_number() -> None:
    assert Asked(sizes=BATCH).names_of(2 / 3, alone=True) == ""


@repeatable
@given(seeds, seeds)
def test_unrelated_arrays_have_no_relation(one: int, two: int) -> None:
    assume(one != two)

    assert found(drawn(B, N, seed=one), drawn(B, N, seed=two), asked=Asked(sizes=BATCH)) is None


@repeatable
@given(st.floats(0.1, 10), st.floats(0.1, 10))
def test_unrelated_numbers_have_no_relation_unless_one_is_a_count_or_a_function(one: float, two: float) -> None:
    assume(abs(one / two - 1) > 0.02)
    relation = found(one, two)

    if relation is not None and relation.code == "constant-factor":
        ratio = Fraction(one / two).limit_denominator(100)
        assert 1 in (ratio.numerator, ratio.denominator)
        assert abs(one / two / ratio - 1) < 1e-4
    elif relation is not None:
        assert relation.code == "function-of-it"


@repeatable
@given(seeds, st.permutations(range(B)))
def test_any_order_of_rows_is_found(seed: int, order: Sequence[int]) -> None:
    assume(list(order) != sorted(order))
    x = drawn(B, N, seed=seed)

    assert code(x[list(order)], x) == "rows-permuted"


@repeatable
@given(seeds, st.integers(2, 5), st.integers(2, 5))
def test_any_transpose_is_found(seed: int, rows: int, columns: int) -> None:
    x = drawn(rows, columns, seed=seed)

    assert code(x.T, x) == "transposed"


@repeatable
@given(seeds, st.floats(1e-6, 1e6))
def test_relations_do_not_depend_on_the_unit(seed: int, unit: float) -> None:
    x, y = drawn(B, N, seed=seed) * unit, drawn(B, N, seed=seed + 1) * unit

    assert code(3 * x, x) == "constant-factor"
    assert code(at(x, 1, y[1]), x) == "some-rows"
    assert code(y, x) is None


# --- which one is preferred -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preferred", "other", "actual", "expected", "more"),
    [
        ("sign-flipped", "constant-factor", -X, X, {}),
        ("constant-factor", "factor-per-line", 3 * X, X, {}),
        ("constant-offset", "offset-per-line", X + 1, X, {}),
        ("equals-input", "constant-factor", X, 4 * X, ASKED),
        ("transposed", "wrong-shape", X.T, X, {}),
        ("axis-reduced", "wrong-shape", X.sum(axis=0), X, {}),
        ("other-axis", "factor-per-line", softmax(X, None), softmax(X, 1), {}),
        (
            "right-by-sign",
            "some-rows",
            np.where(TURNED > 0, TURNED, TURNED**2 + 3),
            TURNED,
            {"asked": Asked((("x", TURNED),))},
        ),
        ("shifted", "some-rows", np.vstack([X[1:], X[-1:]]), X, {}),
        ("clipped", "right-by-sign", np.maximum(X, 0), X, ASKED),
        ("constant-factor", "affine", 3 * X, X, {}),
        ("constant-offset", "affine", X + 3, X, {}),
        ("step-factor", "input-added", X + Y / 2, X + Y, {"asked": Asked((("y", Y),), (), (("w", X),))}),
        ("step-factor", "step-direction", X + Y / 2, X + Y, STEPPED),
        ("low-precision", "almost-right", X.round(3), X, {}),
        ("rows-permuted", "some-rows", X[[1, 0, 2, 3, 4]], X, {}),
    ],
)
def test_the_more_specific_relation_is_named(
    preferred: str, other: str, actual: Any, expected: Any, more: dict[str, Any]
) -> None:
    case = Case(np.asarray(actual), np.asarray(expected), **more)
    with np.errstate(all="ignore"):
        looks = LOOKS if case.actual.shape == case.expected.shape else LOOKS[: LOOKS.index(wrong_shape) + 1]
        holding = [relation.code for look in looks if (relation := look(case)) is not None]

    assert holding[0] == preferred
    assert other in holding


# --- whole verdicts ---------------------------------------------------------------------------------------------


def verdict(
    expected: dict[str, Any], observation: dict[str, Any], check: str = "Dense/made-up", **seen: Any
) -> Verdict:
    component, _, slug = check.partition("/")
    probe = Probe(component, slug, "a made-up probe", lambda *_: {})
    found = differences(probe, expected, observation, Tolerances({"float": 1e-5}))
    return Verdict(probe, Outcome.FAILED, Fraction(0), Response(observation, **seen), expected, found)


def codes_of(*arguments: Any, **seen: Any) -> list[str]:
    return [relation.code for relation in relate(verdict(*arguments, **seen))]


def test_answer_of_an_earlier_question_is_stale() -> None:
    (relation,) = relate(verdict({"first": X, "second": Y}, {"first": X, "second": X}))

    assert relation == Relation(
        "stale", "this is the answer to an earlier question once more: the gradient after the first call"
    )


def test_answer_that_a_later_question_overwrote_is_aliasing() -> None:
    (relation,) = relate(verdict({"first": X, "second": Y}, {"first": Y, "second": Y}))

    assert relation.code == "aliasing"
    assert relation.sentence == "the answer to a later question overwrote this one: `second`"


def test_answers_that_are_swapped_belong_elsewhere() -> None:
    assert codes_of({"dgamma": X, "dbeta": Y}, {"dgamma": Y, "dbeta": X}) == ["belongs-elsewhere"]


def test_answers_of_different_shapes_that_are_swapped_belong_elsewhere() -> None:
    expected = {"gradients": [X, X[0], SQUARE, SQUARE[0]]}
    observation = {"gradients": [SQUARE, SQUARE[0], X, X[0]]}
    one = relate(verdict(expected, observation))[0]

    assert one == Relation(
        "belongs-elsewhere", "the first gradient of the list: this would be right as the third gradient of the list"
    )


def test_answer_equal_to_none_of_the_others_is_not_stale() -> None:
    assert codes_of({"first": X, "second": Y}, {"first": X, "second": at(X, (0, 0), 9.0)}) == []


def test_two_questions_with_one_right_answer_are_not_called_stale() -> None:
    assert codes_of({"first": X, "again": X}, {"first": X, "again": -X}) == ["sign-flipped"]


@pytest.mark.parametrize(
    ("check", "entry", "actual", "says"),
    [
        ("CategoricalAccuracy/any-scores", "accuracy", 2.5, "the accuracy is 2.5: a share of right answers"),
        ("MeanSquaredError/forward", "loss", -0.5, "the loss is -0.5: a mean of squares is never negative"),
        ("Softmax/forward", "s", np.array([[0.5, 0.25], [0.5, 0.5]]), "a row of the output sums to 0.75"),
        (
            "Softmax/forward",
            "s",
            np.array([[-0.5, 1.5], [0.5, 0.5]]),
            "the output has 1.5: each row holds probabilities",
        ),
    ],
)
def test_answer_that_cannot_be_is_said_to_be_first(check: str, entry: str, actual: Any, says: str) -> None:
    expected = np.array([[0.75, 0.25], [0.5, 0.5]]) if isinstance(actual, np.ndarray) else 0.5

    relation = relate(verdict({entry: expected}, {entry: actual}, check))[0]

    assert relation.code == "impossible"
    assert relation.sentence.startswith(says)


CRASHES = [
    (
        "ValueError",
        "The truth value of an array with more than one element is ambiguous.",
        "truth-value",
        "one yes or no",
    ),
    ("TypeError", "The numpy boolean negative, the `-` operator, is not supported", "boolean-minus", "no minus"),
    ("TypeError", "ufunc 'bitwise_xor' not supported for the input types", "caret-for-power", "x**2"),
    (
        "UFuncTypeError",
        "Cannot cast ufunc 'divide' output from dtype('float64') to dtype('uint8') with casting rule 'same_kind'",
        "whole-numbers",
        "whole numbers (uint8), and `divide`",
    ),
    ("NameError", "name 'w' is not defined", "name-unknown", "is `self.w` meant"),
    (
        "UnboundLocalError",
        "cannot access local variable 'total' where it is not associated with a value",
        "name-unknown",
        "`total` is set in this function only further down",
    ),
    ("UnboundLocalError", "local variable 'total' referenced before assignment", "name-unknown", "`total` is set"),
    ("AttributeError", "'bool' object has no attribute 'mean'", "not-an-array", "`==` between two lists"),
    ("TypeError", "'NoneType' object is not subscriptable", "none-in-place", "without `return`"),
    ("AttributeError", "'list' object has no attribute 'shape'", "not-an-array", "no array"),
    ("TypeError", "unsupported operand type(s) for -: 'list' and 'float'", "not-an-array", "no array"),
    ("AttributeError", "'Dense' object has no attribute 'x'", "attribute-missing", "`self.x` on this Dense"),
    (
        "ValueError",
        "operands could not be broadcast together with shapes (5,4) (5,) ",
        "shapes-do-not-fit",
        "(5, 4) with (5,), that is (B, m) with (B,): an axis of length 1 is missing",
    ),
    (
        "ValueError",
        "operands could not be broadcast together with shapes (5,4) (4,5) ",
        "shapes-do-not-fit",
        "(B, m) with (m, B): one of the two is turned around",
    ),
    (
        "ValueError",
        "matmul: Input operand 1 has a mismatch in its core dimension 0 (size 3 is different from 4)",
        "shapes-do-not-fit",
        "an array with m columns and one with n rows",
    ),
    ("TypeError", "'float' object cannot be interpreted as an integer", "wrong-kind", "`/` always gives a float"),
    ("TypeError", "'tuple' object cannot be interpreted as an integer", "wrong-kind", "a whole shape, a tuple"),
    ("TypeError", "unhashable type: 'numpy.ndarray'", "wrong-kind", "no ndarray can be a key"),
    ("IndexError", "arrays used as indices must be of integer (or boolean) type", "wrong-kind", "one-hot rows"),
    ("AttributeError", "'float' object has no attribute 'backward'", "wrong-kind", "a float, which has no `backward`"),
    ("TypeError", "'Dense' object is not iterable", "wrong-kind", "one Dense"),
    ("TypeError", "'numpy.float64' object is not callable", "wrong-kind", "a `*` too few"),
    ("ZeroDivisionError", "float division by zero", "division-by-zero", "under the fraction line"),
    ("KeyError", "139934", "key-missing", "the first time"),
    ("AxisError", "axis 2 is out of bounds for array of dimension 2", "axis-out-of-bounds", "2 axes, 0 to 1"),
    ("AxisError", "axis 0 is out of bounds for array of dimension 0", "axis-out-of-bounds", "no axis at all"),
    ("ValueError", "too many values to unpack (expected 2)", "other-number-of-parts", "`zip`"),
    (
        "ValueError",
        "cannot reshape array of size 12 into shape (5,3)",
        "other-number-of-parts",
        "12 values do not fill",
    ),
    ("TypeError", "f() takes 1 positional argument but 2 were given", "other-number-of-parts", "`self`"),
]


@pytest.mark.parametrize(("kind", "message", "code", "says"), CRASHES)
def test_exception_is_explained_with_the_letters_of_the_assignment(kind: str, message: str, code: str, says: str):
    found = crash(Fault("raised", message, kind, (kind, "Exception")), {5: "B", 3: "n", 4: "m"})

    assert found is not None
    assert found.code == code
    assert says in found.sentence


WRITTEN = [
    ("TypeError", "unsupported operand type(s) for ^: 'float' and 'int'", "return np.mean(diff ^ 2)", "`diff**2`"),
    ("TypeError", "unsupported operand type(s) for ^: 'float' and 'int'", "m = (a - b)^power", "`(a - b)**power`"),
    ("TypeError", "unsupported operand type(s) for -: 'list' and 'float'", "e = guess - 1.0", "in `guess - 1`"),
    ("NameError", "name 'np' is not defined", "return np.exp(x)", "is its import missing"),
    (
        "AttributeError",
        "'ReLU' object has no attribute 'weights'",
        "for w in layer.weights:",
        "do all objects that come",
    ),
    ("AttributeError", "'NoneType' object has no attribute 'log'", "self.run.log({})", "`self.run` is None here"),
    ("AttributeError", "'list' object has no attribute 'assign'", "params.assign(0)", "is no array"),
    ("AttributeError", "'ReLU' object has no attribute 'out'", "return self.out > 0", "nothing has set `self.out`"),
]


@pytest.mark.parametrize(("kind", "message", "source", "says"), WRITTEN)
def test_exception_is_explained_with_the_names_of_the_line(kind: str, message: str, source: str, says: str):
    frame = Frame("Beras/losses.py", 3, "f", source)

    found = crash(Fault("raised", message, kind, (kind, "Exception"), (frame,)), {})

    assert found is not None
    assert says in found.sentence


@pytest.mark.parametrize("message", ["'numpy.ndarray' object has no attribute 'foo'", "no such thing"])
def test_exception_that_says_all_there_is_has_no_page(message: str):
    assert crash(Fault("raised", message, "AttributeError", ("AttributeError", "Exception")), {}) is None


def test_factors_that_contradict_each_other_are_not_told() -> None:
    """One number is some factor times any other: 4 is the number of columns, but the second is no such factor."""
    seen: dict[str, Any] = {"inputs": (np.ones((5, 4)),)}
    one, two = (relate(verdict({"a": 0.5, "b": 0.25}, {"a": 2.0, "b": b}, **seen)) for b in (1.0, 0.7))

    assert [relation.code for relation in one] == ["constant-factor"]
    assert "constant-factor" not in [relation.code for relation in two]


def test_changed_arguments_are_aliasing_and_named() -> None:
    kept = {"x_kept": True, "upstream_kept": True, "random_state_kept": True}

    (relation,) = relate(verdict(kept, {"x_kept": False, "upstream_kept": False, "random_state_kept": True}))

    assert relation == Relation("aliasing", "x and upstream hold other values after these calls than before")


def test_changed_random_state_is_not_aliasing() -> None:
    assert codes_of({"random_state_kept": True}, {"random_state_kept": False}) == []


def test_missing_entries_of_a_list_are_named() -> None:
    (relation,) = relate(verdict({"gradients": [X, Y, SQUARE]}, {"gradients": [Y, SQUARE]}))

    assert relation == Relation("entries-missing", "the 2 that came back are right, but those at [0] are missing")


def test_superfluous_entries_of_a_list_are_named() -> None:
    (relation,) = relate(verdict({"gradients": [X, Y]}, {"gradients": [X, SQUARE, Y, X]}))

    assert relation.sentence == "all 2 are there, and more: those at [1, 3] do not belong here"


def test_entries_in_lists_within_the_list_are_told_from_missing_ones() -> None:
    (relation,) = relate(verdict({"gradients": [X, X[0], Y]}, {"gradients": [[X, X[0]], [Y]]}))

    assert relation.sentence == "all 3 are there and right, but in lists within the list"


def test_list_of_wrong_length_with_wrong_entries_has_no_relation() -> None:
    assert codes_of({"gradients": [X, Y]}, {"gradients": [2 * X]}) == []
    assert codes_of({"gradients": [X, Y]}, {"gradients": [[X, 2 * Y]]}) == []


def test_numbers_of_each_batch_in_place_of_their_mean_are_not_reduced() -> None:
    assert codes_of({"loss": [0.5]}, {"loss": [0.25, 0.75, 0.5]}) == ["axis-not-reduced"]


def test_number_in_place_of_a_list_has_the_wrong_shape() -> None:
    assert codes_of({"loss": [0.3]}, {"loss": 0.3}) == ["right-values-wrong-shape"]


def test_one_factor_for_several_numbers_is_evidence() -> None:
    (relation,) = relate(verdict({"loss": 0.3, "acc": 0.5}, {"loss": 0.51, "acc": 0.85}))

    assert relation == Relation("constant-factor", "every value is 1.7 times the expected one")


def test_one_factor_for_a_number_and_another_for_the_next_is_no_evidence() -> None:
    assert codes_of({"loss": 0.3, "acc": 0.5}, {"loss": 0.51, "acc": 0.77}) == []


def test_one_function_for_several_numbers_is_evidence() -> None:
    wrong = {"all": 0.0, "none": 1.0, "some": 0.25}
    (relation,) = relate(verdict({"all": 1.0, "none": 0.0, "some": 0.75}, wrong))

    assert relation == Relation("function-of-it", "every value is 1 minus the expected one")


def test_arguments_in_each_others_place_belong_elsewhere_and_are_not_stale() -> None:
    right = {"seen_by_loss": [X, Y], "labels_seen_by_metric": Y}
    (relation,) = relate(verdict(right, {"seen_by_loss": [X, Y], "labels_seen_by_metric": X}))

    assert relation == Relation("belongs-elsewhere", "this is the first argument that the loss was given")


def test_place_in_the_same_list_is_named_before_another_one() -> None:
    right = {"first": X, "gradients": [Y, X]}

    (relation,) = relate(verdict(right, {"first": X, "gradients": [X, X]}))

    assert relation == Relation("belongs-elsewhere", "this would be right as the second gradient of the list")


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (1, 4), (4, 1), (2, 2), (2, 1, 3), (0,), (0, 3)])
def test_array_of_any_shape_can_be_related(shape: tuple[int, ...]) -> None:
    x, y = drawn(*shape), drawn(*shape, seed=1)

    for actual in (y, np.zeros(shape), np.full(shape, np.nan), x.astype(np.float32), y > 0, y[..., None]):
        for look in LOOKS:
            with np.errstate(all="ignore"):
                if actual.shape == x.shape and x.size:
                    look(Case(actual, x, Asked(arrays=(("x", x), ("y", y)), weights=(("w", y),)), "w_after_2"))


def test_small_errors_are_told_only_where_nothing_else_is() -> None:
    close = X + 0.003 * np.abs(X).max() * np.sign(Y)

    assert codes_of({"a": X, "b": X}, {"a": 3 * X, "b": close}) == ["constant-factor"]
    assert codes_of({"a": X, "b": X}, {"a": X, "b": close}) == ["almost-right"]


def test_rows_of_a_dict_are_looked_at_together() -> None:
    right = {"rows": {3: np.eye(4)[0], 7: np.eye(4)[1], 8: np.eye(4)[2], 12: np.eye(4)[3]}}
    wrong = {"rows": dict(zip((3, 7, 8, 12), np.eye(4, 4, 1)))}

    assert relate(verdict(right, wrong)) == [Relation("shifted", "`rows`: every value stands one column too far right")]


def test_step_after_a_right_first_one_is_told() -> None:
    right = {"w_after_1": X, "w_after_2": Y, "w_after_3": X + Y}
    wrong = {"w_after_1": X, "w_after_2": Y**3 + X, "w_after_3": X - Y**2}

    assert relate(verdict(right, wrong)) == [
        Relation("later-steps", "the first step is right, later ones are not: `w_after_2` is the first that differs")
    ]
    assert "later-steps" not in codes_of(right, {**wrong, "w_after_1": X**2})


@pytest.mark.parametrize(
    ("kurtosis", "codes"), [(1.8, ["other-distribution"]), (1.76, ["other-distribution"]), (1.5, [])]
)
def test_kurtosis_of_a_uniform_distribution_is_told(kurtosis: float, codes: list[str]) -> None:
    assert codes_of({"kurtosis": 3.02}, {"kurtosis": kurtosis}) == codes


def test_entry_is_named_where_several_differ_and_not_where_one_does() -> None:
    both = relate(verdict({"dw": X, "db": Y}, {"dw": 5 * X, "db": -Y}))
    one = relate(verdict({"dw": X, "db": Y}, {"dw": 5 * X, "db": Y}))

    assert [relation.sentence.partition(":")[0] for relation in both] == ["the gradient of w", "the gradient of b"]
    assert one[0].sentence.startswith("every value is 5 times")


def test_at_most_two_relations_and_each_code_once() -> None:
    expected = {"a": X, "b": X + 1, "c": Y, "d": SQUARE}
    wrong = {"a": -X, "b": -X - 1, "c": 3 * Y, "d": SQUARE + 1}

    assert codes_of(expected, wrong) == ["sign-flipped", "constant-factor"]


@pytest.mark.parametrize(
    "value", ["text", None, {"a": 1}, [1, "two"], [[1.0], [1.0, 2.0]], np.array(["a"]), [], np.zeros((0, 3))]
)
def test_answer_that_is_no_array_has_no_relation(value: Any) -> None:
    assert codes_of({"y": X}, {"y": value}) == []


# --- what the lines of a probe tell -----------------------------------------------------------------------------


def given(numbers: list[Any]) -> Given:
    return Given(f"np.array({numbers})", np.array(numbers))


def test_arrays_are_known_by_the_names_in_the_lines() -> None:
    notes = (
        Import("Beras.layers", "Dense"),
        Call("Dense", args=[Given("3", number=3), Given("2", number=2)], name="dense"),
        Write("dense.w", given([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), in_place=True),
        Assignment("J", given([[1.0, 2.0]])),
        Call("dense", args=[given([[7.0, 8.0, 9.0]])], name="dense_2"),
    )

    known = asked(Response(notes=notes, inputs=(np.array([[7.0, 8.0, 9.0]]), np.array([[0.5]]))))

    assert [name for name, _ in known.arrays] == ["dense.w", "J", "the argument of dense", "array 2 of the lines above"]
    assert known.weights == ()


def test_sizes_are_rows_columns_batches_and_the_learning_rate() -> None:
    notes = (
        Call("model", "evaluate", [Given("x"), Given("y"), Given("4", number=4)]),
        Call("Adam", args=[Given("0.5", number=0.5)], kwargs={"beta_1": Given("0.75", number=0.75)}),
        Call("BasicOptimizer", kwargs={"learning_rate": Given("0.1", number=0.1)}),
    )

    known = asked(Response(notes=notes, inputs=(np.zeros((12, 3)), np.zeros((12, 2)))))

    assert set(known.sizes) == {
        ("the number of batches", 3.0),
        ("the batch size", 4.0),
        ("the learning rate", 0.5),
        ("the learning rate", 0.1),
        ("the number of rows", 12.0),
        ("the number of columns", 3.0),
        ("the number of columns", 2.0),
    }


def test_number_of_entries_counts_where_all_arrays_have_the_same_columns() -> None:
    known = asked(Response(inputs=(np.zeros((5, 3)), np.zeros((5, 3)))))

    assert ("the number of entries", 15.0) in known.sizes


def test_weights_are_those_of_lines_with_an_optimizer() -> None:
    step = Call("optimizer", "apply_gradients", [Given("[w]"), Given("[np.array([0.5, 0.5])]")])

    known = asked(Response(notes=(Assignment("w", given([1.0, 2.0])), step)))

    assert [name for name, _ in known.weights] == ["w"]


# --- codes and pages --------------------------------------------------------------------------------------------


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert sorted(pages.RELATIONS) == sorted(CODES)


def test_every_code_is_shown_by_an_example_of_these_tests() -> None:
    of_verdicts = {
        *(code for _, _, code, _ in CRASHES),
        "aliasing",
        "impossible",
        "stale",
        "belongs-elsewhere",
        "entries-missing",
        "later-steps",
        "other-distribution",
        "one-edit",
        "one-slip",
    }

    assert {name for name, *_ in SHOWN} | of_verdicts == set(CODES)


def test_relation_without_a_code_of_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="no relation is called 'guesswork'"):
        Relation("guesswork", "it looks like something")


def test_no_relation_has_the_name_of_a_misconception() -> None:
    assert not set(CODES) & {path.stem for path in pages.MISCONCEPTIONS.glob("*.md")}


@pytest.mark.parametrize("name", CODES)
def test_page_is_complete_and_is_what_explain_prints(name: str) -> None:
    text = pages.text(name)

    assert pages.title(name)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert text.count("```python") == 1
    assert "```example" not in text
    assert max(map(len, text.splitlines())) <= 110
    assert explain.explain(name) == text


@pytest.mark.parametrize("name", CODES)
def test_page_names_only_codes_that_have_a_page(name: str) -> None:
    mentioned = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", pages.text(name)))

    assert mentioned
    assert mentioned <= set(pages.codes())


@pytest.mark.parametrize("name", CODES)
def test_lines_of_a_page_run_and_print(name: str) -> None:
    block = re.search(r"^```python\n(.*?)^```", pages.text(name), re.MULTILINE | re.DOTALL)
    assert block is not None

    done = subprocess.run([sys.executable, "-c", block[1]], capture_output=True, text=True, cwd=ROOT / "reference")

    assert done.stderr == ""
    assert done.stdout.strip()
