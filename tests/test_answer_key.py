"""The answer key gives back what was seen, bit by bit, and a file that is not what was written is refused."""

from __future__ import annotations

import hashlib
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.ask.answer_key import MAGIC, AnswerKey, DamagedKey, Reply, load, save
from grader.ask.client import Fault
from grader.ask.probe import NotAsked
from grader.ask.subject import Raised

CODES, PROBE = ("softmax-over-batch",), "Softmax/rows"
repeatable = settings(
    derandomize=True, max_examples=50, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
raised = Raised("KeyError", ("KeyError", "LookupError", "Exception"), "'e' – unseen")
SEEN: dict[str, Reply] = {
    "arrays": {"y": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array([1, -2]), "none": np.empty((0, 3))},
    "texts": {"labels": np.array(["a", "größer"]), "name": "Dense"},
    "numbers": {"loss": 0.1, "count": 3, "flag": True, "nothing": None, "zero_d": np.array(2.5)},
    "extremes": {"y": np.array([np.nan, np.inf, -np.inf, -0.0]), "loss": math.inf, "other": math.nan},
    "nested": {"a": [np.ones(2), (1, [2.0])], "b": {"c": {1: np.zeros(1), "d": ()}}},
    "exceptions": {"unseen": raised, "all": [raised, {"again": raised}]},
    "nothing": {},
    "fault": Fault("raised", "no", "ValueError", ("ValueError", "Exception")),
    "not asked": NotAsked("there is no `is_reshape`"),
}


def same(one: Any, other: Any) -> bool:
    """The same kinds and bits; NaN is NaN."""
    if isinstance(one, np.ndarray):
        alike = isinstance(other, np.ndarray) and (one.shape, one.dtype.kind) == (other.shape, other.dtype.kind)
        return alike and (one.tolist() == other.tolist() if one.dtype.kind == "U" else one.tobytes() == other.tobytes())
    if type(one) is not type(other):
        return False
    if isinstance(one, NotAsked):
        return str(one) == str(other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return one == other or one != one


def key_of(seen: dict[str, Reply]) -> AnswerKey:
    key = AnswerKey()
    for seed, each in enumerate(seen.values()):
        key.put(CODES, PROBE, seed, each)
    return key


def through(key: AnswerKey, path: Path) -> AnswerKey:
    save(key, path)
    return load(path)


# --- round trip -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SEEN)
def test_observation_comes_back_as_it_was(name: str, tmp_path: Path):
    key = key_of({name: SEEN[name]})

    assert same(key.get(CODES, PROBE, 0), SEEN[name])
    assert same(through(key, tmp_path / "a.key").get(CODES, PROBE, 0), SEEN[name])


def test_each_entry_is_found_by_codes_probe_and_seed(tmp_path: Path):
    key = AnswerKey()
    places = [((), "Dense/forward", 1), (("a",), "Dense/forward", 1), (("a", "b"), "Dense/forward", 1)]
    places += [((), "Dense/shapes", 1), ((), "Dense/forward", 2**31)]
    for number, place in enumerate(places):
        key.put(*place, {"number": number})

    again = through(key, tmp_path / "a.key")

    assert [again.get(*place) for place in places] == [{"number": number} for number in range(5)]
    assert again.get(("b",), "Dense/forward", 1) is None
    assert again.get((), "Dense/forward", 3) is None


def test_last_answer_counts(tmp_path: Path):
    key = AnswerKey()
    key.put(CODES, PROBE, 0, {"y": 1})
    key.put(CODES, PROBE, 0, {"y": 2})

    assert key.get(CODES, PROBE, 0) == {"y": 2}
    assert through(key, tmp_path / "a.key").get(CODES, PROBE, 0) == {"y": 2}


def test_equal_answers_are_kept_once(tmp_path: Path):
    answer = {"y": np.random.default_rng(1).normal(size=1000)}
    one, many = AnswerKey(), AnswerKey()
    one.put((), PROBE, 0, answer)
    for number in range(50):
        many.put((f"code-{number}",), PROBE, 0, answer)

    save(one, tmp_path / "one.key")
    again = through(many, tmp_path / "many.key")

    assert (tmp_path / "many.key").stat().st_size < (tmp_path / "one.key").stat().st_size + 2000
    assert same(again.get(("code-49",), PROBE, 0), answer)


def test_key_grows_after_it_was_read(tmp_path: Path):
    first = through(key_of({"numbers": SEEN["numbers"]}), tmp_path / "a.key")
    assert not first.changed
    first.put((), "Dense/forward", 5, SEEN["arrays"])
    assert first.changed

    second = through(first, tmp_path / "a.key")

    assert same(second.get(CODES, PROBE, 0), SEEN["numbers"])
    assert same(second.get((), "Dense/forward", 5), SEEN["arrays"])


def test_what_the_key_is_about_comes_along(tmp_path: Path):
    key = AnswerKey()
    key.about = {"seed": 1470, "examples": {"mse-sum": ["1", "é"]}}

    assert through(key, tmp_path / "a.key").about == key.about


def test_same_answers_give_the_same_file(tmp_path: Path):
    save(key_of(SEEN), tmp_path / "a.key")
    save(key_of(SEEN), tmp_path / "b.key")

    assert (tmp_path / "a.key").read_bytes() == (tmp_path / "b.key").read_bytes()


def test_answer_is_not_changed_through_the_array_that_was_put(tmp_path: Path):
    array = np.zeros(3)
    key = AnswerKey()
    key.put((), PROBE, 0, {"y": array})
    array[0] = 1

    assert same(key.get((), PROBE, 0), {"y": np.zeros(3)})


@repeatable
@given(
    observation=st.dictionaries(
        st.text(max_size=5),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**63), 2**64 - 1)
            | st.floats()
            | st.text(max_size=5)
            | npst.arrays(st.sampled_from([np.float64, np.float32, np.int64, np.bool_]), st.integers(0, 3)),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=4,
    )
)
def test_any_observation_comes_back(observation: dict[str, Any], tmp_path: Path):
    key = AnswerKey()
    key.put((), PROBE, 0, observation)

    assert same(through(key, tmp_path / "a.key").get((), PROBE, 0), observation)


