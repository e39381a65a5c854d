"""Entries that say when something was looked at: what is written is read again."""

from __future__ import annotations

import pytest

from grader.ask.entries import After, Kept, after_in, kept_in


@pytest.mark.parametrize(
    ("kept", "entry"), [(Kept("x"), "x_kept"), (Kept("y_pred", "input_gradients"), "y_pred_kept_by_input_gradients")]
)
def test_what_is_held_after_the_calls(kept: Kept, entry: str) -> None:
    assert kept.entry == entry
    assert kept_in(entry) == kept
    assert after_in(entry) is None


def test_what_is_held_after_a_step() -> None:
    assert After("w1", 2).entry == "w1_after_2"
    assert after_in("w1_after_2") == After("w1", 2)
    assert After("w1", 2).before().entry == "w1_after_1"


@pytest.mark.parametrize("entry", ["y", "dx_after_an_update", "tiny['w1_after_1']", "weights[0]"])
def test_other_entries(entry: str) -> None:
    assert (kept_in(entry), after_in(entry)) == (None, None)
