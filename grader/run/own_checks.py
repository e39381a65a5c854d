"""Runs an instructor's own checks: checks.py is code of the grader's side, and asks the submission through its worker.

A check that returns something is a probe: what it returns is compared with what the reference returns in its place.

A check that ends in an exception of its own may have met a wrong answer, or be wrong itself. So it is asked of the
reference as well, where there is one: what the reference does not pass is the instructor's to mend.
"""

from __future__ import annotations

import ast
import base64
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

from grader.ask import answer_key
from grader.ask.answer_key import AnswerKey
from grader.ask.client import UNUSABLE, Fault
from grader.ask.objects import Implementation, Method, Object
from grader.ask.probe import EVERY_SEED, Observation, Probe
from grader.ask.reference import LocalWorker, read_sources
from grader.ask.response import Response
from grader.ask.subject import Subject, subject_of
from grader.base.errors import UsageError
from grader.base.message import Message, message
from grader.base.text import one_line
from grader.explain.evidence import mismatches
from grader.explain.message import at, explain, fault_headline, printed, value_text
from grader.explain.rows import concealed
from grader.explain.script import script_text
from grader.homework import HOMEWORK, Edition
from grader.judge.hidden import NOT_HERE
from grader.judge.own_checks import are_elsewhere, are_hidden, compared, titles
from grader.judge.scoring import decimal
from grader.judge.verdict import Verdict, judge, outcome_of
from grader.result import OWN_CHECKS, ComponentResult, Outcome, ProbeResult
from grader.rubric import Rubric
from grader.run.grading import Grading
from grader.worker.wire import Opaque

SHOWN_LINES = 6  # of an assertion's own message
SHOWN_NAMES = 3  # variables of an assertion


@dataclass(frozen=True)
class Failure:
    """An assertion of a check that does not hold. told: its own message; seen: what its variables hold."""

    line: int
    told: str
    seen: str


