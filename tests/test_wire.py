"""The wire: whatever plain data goes in comes out unchanged, and whatever bytes come in, no more than WireError."""

from __future__ import annotations

import enum
import json
import math
import tracemalloc
from collections import deque
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.worker import wire
from grader.worker.wire import DTYPES, MAX_DEPTH, Opaque, Ref, WireError

BYTE_ORDERS = ("<", ">")
repeatable = settings(derandomize=True, max_examples=100, deadline=None, database=None)


class Pipe:
    """A socket in memory that delivers at most `step` bytes at a time."""

    def __init__(self, data: bytes = b"", step: int = 1 << 20) -> None:
        self.data, self.step = bytearray(data), step

    def sendall(self, data: bytes) -> None:
        self.data += data

    def recv(self, size: int) -> bytes:
        part = bytes(self.data[: min(size, self.step)])
        del self.data[: len(part)]
        return part

    def recv_into(self, view: memoryview) -> int:
        part = self.recv(len(view))
        view[: len(part)] = part
        return len(part)


def frame_of(
    header: Any, payload: bytes = b"", header_size: int | None = None, payload_size: int | None = None
) -> bytes:
    """A frame with this header, honest or not."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    sizes = (
        len(text) if header_size is None else header_size,
        len(payload) if payload_size is None else payload_size,
    )
    return wire.PREFIX.pack(wire.MAGIC, *sizes) + text + payload


def equal(one: Any, other: Any) -> bool:
    """The same types, structure and bits; NaN is NaN."""
    if isinstance(one, np.ndarray):
        same_kind = isinstance(other, np.ndarray) and one.shape == other.shape
        if one.dtype.char == "U":
            return same_kind and other.dtype.char == "U" and one.tolist() == other.tolist()
        return same_kind and one.dtype == other.dtype and one.tobytes() == other.tobytes()
    if type(one) is not type(other):
        return False
    if type(one) in (list, tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    if type(one) is dict:
        return list(map(repr, one)) == list(map(repr, other)) and all(map(equal, one.values(), other.values()))
    return one == other or one != one


def nested(depth: int, innermost: Any) -> Any:
    value = innermost
    for _ in range(depth):
        value = [value]
    return value


def plain_values() -> st.SearchStrategy[Any]:
    """Everything that `plain` may return."""
    dtypes = st.sampled_from([np.dtype(char).newbyteorder(order) for char in sorted(DTYPES) for order in BYTE_ORDERS])
    arrays = npst.arrays(dtypes, npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
    texts = npst.arrays("U3", npst.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3))
    integers = st.integers(-(2**63), 2**64 - 1)
    scalars = st.none() | st.booleans() | integers | st.floats() | st.text(st.characters())
    handles = st.builds(Ref, integers) | st.builds(Opaque, st.text(max_size=20))
    keys = st.booleans() | integers | st.floats() | st.text(max_size=5)

    def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        lists = st.lists(inner, max_size=4)
        return lists | lists.map(tuple) | st.dictionaries(keys, inner, max_size=4)

    return st.recursive(scalars | handles | arrays | texts, containers, max_leaves=8)


# --- round trip -------------------------------------------------------------------------------------------------


@repeatable
@given(plain_values(), st.integers(1, 100))
@example({math.inf: 1, math.nan: 2}, 100)
def test_plain_value_comes_out_as_it_went_in(value: Any, step: int):
    pipe = Pipe(step=step)

    wire.send(pipe, value)
    received = wire.receive(pipe)

    assert equal(received, value)
    assert equal(wire.through(value), value)
    assert equal(wire.copied(value), value)
    assert not pipe.data


@pytest.mark.parametrize("order", BYTE_ORDERS)
@pytest.mark.parametrize("char", sorted(DTYPES))
def test_every_dtype_keeps_its_bits_and_its_byte_order(char: str, order: str):
    dtype = np.dtype(char).newbyteorder(order)
    array = np.random.default_rng(1).integers(0, 2, size=(3, 4)).astype(dtype)

    received = wire.through(array)

    assert received.dtype == dtype
    assert received.tobytes() == array.tobytes()


BASE = np.arange(24.0).reshape(4, 6)


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(BASE[::2, ::-1], id="strided"),
        pytest.param(BASE.T, id="transposed"),
        pytest.param(np.asfortranarray(BASE), id="column-major"),
        pytest.param(np.broadcast_to(np.float32(7), (3, 2)), id="broadcast"),
        pytest.param(np.array(2.5), id="0-d"),
        pytest.param(np.empty((0, 3)), id="empty"),
        pytest.param(np.zeros((1,) * wire.MAX_RANK), id="highest-rank"),
        pytest.param(np.lib.stride_tricks.sliding_window_view(BASE, 3, axis=1), id="overlapping"),
    ],
)
def test_array_of_any_layout_arrives_contiguous_and_writable(array: np.ndarray):
    received = wire.through(wire.plain(array))

    assert received.shape == array.shape
    assert np.array_equal(received, array)
    assert received.flags.c_contiguous
    assert received.flags.writeable


def test_array_larger_than_one_read_arrives_whole():
    pipe, array = Pipe(), np.random.default_rng(2).normal(size=3 * wire.CHUNK)

    wire.send(pipe, {"array": array})

    assert np.array_equal(wire.receive(pipe)["array"], array)


def test_copy_shares_no_memory():
    array = np.zeros(3)

    for received in (wire.through([array])[0], wire.copied([array])[0]):
        received[0] = 1

    assert array[0] == 0


# --- from live objects to plain data ----------------------------------------------------------------------------


class Tensor(np.ndarray):
    """A subclass that would tell lies if it were asked."""

    def __array_finalize__(self, obj: Any) -> None:
        pass

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise AssertionError("a method of the subclass was called")

    tolist = astype = reshape = view = copy = tobytes = ravel = __array__
    __array_ufunc__ = __array_function__ = __getitem__ = __iter__ = __len__ = __array__


class Colour(enum.IntEnum):
    RED = 3


class Text(str):
    def __str__(self) -> str:
        return "a lie"


class Floats(list):
    pass


def ones(shape: Any, dtype: Any = float) -> np.ndarray:
    return np.ones(shape, dtype)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(ones((2, 3)).view(Tensor), ones((2, 3)), id="subclass"),
        pytest.param([ones(2).view(Tensor)], [ones(2)], id="list-of-subclass"),
        pytest.param(np.ma.masked_array([1.0, 1.0], [True, False]), ones(2), id="masked"),
        pytest.param(np.float32(1), np.array(1, np.float32), id="float32-scalar"),
        pytest.param(np.float64(1), np.array(1.0), id="float64-scalar-is-no-float"),
        pytest.param(np.bool_(True), np.array(True), id="bool-scalar"),
        pytest.param(np.longdouble(1), np.array(1.0), id="long-double"),
        pytest.param(np.str_("ab"), np.array("ab"), id="text-scalar"),
        pytest.param([1, 2.5, True], np.array([1, 2.5, 1]), id="list-of-numbers"),
        pytest.param((np.float32(1), np.float32(1)), ones(2, np.float32), id="tuple-of-scalars"),
        pytest.param([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]]), id="list-of-lists"),
        pytest.param(Floats([1.0, 1.0]), ones(2), id="list-subclass"),
        pytest.param([[1, 2], [3]], [np.array([1, 2]), np.array([3])], id="ragged-list"),
        pytest.param([ones((2, 1)), ones(1)], [ones((2, 1)), ones(1)], id="list-of-arrays-keeps-its-structure"),
        pytest.param([ones(2), ones(2)], [ones(2), ones(2)], id="list-of-equal-arrays-as-well"),
        pytest.param([[1.0, 1.0], ones(2)], [ones(2), ones(2)], id="list-of-a-list-and-an-array"),
        pytest.param(nested(MAX_DEPTH, "x"), nested(MAX_DEPTH, "x"), id="deepest-list"),
        pytest.param((), (), id="empty-tuple"),
        pytest.param(["a", 1], ["a", 1], id="mixed-list"),
        pytest.param(Colour.RED, 3, id="enum"),
        pytest.param(Text("truth"), "truth", id="text-subclass"),
        pytest.param(np.array(["a", "bc"], dtype=object), ["a", "bc"], id="texts-in-an-array-of-objects"),
        pytest.param(np.array(None), None, id="None-in-an-array"),
        pytest.param(np.array([3, np.int64(7)], dtype=object), np.array([3, 7]), id="integers-in-an-array-of-objects"),
        pytest.param(deque([np.arange(2), np.arange(3)]), [np.arange(2), np.arange(3)], id="deque"),
        pytest.param({np.int64(1): "a", np.str_("b"): 2, (1, 2): 3}, {1: "a", "b": 2, "tuple": 3}, id="keys"),
        pytest.param({None: 1, 2**64: 2}, {"NoneType": 1, "int": 2}, id="keys-that-cannot-travel"),
    ],
)
def test_live_value_becomes_plain_data(value: Any, expected: Any):
    plain = wire.plain(value)

    assert equal(wire.through(plain), expected)
    assert equal(wire.copied(plain), expected)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (np.eye(2).view(np.matrix), "np.matrix"),
        (np.array([None, 1]), "dtype object"),
        (np.array([0.5, 1], dtype=object), "dtype object"),
        (np.array([[1, 2]], dtype=object), "dtype object"),
        (np.array([1j]), "dtype complex128"),
        (np.array(["2020-01-01"], "M8[D]"), "dtype datetime64"),
        (np.array([b"a"]), "dtype |S1"),
        (np.zeros(2, [("a", "i4")]), "dtype [("),
        (np.void(b"abc"), "dtype |V3"),
        ((number for number in range(3)), "class generator"),
        ({1, 2}, "class set"),
        (b"bytes", "class bytes"),
        (1j, "class complex"),
        (len, "class builtin_function_or_method"),
        (Pipe(), "class Pipe"),
    ],
)
def test_what_is_no_plain_data_is_named_and_not_sent(value: Any, kind: str):
    plain = wire.through(wire.plain(value))

    assert isinstance(plain, Opaque)
    assert kind in plain.kind


def test_generator_is_not_consumed():
    generator = iter([1, 2, 3])

    wire.plain(generator)

    assert list(generator) == [1, 2, 3]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(2**64, id="integer-beyond-64-bits"),
        pytest.param(-(2**63) - 1, id="negative-integer-beyond-64-bits"),
        pytest.param("x" * (wire.MAX_TEXT + 5), id="long-text"),
        pytest.param({"x" * (wire.MAX_TEXT + 5): 1}, id="long-key"),
        pytest.param(np.array(["x" * (wire.MAX_TEXT + 5)]), id="long-text-in-array"),
        pytest.param(np.array(["x" * wire.MAX_TEXT] + ["y"] * 1000), id="one-long-text-among-many"),
        pytest.param(np.full(wire.MAX_TEXTS + 1, "x"), id="many-texts"),
        pytest.param([np.ones(3) for _ in range(wire.MAX_ARRAYS + 1)], id="many-arrays"),
        pytest.param([np.ones(n % 2) for n in range(wire.MAX_ARRAYS + 1)], id="many-arrays-of-several-shapes"),
        *(pytest.param(nested(depth, "x"), id=f"{depth}-deep") for depth in range(MAX_DEPTH - 4, MAX_DEPTH + 5)),
        *(pytest.param(nested(depth, np.ones(2)), id=f"array-{depth}-deep") for depth in (MAX_DEPTH, MAX_DEPTH + 1)),
    ],
)
def test_odd_but_honest_value_still_fits_a_reply(value: Any):
    reply = {"n": 1, "result": {"ref": Ref(1), "inline": True, "value": wire.plain(value)}}

    assert wire.through(reply)["n"] == 1
    assert equal(wire.copied(reply), wire.through(reply))


def test_structure_that_contains_itself_ends():
    value: list[Any] = [1]
    value.append(value)

    received = wire.through(wire.plain(value))

    assert "nested too deeply" in repr(received)


def test_long_list_of_arrays_is_as_good_as_an_array():
    rows = [np.full(3, float(n)) for n in range(wire.MAX_ARRAYS + 1)]

    assert np.array_equal(wire.through(wire.plain(rows)), np.array(rows))


def test_sender_refuses_what_is_not_plain():
    with pytest.raises(TypeError, match="object"):
        wire.encode([object()])


# --- hostile frames ---------------------------------------------------------------------------------------------


def outcome(data: bytes) -> Any:
    """The value that both readers find in some bytes, or the exception of both."""
    outcomes = []
    for read in (lambda: wire.parse(memoryview(data))[0], lambda: wire.receive(Pipe(data, 7))):
        try:
            outcomes.append(("value", read()))
        except (WireError, EOFError) as error:
            outcomes.append((type(error), None))
    return outcomes


def json_values() -> st.SearchStrategy[Any]:
    """JSON that looks like a message's body."""
    tags = st.sampled_from(["array", "ref", "opaque", "float", "texts", "list", "tuple", "dict", "shape", "other"])
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just("nan")
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(tags, inner, max_size=2), max_leaves=8
    )


