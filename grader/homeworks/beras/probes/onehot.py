"""Questions about OneHotEncoder."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.probe import Observation, probe
from grader.ask.subject import Remote
from grader.homeworks.beras.dialect import Dialect

GAPS = (3, 7, 8, 12)  # non-contiguous labels, so that a label is not its own index
WORDS = ("cat", "dog", "ox", "zebra")


def labels(draw: Draw, alphabet: tuple[object, ...], count: int) -> np.ndarray:
    """`count` labels in a seeded order that is not the sorted one, each of the alphabet at least once."""
    order = np.random.default_rng(draw.integer(0, 2**31)).permutation(count) % len(alphabet)
    if order[0] == 0:  # the smallest label first would hide an encoder that goes by order of appearance
        order = np.roll(order, -int(np.argmax(order != 0)))
    return np.array(alphabet)[order]


def fitted(s: Dialect, data: np.ndarray) -> Remote:
    encoder = s.new("OneHotEncoder")
    encoder.method("fit", data)
    return encoder


def decoded(s: Dialect, encoder: Remote, seen: object, rows: np.ndarray) -> Any:
    """What `inverse` makes of one-hot rows, in numbers of the kind that the encoder itself gives.

    Rows of whole numbers may serve as indices, which floats cannot. seen: a label that it was fitted to.
    """
    with suppress(Fault), s.unnoted():
        own = s.forward(encoder, np.array([seen])).value
        if isinstance(own, np.ndarray) and own.dtype.kind in "iub":
            rows = rows.astype(own.dtype)
    return encoder.method("inverse", rows).value


@probe("OneHotEncoder", "digits", weight=2)
def digits(s: Dialect, draw: Draw) -> Observation:
    """forward encodes the labels 0, 1, ..., C-1 as rows of the identity."""
    data = labels(draw, (0, 1, 2, 3), 7)
    return {"onehots": s.forward(fitted(s, data), data).value}


@probe("OneHotEncoder", "uniq")
def uniq(s: Dialect, draw: Draw) -> Observation:
    """fit stores the sorted unique labels in `uniq` and each label's row of the identity in `uniq2oh`."""
    encoder = fitted(s, labels(draw, GAPS, 7))
    return {"uniq": encoder.attribute("uniq").value, "uniq2oh": encoder.attribute("uniq2oh").value}


@probe("OneHotEncoder", "any-integers")
def any_integers(s: Dialect, draw: Draw) -> Observation:
    """forward encodes any integers, also those with gaps between them."""
    data = labels(draw, GAPS, 7)
    return {"onehots": s.forward(fitted(s, data), data).value}


@probe("OneHotEncoder", "negative-integers")
def negative_integers(s: Dialect, draw: Draw) -> Observation:
    """forward and inverse handle labels below 0."""
    data = labels(draw, (-4, -1, 2), 5)
    encoder = fitted(s, data)
    return {"onehots": s.forward(encoder, data).value, "labels": decoded(s, encoder, -1, np.eye(3)[[1, 0]])}


@probe("OneHotEncoder", "strings")
def strings(s: Dialect, draw: Draw) -> Observation:
    """forward and inverse handle strings."""
    data = labels(draw, WORDS, 6)
    encoder = fitted(s, data)
    onehots = s.forward(encoder, data).value
    return {"onehots": onehots, "labels": decoded(s, encoder, "ox", np.eye(4)[[2, 0, 3]])}


@probe("OneHotEncoder", "inverse")
def inverse(s: Dialect, draw: Draw) -> Observation:
    """inverse gives back the labels, not their positions."""
    encoder = fitted(s, labels(draw, GAPS, 6))
    return {"labels": decoded(s, encoder, 7, np.eye(4)[[1, 3, 0, 2, 1]])}


@probe("OneHotEncoder", "keeps-classes")
def keeps_classes(s: Dialect, draw: Draw) -> Observation:
    """forward on new data keeps the classes of the earlier fit."""
    encoder = fitted(s, labels(draw, GAPS, 8))
    return {"onehots": s.forward(encoder, np.array([12, 7, 12])).value}


@probe("OneHotEncoder", "one-label")
def one_label(s: Dialect, draw: Draw) -> Observation:
    """one label alone is one row, and one row is one label."""
    encoder = fitted(s, labels(draw, GAPS, 7))
    return {
        "onehots": s.forward(encoder, np.array([7])).value,
        "labels": decoded(s, encoder, 7, np.eye(4)[[2]]),
    }


@probe("OneHotEncoder", "fits-first")
def fits_first(s: Dialect, draw: Draw) -> Observation:
    """forward before any fit fits the data first."""
    return {"onehots": s.forward(s.new("OneHotEncoder"), labels(draw, GAPS, 7)).value}


@probe("OneHotEncoder", "fits-again")
def fits_again(s: Dialect, draw: Draw) -> Observation:
    """a second fit replaces the first, and two encoders do not share what they learned."""
    encoder, other = fitted(s, labels(draw, GAPS, 7)), fitted(s, labels(draw, (0, 1, 2), 5))
    encoder.method("fit", labels(draw, (1, 9), 4))  # of which the other one knows the first, as another column
    return {
        "again": s.forward(encoder, np.array([9, 1, 1])).value,
        "other": s.forward(other, np.array([2, 0, 1])).value,
    }


@probe("OneHotEncoder", "unseen-label")
def unseen_label(s: Dialect, draw: Draw) -> Observation:
    """forward raises a KeyError for a label that fit has not seen, or an earlier fit only."""
    encoder = fitted(s, labels(draw, GAPS, 6))
    unseen = s.attempt(s.forward, encoder, np.array([3, 99]))
    encoder.method("fit", labels(draw, (1, 9), 4))
    return {"unseen": unseen, "earlier_label": s.attempt(s.forward, encoder, np.array([3]))}


@probe("OneHotEncoder", "inverse-before-fit", passive=True)
def inverse_before_fit(s: Dialect, draw: Draw) -> Observation:
    """inverse before any fit raises an AssertionError."""
    return {"unfitted": s.attempt(s.new("OneHotEncoder").method, "inverse", np.eye(3))}