class OwnChecks:
    """The checks of one rubric, loaded."""

    def __init__(self, rubric: Rubric) -> None:
        """Raises UsageError where the file does not run."""
        self.rubric, self.titles, self.compared = rubric, titles(rubric), compared(rubric)
        self.code: CodeType = compile(rubric.own_text, OWN_CHECKS, "exec", dont_inherit=True)
        space: dict[str, Any] = {"__name__": "checks", "__file__": OWN_CHECKS}
        try:
            exec(self.code, space)  # noqa: S102  the instructor's
        except Exception as error:  # noqa: BLE001
            raise wrong_check("", error) from None
        self.functions: dict[str, Callable[[Implementation], object]] = {name: space[name] for name in self.titles}

    def check_with_reference(self, edition: Edition) -> None:
        """Raises UsageError where the reference, if it is there, does not pass."""
        for name in self.functions:
            self.ask_reference(name, edition)

    def expected(self, name: str, edition: Edition) -> Observation:
        """What the reference returns in a check: as it was kept in a pack, else asked now. Raises UsageError."""
        kept = self.kept.get((), name, EVERY_SEED)
        found = kept if isinstance(kept, dict) else self.ask_reference(name, edition)
        if not found:
            raise UsageError(f"{OWN_CHECKS}: {name} is compared with the reference, which is not here, nor its answer")
        return found

    @cached_property
    def kept(self) -> AnswerKey:
        """What the reference returned when a pack was built. Raises UsageError."""
        try:
            text = self.rubric.own_answers
            return answer_key.key_of(base64.b64decode(text, validate=True)) if text else AnswerKey()
        except ValueError as error:  # DamagedKey is one
            raise UsageError(f"{OWN_CHECKS}: the kept answers of the reference are damaged ({error})") from None

    def ask_reference(self, name: str, edition: Edition) -> Observation:
        """What the reference returns in a check, if it is here. Raises UsageError where it does not pass."""
        if not edition.reference.is_dir():
            return {}
        data_path = HOMEWORK.probe_folder()
        libraries = edition.loading(Path(data_path) / "mnist")
        worker = LocalWorker(read_sources(edition.reference), edition.reference, libraries)
        try:
            with np.errstate(all="ignore"):
                found = self.ask(name, subject_of(edition)(worker, data_path))
        except Fault as fault:
            told = one_line(fault_headline(fault), 200)
            raise UsageError(f"{place_in_checks(fault)}: the reference does not pass {name}: {told}") from None
        except UNUSABLE as error:
            raise wrong_check(name, error) from None
        finally:
            worker.close()
        if isinstance(found, Failure):
            told = one_line(found.told, 200) or self.source_of(found.line)
            raise UsageError(f"{OWN_CHECKS}, line {found.line}: the reference does not pass {name}: {told}")
        if name in self.compared and not (found and all(map(is_data, found.values()))):
            raise UsageError(f"{OWN_CHECKS}: {name} must return numbers, arrays, text, or a list or dict of them")
        return found

    def ask(self, name: str, subject: Subject) -> Observation | Failure:
        """What a check returns, or what of it does not hold. Raises Fault, one of UNUSABLE, UsageError."""
        try:
            return observation_of(self.functions[name](Implementation(subject)))
        except (Fault, UsageError, *UNUSABLE):
            raise
        except AssertionError as error:
            return self.failure_of(error)
        except Exception as error:  # noqa: BLE001  no answer of a submission leads to it
            raise wrong_check(name, error) from None

    def failure_of(self, error: AssertionError) -> Failure:
        """Where a check failed, and what the names in that assertion stood for."""
        own = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if is_own(frame)]
        frame, line = own[-1]
        tree = ast.parse(self.rubric.own_text)
        tests = [node for node in ast.walk(tree) if isinstance(node, ast.Assert) and node.lineno <= line]
        within = [node for node in tests if line <= (node.end_lineno or node.lineno)]
        used = [each.id for node in within[-1:] for each in ast.walk(node.test) if isinstance(each, ast.Name)]
        values = {name: frame.f_locals[name] for name in dict.fromkeys(used) if name in frame.f_locals}
        shown = [f"{name} = {value_text(value)}" for name, value in values.items() if is_data(value)]
        told = [each for each in str(error).splitlines() if each.strip()][:SHOWN_LINES]
        return Failure(line, "\n".join(told), "\n".join(shown[:SHOWN_NAMES]))

    def source_of(self, line: int) -> str:
        """The statement that begins on a line, or that holds it."""
        nodes = [node for node in ast.walk(ast.parse(self.rubric.own_text)) if isinstance(node, ast.stmt)]
        around = [node for node in nodes if node.lineno <= line <= (node.end_lineno or node.lineno)]
        found = ast.get_source_segment(self.rubric.own_text, around[-1]) if around else None
        return one_line(found or "", 200)

    @property
    def points(self) -> Fraction:
        return sum(self.rubric.own_checks.values(), Fraction(0))

    @property
    def hidden_points(self) -> Fraction:
        return self.points if are_hidden(self.rubric) else Fraction(0)

    @property
    def points_elsewhere(self) -> Fraction:
        return self.points if are_elsewhere(self.rubric) else Fraction(0)

    # --- of a submission --------------------------------------------------------------------------------------

    def row(self, grading: Grading) -> ComponentResult:
        """The row of all checks. Raises UsageError where one of them is wrong itself."""
        if are_elsewhere(self.rubric):
            row = row_of(OWN_CHECKS, [self.elsewhere(name) for name in self.functions])
            row.outcome, row.message = str(Outcome.NOT_ASKED), NOT_HERE
            return row
        return row_of(OWN_CHECKS, [self.result(name, grading) for name in self.functions])

    def waiting(self, told: str) -> ComponentResult:
        """The row before its checks are asked."""
        most = decimal(self.points - self.points_elsewhere)
        return ComponentResult(OWN_CHECKS, str(Outcome.NOT_GRADED), 0.0, most, told)

    def elsewhere(self, name: str) -> ProbeResult:
        """A hidden check that another edition asks."""
        title, outcome = self.titles[name], str(Outcome.NOT_ASKED)
        return concealed(ProbeResult(f"{OWN_CHECKS}/{name}", title, outcome, 0.0, 0.0, NOT_HERE))

    def result(self, name: str, grading: Grading) -> ProbeResult:
        points = self.rubric.own_checks[name]
        failures: list[Failure] = []
        wrong: list[UsageError] = []

        def asked(subject: Subject, _: object) -> Observation:
            failures.clear()
            try:
                found = self.ask(name, subject)
            except UsageError as error:
                wrong.append(error)
                return {}
            if isinstance(found, Failure):
                failures.append(found)
                return {}
            return found

        probe = Probe(OWN_CHECKS, name, self.titles[name], asked)
        seen = grading.observer.fresh(probe)
        if wrong:
            raise wrong[0]
        if seen.broken:
            raise RuntimeError(seen.broken)
        verdict = self.verdict(probe, seen, failures, grading)
        if verdict.outcome != Outcome.PASSED and not seen.unwritten:
            self.ask_reference(name, grading.edition)
        passed = verdict.outcome == Outcome.PASSED
        frame = seen.fault.frames[-1] if seen.fault is not None and seen.fault.frames else None
        found = ProbeResult(
            name=probe.name,
            title=probe.title,
            outcome=str(verdict.outcome),
            points=decimal(points) if passed else 0.0,
            max_points=decimal(points),
            message=str(verdict.message),
            told=verdict.message,
            script=[each.text for each in seen.notes],
            output=seen.output,
            seconds=round(seen.seconds, 4),
            mismatches=mismatches(verdict, self.rubric.tolerances),
            file=frame.file if frame else "",
            line=frame.line if frame else 0,
        )
        return concealed(found) if are_hidden(self.rubric) else found

    def verdict(self, probe: Probe, seen: Response, failures: list[Failure], grading: Grading) -> Verdict:
        """What became of a check, in words. Code that is not written yet explains whatever comes of it."""
        if seen.fault is None and not failures:
            if probe.slug not in self.compared:
                return Verdict(probe, Outcome.PASSED, Fraction(1), seen)
            found = judge(probe, seen, self.expected(probe.slug, grading.edition), [], self.rubric)
            if found.outcome == Outcome.PASSED or not seen.unwritten:
                explain(found, self.rubric.tolerances, grading.edition)
                return found
        outcome = outcome_of(seen.fault) if seen.fault is not None else Outcome.FAILED
        found = Verdict(probe, outcome, Fraction(0), seen)
        if seen.unwritten:
            place = grading.excuses.place_of(seen.unwritten[0])
            found.outcome = Outcome.NOT_IMPLEMENTED
            found.message = Message(f"{place.function} is not written yet ({at(place)})")
        elif failures:
            failure = failures[0]
            source = self.source_of(failure.line)
            head, _, further = failure.told.partition("\n")
            parts = [
                ("came back", further or failure.seen),
                ("asked", f"{OWN_CHECKS}, line {failure.line}{f': {source}' * bool(head)}"),
                ("printed", printed(seen)),
            ]
            found.message = message(head or f"`{source}` does not hold", parts, script_text(seen.notes))
        explain(found, self.rubric.tolerances, grading.edition)
        return found


