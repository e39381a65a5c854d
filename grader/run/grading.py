"""One grading: a submission, a rubric, a source of answers and a seed, and the verdict on every probe.

Data flows one way: submission -> worker -> observation -> verdict -> report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from grader.ask.answers import Answers
from grader.ask.client import Fault, Frame
from grader.ask.observer import Observer
from grader.ask.probe import Observation, Probe, all_probes
from grader.ask.response import Response
from grader.base.errors import UsageError
from grader.base.message import Message
from grader.base.text import one_line
from grader.diagnose.misconceptions import Diagnosis
from grader.explain import message as words
from grader.explain import outside
from grader.explain.evidence import mismatches, place
from grader.explain.rows import concealed
from grader.homework import Edition
from grader.isolation import Level, Zygote, choose
from grader.judge.blame import is_missing, lacking, needed_by, running
from grader.judge.hidden import NOT_HERE
from grader.judge.parts import INHERITS, component_of, functions_of, is_own, is_unwritten, unwritten
from grader.judge.scoring import Share, allocate, as_bonus, decimal, shares, summary, weight_of
from grader.judge.verdict import Outcome, Verdict, judge
from grader.result import ComponentResult, ProbeResult
from grader.rubric import Rubric, Tolerances
from grader.submission.opening import Submission, forbidden_imports
from grader.submission.source import Import, SourceError, SourceModule


@dataclass
class Grading:
    """What is graded and how; `verdict` does the work, once for each probe."""

    submission: Submission
    rubric: Rubric
    answers: Answers
    data_path: str
    seed: int
    track: str
    components: tuple[str, ...]
    level: Level = field(default_factory=choose)
    readable: tuple[Path, ...] = ()  # what the submission may read beside the data of the probes
    hidden_seed: int | None = None  # of the questions of hidden checks, where it is another one
    zygote: Zygote | None = None  # of this submission, where one was started before
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    judging: set[str] = field(default_factory=set)  # checks that wait for what they need
    explained: set[str] = field(default_factory=set)
    rows: dict[str, ComponentResult | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places, self.edition = self.submission.places, self.submission.edition
        withheld = self.rubric.forbidden_imports == "withheld"
        self.forbidden = forbidden_imports(self.submission) if withheld else {}
        self.every_probe = [self.as_it_counts(probe) for probe in all_probes(self.edition)]
        self.probes = [probe for probe in self.every_probe if self.is_asked(probe)]
        self.probes.sort(key=lambda probe: self.edition.components.index(probe.component))
        self._check_answers()
        self.observer = self.made_observer()

    def made_observer(self) -> Observer:
        """Who asks the submission; starts a zygote where none was given."""
        modules = self.submission.modules
        broken = {name: source_fault(module) for name, module in modules.items() if module.source_error}
        return Observer(
            self.submission.root,
            self.data_path,
            self.rubric,
            self.seed,
            broken,
            self.level,
            self.readable,
            self.hidden_seed,
            self.zygote,
            unwritten(modules, self.places),
            self.places,
        )

    def _check_answers(self) -> None:
        """Raises UsageError where a public check could not be judged."""
        for probe in self.groups(self.probes)[0]:
            if not self.answers.knows(probe, self.seed):
                raise UsageError(
                    f"the answer key has no answer to {probe.name} for seed {self.seed}: it was built with another "
                    "rubric, which hides this check, or for other components; build it again with `grade key build`"
                )

    def is_asked(self, probe: Probe) -> bool:
        """Extensions, and what needs them, are asked only where they are handed in."""
        extensions = self.rubric.extensions & {probe.component, *probe.needed_components}
        return probe.component in self.components and all(self.places[each].found for each in extensions)

    def as_it_counts(self, probe: Probe) -> Probe:
        """A check weighs what the rubric says; an extension is worth nothing beside the others of its component."""
        return replace(probe, weight=weight_of(probe, self.rubric))

    def start(self) -> None:
        """Starts asking everything, first what loads much data: that takes longest."""
        loads = {probe.component for probe in self.probes if probe.megabytes}
        self.ask(sorted(self.probes, key=lambda probe: probe.component not in loads))

    def ask(self, probes: list[Probe]) -> None:
        self.observer.ask([probe for probe in probes if not self.is_elsewhere(probe)])

    def close(self) -> None:
        self.observer.close()

    def notes(self) -> list[str]:
        """What was left out of the submission, and what it takes from outside that is not there."""
        return [*self.submission.notes, *outside.notes(self.submission, self.observer.lines_refused())]

    # --- hidden checks ----------------------------------------------------------------------------------------

    def is_hidden(self, probe: Probe) -> bool:
        return probe.name in self.rubric.hidden

    def seed_of(self, probe: Probe) -> int:
        return self.hidden_seed if self.is_hidden(probe) and self.hidden_seed is not None else self.seed

    def is_elsewhere(self, probe: Probe) -> bool:
        """A hidden check to which only another edition has the answer."""
        return self.is_hidden(probe) and not self.answers.knows(probe, self.seed_of(probe))

    def groups(self, probes: list[Probe]) -> tuple[list[Probe], list[Probe]]:
        """The public and the hidden ones."""
        return [each for each in probes if not self.is_hidden(each)], [each for each in probes if self.is_hidden(each)]

    def concerning(self, probe: Probe, probes: list[Probe]) -> list[Probe]:
        """Those of the probes that a verdict on `probe` may depend on: no public one shows what is hidden."""
        return probes if self.is_hidden(probe) else self.groups(probes)[0]

    # --- verdicts ---------------------------------------------------------------------------------------------

    def verdict(self, probe: Probe) -> Verdict:
        """The verdict on one probe, explained."""
        if probe.component not in self.explained:
            self.explained.add(probe.component)
            verdicts: list[Verdict] = []
            for group in self.groups(self.probes_of(probe.component)):
                those = [self.judged(each) for each in group]
                verdicts += those
                seed = self.seed_of(group[0]) if group else self.seed
                if self.places[probe.component].module not in self.observer.broken:  # else there is nothing to explain
                    own = [each for each in those if each.because is None]
                    Diagnosis(own, self.answers, self.rubric, seed, self.observer.fresh).find()
                set_passive_aside(those, verdicts)  # what they do right is evidence before it is set aside
            for verdict in sorted(verdicts, key=lambda each: each.because is not None):
                explain(verdict, self.rubric.tolerances, self.edition)
        return self.judged(probe)

    def judged(self, probe: Probe) -> Verdict:
        """The verdict on one probe, before anything is explained."""
        if probe.name not in self.verdicts:
            self.judging.add(probe.name)
            verdict = self._judge(probe)
            verdict.seen = with_caret(verdict.seen, self.submission.modules.values())
            self.verdicts[probe.name] = verdict
            self.judging.discard(probe.name)
        return self.verdicts[probe.name]

    def probes_of(self, component: str) -> list[Probe]:
        """The probes of a component; those that were not chosen are asked all the same where another one needs them."""
        probes = [probe for probe in self.every_probe if probe.component == component]
        self.ask(probes)
        return probes

    def _judge(self, probe: Probe) -> Verdict:
        if self.is_elsewhere(probe):
            return Verdict(probe, Outcome.NOT_ASKED, Fraction(0), Response(), message=Message(NOT_HERE))
        expected, permitted = self._right(probe)
        verdict = judge(probe, self.observer.seen(probe), expected, permitted, self.rubric)
        missing = self._missing(verdict)
        if (
            not missing
            and not verdict.seen.fresh
            and verdict.outcome
            not in (
                Outcome.PASSED,
                Outcome.NOT_IMPLEMENTED,
                Outcome.NOT_ASKED,
            )
        ):
            verdict = judge(probe, self.observer.fresh(probe), expected, permitted, self.rubric)
            missing = self._missing(verdict)
        if missing:
            return self._not_written(verdict, missing)
        if verdict.outcome == Outcome.NOT_ASKED:
            self._hold_to_its_word(verdict)
        if verdict.outcome == Outcome.PASSED:
            self._withhold(verdict)
        elif probe.weight == 0 and is_missing(verdict):
            verdict.outcome = Outcome.NOT_ASKED
            verdict.message = Message("an extension, which is not handed in: it costs nothing")
        elif verdict.judged:
            self._put_down(verdict)
        return verdict

    def _hold_to_its_word(self, verdict: Verdict) -> None:
        """Where a question makes no sense for what a submission says of itself, another check has to show that.

        Else whoever says one thing here and does another there gets the points of what he leaves out.
        """
        said = verdict.seen.not_asked
        shown = next((each for each in self.every_probe if said is not None and each.name == said.shown_by), None)
        if said is None or shown is None or not self.answers.knows(shown, self.seed_of(shown)):
            return
        if not said.convention:
            if self.concerning(verdict.probe, [shown]) and self._unblocked(shown) != Outcome.PASSED:
                verdict.outcome = Outcome.BLOCKED
                verdict.message = Message(f"{said}: blocked until {shown.name} is right")
            return
        public = bool(self.concerning(verdict.probe, [shown]))
        seen = self.observer.seen(shown) if public else self.observer.fresh(shown, self.seed)
        if seen.convention and seen.convention != said.convention:
            why = f"{said}; but in {shown.name} they do not"
            verdict.outcome, verdict.seen = Outcome.FAILED, replace(verdict.seen, fault=Fault("unusable", why))
        elif not seen.convention:
            verdict.outcome = Outcome.BLOCKED
            verdict.message = Message(
                f"blocked by {shown.component}, which shows no gradient yet; what is asked depends on it"
            )

    def _put_down(self, verdict: Verdict) -> None:
        """Says whose failure it is: another check's of the component, another component's, or its own."""
        verdict.because = self._cause(verdict)
        blocker = Message() if verdict.because else self._blocker(verdict)
        if verdict.because:
            verdict.outcome, verdict.share = verdict.because.outcome, Fraction(0)
        elif blocker and (error := self._fault_of_syntax(verdict.probe.component)) is not None:
            verdict.outcome, verdict.share = Outcome.ERROR, Fraction(0)
            verdict.seen = replace(verdict.seen, fault=error)
        elif blocker:
            verdict.outcome, verdict.share = Outcome.BLOCKED, Fraction(0)
            verdict.message = blocker
        elif verdict.is_scaled and any(each.is_scaled for _, each in self._needed(verdict)):
            verdict.outcome, verdict.share = Outcome.PASSED, Fraction(1)  # the factor has cost its points where it is
            verdict.differences = []

    def _fault_of_syntax(self, component: str) -> Fault | None:
        """What keeps a component from compiling, where that is so of every function of it."""
        module = self.module_of(component)
        if module is None or not module.faults:
            return None
        file = module.relative.as_posix()
        errors = [each for each in module.faults if self.places.is_part_of(component, file, each.line)]
        own = [name for name in functions_of(component, self.places) if name in module.functions]
        return fault_at(file, errors[0]) if errors and len(errors) >= len(own) else None

    def _needed(self, verdict: Verdict) -> Iterator[tuple[str, Verdict]]:
        """The verdicts on what a probe needs, each with the component that it needs it from."""
        for need in (*verdict.probe.needs, *verdict.seen.needs, *running(verdict, self.edition)):
            component = need.partition("/")[0]
            for each in self.concerning(verdict.probe, self.probes_of(component)):
                wanted = need in (component, each.name) and each.name not in self.judging and each.weight
                if wanted and self.answers.knows(each, self.seed_of(each)):  # not so in the key of an older grader
                    yield component, self.judged(each)

    def _cause(self, verdict: Verdict) -> Verdict | None:
        """A wrong check of the same component that this one rests on."""
        frames = verdict.seen.fault.frames if verdict.seen.fault is not None else ()
        if verdict.outcome == Outcome.NOT_IMPLEMENTED and not (frames and not self._is_own(verdict.probe, frames[-1])):
            return None  # what is not written here has no other cause; what is not written elsewhere may have one
        for component, needed in self._needed(verdict):
            if component == verdict.probe.component and needed.judged and needed.outcome not in FINE:
                return needed.because or needed
        return None

    def _withhold(self, verdict: Verdict) -> None:
        """Takes the points of a right answer whose module imports what is not allowed."""
        module = self.places[verdict.probe.component].home
        imports = self.forbidden.get(module, ())
        if imports:
            verdict.outcome, verdict.share = Outcome.ERROR, Fraction(0)
            verdict.message = import_message(self.submission, module, imports)

    def _blocker(self, verdict: Verdict) -> Message:
        """Why a failure is somebody else's: a component that this probe needs, or code of another file."""
        fault = verdict.seen.fault
        frame = fault.frames[-1] if fault is not None and fault.kind == "raised" and fault.frames else None
        if frame is not None and verdict.outcome == Outcome.NOT_IMPLEMENTED and self._is_own(verdict.probe, frame):
            return Message()  # a class that inherits what is not written yet is not written yet itself
        if fault is not None and lacking(fault, self.edition) == self.edition.owner_of(verdict.probe.component):
            return Message()
        for component, needed in self._needed(verdict):
            if component != verdict.probe.component and needed.outcome not in FINE and not needed.is_scaled:
                first = needed.message.first_line if needed.outcome == Outcome.BLOCKED else ""
                if first.startswith("blocked by ") and not first.startswith(f"blocked by {verdict.probe.component},"):
                    return Message(first)  # the first of the row, not the one in between
                if any(need.partition("/")[0] == component for need in verdict.probe.needs):
                    state = "written" if needed.outcome == Outcome.NOT_IMPLEMENTED else "right"
                    return Message(f"blocked by {component}, which is not {state} yet; this check uses it")
                return words.inherited(verdict, component, self.rubric.tolerances)
        if frame is None or not self._is_needed(frame, verdict) or self._is_right(frame, verdict.probe):
            return Message()
        return Message(f"blocked by {frame.file} line {frame.line}: {fault}")

    def _is_needed(self, frame: Frame, verdict: Verdict) -> bool:
        """Is a line in a module of another component that this check needs? Of all else, the submission may say what it
        likes: a frame bears the name of a file that it was compiled under, and any file can be imported.
        """
        needed = {self.edition.module_of(component) for component in needed_by(verdict, self.edition)}
        return not self._is_own(verdict.probe, frame) and self.places.part_of(frame.file, frame.line) in needed

    def _is_right(self, frame: Frame, asking: Probe) -> bool:
        """Is everything right that is asked of this file? Then what it raised was called for by somebody else."""
        module = self.places.part_of(frame.file, frame.line)
        # What needs the component that is asked about would be wrong with it
        probes = [
            each
            for each in self.every_probe
            if self.edition.module_of(each.component) == module
            and each.weight
            and asking.component not in each.needed_components
        ]
        probes = [each for each in self.concerning(asking, probes) if self.answers.knows(each, self.seed_of(each))]
        self.ask(probes)
        return all(self._unblocked(probe) in FINE for probe in probes)

    def is_wrong_at(self, frame: Frame) -> bool:
        """Is something wrong that is asked of the file of a line, extensions aside? Only that can stop a training."""
        module = self.places.part_of(frame.file, frame.line)
        probes = [
            each
            for each in self.groups(self.every_probe)[0]
            if self.edition.module_of(each.component) == module
            and each.weight
            and each.component not in self.rubric.extensions
            and self.answers.knows(each, self.seed)
        ]
        self.ask(probes)
        return any(self._unblocked(probe) not in FINE for probe in probes)

    def _unblocked(self, probe: Probe) -> Outcome:
        """The outcome of a probe by itself."""
        return judge(probe, self.observer.seen(probe), *self._right(probe), self.rubric).outcome

    def _right(self, probe: Probe) -> tuple[Observation, list[Observation]]:
        """What the reference shows, and what it shows with each permitted difference."""
        seed = self.seed_of(probe)
        return self.answers.expected(probe, seed), self.answers.permitted(probe, seed)

    def _is_own(self, probe: Probe, frame: Frame) -> bool:
        return self.places.is_part_of(probe.component, frame.file, frame.line)

    # --- what is not written ----------------------------------------------------------------------------------

    def module_of(self, component: str) -> SourceModule | None:
        """The module that defines a component, where there is one."""
        return self.submission.modules.get(self.places[component].home)

    def _missing(self, verdict: Verdict) -> str:
        """The function, as MODULE:NAME, that explains a wrong answer by not being written; '' where there is none.

        A right answer stays right, unless code that does nothing gets it right as well, there is nothing else, or it
        rests on what another component leaves open.
        """
        component, despite = verdict.probe.component, verdict.probe.despite
        called = [name for name in verdict.seen.unwritten if component_of(name, self.places) not in despite]
        module = self.module_of(component)
        own = next((name for name in called if is_own(component, name, module, self.places)), "")
        if verdict.outcome == Outcome.PASSED:
            if own and (verdict.probe.passive or is_unwritten(component, module, self.places)):
                return own
            needed = verdict.probe.needed_components  # what goes on with an empty answer of these shows nothing
            return next((name for name in called if component_of(name, self.places) in needed), "")
        fault = verdict.seen.fault
        if fault is not None and fault.kind == "missing":
            return ""  # there is not even a name
        if verdict.outcome not in (Outcome.FAILED, Outcome.ERROR, Outcome.NOT_IMPLEMENTED):
            return ""
        if not own and is_unwritten(component, module, self.places):
            own = self._first_missing(component)
        blamed = needed_by(verdict, self.edition)
        return own or next((name for name in called if component_of(name, self.places) in blamed), "")

    def _first_missing(self, component: str) -> str:
        """The first of a component's functions that are not written; of what it inherits, where it has none."""
        module = self.module_of(component)
        assert module is not None
        heir = INHERITS.get(component)
        parts = functions_of(component, self.places) + (functions_of(heir, self.places) if heir else ())
        return next(f"{module.name}:{part}" for part in parts if part in module.stubs)

    def _not_written(self, verdict: Verdict, function: str) -> Verdict:
        """The verdict on a check that met a function which is not written: this component's own, or another's."""
        frame = self.place_of(function)
        said = f"{frame.function} is not written yet"
        fault = Fault("raised", said, "NotImplementedError", ("NotImplementedError",), (frame,))
        found = Verdict(verdict.probe, Outcome.NOT_IMPLEMENTED, Fraction(0), replace(verdict.seen, fault=fault))
        component = verdict.probe.component
        if not is_own(component, function, self.module_of(component), self.places):
            found.outcome = Outcome.BLOCKED
            part = component_of(function, self.places) or frame.function
            found.message = Message(
                f"blocked by {part}, which is not written yet ({words.at(frame)}); this check uses it"
            )
        return found

    def place_of(self, function: str) -> Frame:
        """Where a function is, given as MODULE:NAME, that is not written."""
        module, _, name = function.partition(":")
        found = self.submission.modules[module]
        return Frame(str(found.relative), found.stubs[name], name, "")

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
        for group, worth in zip(self.groups([verdict.probe for verdict in verdicts]), self.worth(name)):
            split |= zip((probe.name for probe in group), shares(worth, [self.verdict(probe) for probe in group]))
        earned = sum((each.earned for each in split.values()), Fraction(0))
        possible = sum((each.possible for each in split.values()), Fraction(0))
        not_judged = sum((each.not_judged for each in split.values()), Fraction(0))
        counted = [each for each in verdicts if each.probe.weight]
        outcome = summary(counted, earned, Fraction(points or 0), self.rubric.passes_when_judged)
        results = [self.probe_result(verdict, split[verdict.probe.name]) for verdict in verdicts]
        message = line_of_why(results, outcome)
        if points is None and outcome == Outcome.NOT_IMPLEMENTED:
            outcome, message = Outcome.NOT_ON_TRACK, f"not required on {self.track}"
        if name in self.edition.given and outcome not in (Outcome.PASSED, Outcome.BLOCKED, Outcome.NOT_ASKED):
            outcome = Outcome.FAILED
            message = f"this code was given: restore it from the template ({message})"
        counts = points is not None and name not in self.rubric.extensions
        found = ComponentResult(name, str(outcome), decimal(earned), decimal(possible), message, results, counts)
        found.not_judged = decimal(not_judged)
        return as_bonus(found) if self.rubric.bonus.get(name) else found

    def worth(self, name: str) -> tuple[Fraction, Fraction]:
        """Points of a component's public checks and of its hidden ones, whatever becomes of them."""
        public, hidden = self.groups([probe for probe in self.probes if probe.component == name])
        weights = [sum(probe.weight for probe in group) for group in (public, hidden)]
        points = self.rubric.points[self.track].get(name, 0) or self.rubric.bonus.get(name, 0)
        worth = allocate(points, weights)
        return worth[0], worth[1]

    def worth_elsewhere(self, name: str) -> Fraction:
        """Points of a component's hidden checks, where they are not asked here."""
        hidden = [probe for probe in self.probes if probe.component == name and self.is_hidden(probe)]
        return self.worth(name)[1] if hidden and all(map(self.is_elsewhere, hidden)) else Fraction(0)

    def probe_result(self, verdict: Verdict, share: Share) -> ProbeResult:
        """One check as the result shows it."""
        component, seen = verdict.probe.component, verdict.seen
        file, line = "", 0
        if verdict.outcome != Outcome.PASSED:
            where = self.places[component]
            file, line = place(seen, self.submission.modules.get(where.home), where.name)
        found = ProbeResult(
            name=verdict.probe.name,
            title=verdict.probe.title,
            outcome=str(verdict.outcome),
            points=decimal(share.earned),
            max_points=decimal(share.possible),
            not_judged=decimal(share.not_judged),
            message=str(verdict.message),
            told=verdict.message,
            diagnosis=verdict.diagnosis,
            script=[each.text for each in seen.notes],
            output=seen.output,
            seconds=round(seen.seconds, 4),
            file=file,
            line=line,
            mismatches=mismatches(verdict, self.rubric.tolerances),
        )
        found = concealed(found, self.edition) if self.is_hidden(verdict.probe) else found
        if pages := words.addresses(verdict.diagnosis, self.rubric.explain_site, self.edition):
            found.told = found.told.with_part("read", pages)
            found.message = str(found.told)
        return found