def specs() -> st.SearchStrategy[Any]:
    """Descriptions of arrays, most of them wrong."""
    names = st.sampled_from(["<f8", "|O", "|V1", "<U1", "<c8", "f,f", "2f8", "M8", "<f2", "|b1"]) | st.text(max_size=3)
    lengths = st.integers(-1, 4) | st.sampled_from([2**29, 2**31, 2**62, 2**64, 2**70, True, 1.0, "3", None])
    return st.tuples(names, st.lists(lengths, max_size=wire.MAX_RANK + 1)).map(list) | json_values()


@settings(repeatable, max_examples=300)
@given(
    st.fixed_dictionaries({"body": json_values(), "arrays": st.lists(specs(), max_size=3) | json_values()}),
    st.binary(max_size=40),
)
def test_any_header_gives_a_value_or_a_wire_error(header: Any, payload: bytes):
    outcome(frame_of(header, payload))


@settings(repeatable, max_examples=300)
@given(json_values())
def test_any_body_gives_plain_data_or_a_wire_error(body: Any):
    for kind, value in outcome(frame_of({"body": body, "arrays": []})):
        if kind == "value":
            assert equal(wire.through(value), value)


@settings(repeatable, max_examples=200)
@given(plain_values(), st.integers(0, 10_000), st.integers(1, 255))
def test_frame_with_one_changed_byte_gives_a_value_or_a_wire_error(value: Any, at: int, change: int):
    data = bytearray(wire.frame(value))
    data[at % len(data)] ^= change

    outcome(bytes(data))


