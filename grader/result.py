"""The one object that a run yields. Everything that is printed or written is made from it.

Its form as JSON is described by result.schema.json beside this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from grader.base.message import Message

VERSION = 1  # of the object's form: within a version fields may be added, and none changes or goes
DISTURBED = 0.5  # seconds; less is what the questions themselves take


class Outcome(str, Enum):
    """What became of a probe or a component, in the words that reports use."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    NOT_IMPLEMENTED = "not implemented"
    ERROR = "error"
    CRASHED = "crashed"
    EXITED = "exited"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    BLOCKED = "blocked"
    NOT_ON_TRACK = "not on this track"
    NOT_ASKED = "not asked"
    NOT_FINISHED = "not finished"
    GRADER_FAULT = "grader fault"
    NOT_GRADED = "not graded"  # what a run was stopped before

    __hash__ = str.__hash__  # an outcome and its text, as it is written and read again, are one key

    def __str__(self) -> str:
        return self.value


NOT_JUDGED = (Outcome.BLOCKED, Outcome.GRADER_FAULT, Outcome.NOT_GRADED)  # say nothing about the work
UNTOUCHED = (Outcome.PASSED, Outcome.NOT_ASKED, Outcome.NOT_ON_TRACK, *NOT_JUDGED)


OWN_CHECKS = "checks.py"  # an instructor's own, beside the rubric: the file, and the row that it is
TRAINING = "training"  # how the name of a component begins that is a training


def is_training(component: str) -> bool:
    """Is a component a training, and no class or function?"""
    return component.partition(".")[0] == TRAINING


def model_of(training: str) -> str:
    """What a training trains: `simple` of `training.simple`."""
    return training.partition(".")[2]


@dataclass
class Values:
    """One side of a difference.

    text: kind, shape and contents in a few words. numbers: the array as nested lists, where it is small; NaN and the
    infinities are the strings 'nan', 'inf' and '-inf'.
    """

    text: str
    dtype: str = ""
    shape: list[int] = field(default_factory=list)
    numbers: list[Any] | None = None


@dataclass
class Mismatch:
    """One entry of a check's answer that is not what was expected.

    first: the index of the first number that differs. places: all of them, counted row by row; both are empty where
    shapes or kinds differ.
    """

    entry: str
    kind: str
    expected: Values
    actual: Values
    first: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def accuracy_text(accuracy: Sequence[float]) -> str:
    """The accuracy that counts, the best after any epoch, and when that was: one wording wherever it is told."""
    best = max(accuracy)
    epoch, epochs = list(accuracy).index(best) + 1, len(accuracy)
    when = f"epoch {epoch} of {epochs}" if epoch < epochs else f"{epochs} epoch{'s' * (epochs > 1)}"
    return f"{best:.2%} after {when}"


@dataclass
class ProbeResult:
    """One behaviour of a component. Points are numbers with at most two decimals.

    not_judged: of max_points, what nobody can say yet, neither earned nor lost: all where the check is blocked or the
        grader failed, else 0.
    hidden: of this check nothing else is told than its outcome, its points and the codes that explain it.
    file, line: where in the code folder to look first: where it raised, else where it is defined; '' and 0 if unknown.
    told: the parts of the message; a message that came without them is all headline.
    blocked_by: what has to be right before this check can be judged: another component, or a file; '' elsewhere.
    """

    name: str
    title: str
    outcome: str
    points: float
    max_points: float
    message: str = ""
    diagnosis: list[str] = field(default_factory=list)
    script: list[str] = field(default_factory=list)
    output: str = ""
    seconds: float = 0.0
    file: str = ""
    line: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    hidden: bool = False
    not_judged: float = 0.0
    told: Message = field(default_factory=Message)
    blocked_by: str = ""

    def __post_init__(self) -> None:
        if not self.told:
            self.told = Message(self.message)

    @property
    def why(self) -> str:
        """The one line of why that a component takes from this check."""
        if self.hidden and self.outcome not in (Outcome.PASSED, Outcome.NOT_ASKED):
            return f"hidden check: {self.title}"
        return self.message.partition("\n")[0]

    @property
    def lost(self) -> float:
        return max(round(self.max_points - self.points - self.not_judged, 2), 0.0)  # a bonus is above its maximum of 0