def with_answers(text: str, rubric: Rubric, edition: Edition) -> str:
    """The text of a rubric with what the reference returns in its checks, for where the reference is not.

    Raises UsageError where the reference does not pass.
    """
    names = sorted(compared(rubric) & set(rubric.own_checks))
    if not names or rubric.own_answers or are_elsewhere(rubric):
        return text
    checks, key = OwnChecks(rubric), AnswerKey()
    for name in names:
        key.put((), name, EVERY_SEED, checks.expected(name, edition))
    return f'{text}answers = "{base64.b64encode(answer_key.content_of(key)).decode()}"\n'


def observation_of(returned: object) -> Observation:
    """What a check returned, by name; nothing for one that returns nothing."""
    if returned is None:
        return {}
    named = returned if isinstance(returned, dict) else {"returned": returned}
    return {str(name): plain(value) for name, value in named.items()}


def plain(value: Any) -> Any:
    """Arrays that stand for live ones as arrays alone, and live objects by what they are."""
    if isinstance(value, np.ndarray):
        return value.view(np.ndarray)
    if isinstance(value, (Object, Method)):
        return Opaque(repr(value))
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def row_of(file: str, tests: list[ProbeResult]) -> ComponentResult:
    """A file of an instructor's own as a row."""
    points = sum((Fraction(str(test.points)) for test in tests), Fraction(0))
    possible = sum((Fraction(str(test.max_points)) for test in tests), Fraction(0))
    wrong = [test for test in tests if test.outcome not in (Outcome.PASSED, Outcome.NOT_ASKED)]
    kinds = {test.outcome for test in wrong}
    outcome = "passed" if not wrong else "partial" if points else kinds.pop() if len(kinds) == 1 else "failed"
    told = f"{wrong[0].name.partition('/')[2]}: {wrong[0].why}" if wrong else ""
    row = ComponentResult(file, outcome, decimal(points), decimal(possible), told, list(tests))
    row.instructors = True
    return row


def wrong_check(name: str, error: BaseException) -> UsageError:
    """An instructor's mistake in one line."""
    where = place_in_checks(error)
    told = one_line(f"{type(error).__name__}: {error}", 200)
    return UsageError(f"{where}{f', in {name}' if name else ''}: {told}")


def place_in_checks(error: BaseException) -> str:
    """The line of checks.py that an exception came through last."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if is_own(frame)]
    return f"{OWN_CHECKS}, line {lines[-1]}" if lines else OWN_CHECKS


def is_own(frame: Any) -> bool:
    return bool(frame.f_code.co_filename == OWN_CHECKS)


def is_data(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.generic, int, float, str, list, tuple, dict, type(None)))