@repeatable
@given(st.binary(max_size=200), st.sampled_from([b"", wire.MAGIC, wire.PREFIX.pack(wire.MAGIC, 5, 0)]))
def test_any_bytes_give_a_value_or_a_wire_error(data: bytes, start: bytes):
    outcome(start + data)


@repeatable
@given(plain_values(), st.data())
def test_frame_that_ends_too_early_gives_no_value(value: Any, data: Any):
    whole = wire.frame(value)
    cut = data.draw(st.integers(0, len(whole) - 1))

    with pytest.raises(WireError):
        wire.parse(memoryview(whole[:cut]))
    with pytest.raises(EOFError):
        wire.receive(Pipe(whole[:cut]))


BODY = {"body": None, "arrays": []}
HUGE = 2**40


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", id="other-protocol"),
        pytest.param(frame_of(BODY, header_size=wire.MAX_HEADER + 1), id="header-too-large"),
        pytest.param(frame_of(BODY, payload_size=wire.MAX_PAYLOAD + 1), id="payload-too-large"),
        pytest.param(frame_of(BODY, payload_size=2**64 - 1), id="payload-of-all-memory"),
        pytest.param(frame_of(BODY, b"1234"), id="payload-of-no-array"),
        pytest.param(frame_of({"body": {"array": 0}, "arrays": [["<f8", [1]]]}, b"1234"), id="payload-too-short"),
        pytest.param(frame_of({"body": {"array": 0}, "arrays": [["<f8", [HUGE]]]}), id="array-too-large"),
        pytest.param(frame_of({"body": 1, "arrays": [["<f8", [0, HUGE]]]}), id="empty-array-of-great-length"),
        pytest.param(frame_of({"body": 1, "arrays": [["|b1", [0] + [2**29] * 7]]}), id="empty-array-of-great-size"),
        pytest.param(frame_of({"body": 1, "arrays": [["|b1", [1] * 9]]}, b"1"), id="rank-too-high"),
        pytest.param(frame_of({"body": 1, "arrays": [["|b1", [-1]]]}), id="negative-length"),
        pytest.param(frame_of({"body": 1, "arrays": [["|b1", [True]]]}, b"1"), id="length-is-a-bool"),
        pytest.param(frame_of({"body": 1, "arrays": [["|O8", [1]]]}, b"12345678"), id="objects"),
        pytest.param(frame_of({"body": 1, "arrays": [["|V8", [1]]]}, b"12345678"), id="records"),
        pytest.param(frame_of({"body": 1, "arrays": [["<c8", [1]]]}, b"12345678"), id="complex"),
        pytest.param(frame_of({"body": 1, "arrays": [["a8", [1]]]}, b"12345678"), id="deprecated-name"),
        pytest.param(frame_of({"body": 1, "arrays": [["|b1", [0]]] * (wire.MAX_ARRAYS + 1)}), id="too-many-arrays"),
        pytest.param(frame_of({"body": {"array": 0}, "arrays": []}), id="array-that-is-not-there"),
        pytest.param(frame_of({"body": {"array": True}, "arrays": [["|b1", [0]]] * 2}), id="array-number-is-a-bool"),
        pytest.param(frame_of({"body": 2**64, "arrays": []}), id="integer-beyond-64-bits"),
        pytest.param(frame_of({"body": "x" * (wire.MAX_TEXT + 2), "arrays": []}), id="text-too-long"),
        pytest.param(frame_of({"body": {"dict": [["x" * (wire.MAX_TEXT + 2), 1]]}, "arrays": []}), id="key-too-long"),
        pytest.param(frame_of({"body": {"dict": [[2**64, 1]]}, "arrays": []}), id="key-beyond-64-bits"),
        pytest.param(frame_of({"body": {"dict": [[{"list": []}, 1]]}, "arrays": []}), id="key-is-a-list"),
        pytest.param(frame_of({"body": {"dict": [["a"]]}, "arrays": []}), id="key-without-value"),
        pytest.param(frame_of({"body": {"texts": [], "shape": [0, 2**70]}, "arrays": []}), id="texts-of-great-shape"),
        pytest.param(frame_of({"body": {"texts": ["a"], "shape": [2]}, "arrays": []}), id="texts-of-another-size"),
        pytest.param(
            frame_of({"body": {"texts": ["x" * 10_000] + [""] * 99_999, "shape": [100_000]}, "arrays": []}),
            id="texts-that-would-take-gigabytes",
        ),
        pytest.param(frame_of({"body": {}, "arrays": []}), id="value-without-tag"),
        pytest.param(frame_of({"body": [1], "arrays": []}), id="bare-list"),
        pytest.param(frame_of({"body": 1}), id="no-arrays-field"),
        pytest.param(frame_of(b'{"body": NaN, "arrays": []}'), id="not-json"),
        pytest.param(frame_of(b"\xff\xfe"), id="not-utf-8"),
        pytest.param(frame_of(b'{"body":' + b"[" * 100_000), id="json-nested-deeply"),
        pytest.param(frame_of(b'{"body": ' + b"1" * 5000 + b', "arrays": []}'), id="digits"),
        pytest.param(
            frame_of(b'{"body":' + b'{"list":[' * 50 + b"1" + b"]}" * 50 + b',"arrays":[]}'), id="nested-too-deeply"
        ),
        pytest.param(wire.frame(1) + wire.frame(2), id="two-frames-at-once"),
    ],
)
def test_frame_that_breaks_a_rule_is_refused_before_memory_is_taken(data: bytes):
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            wire.receive(Pipe(data))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 10 * len(data) + (1 << 20)


def test_frames_in_memory_are_read_one_after_the_other():
    first, rest = wire.parse(memoryview(wire.frame([1]) + wire.frame(np.arange(3))))
    second, rest = wire.parse(rest)

    assert first == [1]
    assert second.tolist() == [0, 1, 2]
    assert not rest


def test_reader_asks_for_its_deadline_before_every_read():
    calls, data = [], wire.frame(np.zeros(10))

    wire.receive(Pipe(data, 8), lambda: calls.append(1))

    assert len(calls) >= len(data) // 8
