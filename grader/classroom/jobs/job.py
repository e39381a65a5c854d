"""The unit of work: grades one hand-in, in a process that does nothing else and has everything loaded.

It judges as `grade PATH` does, by the same Grading and Session, but walks through the checks by itself: pytest, which
offers selection and an instructor's own tests, takes a quarter of a single grading's time.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grader import isolation
from grader.ask.answers import Answers
from grader.ask.probe import all_probes
from grader.base.cache import unchanged
from grader.base.errors import UsageError, is_full
from grader.classroom.jobs.fingerprint import Fingerprint, fingerprints
from grader.classroom.jobs.settings import Terms
from grader.classroom.outcome import HandInOutcome
from grader.homework import HOMEWORK, Dataset, Edition
from grader.isolation import Level
from grader.result import OWN_CHECKS, Outcome, Result, is_training
from grader.rubric import Rubric
from grader.run.grading import Grading, observer_of
from grader.run.own_checks import OwnChecks
from grader.run.questions import Questions
from grader.run.session import Session
from grader.submission.archives import Unsettled, digest_of, settled
from grader.submission.opening import Submission

NEAR = 0.7  # of a time limit: neighbours that share a core's caches make three seconds of CPU time of two


@dataclass(frozen=True)
class Tools:
    """What all units of a class use. Loaded once, before processes fork."""

    terms: Terms
    level: Level
    data: Dataset | None
    made_up: str
    rubrics: dict[int, Rubric] = field(default_factory=dict)  # by year
    known: dict[int, Answers] = field(default_factory=dict)

    @classmethod
    def load(cls, terms: Terms) -> Tools:
        """Raises UsageError."""
        data = HOMEWORK.dataset().load(Path(terms.data) if terms.data else None) if terms.trains else None
        level = isolation.choose_for_strangers(terms.isolation, terms.user or None)
        tools = cls(terms, level, data, HOMEWORK.probe_folder())
        tools.rubric(terms.usual)  # what cannot be read is told before anything is graded
        tools.answers(terms.usual)
        rubric = tools.rubric(terms.usual)
        if rubric.own_checks and OWN_CHECKS in terms.components:
            OwnChecks(rubric).check_with_reference(terms.usual)
        return tools

    def rubric(self, year: Edition) -> Rubric:
        if year.year not in self.rubrics:
            self.rubrics[year.year] = self.terms.load_rubric(year)
        return self.rubrics[year.year]

    def answers(self, year: Edition) -> Answers:
        if year.year not in self.known:
            self.known[year.year] = self.terms.load_answers(year, self.level.guards_cache)
        return self.known[year.year]

    def warm_up(self) -> None:
        """Looks up every right answer of the usual year, so that graders are born with them. What is new is kept.

        And which mistakes are known: their files are read once, not by each grader.
        """
        year = self.terms.usual
        answers, components = self.answers(year), self.terms.components_of(year)
        for component in components:
            answers.misconceptions(component)
        with np.errstate(all="ignore"):
            for probe in all_probes(year):
                if probe.component in components and answers.knows(probe, self.terms.seed):
                    with contextlib.suppress(RuntimeError):  # told again to whoever needs this answer
                        answers.expected(probe, self.terms.seed)
                        answers.permitted(probe, self.terms.seed)
        answers.save()


def grade(tools: Tools, terms: Terms, path: Path, named: str) -> HandInOutcome:
    """Grades one hand-in. KeyboardInterrupt ends it with what was graded until then.

    terms: the tools' own, or with other components.
    """
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="beras-grade-") as scratch:
            try:
                submission, digest = settled(path, Path(scratch), terms.year or None)
            except UsageError as error:
                return HandInOutcome("ungradable", digest_where_readable(path), without_path(str(error), path))
            except Unsettled as error:
                return HandInOutcome("failed", reason=str(error))
            with unchanged(tools.level.guards_cache):
                outcome = graded(tools, terms, submission, named, Path(scratch))
    except OSError as error:
        why = "no room is left for temporary files" if is_full(error) else error.strerror or str(error)[:200]
        return HandInOutcome(
            "failed", reason=f"the machine did not let it be graded ({why}); run again when that is mended"
        )
    outcome.digest = digest
    outcome.seconds = round(time.monotonic() - started, 3)
    return outcome


def digest_where_readable(path: Path) -> str:
    try:
        return digest_of(path)
    except UsageError:
        return ""


def without_path(text: str, path: Path) -> str:
    """A fault in words that go to a student: where the hand-in lies here is of no use there."""
    return text.removeprefix(f"{path}: ")


def graded(tools: Tools, terms: Terms, submission: Submission, named: str, scratch: Path) -> HandInOutcome:
    """The outcome of a submission that could be opened."""
    made_up, data = isolation.visible_data(tools.level, tools.made_up, tools.data, scratch)
    readable = (data.public,) if data else ()
    year = submission.edition
    try:
        rubric, answers = tools.rubric(year), tools.answers(year)
    except UsageError as error:  # a worker without the answers of that year
        return HandInOutcome("failed", reason=str(error))
    components, track = terms.components_of(year), terms.track_of(rubric)
    if not components:
        asked = ", ".join(terms.components)
        return HandInOutcome(
            "ungradable", reason=f"the edition of {year.year} has none of the components asked for: {asked}"
        )
    hidden_seed = terms.hidden_seed_for(answers)
    questions = Questions(submission.places, rubric, answers, terms.seed, components, hidden_seed)
    observer = observer_of(submission, questions, made_up, tools.level, readable)
    grading = Grading(submission, questions, observer, track)
    session = Session(grading, data, terms.full, terms.runs, None, named)
    complete = True
    try:
        grading.start()
        try:
            walk(session)
        except KeyboardInterrupt:
            complete = False
        except UsageError as error:  # an instructor's check that is wrong itself
            return HandInOutcome("failed", reason=str(error))
        result = session.result(complete)
        state = "failed" if result.grader_failed else "graded" if complete else "stopped"
        reason = "the grader itself failed in a check; this says nothing about the hand-in" * (state == "failed")
        return HandInOutcome(
            state,
            reason=reason,
            result=result.plain(),
            close=close_calls(result, rubric),
            fingerprints=[each.plain() for each in wrong_answers(session)],
        )
    finally:
        session.close()
        answers.save()


def walk(session: Session) -> None:
    """Every check, in the order of the result."""
    trainings = session.chosen_trainings()
    for name in session.grading.edition.components:
        if name in trainings:
            session.train(name)
        for probe in session.grading.probes:
            if probe.component == name:
                session.grading.verdict(probe)
        session.finished.add(name)  # Session.finish would also draw up the row, for listeners
    if session.row_of_own_checks is not None:
        session.finished.add(OWN_CHECKS)


def wrong_answers(session: Session) -> list[Fingerprint]:
    """Fingerprints of the components that were graded to their end; before it, nothing is explained."""
    grading = session.grading
    verdicts = [grading.verdict(probe) for probe in grading.probes if probe.component in session.finished]
    return fingerprints(verdicts, grading.rubric.tolerances)


def close_calls(result: Result, rubric: Rubric) -> list[str]:
    """Checks that ended at a time limit, or near enough that a quieter machine might have told another story."""
    found = []
    spent = {each.component: each.cpu_seconds for each in result.training}
    for part in result.components:
        for probe in part.probes:
            limit = rubric.limits["training_seconds" if is_training(part.name) else "check_seconds"]
            seconds = spent.get(part.name) or probe.seconds  # by the clock, where that is all: no less than the work
            if probe.outcome in (Outcome.TIMED_OUT, Outcome.NOT_FINISHED) or seconds > NEAR * limit:
                found.append(probe.name)
    return found
