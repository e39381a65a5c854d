"""Runs the checks of a session with pytest: items, selection (`-k`), time limits, JUnit XML, checks of an instructor.

Each probe and each training is an item of its own class, no parametrized test function: those need fixtures, which take
pytest longer to set up than most probes take to be judged. An instructor's own `test_*.py` may be passed along after
`--`; it finds the submission in the fixture `submission`, and the run in `session`.

The submission cannot reach pytest: it lives in a worker, and none of its folders is a place where this pytest looks for
plugins or configuration. Each file of an instructor's own tests becomes a row; `@pytest.mark.points(N)` gives a test
points.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.ask.client import Fault
from grader.ask.objects import Implementation
from grader.ask.probe import Probe
from grader.base.errors import UsageError
from grader.explain.message import fault_headline
from grader.judge import own_checks
from grader.judge.hidden import training_check
from grader.judge.verdict import outcome_of
from grader.result import OWN_CHECKS, Outcome, ProbeResult
from grader.run.session import Session

# Trials and waits of one item, beyond its own limits: if this net catches one, the grader itself hangs.
OUTER_NET_FACTOR = 3
SKIPPED = (Outcome.BLOCKED, Outcome.NOT_ASKED, Outcome.NOT_ON_TRACK, Outcome.NOT_FINISHED)
# Parts of pytest that a grading has no use for, each some milliseconds of every run
UNUSED = (
    "terminal",
    "cacheprovider",
    "doctest",
    "unittest",
    "nose",
    "pastebin",
    "stepwise",
    "faulthandler",
    "logging",
    "debugging",
    "warnings",  # these go to the terminal
    "unraisableexception",  # the two collect garbage, again and again, before they end
    "threadexception",
)
UNUSED_BY_CHECKS = ("junitxml",)  # has fixtures that an instructor's own tests may ask for


class Plugin:
    """Gives pytest the checks of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.rubric = session.grading.edition.rubric

    @pytest.fixture(name="session", scope="session")
    def session_fixture(self) -> Session:
        return self.session

    @pytest.fixture(name="submission")
    def submission_fixture(self) -> Iterator[Implementation]:
        """The submission, as checks.py is given it."""
        with self.session.grading.observer.asked() as submission:
            yield submission

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Checks | None:
        """pytest collects files; the one that says which checks there are is the rubric."""
        return Checks.from_parent(parent, path=file_path, run=self.session) if file_path == self.rubric else None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "points(number): what a test of an instructor's own is worth")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """`-k` and the like choose among the checks; a component has a row if one of its checks is chosen."""
        chosen = {item.component for item in session.items if isinstance(item, Check)}
        if chosen != set(self.session.grading.questions.components):
            self.session.select(chosen)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Notes what becomes of an instructor's own test."""
        report = yield
        if not isinstance(item, Check) and (report.when == "call" or report.outcome != "passed"):
            marker = item.get_closest_marker("points")
            points = float(marker.args[0]) if marker is not None and marker.args else 0.0
            passed = report.outcome == "passed"
            fault = call.excinfo.value if call.excinfo is not None and isinstance(call.excinfo.value, Fault) else None
            outcome = {"passed": "passed", "skipped": "not asked"}.get(report.outcome, "failed")
            outcome = str(outcome_of(fault)) if fault is not None else outcome
            title = " ".join((getattr(getattr(item, "obj", None), "__doc__", None) or item.name).split())
            message = "" if passed else fault_headline(fault) if fault is not None else said(report)
            name = f"{item.path.name}/{item.name}"
            worth = points if outcome != Outcome.NOT_ASKED else 0.0
            self.session.note_own_test(
                item.path.name, ProbeResult(name, title, outcome, points * passed, worth, message)
            )
        return report

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """The first check of a component judges all of them: from then on its row is known."""
        if isinstance(item, Check):
            self.session.finish(item.component)

    def pytest_keyboard_interrupt(self) -> None:
        self.session.interrupted = True


class Checks(pytest.File):
    """Every check of a session."""

    def __init__(self, *, run: Session, **named: Any) -> None:
        super().__init__(**named)
        self.run = run

    def collect(self) -> Iterator[pytest.Item]:
        for probe in self.run.grading.probes:
            yield ProbeCheck.from_parent(self, name=probe.name, run=self.run, probe=probe)
        for training in self.run.chosen_trainings():
            yield TrainingCheck.from_parent(self, name=training_check(training), run=self.run, training=training)
        if self.run.own_checks is not None:
            for name in own_checks.names(self.run.grading.rubric):
                yield OwnCheck.from_parent(self, name=name, run=self.run)