FINE = (Outcome.PASSED, Outcome.NOT_ASKED)


def line_of_why(results: list[ProbeResult], outcome: Outcome) -> str:
    """The first message: that of a check which is wrong before those of checks that were not judged or not asked.

    outcome: the component's.
    """
    told = [each for each in results if each.outcome != Outcome.PASSED and each.message]
    told.sort(key=lambda each: (each.message == NOT_HERE, not each.points + each.lost and each.not_judged > 0))
    if not told:
        return ""
    if told[0].outcome == Outcome.NOT_IMPLEMENTED != outcome and words.is_place(told[0].why):
        return f"{told[0].why} is not written yet"  # of a part that is missing, the place alone would not say so
    return told[0].why


def explain(verdict: Verdict, tolerances: Tolerances, edition: Edition) -> None:
    """Writes what students read; one that fails with another has its cause, and is shown together with it."""
    first = verdict.because
    if first is None:
        verdict.message = words.message(verdict, tolerances, edition)
        return
    verdict.diagnosis = list(first.diagnosis)
    if not verdict.message or not first.diagnosis:
        verdict.message = first.message


ASIDE = "counts once another check of this component is right: code that does nothing passes it"


def set_passive_aside(verdicts: list[Verdict], beside: list[Verdict]) -> None:
    """Where nothing that a component does is right, what it does not do earns nothing.

    It goes the way of the first that does something: lost with what is wrong, not judged with what is blocked.
    beside: all verdicts that may be looked at, these among them.
    """
    telling = [verdict for verdict in beside if verdict.is_asked and not verdict.probe.passive]
    if not telling or any(verdict.outcome in (Outcome.PASSED, Outcome.PARTIAL) for verdict in telling):
        return
    first = next((verdict for verdict in telling if verdict.judged), telling[0])
    for verdict in verdicts:
        if verdict.outcome == Outcome.PASSED:
            verdict.outcome, verdict.share, verdict.message = first.outcome, Fraction(0), Message(ASIDE)
            verdict.because = first


