"""One grading: the verdict on every check of a submission, each found once, and the rows that they add up to.

Data flows one way: submission -> worker -> observation -> verdict -> report.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from grader.ask.observer import Observer
from grader.ask.probe import Probe
from grader.ask.response import Response
from grader.base.message import Message
from grader.diagnose.local_shapes import tell_by_local_gradient
from grader.diagnose.misconceptions import Diagnosis
from grader.diagnose.repair.trials import Trials
from grader.explain import outside
from grader.explain.message import addresses, explain, is_at_import
from grader.explain.rows import concealed, line_of_why, row_of
from grader.explain.syntax_faults import source_fault, with_caret
from grader.isolation import Level, Zygote
from grader.judge.blame import is_missing
from grader.judge.hidden import NOT_HERE
from grader.judge.parts import unwritten
from grader.judge.passive import set_passive_aside
from grader.judge.scoring import Share, allocate, as_bonus, decimal, shares, summary
from grader.judge.verdict import Verdict, judge
from grader.result import ComponentResult, Outcome, ProbeResult
from grader.run.excuses import Excuses
from grader.run.questions import Questions
from grader.submission.opening import Submission

PART = 2  # of the changes of a submission's lines that are tried in a run, one component takes at most a half


def observer_of(
    submission: Submission,
    questions: Questions,
    data_path: str,
    level: Level,
    readable: Iterable[Path] = (),
    zygote: Zygote | None = None,
) -> Observer:
    """Who asks a submission; starts a zygote where none is given.

    data_path: the data of the probes. readable: what else the submission may read. zygote: of this submission.
    """
    modules = submission.modules
    return Observer(
        submission.root,
        data_path,
        questions.rubric,
        questions.seed,
        {name: source_fault(module) for name, module in modules.items() if module.source_error},
        level,
        readable,
        questions.hidden_seed,
        zygote,
        unwritten(modules, submission.places),
        submission.places,
    )


class Grading:
    """What is graded and how; `verdict` does the work, once for each probe."""

    def __init__(self, submission: Submission, questions: Questions, observer: Observer, track: str) -> None:
        """observer: whom this grading closes."""
        self.submission, self.questions, self.observer, self.track = submission, questions, observer, track
        self.places, self.edition, self.rubric = submission.places, submission.edition, questions.rubric
        self.verdicts: dict[str, Verdict] = {}
        self.judging: set[str] = set()  # checks that wait for what they need
        self.explained: set[str] = set()
        self.trials_left = int(self.rubric.limits["repairs"])
        self.undiagnosed: list[str] = []  # where the grader itself failed, in words
        self.rows: dict[str, ComponentResult | None] = {}
        self.excuses = Excuses(submission, questions, observer, self.judged, self.judging)

    @property
    def probes(self) -> list[Probe]:
        """What it is about."""
        return self.questions.chosen

    def start(self) -> None:
        """Starts asking everything, first what loads much data: that takes longest."""
        loads = {probe.component for probe in self.probes if probe.megabytes}
        self._ask(sorted(self.probes, key=lambda probe: probe.component not in loads))

    def _ask(self, probes: list[Probe]) -> None:
        self.observer.ask(self.questions.answerable(probes))

    def close(self) -> None:
        self.observer.close()

    def notes(self) -> list[str]:
        """What was left out of the submission, what it takes from outside that is not there, what was not diagnosed."""
        refused = outside.notes(self.submission, self.observer.lines_refused())
        return [*self.submission.notes, *refused, *self.undiagnosed]

    # --- verdicts ---------------------------------------------------------------------------------------------

    def verdict(self, probe: Probe) -> Verdict:
        """The verdict on one probe, explained."""
        if probe.component not in self.explained:
            self.explained.add(probe.component)
            verdicts: list[Verdict] = []
            probes = self.questions.of_component(probe.component)
            self._ask(probes)
            for group in self.questions.groups(probes):
                those = [self.judged(each) for each in group]
                verdicts += those
                seed = self.questions.seed_of(group[0]) if group else self.questions.seed
                if self.places[probe.component].module not in self.observer.broken:  # else there is nothing to explain
                    own = [each for each in those if each.because is None]
                    self._diagnose(probe.component, own, seed)
                    tell_by_local_gradient(own)
                set_passive_aside(those, verdicts)  # what they do right is evidence before it is set aside
            for verdict in sorted(verdicts, key=lambda each: each.because is not None):
                explain(verdict, self.rubric.tolerances, self.edition)
        return self.judged(probe)

    def _diagnose(self, component: str, verdicts: list[Verdict], seed: int) -> None:
        """Looks for the cause; a verdict stands, and has its words, whether a cause can be looked for or not."""
        most = min(self.trials_left, int(self.rubric.limits["repairs"]) // PART)
        trials = Trials(self.observer, self.places, component, most)
        try:
            Diagnosis(verdicts, self.questions.answers, self.rubric, seed, self.observer.fresh, trials).find()
        except Exception:  # noqa: BLE001  the grader's own failure, which is told
            text = traceback.format_exc().strip().splitlines()[-1]
            self.undiagnosed.append(f"{component}: the grader failed while it looked for the cause ({text})")
        finally:
            self.trials_left -= most - trials.left
            trials.close()

    def judged(self, probe: Probe) -> Verdict:
        """The verdict on one probe, before anything is explained."""
        if probe.name not in self.verdicts:
            self.judging.add(probe.name)
            verdict = self._judge(probe)
            verdict.seen = with_caret(verdict.seen, self.submission.modules.values())
            self.verdicts[probe.name] = verdict
            self.judging.discard(probe.name)
        return self.verdicts[probe.name]

    def _judge(self, probe: Probe) -> Verdict:
        if self.questions.is_elsewhere(probe):
            return Verdict(probe, Outcome.NOT_ASKED, Fraction(0), Response(), message=Message(NOT_HERE))
        expected, permitted = self.questions.right(probe)
        verdict = judge(probe, self.observer.seen(probe), expected, permitted, self.rubric)
        missing = self.excuses.missing(verdict)
        settled = (Outcome.PASSED, Outcome.NOT_IMPLEMENTED, Outcome.NOT_ASKED)
        if not missing and not verdict.seen.fresh and verdict.outcome not in settled:
            verdict = judge(probe, self.observer.fresh(probe), expected, permitted, self.rubric)
            missing = self.excuses.missing(verdict)
        if missing:
            return self.excuses.not_written(verdict, missing)
        if verdict.outcome == Outcome.NOT_ASKED:
            self.excuses.hold_to_its_word(verdict)
        if verdict.outcome == Outcome.PASSED:
            self.excuses.withhold(verdict)
        elif probe.weight == 0 and is_missing(verdict):
            verdict.outcome = Outcome.NOT_ASKED
            verdict.message = Message("an extension, which is not handed in: it costs nothing")
        elif verdict.judged:
            self.excuses.put_down(verdict)
        return verdict

    # --- components -------------------------------------------------------------------------------------------

    def component(self, name: str) -> ComponentResult | None:
        """One row of the result; None where the component was not asked about at all."""
        if name not in self.rows:
            self.rows[name] = self._component(name)
        return self.rows[name]

    def _component(self, name: str) -> ComponentResult | None:
        verdicts = [self.verdict(probe) for probe in self.probes if probe.component == name]
        if not verdicts or name in self.edition.trainings:
            return None
        points = self.rubric.points[self.track].get(name)
        split: dict[str, Share] = {}
        for group, worth in zip(self.questions.groups([verdict.probe for verdict in verdicts]), self.worth(name)):
            split |= zip((probe.name for probe in group), shares(worth, [self.verdict(probe) for probe in group]))
        earned = sum((each.earned for each in split.values()), Fraction(0))
        possible = sum((each.possible for each in split.values()), Fraction(0))
        not_judged = sum((each.not_judged for each in split.values()), Fraction(0))
        counted = [each for each in verdicts if each.probe.weight]
        outcome = summary(counted, earned, Fraction(points or 0), self.rubric.passes_when_judged)
        results = [self._row(verdict, split[verdict.probe.name]) for verdict in verdicts]
        message = line_of_why(results, outcome)
        if points is None and outcome == Outcome.NOT_IMPLEMENTED:
            outcome, message = Outcome.NOT_ON_TRACK, f"not required on {self.track}"
        if name in self.edition.given and outcome not in (Outcome.PASSED, Outcome.BLOCKED, Outcome.NOT_ASKED):
            outcome = Outcome.FAILED
            if not all(map(is_at_import, verdicts)):  # else the file does not load, whoever wrote that line
                message = f"this code was given: restore it from the template ({message})"
        counts = points is not None and name not in self.rubric.extensions
        found = ComponentResult(name, str(outcome), decimal(earned), decimal(possible), message, results, counts)
        found.not_judged = decimal(not_judged)
        return as_bonus(found) if self.rubric.bonus.get(name) else found

    def note_consequence(self, names: Iterable[str], told: str) -> None:
        """Says with what these components lost that something else fails by it."""
        for row in filter(None, map(self.component, names)):
            costly = max(row.probes, key=lambda probe: probe.lost)
            if costly.lost and not costly.hidden:
                costly.told = costly.told.with_part("also", told)
                costly.message = str(costly.told)

    def worth(self, name: str) -> tuple[Fraction, Fraction]:
        """Points of a component's public checks and of its hidden ones, whatever becomes of them."""
        public, hidden = self.questions.groups([probe for probe in self.probes if probe.component == name])
        weights = [sum(probe.weight for probe in group) for group in (public, hidden)]
        points = self.rubric.points[self.track].get(name, 0) or self.rubric.bonus.get(name, 0)
        worth = allocate(points, weights)
        return worth[0], worth[1]

    def worth_elsewhere(self, name: str) -> Fraction:
        """Points of a component's hidden checks, where they are not asked here."""
        hidden = [probe for probe in self.probes if probe.component == name and self.questions.is_hidden(probe)]
        return self.worth(name)[1] if hidden and all(map(self.questions.is_elsewhere, hidden)) else Fraction(0)

    def _row(self, verdict: Verdict, share: Share) -> ProbeResult:
        found = row_of(verdict, share, self.submission, self.rubric.tolerances)
        found = concealed(found, self.edition) if self.questions.is_hidden(verdict.probe) else found
        if pages := addresses(verdict.diagnosis, self.rubric.explain_site, self.edition):
            found.told = found.told.with_part("read", pages)
            found.message = str(found.told)
        return found
