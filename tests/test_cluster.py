"""`grade class --executor dask`: what is sent is what lies here, and a lost worker loses nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from overlays import ROOT

from grader.ask import answer_key
from grader.ask.answer_key import AnswerKey
from grader.ask.answers import KeyAnswers, LiveAnswers
from grader.classroom.cluster import parcel
from grader.classroom.cluster.parcel import kit_of, parcel_of, terms_in
from grader.classroom.gradebook import Gradebook
from grader.classroom.jobs.settings import Terms
from grader.classroom.people.handins import find
from grader.classroom.schedule import ClassRun, KeyedHandIn
from grader.homework import FIRST, Edition, edition
from grader.homeworks.beras.mnist.synthetic import probe_folder
from grader.run.freeze import frozen
from grader.submission.archives import digest_of

HANDINS = 4
COMPONENTS = ("ReLU",)
TWO_YEARS = (FIRST, edition(2025))


@pytest.fixture
def few_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kit has the answers about ReLU alone: all of them take minutes."""
    monkeypatch.setattr(parcel, "answers_kept", lambda terms, year, tell: answer_key.content_of(answers_of(year)))


def answers_of(year: Edition) -> AnswerKey:
    return frozen(LiveAnswers(str(probe_folder()), year), 1470, COMPONENTS)


@pytest.mark.usefixtures("few_answers")
def test_kit_has_a_rubric_and_answers_for_each_year_of_a_mixed_class(tmp_path: Path):
    own = tmp_path / "own.toml"
    built_in = (TWO_YEARS[1].reference.parent / "rubric.toml").read_text(encoding="utf-8")
    own.write_text(built_in.replace("constant_factor_keeps = 0.5", "constant_factor_keeps = 0.25"), encoding="utf-8")
    terms = Terms("", COMPONENTS, 1470, rubric=str(own))

    kit = kit_of(terms, TWO_YEARS, 600.0, print)
    kit.unpack(tmp_path / "there")
    there = terms_in(tmp_path / "there", kit.terms)

    for year in TWO_YEARS:
        answers = there.load_answers(year)
        assert (type(answers), answers.year) == (KeyAnswers, year.year)
        assert there.load_rubric(year).points == terms.load_rubric(year).points
    assert there.load_rubric(TWO_YEARS[1]).constant_factor_keeps == 0.25
    assert (
        there.load_rubric(TWO_YEARS[0]).constant_factor_keeps == Terms("", (), 1470).load_rubric().constant_factor_keeps
    )


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_parcel_unpacks_to_the_very_same_hand_in(kind: str, tmp_path: Path):
    path = tmp_path / "hw2"
    (path / "Beras").mkdir(parents=True)
    (path / "Beras" / "layers.py").write_bytes(b"a = 1\n")
    (path / "Beras" / "core.py").symlink_to(path / "Beras" / "layers.py")
    (path / "weights.npy").write_bytes(b"0" * 5000)
    (path / "away").symlink_to("/etc")
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "hw2.zip", "w") as archive:
            archive.write(path / "Beras" / "layers.py", "Beras/layers.py")
        path = tmp_path / "hw2.zip"

    parcel = parcel_of(path)
    unpacked = parcel.unpacked(tmp_path / "there")

    assert digest_of(unpacked) == digest_of(path)
    if kind == "folder":
        assert parcel.files[b"weights.npy"] == b""
        assert parcel.notes == ("left out, a link that leads out of the submission: away",)


@pytest.mark.usefixtures("few_answers")
def test_worker_killed_in_the_middle_loses_nothing_and_repeats_nothing(tmp_path: Path):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    from grader.classroom.cluster.executor import Cluster

    for number in range(HANDINS):
        year = TWO_YEARS[number % 2]
        folder = shutil.copytree(year.reference, tmp_path / "handins" / str(number))
        (folder / year.package / "metrics.py").write_text(f"# {number}\n")
    terms = Terms("2470", COMPONENTS, 1470)
    entries = {
        each.name: KeyedHandIn(each, digest := digest_of(each.path), terms.key_of(digest, "terms"))
        for each in find(tmp_path / "handins").handins
    }
    book = Gradebook(tmp_path / "gradebook.sqlite")
    run = ClassRun(book, terms, "terms", entries, set(entries))
    file = str(tmp_path / "scheduler.json")
    here = ("--scheduler-file", file, "--no-dashboard", "--host", "127.0.0.1")
    scheduler = dask("scheduler", *here, "--port", "0", cwd=tmp_path)
    workers = [dask("worker", *here, "--nthreads", "1", "--no-nanny", cwd=tmp_path) for _ in range(2)]
    first: list[str] = []

    def kill_the_other(event: dict[str, Any]) -> None:
        if event["event"] == "hand-in" and not first:
            first.append(event["name"])
            workers[0].kill()

    def open_cluster() -> Cluster:
        cluster = Cluster(terms, TWO_YEARS, file, 600.0, lambda text: run.note("", text))
        while len(cluster.threads) < 2:
            cluster._take_census()
        return cluster

    run.listeners.append(kill_the_other)
    try:
        while not os.path.exists(file):
            assert scheduler.poll() is None
        run.grade(open_cluster)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()

    assert len(first) == 1
    assert [row.state for row in book.rows().values()] == ["graded"] * HANDINS
    assert sorted(row.score for row in book.rows().values()) == [0.0, 0.0, 2.0, 2.0]  # in 2025 it is given
    assert any("is gone; what it was grading is graded again" in note for _, note in book.notes())
    book.close()


def dask(kind: str, *options: str, cwd: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=cwd, env=environment, stderr=subprocess.DEVNULL)