# --- files that are not what was written ------------------------------------------------------------------------


def packed(body: bytes) -> bytes:
    body = zlib.compress(body)
    return MAGIC + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hello\n", id="text"),
        pytest.param(MAGIC, id="nothing-behind-the-first-line"),
        pytest.param(b"beras answer key 1\n", id="older-version"),
        pytest.param(MAGIC + b"0" * 64 + b"\n" + zlib.compress(b"{}\n"), id="wrong-checksum"),
        pytest.param(MAGIC + hashlib.sha256(b"no zlib").hexdigest().encode() + b"\nno zlib", id="not-compressed"),
        pytest.param(packed(b"no json\n"), id="no-json"),
        pytest.param(packed(b"[]\n"), id="a-list"),
        pytest.param(packed(b"{}\n"), id="no-fields"),
        pytest.param(packed(b'{"about": {}, "sizes": ["a"], "entries": {}}\n'), id="sizes-are-texts"),
        pytest.param(packed(b'{"about": {}, "sizes": [], "entries": {"": {"p": [1]}}}\n'), id="entries-are-lists"),
        pytest.param(packed(b'{"about": {}, "sizes": [], "entries": {"": {"p": {"x": 0}}}}\n'), id="seed-is-a-text"),
    ],
)
def test_file_that_is_no_key_is_refused(content: bytes, tmp_path: Path):
    (tmp_path / "a.key").write_bytes(content)

    with pytest.raises(DamagedKey):
        load(tmp_path / "a.key")


@repeatable
@given(st.data())
def test_any_change_is_noticed(tmp_path: Path, data: st.DataObject):
    save(key_of(SEEN), tmp_path / "a.key")
    content = bytearray((tmp_path / "a.key").read_bytes())
    if data.draw(st.booleans()):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    else:
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    (tmp_path / "b.key").write_bytes(content)

    with pytest.raises(DamagedKey):
        load(tmp_path / "b.key")


def test_missing_file_is_an_os_error(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.key")


@pytest.mark.parametrize("in_the_way", ["folder", "file above"])
def test_file_that_cannot_be_written_leaves_nothing_behind(in_the_way: str, tmp_path: Path):
    if in_the_way == "folder":
        (tmp_path / "a.key" / "full").mkdir(parents=True)
    else:
        (tmp_path / "above").write_text("no folder")
    path = tmp_path / "a.key" if in_the_way == "folder" else tmp_path / "above" / "a.key"
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(OSError, match=r"irectory|exists"):
        save(key_of(SEEN), path)

    assert sorted(tmp_path.rglob("*")) == before