def source_fault(module: SourceModule) -> Fault:
    """A file that does not parse, as a fault with file, line and caret."""
    assert module.source_error is not None
    return fault_at(str(module.relative), module.source_error)


def fault_at(file: str, error: SourceError) -> Fault:
    frame = Frame(file, error.line, "", error.text, error.caret)
    return Fault("raised", error.message, error.kind, ("SyntaxError", "Exception"), (frame,))


def with_caret(seen: Response, modules: Iterable[SourceModule]) -> Response:
    """The same, with the place in the line where a fault of syntax is that a function was left out for."""
    fault = seen.fault
    if fault is None or fault.type != "SyntaxError" or not fault.frames:
        return seen
    last = fault.frames[-1]
    places = [each for module in modules if str(module.relative) == last.file for each in module.faults]
    error = next((each for each in places if each.line == last.line), None)
    if error is None:
        return seen
    pointed = replace(last, source=error.text, caret=error.caret)
    return replace(seen, fault=replace(fault, frames=(*fault.frames[:-1], pointed)))


def import_message(submission: Submission, module: str, imports: tuple[Import, ...]) -> Message:
    """What a forbidden import is, where, and that these points hang on it alone."""
    path = submission.modules[module].relative
    places = outside.listed((f"`import {one_line(each.name)}` ({path} line {each.line})" for each in imports), "more")
    return Message(
        f"{places} is not allowed: only NumPy and the standard library are",
        (
            ("pattern", "the answer itself is right: these points hang on that line alone"),
            ("next", "delete the import"),
        ),
    )