@dataclass
class ComponentResult:
    """One row of the table. `message` is its line of why."""

    name: str
    outcome: str
    points: float
    max_points: float
    message: str = ""
    probes: list[ProbeResult] = field(default_factory=list)
    counts: bool = True  # False: on no track, or an extension
    not_judged: float = 0.0  # of max_points: neither earned nor lost
    instructors: bool = False  # tests of an instructor's own, which a run was given

    @property
    def lost(self) -> float:
        return max(round(self.max_points - self.points - self.not_judged, 2), 0.0)  # a bonus is above its maximum of 0

    @property
    def is_fine(self) -> bool:
        """Nothing to do here: all points, and no given code broken."""
        return not self.lost + self.not_judged and (
            self.outcome in (Outcome.PASSED, Outcome.NOT_ON_TRACK, Outcome.NOT_ASKED) or not self.counts
        )

    @property
    def why(self) -> str:
        """What its row says: nothing where all is well, but how well a training went."""
        left = f"{self.not_judged:g} point{'s' * (self.not_judged != 1)} not judged" if self.not_judged else ""
        if self.outcome == Outcome.PASSED and left:
            return f"{left}: {self.message}"
        if self.outcome == Outcome.PASSED and not is_training(self.name):
            return ""
        return self.message if not left or self.outcome in NOT_JUDGED else f"{self.message}; {left}"

    @property
    def is_broken_gift(self) -> bool:
        """Given code that does not do what it did: a warning, for it has no points to lose."""
        return self.counts and not self.max_points and not self.instructors and self.outcome not in UNTOUCHED


def halves(part: ComponentResult) -> tuple[ComponentResult, ComponentResult | None]:
    """A component's public checks and its hidden ones, each as a component of its own, for where these are apart."""
    hidden = [probe for probe in part.probes if probe.hidden]
    if not hidden:
        return part, None
    public = [probe for probe in part.probes if not probe.hidden]
    return half_of(part, public), half_of(part, hidden)


def half_of(part: ComponentResult, probes: list[ProbeResult]) -> ComponentResult:
    """The component as these of its checks alone would have it."""
    points, most, not_judged = (
        round(sum(each), 2) for each in zip((0.0,) * 3, *((p.points, p.max_points, p.not_judged) for p in probes))
    )
    asked = [probe for probe in probes if probe.outcome != Outcome.NOT_ASKED]
    bad = [probe for probe in asked if probe.outcome != Outcome.PASSED]
    wrong = [probe for probe in bad if probe.outcome not in NOT_JUDGED]
    if wrong:
        outcome = "partial" if points else wrong[0].outcome
    elif bad:
        outcome = "passed" if points and points >= most / 2 else bad[0].outcome
    else:
        outcome = "passed" if asked else "not asked"
    told = wrong or bad or (probes if not asked else [])
    message = told[0].why if told else ""
    return ComponentResult(part.name, outcome, points, most, message, probes, part.counts, not_judged)


@dataclass
class Milestone:
    """Test accuracy reached, and what it took from the first word about training, evaluation included."""

    accuracy: float
    epoch: int
    wall_seconds: float
    cpu_seconds: float | None


@dataclass
class Digit:
    """One image of the test split, and what the model takes it for. pixels: 28 rows of 28 bytes, in base64."""

    index: int
    label: int
    predicted: int
    pixels: str


@dataclass
class TrainingResult:
    """Training of one model. Seconds are the grader's own clock.

    accuracy: test accuracy after each epoch. loss: what the submission's `fit` says, None where it says no number.
    runs: one entry a seed where there were several. confusion: how often a digit (row) was taken for which (column).
    digits: ten that the trained model gets right and ten that it gets wrong, where there are so many.
    told: the parts of the message; a message that came without them is all headline.
    """

    model: str
    outcome: str
    message: str = ""
    threshold: float = 0.0
    accuracy_before: float | None = None
    accuracy: list[float] = field(default_factory=list)
    loss: list[float | None] = field(default_factory=list)
    epoch_seconds: list[float] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    wall_seconds: float = 0.0
    cpu_seconds: float | None = None
    ratio_to_reference: float | None = None
    reference_accuracy: list[float] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    runs_missed: int = 0
    confusion: list[list[int]] = field(default_factory=list)
    digits: list[Digit] = field(default_factory=list)
    told: Message = field(default_factory=Message)

    def __post_init__(self) -> None:
        if not self.told:
            self.told = Message(self.message)

    @property
    def component(self) -> str:
        """The row that it belongs to."""
        return f"{TRAINING}.{self.model}"

    @property
    def was_disturbed(self) -> bool:
        """Was the machine busy with other work? Then seconds of CPU time hold, and those of the clock do not.

        Training runs on one thread: alone on a core, the two are nearly the same.
        """
        return any(
            goal.cpu_seconds is not None and goal.wall_seconds - goal.cpu_seconds > max(DISTURBED, goal.cpu_seconds / 2)
            for goal in self.milestones
        )


