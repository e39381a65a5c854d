"""One run of the grader on one submission: its grading, its trainings, and the result that they add up to."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.ask.subject import Subject, subject_of
from grader.base.errors import UsageError
from grader.base.files import repository_path
from grader.base.message import Message
from grader.base.text import listed, one_line
from grader.base.version import GRADER_VERSION
from grader.explain.evidence import definitions
from grader.explain.message import at, whereabouts
from grader.explain.rows import concealed, shown_at
from grader.homework import HOMEWORK, Dataset
from grader.isolation import Zygote
from grader.judge.hidden import training_check
from grader.judge.parts import component_of
from grader.judge.scoring import decimal
from grader.judge.verdict import UNJUDGED
from grader.result import (
    OWN_CHECKS,
    VERSION,
    ComponentResult,
    Components,
    Outcome,
    ProbeResult,
    Result,
    TrainingResult,
    is_training,
    model_of,
)
from grader.run.attempts import Attempt
from grader.run.grading import Grading
from grader.run.own_checks import OwnChecks, row_of
from grader.run.predictions import Predictions, scored
from grader.run.trainer import Trainer
from grader.run.training_notes import notes_of
from grader.run.training_result import train
from grader.run.training_run import Run
from grader.submission.opening import MAX_FILE
from grader.submission.places import as_named

# What a platform tells the programs that it starts, and a writer may have to repeat
PLATFORM = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL")
Listener = Callable[[dict[str, Any]], None]


@dataclass
class Session:
    """One run of the grader on one submission.

    named: the submission, as the user named it. listeners: are told what happens while it happens (see `tell`).
    finished: components that are graded. interrupted: somebody ended the run before its end.
    """

    grading: Grading
    data: Dataset | None
    full: bool
    runs: int
    reference: Path | None
    named: str
    listeners: list[Listener] = field(default_factory=list)
    trainings: dict[str, tuple[TrainingResult, Run]] = field(default_factory=dict)
    reference_zygote: Zygote | None = None
    started: float = field(default_factory=time.monotonic)
    started_at: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    finished: set[str] = field(default_factory=set)
    interrupted: bool = False
    selected: set[str] | None = None  # the components that are wanted; None for all that the run is about
    wrong: UsageError | None = None  # an instructor's check that is wrong itself
    own_tests: dict[str, list[ProbeResult]] = field(default_factory=dict)  # of an instructor, by file
    attempt: Attempt = field(default_factory=Attempt)

    def tell(self, event: str, **data: Any) -> None:
        """Tells every listener: 'start', 'epoch', 'component' (a row of the result, with its checks), 'end'."""
        for listener in self.listeners:
            listener({"event": event, **data})

    def begin(self) -> None:
        """The checks begin."""
        self.tell(
            "start",
            version=VERSION,
            grader=GRADER_VERSION,
            submission=self.named,
            track=self.grading.track,
            seed=self.grading.questions.seed,
            edition=self.grading.edition.year,
            components=[row.name for row in self.result(complete=False).components],
        )

    def finish(self, name: str) -> None:
        """A component is graded."""
        if name not in self.finished:
            self.finished.add(name)
            row = self.row(name)
            if row is not None:
                self.tell("component", **vars(row))

    def select(self, names: set[str]) -> None:
        """Of what the run is about, only these components are wanted: the others have no row."""
        self.selected = names

    def note_own_test(self, file: str, found: ProbeResult) -> None:
        """The outcome of a test of an instructor's own."""
        self.own_tests.setdefault(file, []).append(found)

    def own_rows(self) -> list[ComponentResult]:
        """A row for each file of an instructor's own tests, which a run was given."""
        return [row_of(file, tests) for file, tests in self.own_tests.items()]

    @cached_property
    def own_checks(self) -> OwnChecks | None:
        """The checks beside the rubric, where they are chosen. Raises UsageError."""
        rubric, chosen = self.grading.rubric, OWN_CHECKS in self.grading.questions.components
        return OwnChecks(rubric) if rubric.own_checks and chosen else None

    @cached_property
    def row_of_own_checks(self) -> ComponentResult | None:
        """Their row, for which all of them are asked. Raises UsageError."""
        return self.own_checks.row(self.grading) if self.own_checks is not None else None

    def chosen_trainings(self) -> list[str]:
        return (
            [name for name in self.grading.edition.trainings if name in self.grading.questions.components]
            if self.data
            else []
        )

    def is_hidden(self, training: str) -> bool:
        return training_check(training) in self.grading.rubric.hidden

    # --- training ---------------------------------------------------------------------------------------------

    def train(self, name: str) -> TrainingResult:
        """Trains one model, once."""
        if name not in self.trainings:
            self.trainings[name] = self._train(name)
        return self.trainings[name][0]

    def _train(self, name: str) -> tuple[TrainingResult, Run]:
        assert self.data is not None
        grading, rubric = self.grading, self.grading.rubric
        observer = grading.observer
        hidden = self.is_hidden(name)
        seed = (
            grading.questions.hidden_seed
            if hidden and grading.questions.hidden_seed is not None
            else grading.questions.seed
        )
        progress = (lambda _: None) if hidden else (lambda epoch: self.tell("epoch", **epoch))
        trainer = Trainer(
            lambda: observer.living_zygote(hidden),
            self.data,
            rubric,
            self.full,
            progress,
            rubric.fast_core,
            observer.numpy_for_training(),
            observer.unwritten,
            grading.places,
        )
        yardstick = None
        if self.reference is not None:
            places = as_named(grading.edition)
            yardstick = Trainer(self._reference_zygote, self.data, rubric, False, lambda _: None, places=places)
        try:
            result, run = train(name, trainer, yardstick, seed, self.runs)
            if trainer.numpy == "names" and run.fault is not None and observer.refused_by_numpy(run.fault):
                result, run = self._train_with_old_numpy(name, trainer, yardstick, seed, (result, run))
            self._blame(name, result, run)
        except Exception:  # noqa: BLE001  the grader's own failure must not be the student's
            text = traceback.format_exc().strip().splitlines()[-1]
            told = f"the grader itself failed here, this costs no points ({text})"
            run = Run(Outcome.GRADER_FAULT, Message(told))
            return TrainingResult(model_of(name), str(run.outcome), told), run
        raised = run.fault is not None and run.outcome in (Outcome.ERROR, Outcome.BLOCKED)
        if raised or (run.outcome == Outcome.FAILED and run.accuracy):
            with suppress(Exception):  # a verdict stands, whether it can be explained or not
                self._explain(name, trainer, seed, run)
            result.message, result.told = str(run.message), run.message
        return result, run

    def _explain(self, name: str, trainer: Trainer, seed: int, run: Run) -> None:
        """Says why a training came to too little: what it runs on is not right yet, or how the model learns."""
        if wrong := self._wrong_in(trainer.uses(name, seed)):
            are, them = ("is", "it") if len(wrong) == 1 else ("are", "them")
            places, owner_of = self.grading.places, self.grading.edition.owner_of
            files = {places.path(places[owner_of(each)].home) for each in wrong}
            if run.outcome == Outcome.BLOCKED and run.blocked_by not in files:  # it was given something wrong there
                run.message = replace(run.message, headline=f"blocked by {listed(wrong)}, which {are} not right yet")
            run.message = run.message.with_part("next", f"mend {listed(wrong)} first: this training runs on {them}")
            self.grading.note_consequence(wrong, f"{name} runs on it, and fails as well")
        elif run.fault is None:
            own = trainer.study(name, seed)
            cause = trainer.cause(name, seed, run, own) if own is not None else None
            if cause is not None:
                run.message = run.message.with_part("pattern", cause.seen).with_part("next", cause.todo)

    def _wrong_in(self, uses: frozenset[str]) -> list[str]:
        """Components that lost points, and that a model runs on which is made of these classes."""
        places, owner_of = self.grading.places, self.grading.edition.owner_of
        names = [name for name in self.grading.questions.components if not is_training(name)]
        rows = [row for name in names if (row := self.grading.component(name)) is not None]
        run = [row for row in rows if row.name in HOMEWORK.every_training or places[owner_of(row.name)].name in uses]
        return [row.name for row in run if row.lost]

    def _train_with_old_numpy(
        self, name: str, trainer: Trainer, yardstick: Trainer | None, seed: int, now: tuple[TrainingResult, Run]
    ) -> tuple[TrainingResult, Run]:
        """The training where NumPy is as it was, if it gets further than it does now."""
        fault = now[1].fault
        assert fault is not None
        result, run = train(name, replace(trainer, numpy="old"), yardstick, seed, self.runs)
        if run.fault is not None:
            return now
        self.grading.observer.note_refused(self.grading.observer.refused_by_numpy(fault), fault)
        return result, run

    def _reference_zygote(self) -> Zygote:
        if self.reference_zygote is None:
            assert self.reference is not None
            assert self.data is not None
            self.reference_zygote = Zygote(self.reference, self.grading.observer.level, (self.data.public,))
        return self.reference_zygote

    def _blame(self, name: str, result: TrainingResult, run: Run) -> None:
        """Says whose failure it is that stopped a training, and whether the track asks for it."""
        self._find_unwritten(name, run)
        fault = run.fault
        if run.outcome == Outcome.NOT_IMPLEMENTED and name not in self.grading.rubric.points[self.grading.track]:
            run.outcome = Outcome.NOT_ON_TRACK
            run.message = Message(f"not required on {self.grading.track}")
        elif fault is not None and fault.kind == "raised" and fault.frames:
            frame = self.grading.excuses.wrong_place(fault.frames, self._makers(name)[0], self.dialect.model_forward())
            if run.outcome in (Outcome.NOT_IMPLEMENTED, Outcome.ERROR) and frame is not None:
                run.outcome, run.blocked_by = Outcome.BLOCKED, frame.file
                told = f"blocked by {whereabouts(frame)} ({at(frame)}): {one_line(str(fault), 300)}"
                run.message = replace(run.message, headline=told)
        result.outcome, result.message, result.told = str(run.outcome), str(run.message), run.message

    def _find_unwritten(self, name: str, run: Run) -> None:
        """Says it where a training came to nothing because a function that it calls is not written."""
        learned_nothing = run.accuracy and max(run.accuracy) <= self.grading.rubric.chance
        extensions = self.grading.rubric.extensions  # of which nobody has to use what is not written
        called = [each for each in run.unwritten if component_of(each, self.grading.places) not in extensions]
        if not called or not (run.fault is not None or run.before is None or learned_nothing):
            return
        places = [self.grading.places[maker] for maker in self._makers(name)]
        makers = {f"{place.home}:{place.name}" for place in places}
        made = next((each for each in called if each in makers), "")
        place = self.grading.excuses.place_of(made or called[0])
        run.fault = None
        if made:
            run.outcome, run.message = Outcome.NOT_IMPLEMENTED, Message(at(place))
        else:
            run.outcome, run.blocked_by = Outcome.BLOCKED, component_of(called[0], self.grading.places) or place.file
            run.message = Message(f"blocked by {place.function}, which is not written yet ({at(place)})")

    @property
    def dialect(self) -> type[Subject]:
        """The class that asks implementations of this year."""
        return subject_of(self.grading.edition)

    def _makers(self, name: str) -> tuple[str, ...]:
        """The functions that make what a training trains."""
        return self.dialect.makers(model_of(name))

    def training_component(self, name: str) -> ComponentResult | None:
        """The row of a training in the result."""
        if name not in self.trainings:
            return None
        result, run = self.trainings[name]
        points = self.grading.rubric.points[self.grading.track].get(name)
        possible = Fraction(points or 0)
        earned = Fraction(0)
        outcome = run.outcome
        not_judged = possible if outcome in UNJUDGED else Fraction(0)
        if outcome == Outcome.PASSED:
            earned = possible
        elif run.accuracy and max(run.accuracy) > self.grading.rubric.half[name] and run.before is not None:
            earned = possible / 2
            if outcome == Outcome.NOT_FINISHED:
                not_judged = possible - earned
            else:
                outcome, not_judged = Outcome.PARTIAL, Fraction(0)
                result.outcome = str(outcome)
        if outcome == Outcome.NOT_FINISHED and self.grading.rubric.not_finished == "lost":
            not_judged = Fraction(0)
        goal = self.grading.rubric.thresholds[name]
        title = f"test accuracy above {goal:.0%} on all of {HOMEWORK.data_name}"
        told = run.message
        message = told.first_line or f"{max(run.accuracy):.2%} after {run.wall_seconds:.2f} s"
        by_file = self.predictions.points(possible, goal, self.grading.rubric.half[name])
        if by_file > earned:
            earned, not_judged = by_file, possible - by_file if not_judged else Fraction(0)
            outcome = Outcome.PASSED if earned == possible else outcome if not_judged else Outcome.PARTIAL
            told = Message(self.predictions.told, (("training", message),))
            message = self.predictions.told
        file, line = self._place(name, run)
        probe = ProbeResult(
            name=training_check(name),
            title=title,
            outcome=str(outcome),
            points=decimal(earned),
            max_points=decimal(possible),
            message=str(told),
            told=told,
            seconds=result.wall_seconds,
            file=file if outcome != Outcome.PASSED else "",
            line=line if outcome != Outcome.PASSED else 0,
            not_judged=decimal(not_judged),
            blocked_by=run.blocked_by,
        )
        if self.is_hidden(name):
            probe = concealed(probe)
            message = probe.why
        counts = points is not None
        found = ComponentResult(name, str(outcome), decimal(earned), decimal(possible), message, [probe], counts)
        found.not_judged = probe.not_judged
        return found

    def _place(self, name: str, run: Run) -> tuple[str, int]:
        """Where in the submission a training failed, or where its model is made."""
        if run.fault is not None and (run.fault.frames or run.fault.place[1]):
            return (run.fault.frames[-1].file, run.fault.frames[-1].line) if run.fault.frames else run.fault.place
        place = self.grading.places[self._makers(name)[0]]
        module = self.grading.submission.modules.get(place.home)
        return (str(module.relative), definitions(module.path).get(place.name, 1)) if module is not None else ("", 0)

    # --- result -----------------------------------------------------------------------------------------------

    def row(self, name: str) -> ComponentResult | None:
        """A component in the result, as this attempt shows it; None where nothing was asked about it."""
        if name == OWN_CHECKS:
            found = self.row_of_own_checks
        else:
            trained = name in self.grading.edition.trainings
            found = self.training_component(name) if trained else self.grading.component(name)
        rules = self.grading.rubric.attempts
        return shown_at(found, rules.reveal, self.attempt.number) if found is not None else None

    def is_told(self, training: str) -> bool:
        """Does this attempt show how a training went?"""
        since = self.grading.rubric.attempts.reveal.get(training_check(training), 1)
        return not self.is_hidden(training) and not 0 < self.attempt.number < since

    def waiting(self, name: str) -> ComponentResult | None:
        """A component that will be graded, or would have been had the run not been stopped."""
        message = "the run was stopped before this was graded"
        if name == OWN_CHECKS:
            return self.own_checks.waiting(message) if self.own_checks is not None else None
        chosen = name in self.chosen_trainings() or any(probe.component == name for probe in self.grading.probes)
        if not chosen:
            return None
        points = self.grading.rubric.points[self.grading.track].get(name)
        counts = points is not None and name not in self.grading.rubric.extensions
        possible = decimal((points or 0) - self.grading.worth_elsewhere(name))
        return ComponentResult(name, str(Outcome.NOT_GRADED), 0.0, possible, message, counts=counts)

    def hidden_points(self) -> Fraction:
        """What hidden checks carry of the points that this run is about."""
        points = self.grading.rubric.points[self.grading.track]
        trained = sum(points.get(name, 0) for name in self.chosen_trainings() if self.is_hidden(name))
        trained += self.own_checks.hidden_points if self.own_checks is not None else 0
        return sum((self.grading.worth(name)[1] for name in self.grading.questions.components), Fraction(trained))

    @cached_property
    def predictions(self) -> Predictions:
        """What the predictions are worth that were handed in, if any were."""
        content, name = self.grading.submission.predictions, self.grading.edition.predictions
        if content is None or self.data is None:
            return Predictions()
        return scored(name, content, self.data.test_labels, MAX_FILE, self.grading.rubric.implausible)

    def predictions_notes(self) -> list[str]:
        """What became of the predictions; nothing where that is hidden."""
        seen = [name for name in self.trainings if not self.is_hidden(name)]
        return [self.predictions.told] if seen and self.predictions.told else []

    def told_trainings(self) -> list[TrainingResult]:
        names = self.grading.edition.trainings
        return [self.trainings[name][0] for name in names if name in self.trainings and self.is_told(name)]

    def training_notes(self) -> list[str]:
        """What is to be said of trainings that are told."""
        told = {name: run for name, (_, run) in self.trainings.items() if self.is_told(name)}
        return notes_of(told, self.dialect)

    def result(self, complete: bool = True) -> Result:
        """Everything that was found out; if not complete, only what was found out so far."""
        grading = self.grading
        rows = [
            self.row(name) if complete or name in self.finished else self.waiting(name)
            for name in (*grading.edition.components, OWN_CHECKS)
            if self.selected is None or name in self.selected
        ]
        components = Components([row for row in rows if row is not None] + self.own_rows())
        total = grading.rubric.total(grading.track)
        possible = sum((Fraction(str(row.max_points)) for row in components), Fraction(0))
        brought = sum((Fraction(str(row.max_points)) for row in self.own_rows()), Fraction(0))
        elsewhere = sum(map(grading.worth_elsewhere, grading.questions.components), Fraction(0))
        elsewhere += self.own_checks.points_elsewhere if self.own_checks is not None else 0
        return Result(
            score=decimal(sum((Fraction(str(row.points)) for row in components), Fraction(0))),
            max_score=decimal(possible),
            track=grading.track,
            seed=grading.questions.seed,
            isolation=grading.observer.zygote.level.name,
            components=components,
            training=self.told_trainings(),
            notes=[*grading.notes(), *self.predictions_notes(), *self.training_notes()],
            not_graded=decimal(total - possible + brought - elsewhere),
            seconds=round(time.monotonic() - self.started, 2),
            submission=self.named,
            folder=repository_path(Path(self.named), grading.submission.prefix),
            started=self.started_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            complete=complete,
            grader=GRADER_VERSION,
            platform={name: os.environ[name] for name in PLATFORM if os.environ.get(name)},
            hidden_points=decimal(self.hidden_points()),
            hidden_on_gradescope=grading.rubric.hidden_on_gradescope,
            not_judged=decimal(sum((Fraction(str(row.not_judged)) for row in components), Fraction(0))),
            edition=grading.edition.year,
            recognised_by=grading.submission.recognition.text,
            attempt=self.attempt.number,
            graded_at=self.attempt.graded_with_this(grading.rubric.attempts),
        )

    def close(self) -> None:
        self.grading.close()
        if self.reference_zygote is not None:
            self.reference_zygote.close()
