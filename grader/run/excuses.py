"""Whose failure a wrong answer is: its own, another check's, another component's, or that of code not written yet.

An excuse only ever takes a failure from a component: what is not its own costs nothing, and earns nothing either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.ask.client import Fault, Frame
from grader.ask.observer import Observer
from grader.ask.probe import Probe
from grader.base.message import Message
from grader.explain import message as words
from grader.explain.outside import import_message
from grader.explain.syntax_faults import fault_at
from grader.judge.blame import lacking, needed_by, running
from grader.judge.parts import INHERITS, component_of, functions_of, is_own, is_unwritten
from grader.judge.verdict import FINE, Verdict, judge
from grader.result import Outcome
from grader.run.questions import Questions
from grader.submission.opening import Submission, forbidden_imports
from grader.submission.source import SourceModule


@dataclass(frozen=True)
class Blocker:
    """What is to blame for a failure that is not a component's own: another component, or a file; and in words.

    inherited: the component takes that one's code for its own.
    """

    name: str
    message: Message
    inherited: bool = False


class Excuses:
    """Looks for them in one submission.

    judged   the verdict on another check, which may be wrong for the same reason
    judging  checks whose verdict is being found: they wait for this one, and are no excuse for it
    """

    def __init__(
        self,
        submission: Submission,
        questions: Questions,
        observer: Observer,
        judged: Callable[[Probe], Verdict],
        judging: AbstractSet[str],
    ) -> None:
        self.submission, self.questions, self.observer = submission, questions, observer
        self.judged, self.judging = judged, judging
        self.places, self.edition = submission.places, submission.edition
        withheld = questions.rubric.forbidden_imports == "withheld"
        self.forbidden = forbidden_imports(submission) if withheld else {}

    def _asked(self, component: str) -> list[Probe]:
        probes = self.questions.of_component(component)
        self.observer.ask(self.questions.answerable(probes))
        return probes

    def hold_to_its_word(self, verdict: Verdict) -> None:
        """Where a question makes no sense for what a submission says of itself, another check has to show that.

        Else whoever says one thing here and does another there gets the points of what he leaves out.
        """
        said = verdict.seen.not_asked
        shown = next((each for each in self.questions.every if said is not None and each.name == said.shown_by), None)
        if said is None or shown is None or not self.questions.knows(shown):
            return
        if not said.convention:
            if self.questions.concerning(verdict.probe, [shown]) and self.alone(shown) != Outcome.PASSED:
                verdict.outcome = Outcome.BLOCKED
                verdict.message = Message(f"{said}: blocked until {shown.name} is right")
            return
        public = bool(self.questions.concerning(verdict.probe, [shown]))
        seen = self.observer.seen(shown) if public else self.observer.fresh(shown, self.questions.seed)
        if seen.convention and seen.convention != said.convention:
            why = f"{said}; but in {shown.name} they do not"
            verdict.outcome, verdict.seen = Outcome.FAILED, replace(verdict.seen, fault=Fault("unusable", why))
        elif not seen.convention:
            verdict.outcome, verdict.blocked_by = Outcome.BLOCKED, shown.component
            verdict.message = Message(
                f"blocked by {shown.component}, which shows no gradient yet; what is asked depends on it"
            )

    def put_down(self, verdict: Verdict) -> None:
        """Says whose failure it is: another check's of the component, another component's, or its own."""
        verdict.because = self._cause(verdict)
        blocker = None if verdict.because else self._blocker(verdict)
        if verdict.because:
            verdict.outcome, verdict.share = verdict.because.outcome, Fraction(0)
        elif blocker is not None and (error := self._fault_of_syntax(verdict.probe.component)) is not None:
            verdict.outcome, verdict.share = Outcome.ERROR, Fraction(0)
            verdict.seen = replace(verdict.seen, fault=error)
        elif blocker is not None:
            verdict.outcome, verdict.share = Outcome.BLOCKED, Fraction(0)
            verdict.message, verdict.blocked_by = blocker.message, blocker.name
            verdict.inherited = blocker.inherited
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
            for each in self.questions.concerning(verdict.probe, self._asked(component)):
                wanted = need in (component, each.name) and each.name not in self.judging and each.weight
                if wanted and self.questions.knows(each):  # not so in the key of an older grader
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

    def withhold(self, verdict: Verdict) -> None:
        """Takes the points of a right answer whose module imports what is not allowed."""
        module = self.places[verdict.probe.component].home
        imports = self.forbidden.get(module, ())
        if imports:
            verdict.outcome, verdict.share = Outcome.ERROR, Fraction(0)
            verdict.message = import_message(self.submission, module, imports)

    def _blocker(self, verdict: Verdict) -> Blocker | None:
        """Who else is to blame for a failure: a component that this probe needs, or code of another file."""
        fault = verdict.seen.fault
        frame = fault.frames[-1] if fault is not None and fault.kind == "raised" and fault.frames else None
        if frame is not None and verdict.outcome == Outcome.NOT_IMPLEMENTED and self._is_own(verdict.probe, frame):
            return None  # a class that inherits what is not written yet is not written yet itself
        if fault is not None and lacking(fault, self.edition) == self.edition.owner_of(verdict.probe.component):
            return None
        for component, needed in self._needed(verdict):
            if component != verdict.probe.component and needed.outcome not in FINE and not needed.is_scaled:
                if self._is_refusal(verdict, needed) or is_not_reached(verdict, needed):
                    continue
                if needed.blocked_by not in ("", verdict.probe.component):
                    # the first of the row, not the one in between
                    return Blocker(needed.blocked_by, Message(needed.message.first_line))
                if any(need.partition("/")[0] == component for need in verdict.probe.needs):
                    state = "written" if needed.outcome == Outcome.NOT_IMPLEMENTED else "right"
                    return Blocker(
                        component, Message(f"blocked by {component}, which is not {state} yet; this check uses it")
                    )
                told = words.inherited(verdict, component, self.questions.rubric.tolerances)
                return Blocker(component, told, INHERITS.get(verdict.probe.component) == component)
        if (
            fault is None
            or frame is None
            or not self._is_needed(frame, verdict)
            or self._is_right(self._in_class(fault), verdict.probe)
        ):
            return None
        return Blocker(frame.file, Message(f"blocked by {frame.file} line {frame.line}: {fault}"))

    def _is_refusal(self, verdict: Verdict, needed: Verdict) -> bool:
        """Does given code assert that it was called in vain, where what is wrong with that code is something else?"""
        fault, other = verdict.seen.fault, needed.seen.fault
        if fault is None or fault.type != "AssertionError" or not fault.frames:
            return False
        frame, component = fault.frames[-1], needed.probe.component
        own = other.frames[-1:] if other is not None else ()
        of_it = component in self.edition.given and component in self.places.within(frame.file, frame.line)
        return of_it and all((each.file, each.line) != (frame.file, frame.line) for each in own)

    def _is_needed(self, frame: Frame, verdict: Verdict) -> bool:
        """Is a line in a module of another component that this check needs? Of all else, the submission may say what it
        likes: a frame bears the name of a file that it was compiled under, and any file can be imported.
        """
        needed = {self.edition.module_of(component) for component in needed_by(verdict, self.edition)}
        return not self._is_own(verdict.probe, frame) and self.places.part_of(frame.file, frame.line) in needed

    def _is_right(self, frame: Frame, asking: Probe) -> bool:
        """Is everything right that is asked of the class that raised? Then what it raised was called for elsewhere.

        Of the whole file, where the line is in no class or nothing is asked of it: another class there may be wrong for
        itself.
        """
        # What needs the component that is asked about, or one of another file, would be wrong with it
        module, home = self.places.part_of(frame.file, frame.line), self.edition.module_of
        probes = [
            each
            for each in self.questions.every
            if self._holds(each.component, frame) and each.weight
            if all(name != asking.component and home(name) == module for name in each.needed_components)
        ]
        probes = [each for each in self.questions.concerning(asking, probes) if self.questions.knows(each)]
        self.observer.ask(self.questions.answerable(probes))
        return all(self.alone(probe) in FINE for probe in probes)

    def _in_class(self, fault: Fault) -> Frame:
        """The last line of an exception that stands in a class, in the file that raised it; else the one that did."""
        last = fault.frames[-1]
        here = [frame for frame in fault.frames if frame.file == last.file]
        return next((frame for frame in reversed(here) if self.places.within(frame.file, frame.line)), last)

    def _holds(self, component: str, frame: Frame) -> bool:
        """Does a component hold a line? Of a class no other one does, and a method may be one itself."""
        asked = {self.edition.owner_of(each.component) for each in self.questions.every}
        within, owner = asked.intersection(self.places.within(frame.file, frame.line)), self.edition.owner_of(component)
        if not within:
            return self.edition.module_of(component) == self.places.part_of(frame.file, frame.line)
        function = frame.function.partition(".<locals>")[0]
        return owner in within and (component == owner or function in functions_of(component, self.places))

    def wrong_place(self, frames: Sequence[Frame], maker: str, forward: str) -> Frame | None:
        """Where code that stopped a training is wrong by itself: where it raised, or in the step that led there.

        maker: the function that made the model: what it chose is nobody else's fault. forward: of a model, by name.
        """
        last = frames[-1]
        steps = [each for each in frames if "batch_step" in each.function]
        own = self.places.is_part_of(maker, last.file, last.line) and last not in steps
        if (not own or forward in last.function) and self.is_wrong_at(last):
            return last
        # Only the class of the step counts there: the functions beside it are those that make models
        return next((each for each in steps if self.is_wrong_at(each, of_class=True)), None)

    def is_wrong_at(self, frame: Frame, of_class: bool = False) -> bool:
        """Is something wrong that is asked of the file of a line, extensions aside? Only that can stop a training.

        of_class: of the class of the line alone, and not for a fault elsewhere.
        """
        module, within = self.places.part_of(frame.file, frame.line), self.places.within(frame.file, frame.line)
        probes = [
            each
            for each in self.questions.groups(self.questions.every)[0]
            if self.edition.module_of(each.component) == module
            and (each.component in within or not of_class)
            and each.weight
            and each.component not in self.questions.rubric.extensions
            and self.questions.knows(each)
        ]
        self.observer.ask(self.questions.answerable(probes))
        if of_class:
            return any(self.judged(probe).outcome in (Outcome.FAILED, Outcome.ERROR) for probe in probes)
        return any(self.alone(probe) not in FINE for probe in probes)

    def alone(self, probe: Probe) -> Outcome:
        """The outcome of a probe by itself."""
        return judge(probe, self.observer.seen(probe), *self.questions.right(probe), self.questions.rubric).outcome

    def _is_own(self, probe: Probe, frame: Frame) -> bool:
        return self.places.is_part_of(probe.component, frame.file, frame.line)

    def module_of(self, component: str) -> SourceModule | None:
        """The module that defines a component, where there is one."""
        return self.submission.modules.get(self.places[component].home)

    def missing(self, verdict: Verdict) -> str:
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

    def not_written(self, verdict: Verdict, function: str) -> Verdict:
        """The verdict on a check that met a function which is not written: this component's own, or another's."""
        frame = self.place_of(function)
        said = f"{frame.function} is not written yet"
        fault = Fault("raised", said, "NotImplementedError", ("NotImplementedError",), (frame,))
        found = Verdict(verdict.probe, Outcome.NOT_IMPLEMENTED, Fraction(0), replace(verdict.seen, fault=fault))
        component = verdict.probe.component
        if not is_own(component, function, self.module_of(component), self.places):
            found.outcome = Outcome.BLOCKED
            part = component_of(function, self.places) or frame.function
            found.blocked_by = part
            found.message = Message(
                f"blocked by {part}, which is not written yet ({words.at(frame)}); this check uses it"
            )
        return found

    def place_of(self, function: str) -> Frame:
        """Where a function is, given as MODULE:NAME, that is not written."""
        module, _, name = function.partition(":")
        found = self.submission.modules[module]
        return Frame(str(found.relative), found.stubs[name], name, "")


def is_not_reached(verdict: Verdict, needed: Verdict) -> bool:
    """Is what this check needs not written, and was it not even called here? Then it is no excuse."""
    missing = set(needed.seen.unwritten) if needed.outcome == Outcome.NOT_IMPLEMENTED else set()
    return bool(missing) and not missing.intersection(verdict.seen.unwritten)
