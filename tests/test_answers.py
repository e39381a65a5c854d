"""Answers of the live reference: what is asked once, and where."""

from __future__ import annotations

import os
from pathlib import Path

from grader import data
from grader.answers import KEPT_SEEDS, LiveAnswers
from grader.apart import FORKS, apart
from grader.probe import all_probes


def test_question_that_no_seed_changes_is_asked_once(tmp_path: Path):
    probe = next(each for each in all_probes() if each.name == "get_data_MNIST/unknown-subset")
    first = LiveAnswers(str(data.probe_folder()), cache=tmp_path)
    first.expected(probe, 1)
    first.save()
    second = LiveAnswers(str(data.probe_folder()), cache=tmp_path)

    answer = second.expected(probe, 2)

    assert answer == first.expected(probe, 1)
    assert not second.key.changed


def test_answers_to_fresh_seeds_do_not_pile_up(tmp_path: Path):
    probe = next(each for each in all_probes() if each.name == "ReLU/forward")
    answers = LiveAnswers(str(data.probe_folder()), cache=tmp_path)
    for seed in range(KEPT_SEEDS + 2):
        answers.expected(probe, seed)

    answers.save()

    kept = LiveAnswers(str(data.probe_folder()), cache=tmp_path).key
    assert [seed for _, _, seed in kept.entries] == [0, *range(2, KEPT_SEEDS + 2)]


def test_function_apart_takes_its_memory_with_it():
    process = int(apart(lambda: b"%d" % os.getpid()))

    assert (process == os.getpid()) is not FORKS


def test_function_that_fails_apart_fails_here():
    here = os.getpid()

    def fails_elsewhere() -> bytes:
        assert os.getpid() == here
        return b"here"

    assert apart(fails_elsewhere) == b"here"
