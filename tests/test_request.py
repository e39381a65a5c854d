"""A request: which components names mean, which seed a text means, by what rules it is graded."""

from __future__ import annotations

import pytest

from grader.base.errors import UsageError
from grader.homework import FIRST
from grader.run.request import DEFAULT_SEED, HIDDEN_SEED_BITS, Request, chosen, hidden_seed_of, plan, seed_of

KNOWN = ("Dense", "ReLU", "training.simple")


def test_names_choose_components_in_the_order_of_the_homework_and_none_chooses_all() -> None:
    assert chosen(["relu", "dense", "Dense"], True, KNOWN) == ("Dense", "ReLU")
    assert chosen([], True, KNOWN) == KNOWN
    assert chosen([], False, KNOWN) == ("Dense", "ReLU")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Dens"], "--component Dens: there is no such component; did you mean Dense?"),
        (["gibberish"], "--component gibberish: there is no such component; grade --list names them all"),
        (["training.simple"], "--component training.simple --no-training: nothing is left to grade"),
    ],
)
def test_names_that_choose_nothing_are_told_with_the_option(names: list[str], said: str) -> None:
    with pytest.raises(UsageError) as error:
        chosen(names, False, KNOWN, "--component")

    assert str(error.value) == said


def test_seeds() -> None:
    assert (seed_of(None), seed_of("0"), seed_of("7")) == (DEFAULT_SEED, 0, 7)
    assert hidden_seed_of(None) is None
    assert hidden_seed_of(str(2**100)) == 2**100
    assert seed_of("fresh", bits=HIDDEN_SEED_BITS) != seed_of("fresh", bits=HIDDEN_SEED_BITS)
    for text in ("-1", "x", "1.5", str(2**31), "9" * 400):
        with pytest.raises(UsageError, match="must be a whole number from 0 to 2147483647, or 'fresh'"):
            seed_of(text)


def test_what_a_request_leaves_open_the_rubric_decides() -> None:
    rubric, track, components = plan(Request("hand-in", training=False, only=("Softmax",)), FIRST)

    assert (track, components, rubric.fast_core) == (rubric.default_track, ("Softmax",), True)
    assert plan(Request("hand-in", track="1470", fast_core=False), FIRST)[1] == "1470"
    assert not plan(Request("hand-in", fast_core=False), FIRST)[0].fast_core
    with pytest.raises(UsageError, match="--track 99: the rubric has the tracks"):
        plan(Request("hand-in", track="99"), FIRST)
    with pytest.raises(UsageError, match="--runs takes a whole number from 1 up"):
        Request("hand-in", runs=0)
