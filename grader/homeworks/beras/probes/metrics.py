"""Questions about CategoricalAccuracy."""

from __future__ import annotations

import numpy as np

from grader.ask.draw import Draw
from grader.ask.probe import Observation, probe
from grader.homeworks.beras.dialect import Dialect

B, C = 8, 3


def accuracy(s: Dialect, rows_right: int, rows: int, draw: Draw) -> object:
    """The accuracy of probabilities whose first `rows_right` rows are right and whose others are wrong."""
    probs = np.asarray(draw.probabilities(rows, C))
    best = probs.argmax(axis=1)
    best[rows_right:] = (best[rows_right:] + 1) % C
    return s.number(s.forward(s.new("CategoricalAccuracy"), probs, np.eye(C)[best]).value)


@probe("CategoricalAccuracy", "share", weight=3)
def share(s: Dialect, draw: Draw) -> Observation:
    """the share of rows whose most probable class is the label, as a float from 0 to 1."""
    right = 2 * draw.integer(1, B // 2 - 1) + 1  # odd, for three decimals; 1 of 8 is 1 over the number of rows
    return {"of_eight": accuracy(s, right, B, draw), "of_seven": accuracy(s, draw.integer(2, 6), 7, draw)}


@probe("CategoricalAccuracy", "extremes")
def extremes(s: Dialect, draw: Draw) -> Observation:
    """1 when every row is right, 0 when none is, also for a single row."""
    return {
        "all": accuracy(s, B, B, draw),
        "none": accuracy(s, 0, B, draw),
        "single": accuracy(s, 1, 1, draw),
    }


@probe("CategoricalAccuracy", "any-scores")
def any_scores(s: Dialect, draw: Draw) -> Observation:
    """unsure and unnormalised scores count by their largest entry too."""
    unsure = [[0.4, 0.35, 0.25], [0.3, 0.3, 0.4], [0.2, 0.5, 0.3]]
    scores = np.array([*unsure, [-3.0, -1.0, -2.0], [5.0, 9.0, 7.0], [0.1, 0.8, 0.1], [0.7, 0.2, 0.1]])
    # Neither all wrong nor all right for who looks at something else: 0 and 1 come from many mistakes
    labels = np.eye(C)[[0, 2, 1, 1, 2, 1, 0]]
    return {"accuracy": s.number(s.forward(s.new("CategoricalAccuracy"), scores, labels).value)}


@probe("CategoricalAccuracy", "again")
def again(s: Dialect, draw: Draw) -> Observation:
    """each call counts its own rows alone."""
    metric = s.new("CategoricalAccuracy")
    rows = np.eye(C)[[0, 1, 2, 0, 1]]
    first = s.number(s.forward(metric, rows, np.eye(C)[[0, 1, 0, 1, 2]]).value)
    return {"first": first, "second": s.number(s.forward(metric, rows[1:], rows[1:]).value)}


@probe("CategoricalAccuracy", "undecided")
def undecided(s: Dialect, draw: Draw) -> Observation:
    """equal scores for all classes, as before any training, are one guess and not a hit for every label."""
    # One row of each class: whichever class the guess is, it is right once
    return {"accuracy": s.number(s.forward(s.new("CategoricalAccuracy"), np.full((C, C), 0.25), np.eye(C)).value)}


@probe("CategoricalAccuracy", "side-effects", passive=True)
def side_effects(s: Dialect, draw: Draw) -> Observation:
    """the arguments are left alone."""
    probs, labels = s.keep(draw.probabilities(B, C), "probs"), s.keep(draw.one_hot(B, C), "labels")
    s.forward(s.new("CategoricalAccuracy"), probs, labels)
    return dict(s.kept(probs=probs, labels=labels))
