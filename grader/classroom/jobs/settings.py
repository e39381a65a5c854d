"""All that a verdict depends on besides the hand-in: the same for a whole class, and sent to every worker."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader.ask.answers import Answers, KeyAnswers, LiveAnswers, answers_of
from grader.base.errors import UsageError
from grader.base.paths import PACKAGE
from grader.homework import FIRST, HOMEWORK, YEARS, Edition, edition
from grader.judge.rubrics import load as load_rubric
from grader.result import OWN_CHECKS, is_training
from grader.rubric import Rubric, text_of, year_of
from grader.submission.archives import open_handin

# What cannot change a verdict: how results are shown, and how classes are run
NO_JUDGES = ("report", "classroom", "commands", "packing")


@dataclass(frozen=True)
class Terms:
    """How every hand-in of a class is graded. Paths are absolute; '' stands for the built-in ones.

    Years of the course may be mixed. track: '' for each year's default. components: those to grade of any year.
    hidden_seed: of the questions of hidden checks, where it is another one than the public seed.
    year: of the edition that all hand-ins are taken for; 0 where each is told by its features.
    user: whom workers of root become where they have no namespaces; '' for the usual one.
    kit: a folder with a rubric and the answers of each year, in place of `rubric` and `key`: on another machine.
    """

    track: str
    components: tuple[str, ...]
    seed: int
    runs: int = 1
    full: bool = False
    rubric: str = ""
    data: str = ""
    key: str = ""
    isolation: str = "auto"
    user: str = ""
    year: int = 0
    hidden_seed: int | None = None
    kit: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "components", tuple(self.components))  # JSON brings a list

    @property
    def usual(self) -> Edition:
        """The edition that is made ready for: the one that was named, else the first that there are answers for."""
        if self.year or not self.kit:
            return edition(self.year) if self.year else FIRST
        return next(each for each in map(edition, YEARS) if Path(self.kit, answers_of_kit(each)).is_file())

    @property
    def trains(self) -> bool:
        return any(map(is_training, self.components))

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    def for_yardstick(self) -> Terms:
        """The terms under which the reference is trained to compare with."""
        trainings = tuple(filter(is_training, self.components))
        return replace(self, components=trainings, full=False, runs=1)

    def rubric_file(self, year: Edition) -> Path | None:
        """The rubric that was named, for the year that it is for; None for the built-in one."""
        in_kit = Path(self.kit, rubric_of_kit(year))
        if self.kit and in_kit.is_file():
            return in_kit
        return Path(self.rubric) if self.rubric and year_of(Path(self.rubric)) == year.year else None

    def load_rubric(self, year: Edition = FIRST) -> Rubric:
        return load_rubric(self.rubric_file(year), year)

    def track_of(self, rubric: Rubric) -> str:
        return self.track if self.track in rubric.points else rubric.default_track

    def components_of(self, year: Edition) -> tuple[str, ...]:
        return tuple(name for name in (*year.components, OWN_CHECKS) if name in self.components)

    def load_answers(self, year: Edition = FIRST, cached: bool = True) -> Answers:
        in_kit = Path(self.kit, answers_of_kit(year))
        key = in_kit if self.kit and in_kit.is_file() else Path(self.key) if self.key else None
        found = answers_of(key, HOMEWORK.probe_folder(), self.seed, year, cached)
        if self.hidden_seed is not None and isinstance(found, KeyAnswers):
            found.check_seed(self.hidden_seed, "--hidden-seed")
        return found

    def hidden_seed_for(self, answers: Answers) -> int | None:
        """The seed of hidden checks: as told, else that of the key; None where it is that of all others."""
        if self.hidden_seed is None and isinstance(answers, KeyAnswers):
            return answers.hidden_seed
        return self.hidden_seed

    def digest(self) -> str:
        """Changes with everything that could change a verdict. Raises UsageError."""
        found = hashlib.sha256()
        choices = [self.track, self.components, self.seed, self.runs, self.full, self.year]
        choices += [] if self.hidden_seed is None else [self.hidden_seed]
        found.update(json.dumps(choices).encode())
        for year in map(edition, YEARS):
            found.update(text_of(self.rubric_file(year), year).encode())
        found.update(self.digest_of_answers().encode())
        found.update(digest_of_grader().encode())
        return found.hexdigest()

    def digest_of_answers(self) -> str:
        """Changes with what submissions are compared with. Raises UsageError."""
        if self.key:
            return hashlib.sha256(Path(self.key).read_bytes()).hexdigest()
        found = hashlib.sha256()
        for year in map(edition, YEARS):
            answers = self.load_answers(year)
            if isinstance(answers, LiveAnswers):
                found.update(answers.digest().encode())
            elif isinstance(answers, KeyAnswers):
                found.update(answers.path.read_bytes())
        return found.hexdigest()

    def key_of(self, digest: str, own_digest: str) -> str:
        """What a result is kept by. digest: of the hand-in; own_digest: of these terms, which takes a while."""
        return hashlib.sha256(f"{digest} {own_digest}".encode()).hexdigest()


def rubric_of_kit(year: Edition) -> str:
    return f"rubric-{year.year}.toml"


def answers_of_kit(year: Edition) -> str:
    return f"answers-{year.year}.key"


def digest_of_grader() -> str:
    """Changes with the code that judges."""
    found = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        if relative.parts[0] not in NO_JUDGES or relative.name == "job.py":
            found.update(relative.as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def reference_folder(terms: Terms, handins: Iterable[Path]) -> Path | None:
    """What trainings are compared with, where there is one: the reference of the year that the class is of.

    Where no year is named, that is the one of the first hand-in that can be opened.
    """
    if not terms.trains:
        return None
    reference = (terms.usual if terms.year else year_of_class(handins)).reference
    return reference if reference.is_dir() else None


def year_of_class(handins: Iterable[Path]) -> Edition:
    return next(years_of(handins), FIRST)


def years_of(handins: Iterable[Path]) -> Iterator[Edition]:
    """The year of each hand-in that can be opened."""
    for path in handins:
        with suppress(UsageError), TemporaryDirectory(prefix="beras-grade-") as scratch:
            yield open_handin(path, Path(scratch)).edition


def named_file(path: Path | None, option: str) -> str:
    """A file that an option names, as a path that holds from everywhere. Raises UsageError."""
    if path is None:
        return ""
    if not path.exists():
        raise UsageError(f"{option} {path}: there is no such file or folder")
    return str(path.resolve())
