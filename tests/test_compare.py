"""Differences between two observations: all that the contract permits, and nothing else, is equal."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.ask.probe import Probe, Rule
from grader.ask.subject import Raised
from grader.judge.compare import Difference, differences
from grader.rubric import Tolerances
from grader.worker.wire import Opaque

RELATIVE = 1e-5
TOLERANCES = Tolerances({"float": RELATIVE, "statistic": 0.03})
NAN, INF = math.nan, math.inf
repeatable = settings(derandomize=True, max_examples=100, deadline=None, database=None)


def probe(**rules: Rule) -> Probe:
    return Probe("Dense", "made-up", "A made-up probe", lambda *_: {}, rules=rules)


def compared(expected: Any, actual: Any, rule: Rule = Rule(), convention: str = "", mistakes: bool = False) -> Any:  # noqa: B008
    """The differences of one entry."""
    return differences(probe(y=rule), {"y": expected}, {"y": actual}, TOLERANCES, convention, mistakes)


def kinds(*arguments: Any, **options: Any) -> list[str]:
    return [difference.kind for difference in compared(*arguments, **options)]


def raised(*bases: str) -> Raised:
    return Raised(bases[0], (*bases, "Exception", "BaseException", "object"), "no")


ROW = np.array([1.0, -2.0, 3.0])
TABLE = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
MATRIX = Opaque("an np.matrix (use a plain np.ndarray)")

# --- values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        pytest.param(ROW, ROW.astype(np.float32), id="float32"),
        pytest.param(ROW / 3, (ROW / 3).astype(np.float32), id="float32-rounding"),
        pytest.param(ROW.astype(np.float32), ROW, id="float64-for-float32"),
        pytest.param(ROW, ROW.astype(">f8"), id="big-endian"),
        pytest.param(ROW, ROW * (1 + 0.9 * RELATIVE), id="within-the-relative-tolerance"),
        pytest.param(np.array([1000.0, 1.0]), np.array([1000.0, 1.009]), id="relative-to-the-largest-entry"),
        pytest.param(np.zeros(3), np.full(3, 9e-7), id="rounding-of-zero"),
        pytest.param(np.array([INF, 1.0]), np.array([INF, 1.000001]), id="rounding-beside-infinity"),
        pytest.param(np.eye(3), np.eye(3, dtype=bool), id="booleans-for-a-one-hot"),
        pytest.param(np.eye(3), np.eye(3, dtype=np.int64), id="integers-for-a-one-hot"),
        pytest.param(np.array([3, 5]), np.array([3.0, 5.0]), id="whole-floats-for-integers"),
        pytest.param(np.array([3, 5]), np.array([3.0000001, 5.0]), id="rounded-floats-for-integers"),
        pytest.param(ROW, [1.0, -2.0, 3.0], id="list-for-array"),
        pytest.param(ROW, (1.0, -2.0, 3.0), id="tuple-for-array"),
        pytest.param(TABLE, [row.copy() for row in TABLE], id="list-of-rows-for-array"),
        pytest.param(TABLE, [tuple(row) for row in TABLE.tolist()], id="list-of-tuples-for-array"),
        pytest.param([TABLE, ROW], (TABLE, ROW), id="tuple-for-list"),
        pytest.param((ROW, ROW), np.array([ROW, ROW]), id="array-for-list-of-equal-rows"),
        pytest.param([1.0, 2.0], np.array([1.0, 2.0]), id="array-for-list-of-numbers"),
        pytest.param(np.array(2.0), 2.0, id="float-for-0-d"),
        pytest.param(2.0, np.array(2.0, np.float32), id="0-d-for-float"),
        pytest.param(2.0, 2, id="whole-number-for-float"),
        pytest.param(1 / 3, float(np.float32(1 / 3)), id="float32-rounding-of-a-float"),
        pytest.param(-INF, -INF, id="infinite-float"),
        pytest.param(3, np.array(3), id="0-d-for-integer"),
        pytest.param(True, np.array(True), id="0-d-for-bool"),
        pytest.param("ab", np.array("ab"), id="0-d-for-text"),
        pytest.param(np.array(["b", "a"]), ["b", "a"], id="list-of-texts"),
        pytest.param(np.empty((0, 3)), np.empty((0, 3), np.float32), id="empty"),
        pytest.param({"a": ROW}, {"a": [1.0, -2.0, 3.0]}, id="list-in-a-dict"),
        pytest.param(None, None, id="none"),
        pytest.param(raised("KeyError"), raised("KeyError"), id="same-exception"),
        pytest.param(raised("AssertionError"), raised("MyError", "AssertionError"), id="derived-exception"),
    ],
)
def test_equal_up_to_what_the_contract_permits(expected: Any, actual: Any):
    assert compared(expected, actual) == []


@pytest.mark.parametrize(
    ("expected", "actual", "kind"),
    [
        pytest.param(ROW, ROW * (1 + 1.2 * RELATIVE), "value", id="beyond-the-tolerance"),
        pytest.param(np.zeros(3), np.full(3, 2e-6), "value", id="beyond-rounding-of-zero"),
        pytest.param(ROW, -ROW, "value", id="sign"),
        pytest.param(ROW, ROW[:, None], "shape", id="column-for-row"),
        pytest.param(TABLE, TABLE.T, "shape", id="transposed"),
        pytest.param(TABLE, TABLE.ravel(), "shape", id="flat"),
        pytest.param(ROW, np.array([1.0, NAN, 3.0]), "value", id="nan"),
        pytest.param(np.array([1.0, NAN]), np.array([1.0, NAN]), "value", id="nan-is-never-right"),
        pytest.param(ROW, np.array([1.0, -INF, 3.0]), "value", id="infinite"),
        pytest.param(np.array([INF, 1.0]), np.array([5.0, 1.0]), "value", id="finite-for-infinite"),
        pytest.param(np.array([INF, 1.0]), np.array([INF, 2.0]), "value", id="wrong-beside-infinity"),
        pytest.param(np.array([INF, 1.0]), np.array([-INF, 1.0]), "value", id="other-infinity"),
        pytest.param(np.array([10**6, 1]), np.array([10**6 + 1, 1]), "value", id="great-integers"),
        pytest.param(INF, 5.0, "value", id="finite-float-for-infinite"),
        pytest.param(5.0, INF, "value", id="infinite-float-for-finite"),
        pytest.param(5.0, NAN, "value", id="nan-float"),
        pytest.param(5.0, 5.1, "value", id="float"),
        pytest.param(5.0, True, "type", id="bool-for-float"),
        pytest.param(5.0, np.array([5.0]), "type", id="array-for-float"),
        pytest.param(5.0, "5.0", "type", id="text-for-float"),
        pytest.param(5.0, None, "type", id="none-for-float"),
        pytest.param(ROW, None, "type", id="none-for-array"),
        pytest.param(ROW, MATRIX, "type", id="matrix-for-array"),
        pytest.param(ROW, [MATRIX, MATRIX, MATRIX], "type", id="list-of-matrices-for-array"),
        pytest.param(np.array(["a"]), MATRIX, "type", id="object-for-texts"),
        pytest.param(np.array([["a"]]), [Opaque("a")], "type", id="list-of-objects-for-texts"),
        pytest.param(MATRIX, ROW, "type", id="array-for-object"),
        pytest.param(ROW, ["1", "2", "3"], "type", id="texts-for-numbers"),
        pytest.param(np.array(["1", "2"]), np.array([1, 2]), "type", id="numbers-for-texts"),
        pytest.param(ROW, [[1.0], [2.0, 3.0]], "type", id="ragged"),
        pytest.param(np.array(["a", "b"]), np.array(["b", "a"]), "value", id="texts-in-another-order"),
        pytest.param([ROW, TABLE], [TABLE, ROW], "shape", id="list-in-another-order"),
        pytest.param([ROW], [ROW, ROW], "length", id="list-too-long"),
        pytest.param([ROW], 5.0, "type", id="number-for-list"),
        pytest.param({"a": 1}, {"b": 1}, "keys", id="other-keys"),
        pytest.param({"a": 1}, [1], "type", id="list-for-dict"),
        pytest.param({"a": [ROW, 1.0]}, {"a": [ROW, 2.0]}, "value", id="deep-inside"),
        pytest.param(3, 3.0, "value", id="float-for-integer"),
        pytest.param(3, 4, "value", id="integer"),
        pytest.param("a", "b", "value", id="text"),
        pytest.param(None, 0, "value", id="zero-for-none"),
        pytest.param(raised("KeyError"), raised("IndexError"), "raised", id="another-exception"),
        pytest.param(raised("KeyError"), ROW, "not raised", id="no-exception"),
        pytest.param(ROW, raised("KeyError"), "raised", id="exception-for-a-value"),
    ],
)
def test_different_and_how(expected: Any, actual: Any, kind: str):
    found = kinds(expected, actual)

    assert kind in found
    if not isinstance(expected, (list, dict)):
        assert len(found) == 1


def test_difference_says_where_it_is():
    found = compared({"dense": [ROW, {"b": 1.0}]}, {"dense": [ROW, {"b": 2.0}]})

    assert found == [Difference("y['dense'][1]['b']", "value", 1.0, 2.0)]


def test_object_is_no_list_of_its_description():
    assert compared([ROW], MATRIX) == [Difference("y", "type", [ROW], MATRIX)]


# --- rules ------------------------------------------------------------------------------------------------------


def test_rule_may_name_another_tolerance():
    assert compared(1.0, 1.02, Rule(tolerance="statistic")) == []
    assert kinds(1.0, 1.04, Rule(tolerance="statistic")) == ["value"]


@pytest.mark.parametrize(
    ("expected", "actual", "equal"),
    [
        (np.ones((1, 3)), np.ones(3), True),
        (np.ones(3), np.ones((1, 3, 1)), True),
        (np.ones((1, 1)), 1.0, True),
        (np.ones((2, 3)), np.ones((3, 2)), False),
        (np.ones((2, 3)), np.ones(6), False),
        (np.ones((1, 3)), np.full(3, 2.0), False),
    ],
)
def test_squeeze_ignores_axes_of_length_one_and_nothing_else(expected: Any, actual: Any, equal: bool):
    assert (compared(expected, actual, Rule(squeeze=True)) == []) is equal


@pytest.mark.parametrize(
    ("actual", "factor"),
    [
        (2 * TABLE, 2.0),
        ((TABLE / 6).astype(np.float32), 1 / 6),
        ((TABLE * 1000 / 3).astype(np.float32), 1000 / 3),
        (-TABLE, None),
        (0 * TABLE, None),
        (2 * TABLE + 0.01, None),
        (TABLE * [1, 2], None),
        (TABLE * NAN, None),
    ],
)
def test_gradient_with_a_constant_positive_factor_is_told_apart(actual: Any, factor: float | None):
    (found,) = compared(TABLE, actual, Rule(gradient=True))

    assert found.factor == (None if factor is None else pytest.approx(factor))
    assert compared(TABLE, actual)[0].factor is None


def test_gradient_of_zeros_has_no_factor():
    (found,) = compared(np.zeros(3), np.ones(3), Rule(gradient=True))

    assert found.factor is None


@pytest.mark.parametrize(
    ("factor", "convention", "equal"),
    [(5, "upstream", True), (0.2, "upstream", True), (5, "jacobian", False), (4, "upstream", False)],
)
def test_factor_is_right_where_the_upstream_convention_permits_it(factor: float, convention: str, equal: bool):
    rule = Rule(gradient=True, upstream_factors=(5.0, 0.2))

    assert (compared(TABLE, factor * TABLE, rule, convention=convention) == []) is equal


@pytest.mark.parametrize(
    ("actual", "equal"),
    [
        (np.array([0.0, 0.5, 3.0]), True),
        ([0.5, 3.0], True),
        (1.0 + 1e-7, True),
        (np.array([0.5, 2.0]), False),
        (1.001, False),
        (NAN, False),
        (np.array([]), False),
        ("0.5", False),
        (MATRIX, False),
        (None, False),
    ],
)
def test_within_wants_every_number_in_one_of_the_intervals(actual: Any, equal: bool):
    rule = Rule(within=((0.0, 1.0), (3.0, 3.0)))

    assert (compared(0.5, actual, rule) == []) is equal


def test_like_compares_with_another_entry_of_the_same_observation():
    made_up = probe(gradient=Rule(like="numeric"))
    expected = {"gradient": 1.0, "numeric": 1.0}

    def found(numeric: float, gradient: float) -> list[str]:
        actual = {"gradient": np.full(2, gradient), "numeric": np.full(2, numeric)}
        entries = [each.entry for each in differences(made_up, expected, actual, TOLERANCES)]
        return [entry for entry in entries if entry == "gradient"]

    assert found(7.0, 7.0) == []
    assert found(7.0, 1.0) == ["gradient"]
    assert found(NAN, NAN) == ["gradient"]


@pytest.mark.parametrize(
    ("numeric", "right"),
    [
        ([np.array([1.0, 2.0]), np.array([-3.0])], True),
        ((np.array([1.0, 2.0]), np.array([-3.0])), True),
        ([np.array([2.0, 4.0]), np.array([-6.0])], True),
        ([np.array([2.0, 4.0]), np.array([-3.0])], False),
        ([np.zeros(2), np.zeros(1)], False),
        ([np.array([-1.0, -2.0]), np.array([3.0])], False),
        ([np.full(2, NAN), np.array([NAN])], False),
        ([np.array([1.0, 2.0])], False),
        ([np.array([1.0, 2.0]), "text"], False),
        ([], False),
        (None, False),
    ],
)
def test_an_answer_that_is_like_another_is_right_only_where_that_one_is(numeric: Any, right: bool):
    made_up = probe(gradient=Rule(like="numeric"), numeric=Rule(evidence=True))
    expected = [np.array([1.0, 2.0]), np.array([-3.0])]

    found = differences(
        made_up, {"gradient": expected, "numeric": expected}, {"gradient": numeric, "numeric": numeric}, TOLERANCES
    )

    assert ("numeric" not in [each.entry for each in found]) is right


def test_missing_entry_is_a_difference_and_a_further_one_is_none():
    found = differences(probe(), {"a": 1.0, "b": 2.0}, {"a": 1.0, "c": 3.0}, TOLERANCES)

    assert found == [Difference("b", "missing", 2.0, None)]


def test_evidence_is_not_compared():
    made_up = probe(loss=Rule(evidence=True))

    assert differences(made_up, {"loss": 1.0}, {"loss": 2.0}, TOLERANCES) == []
    assert differences(made_up, {"loss": 1.0}, {}, TOLERANCES) == []


# --- two wrong answers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "actual", "equal"),
    [
        pytest.param(np.array([NAN, 1.0]), np.array([NAN, 1.0]), True, id="nan-is-nan"),
        pytest.param(np.array([NAN, 1.0]), np.array([1.0, NAN]), False, id="nan-elsewhere"),
        pytest.param(np.array([NAN, 1.0]), np.array([2.0, 1.0]), False, id="number-for-nan"),
        pytest.param(np.array([2.0, 1.0]), np.array([NAN, 1.0]), False, id="nan-for-number"),
        pytest.param(np.array([NAN, 1.0]), np.array([NAN, 1.5]), False, id="wrong-beside-nan"),
        pytest.param(np.array([NAN, 1.0]), np.array([INF, 1.0]), False, id="infinite-for-nan"),
        pytest.param(np.array([INF, 1.0]), np.array([INF, 1.0]), True, id="infinite"),
        pytest.param(np.array([INF, 1.0]), np.array([7.0, 8.0]), False, id="anything-for-infinite"),
        pytest.param(np.array([NAN]), np.array([NAN], np.float32), True, id="nan-of-another-dtype"),
        pytest.param(NAN, NAN, True, id="nan-float"),
        pytest.param(NAN, np.array(NAN), True, id="nan-0-d"),
        pytest.param(NAN, 1.0, False, id="float-for-nan"),
        pytest.param(INF, INF, True, id="infinite-float"),
        pytest.param(INF, 3.0, False, id="float-for-infinite"),
        pytest.param([np.array([NAN])], (np.array([NAN]),), True, id="nan-in-a-list"),
        pytest.param({"a": (NAN,)}, {"a": (NAN,)}, True, id="nan-in-a-dict"),
        pytest.param(np.array([1, 2]), np.array([1.0, NAN]), False, id="nan-among-integers"),
    ],
)
def test_two_mistakes_agree_where_nan_is_where_nan_is(expected: Any, actual: Any, equal: bool):
    assert (compared(expected, actual, mistakes=True) == []) is equal


@pytest.mark.parametrize(
    ("expected", "actual", "equal"), [(5.0, 7.0, True), (5.0, 0.5, False), (0.5, 0.6, True), (0.5, 5.0, False)]
)
def test_two_mistakes_agree_where_both_leave_the_intervals(expected: float, actual: float, equal: bool):
    assert (compared(expected, actual, Rule(within=((0.0, 1.0),)), mistakes=True) == []) is equal


def test_two_mistakes_are_compared_entry_by_entry_and_not_by_like():
    made_up = probe(gradient=Rule(like="numeric"))
    mistaken = {"gradient": 2.0, "numeric": 1.0}

    assert differences(made_up, mistaken, {"gradient": 2.0, "numeric": 1.0}, TOLERANCES, mistakes=True) == []
    assert differences(made_up, mistaken, {"gradient": 1.0, "numeric": 1.0}, TOLERANCES, mistakes=True) != []


def test_comparing_mistakes_changes_neither_observation():
    one, other = {"y": np.array([NAN, 1.0])}, {"y": np.array([NAN, 2.0])}

    differences(probe(), one, other, TOLERANCES, mistakes=True)

    assert np.isnan(one["y"][0])
    assert np.isnan(other["y"][0])


# --- properties -------------------------------------------------------------------------------------------------


def observations() -> st.SearchStrategy[Any]:
    """Finite plain data as probes return it."""
    floats = st.floats(-1e6, 1e6)
    shapes = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
    numbers = npst.arrays(np.float64, shapes, elements=floats) | npst.arrays(np.int64, shapes)
    small = npst.arrays(np.float32, shapes, elements=st.floats(-1000, 1000, width=32))
    texts = npst.arrays("U2", shapes)
    leaves = st.none() | st.booleans() | st.integers() | floats | st.text(max_size=4) | numbers | small | texts
    exceptions = st.sampled_from([raised("KeyError"), raised("MyError", "AssertionError")])

    def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        lists = st.lists(inner, max_size=3)
        return lists | lists.map(tuple) | st.dictionaries(st.text(max_size=3), inner, max_size=3)

    return st.dictionaries(st.sampled_from("abc"), st.recursive(leaves | exceptions, containers, max_leaves=5))


@repeatable
@given(observations(), st.booleans())
def test_anything_equals_itself(observation: dict[str, Any], mistakes: bool):
    same = copy.deepcopy(observation)

    assert differences(probe(), observation, same, TOLERANCES, mistakes=mistakes) == []


@repeatable
@given(st.data(), st.booleans())
def test_changed_entry_is_found(data: Any, mistakes: bool):
    observation = data.draw(observations().filter(bool))
    shapes = npst.array_shapes(max_dims=3, max_side=4)
    name = data.draw(st.sampled_from(sorted(observation)))
    elements = st.floats(-1e6, 1e6) | (st.just(NAN) if mistakes else st.nothing())
    array = data.draw(npst.arrays(np.float64, shapes, elements=elements))
    place = data.draw(st.integers(0, array.size - 1))
    assume(not np.isnan(array.flat[place]))
    largest = np.nanmax(np.abs(array))
    changed = array.copy()
    changed.flat[place] += data.draw(st.sampled_from([-1, 1])) * (2 * RELATIVE * largest + 3e-6)

    found = differences(
        probe(), observation | {name: array}, observation | {name: changed}, TOLERANCES, mistakes=mistakes
    )

    assert [(each.entry, each.kind) for each in found] == [(name, "value")]


@repeatable
@given(st.data())
def test_changed_integer_is_found(data: Any):
    array = data.draw(npst.arrays(np.int64, st.integers(1, 5), elements=st.integers(-(2**60), 2**60)))
    changed = array.copy()
    changed[data.draw(st.integers(0, len(array) - 1))] += data.draw(st.integers(1, 1000))

    assert kinds(array, changed) == ["value"]


@repeatable
@given(
    npst.arrays(np.float64, npst.array_shapes(max_dims=2, max_side=4), elements=st.floats(0.01, 100)),
    st.floats(1e-3, 1e3).filter(lambda factor: abs(factor - 1) > 1e-3),
)
def test_every_factor_is_found(array: np.ndarray, factor: float):
    (found,) = compared(array, factor * array, Rule(gradient=True))

    assert found.factor == pytest.approx(factor)