class Check(pytest.Item):
    """One check, of one component."""

    def __init__(self, *, run: Session, component: str, **named: Any) -> None:
        super().__init__(**named)
        self.run, self.component = run, component

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What pytest keeps of a failure: the verdict is all there is to say of a check, and quickly said."""
        if isinstance(excinfo.value, pytest.fail.Exception):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class ProbeCheck(Check):
    """One behaviour of one component."""

    def __init__(self, *, probe: Probe, **named: Any) -> None:
        super().__init__(component=probe.component, **named)
        self.probe = probe

    def runtest(self) -> None:
        grading = self.run.grading
        verdict = grading.verdict(self.probe)
        if verdict.outcome == Outcome.GRADER_FAULT:
            raise RuntimeError(verdict.seen.broken)
        conclude(
            verdict.outcome, str(verdict.outcome) if grading.questions.is_hidden(self.probe) else str(verdict.message)
        )


class TrainingCheck(Check):
    """Training of one model to its threshold."""

    def __init__(self, *, training: str, **named: Any) -> None:
        super().__init__(component=training, **named)

    def runtest(self) -> None:
        result = self.run.train(self.component)
        conclude(Outcome(result.outcome), "" if self.run.is_hidden(self.component) else result.message)


class OwnCheck(Check):
    """A check of an instructor's own, in checks.py beside the rubric."""

    def __init__(self, **named: Any) -> None:
        super().__init__(component=OWN_CHECKS, **named)

    def runtest(self) -> None:
        try:
            row = self.run.row_of_own_checks
        except UsageError as error:
            self.run.wrong = error
            raise KeyboardInterrupt from None
        assert row is not None
        found = next(each for each in row.probes if each.name == self.name)
        conclude(Outcome(found.outcome), found.message)


def said(report: pytest.TestReport) -> str:
    """What a test that did not pass says of it: the exception's message, without a traceback."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash is not None else report.longrepr or "failed")


def conclude(outcome: Outcome, message: str) -> None:
    """Ends an item in one of pytest's ways: passed, skipped or failed."""
    if outcome in SKIPPED:
        pytest.skip(message or str(outcome))
    if outcome != Outcome.PASSED:
        pytest.fail(f"{outcome}: {message}", pytrace=False)


def run_checks(session: Session, pytest_arguments: list[str]) -> None:
    """Runs every check of a session, or those until somebody interrupts it. Raises UsageError."""
    limits = session.grading.rubric
    net = OUTER_NET_FACTOR * (limits.longest_check + limits.longest_training * session.runs)
    if not session.grading.observer.level.limited:
        net = 0  # none: somebody may sit at a debugger
    unused = UNUSED if pytest_arguments else UNUSED + UNUSED_BY_CHECKS
    arguments = [
        str(session.grading.edition.rubric),
        "-c", str(Path(__file__).with_name("pytest.ini")),
        "--rootdir", str(Path(__file__).parent),
        "--noconftest",
        f"--assert={'rewrite' if pytest_arguments else 'plain'}",
        "--capture=no",
        *(word for name in unused for word in ("-p", f"no:{name}")),
        "-p", "pytest_timeout",
        f"--timeout={net:g}",
        *pytest_arguments,
    ]  # fmt: skip
    session.begin()
    # Plugins that happen to be installed have no business in a grading, and each costs time
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):  # what a shell sets for other tests
            patch.delenv(name, raising=False)
        try:
            status = int(pytest.main(arguments, plugins=[Plugin(session)]))
        except KeyboardInterrupt:
            session.interrupted, status = True, 2
    if session.wrong is not None:
        raise session.wrong
    if status == 4 or (status == 2 and not session.interrupted):
        raise UsageError(f"pytest did not accept: {' '.join(pytest_arguments)}")
    if status == 5 and pytest_arguments:
        raise UsageError(f"no check is chosen by: {' '.join(pytest_arguments)}; `grade --list` shows them")
    if status == 3:
        raise RuntimeError("pytest failed")
