"""The product's own judging without its start-up costs, for proofs that grade thousands of times.

`local_grading` grades the reference with changed sources inside this process; a `KeptObserver` asks a submission in a
worker that serves all checks of a run.
"""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from grader.ask.answers import LiveAnswers
from grader.ask.client import UNUSABLE, Fault, RemoteWorker, unusable
from grader.ask.observer import Observer
from grader.ask.patches import Sources
from grader.ask.probe import NotAsked, Probe
from grader.ask.reference import LocalWorker
from grader.ask.response import Response
from grader.ask.subject import subject_of
from grader.homework import FIRST, Edition
from grader.rubric import Rubric
from grader.run.grading import Grading
from grader.run.questions import Questions
from grader.run.request import DEFAULT_SEED
from grader.submission.opening import Submission, open_submission

ROOT = Path(__file__).resolve().parent.parent.parent
QUESTION_SECONDS = 5.0  # of CPU time; an honest answer needs some hundredths


class OutOfTime(BaseException):
    """A question took longer than QUESTION_SECONDS."""


@contextmanager
def bounded() -> Iterator[list[bool]]:
    """Ends what takes too long in this process, as the product ends its worker; the list is empty until then.

    What is ended may take the exception for one of its own.
    """
    rang: list[bool] = []

    def ring(*_: Any) -> None:
        rang.append(True)
        raise OutOfTime

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, QUESTION_SECONDS)
    try:
        yield rang
    except OutOfTime:
        pass
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def untrained(edition: Edition) -> tuple[str, ...]:
    return tuple(name for name in edition.components if name not in edition.trainings)


class LocalObserver:
    """Asks an implementation in this process; the counterpart of grader.ask.observer.Observer."""

    def __init__(self, sources: Sources, data_path: str, seed: int, edition: Edition = FIRST) -> None:
        self.sources, self.data_path, self.seed, self.edition = sources, data_path, seed, edition
        self.known: dict[str, Response] = {}
        self.broken: dict[str, Fault] = {}

    def ask(self, probes: list[Probe]) -> None:
        """Nothing is started ahead of time."""

    def seen(self, probe: Probe) -> Response:
        if probe.name not in self.known:
            self.known[probe.name] = self.fresh(probe)
        return self.known[probe.name]

    def fresh(self, probe: Probe, seed: int | None = None) -> Response:
        seed = self.seed if seed is None else seed
        started = time.monotonic()
        digits = self.edition.loading(Path(self.data_path) / "mnist")
        worker = LocalWorker(self.sources, self.edition.reference, digits)
        subject = subject_of(self.edition)(worker, self.data_path)
        seen = Response()
        with bounded() as rang:
            try:
                with np.errstate(all="ignore"):
                    worker.ask("seed", seed=seed % 2**32)
                    seen.observation = probe.ask(subject, seed)
            except Fault as fault:
                seen.fault = fault
            except NotAsked as reason:
                seen.not_asked = reason
            except UNUSABLE as error:
                seen.fault = unusable(error)
            except Exception:
                seen.broken = traceback.format_exc()
        if rang:
            seen = Response(fault=Fault("timed out", f"gave no answer within {QUESTION_SECONDS:g} s of CPU time"))
        worker.close()
        seen.convention, seen.last_call = subject.convention, subject.last_call
        seen.needs, seen.locals = tuple(dict.fromkeys(subject.needs)), tuple(subject.locals)
        seen.notes, seen.inputs = tuple(subject.notes), tuple(subject.inputs)
        seen.seconds = time.monotonic() - started
        return seen

    def tried(self, *_: Any) -> tuple[Response, None]:
        """No change of a submission is tried in this process."""
        return Response(), None


class KeptObserver(Observer):
    """Asks a submission one check after the other, in one worker for each seed."""

    kept: RemoteWorker | None = None

    def ask(self, probes: list[Probe]) -> None:
        for probe in probes:
            if probe.name not in self.futures:
                seen, self.kept = self._ask(probe, self.seed, self.kept)
                self.futures[probe.name] = Future()
                self.futures[probe.name].set_result(seen)

    def start_over(self, seed: int) -> None:
        """Makes ready for another run."""
        self.seed = seed
        self.futures.clear()
        if self.kept is not None:
            self.kept.close()
            self.kept = None


def local_grading(
    submission: Submission, rubric: Rubric, answers: LiveAnswers, track: str, components: tuple[str, ...],
    sources: Sources, seed: int = DEFAULT_SEED,
) -> Grading:  # fmt: skip
    """A grading of `sources`, which stand in for those of the submission."""
    questions = Questions(submission.places, rubric, answers, seed, components)
    observer: Any = LocalObserver(sources, answers.data_path, seed, submission.edition)
    return Grading(submission, questions, observer, track)


def losing(grading: Grading) -> set[str]:
    """Components that lost points, or are worth none and not right."""
    found = set()
    for name in grading.questions.components:
        row = grading.component(name)
        if row is None:
            continue
        unharmed = ("passed", "blocked", "not asked", "not on this track")
        if row.lost or (not row.max_points and row.outcome not in unharmed):
            found.add(name)
    return found


def reference_submission(scratch: Path, edition: Edition = FIRST) -> Submission:
    """The reference of a year, opened as a submission."""
    return open_submission(edition.reference, scratch)
