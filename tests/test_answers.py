"""Answers of the live reference: what is asked once, and where."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.ask.answers import KEPT_SEEDS, LiveAnswers
from grader.ask.probe import all_probes
from grader.ask.reference import LocalWorker, read_sources
from grader.base.processes import FORKS, apart
from grader.homework import edition
from grader.homeworks.beras.mnist.synthetic import probe_folder


def test_question_that_no_seed_changes_is_asked_once(tmp_path: Path):
    probe = next(each for each in all_probes() if each.name == "get_data_MNIST/unknown-subset")
    first = LiveAnswers(str(probe_folder()), cache=tmp_path)
    first.expected(probe, 1)
    first.save()
    second = LiveAnswers(str(probe_folder()), cache=tmp_path)

    answer = second.expected(probe, 2)

    assert answer == first.expected(probe, 1)
    assert not second.key.changed


def test_answers_to_fresh_seeds_do_not_pile_up(tmp_path: Path):
    probe = next(each for each in all_probes() if each.name == "ReLU/forward")
    answers = LiveAnswers(str(probe_folder()), cache=tmp_path)
    for seed in range(KEPT_SEEDS + 2):
        answers.expected(probe, seed)

    answers.save()

    kept = LiveAnswers(str(probe_folder()), cache=tmp_path).key
    assert [seed for _, _, seed in kept.entries] == [0, *range(2, KEPT_SEEDS + 2)]


def test_runs_at_the_same_time_keep_what_each_other_saw(tmp_path: Path):
    probes = [each for each in all_probes() if each.name in ("ReLU/forward", "Softmax/forward")]
    runs = [LiveAnswers(str(probe_folder()), cache=tmp_path) for _ in probes]

    for answers, probe in zip(runs, probes):
        answers.expected(probe, 1)
        answers.save()

    kept = LiveAnswers(str(probe_folder()), cache=tmp_path).key
    assert {name for _, name, _ in kept.entries} == {probe.name for probe in probes}


def test_function_apart_takes_its_memory_with_it():
    process = int(apart(lambda: b"%d" % os.getpid()))

    assert (process == os.getpid()) is not FORKS


@pytest.mark.skipif(not FORKS, reason="nothing is forked here")
@pytest.mark.parametrize("how", [signal.pause, sys.exit], ids=["hangs", "exits"])
def test_function_that_comes_to_nothing_apart_is_called_here(how: Callable[[], None], monkeypatch: pytest.MonkeyPatch):
    here = os.getpid()
    monkeypatch.setattr("grader.base.processes.PATIENCE", 50)

    def ends_elsewhere() -> bytes:
        if os.getpid() != here:
            how()
        return b"here"

    assert apart(ends_elsewhere) == b"here"


def test_a_package_runs_its_own_code_once_something_of_its_own_is_asked():
    year = edition(2023)
    host = LocalWorker(read_sources(year.reference), year.reference).host

    package = host.load("Beras")

    assert "GradientTape" not in vars(package)
    assert package.GradientTape is host.load("Beras.core").GradientTape
    assert not hasattr(package, "no_such_name")
    assert "Beras" not in sys.modules