class Components(list[ComponentResult]):
    """The rows of a result, by place or by name: `components["Softmax"]`."""

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return super().__getitem__(key)
        for part in self:
            if part.name.lower() == key.lower():
                return part
        raise KeyError(f"{key}: this result has {', '.join(part.name for part in self)}")


@dataclass
class Result:
    """Everything that a run found out.

    folder: of the code, from the top of the repository or, where there is none, from the current folder; None for a
        zip, whose files are at no path.
    complete: False while the run goes on, and where it was stopped.
    platform: what the platform said in environment variables, by name.
    hidden_points: that hidden checks carry, whether they were asked here or not.
    hidden_on_gradescope: when Gradescope shows them.
    not_judged: points of max_score that nobody can say yet, see ProbeResult.
    edition: the year of the course; graders that did not tell it knew the first one alone.
    recognised_by: what in the hand-in tells that year, or that it was asked for; '' for the first, where nothing
        speaks of another one.
    attempt: of whoever handed it in, from 1 up; 0 where nobody counts. graded_at: when the latest graded ones came,
        where the rubric limits them.
    """

    score: float
    max_score: float
    track: str
    seed: int
    isolation: str
    components: Components
    training: list[TrainingResult]
    notes: list[str] = field(default_factory=list)
    not_graded: float = 0.0  # points of the track that this run was told to leave out
    seconds: float = 0.0
    submission: str = ""
    folder: str | None = None
    started: str = ""  # UTC, as in 2026-01-31T23:59:59Z
    complete: bool = True
    grader: str = ""
    platform: dict[str, str] = field(default_factory=dict)
    hidden_points: float = 0.0
    hidden_on_gradescope: str = "after_published"
    not_judged: float = 0.0
    edition: int = 2022
    recognised_by: str = ""
    attempt: int = 0
    graded_at: list[str] = field(default_factory=list)
    version: int = VERSION

    def __post_init__(self) -> None:
        self.components = Components(self.components)

    @property
    def grader_failed(self) -> bool:
        return any(probe.outcome == Outcome.GRADER_FAULT for part in self.components for probe in part.probes)

    @property
    def exit_code(self) -> int:
        """0 all points of what was graded, 1 otherwise, 3 the grader itself failed.

        Rows without points do not say, but for an instructor's own tests.
        """
        failed = any(
            part.instructors and part.outcome not in (Outcome.PASSED, Outcome.NOT_ASKED) for part in self.components
        )
        missing = any(round(part.points, 2) < round(part.max_points, 2) for part in self.components)  # bonus or not
        return 3 if self.grader_failed else int(failed or missing)

    @property
    def edition_text(self) -> str:
        """The edition and how it was told, where that is not the usual."""
        return f"edition {self.edition} (told by {self.recognised_by})" if self.recognised_by else ""

    @property
    def warnings(self) -> list[str]:
        """What is to be told though it costs nothing: given code that is broken."""
        broken = (part for part in self.components if part.is_broken_gift)
        return [f"{part.name}: {part.message.partition(' (')[0]}" for part in broken]  # why, its checks say

    @property
    def unfinished(self) -> list[str]:
        """Components that the run was stopped before."""
        return [part.name for part in self.components if part.outcome == Outcome.NOT_GRADED]

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    def rows(self) -> list[dict[str, Any]]:
        """One row a check, flat: what the CSV holds, and what a data frame is made from."""
        return [row for part in self.components for row in rows_of(part)]


def rows_of(part: ComponentResult) -> Iterable[dict[str, Any]]:
    """The checks of a component; the component itself where it has none."""
    whole = ProbeResult(part.name, "", part.outcome, part.points, part.max_points, part.message)
    whole.not_judged = part.not_judged
    checks = part.probes or [whole]
    for probe in checks:
        yield {
            "component": part.name,
            "check": probe.name.partition("/")[2],
            "title": probe.title,
            "outcome": probe.outcome,
            "points": probe.points,
            "max_points": probe.max_points,
            "not_judged": probe.not_judged,
            "diagnosis": " ".join(probe.diagnosis),
            "message": probe.message.partition("\n")[0],
            "file": probe.file,
            "line": probe.line or None,
        }
