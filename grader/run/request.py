"""What one grading is asked for: which submission, which of its components, by what rules, with which seeds."""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.base.errors import UsageError
from grader.homework import FIRST, Edition
from grader.judge import rubrics
from grader.result import OWN_CHECKS, is_training
from grader.rubric import Rubric, year_meant
from grader.run.attempts import Attempt

DEFAULT_SEED = 1470
SEED_BITS = 31
HIDDEN_SEED_BITS = 128  # who has seen some hidden questions must not find the others by trying seeds


@dataclass(frozen=True)
class Request:
    """One grading, as a command or a call of `grade()` asks for it. Each field is the option of that name.

    None is what the rubric, the answer key or the submission decides. only: () for all components.
    """

    path: str
    edition: int | None = None
    track: str | None = None
    only: tuple[str, ...] = ()
    training: bool = True
    seed: int = DEFAULT_SEED
    hidden_seed: int | None = None
    rubric: Path | None = None
    data: Path | None = None
    key: Path | None = None
    isolation: str = "auto"
    user: str | None = None
    runs: int = 1
    full: bool = False
    fast_core: bool | None = None
    attempt: Attempt = field(default_factory=Attempt)

    def __post_init__(self) -> None:
        if self.runs < 1:
            raise UsageError("--runs takes a whole number from 1 up")


def year_spoken_of(year: int | None, path: Path | None) -> Edition:
    """The edition that a command without a hand-in is about: as named, the rubric's, else that of an installed key.

    Raises UsageError.
    """
    from grader.ask.answers import KEY, KeyAnswers

    if year is None and path is None and not FIRST.reference.is_dir() and KEY.is_file():
        year = KeyAnswers(KEY).year
    return year_meant(year, path)


def plan(request: Request, year: Edition) -> tuple[Rubric, str, tuple[str, ...]]:
    """By what rules, on which track, and what is graded of this year's edition. Raises UsageError."""
    rubric = rubrics.load(request.rubric, year)
    if request.fast_core is not None:
        rubric = replace(rubric, fast_core=request.fast_core)
    track = request.track or rubric.default_track
    if track not in rubric.points:
        raise UsageError(f"--track {track}: the rubric has the tracks {', '.join(rubric.points)}")
    known = (*year.components, OWN_CHECKS) if rubric.own_checks else year.components
    return rubric, track, chosen(request.only, request.training, known)


def chosen(names: Iterable[str], training: bool, known: tuple[str, ...], option: str = "--only") -> tuple[str, ...]:
    """The components that these names mean, all of them for none; `option` says them. Raises UsageError."""
    names = list(names)
    by_lower = {name.lower(): name for name in known}
    for name in names:
        if name.lower() not in by_lower:
            near = difflib.get_close_matches(name.lower(), by_lower, 1, 0.5)
            hint = f"did you mean {by_lower[near[0]]}?" if near else "grade --list names them all"
            raise UsageError(f"{option} {name}: there is no such component; {hint}")
    wanted = {by_lower[name.lower()] for name in names} or set(known)
    left = [name for name in known if name in wanted and (training or not is_training(name))]
    if not left:
        raise UsageError(f"{option} {' '.join(names)} --no-training: nothing is left to grade")
    return tuple(left)


def seed_of(text: str | None, option: str = "--seed", bits: int = SEED_BITS) -> int:
    """The seed that an option says: the usual one, a new one for 'fresh'. Raises UsageError."""
    if text is None:
        return DEFAULT_SEED
    if text == "fresh":
        return secrets.randbits(bits)
    if not text.isdecimal() or len(text) > len(str(2**bits)) or int(text) >= 2**bits:
        raise UsageError(f"{option} {text}: must be a whole number from 0 to {2**bits - 1}, or 'fresh'")
    return int(text)


def hidden_seed_of(text: str | None) -> int | None:
    """The seed that --hidden-seed says; None where it says nothing. Raises UsageError."""
    return None if text is None else seed_of(text, "--hidden-seed", HIDDEN_SEED_BITS)
