"""Tells for which year of the course a submission is written, by what its sources hold; nothing is run.

The editions differ in their given code, which every hand-in brings, however little of it is written: so this reads
text, and minds neither holes nor syntax. A homework has a module with FEATURES, and with those BETWEEN years that share
all of these. Without clear evidence of another year it is the first edition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.base.errors import UsageError
from grader.homework import FIRST_YEAR, HOMEWORK, YEARS, Edition, edition
from grader.submission.source import SourceModule

LEAST = 2  # features that tell another year for sure
MOST_TOLD = 4
MOST_SHOWN = 2  # beside a score
NOT_CODE = re.compile(r'("""|\'\'\').*?(?:\1|\Z)|#[^\n]*', re.DOTALL)


@dataclass(frozen=True)
class Feature:
    """Something in a source, and the years whose given code has it.

    text     as a student would call it
    patterns in code without comments and docstrings, all of them in one file
    files    the stems of the files to look into; () for all
    """

    text: str
    patterns: tuple[re.Pattern[str], ...]
    years: frozenset[int]
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recognition:
    """The year of an edition, and the features that say so, those of few years first."""

    year: int
    evidence: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " and ".join(self.evidence[:MOST_SHOWN])


def feature(text: str, patterns: str | list[str], years: Iterable[int], *files: str) -> Feature:
    found = [patterns] if isinstance(patterns, str) else patterns
    return Feature(text, tuple(re.compile(each, re.MULTILINE) for each in found), frozenset(years), files)


def recognise(modules: Iterable[SourceModule]) -> Recognition:
    """The edition that these modules are written for."""
    if not HOMEWORK.features:
        return Recognition(FIRST_YEAR)
    known = HOMEWORK.module(HOMEWORK.features)
    texts = [(module.relative.stem, code_of(module)) for module in modules]
    found = [each for each in known.FEATURES if is_in(each, texts)]
    later = [each for each in found if FIRST_YEAR not in each.years]
    if len(later) < LEAST or len(later) <= len(found) - len(later):
        return Recognition(FIRST_YEAR)
    found = [*later, *(each for each in known.BETWEEN if is_in(each, texts))]
    years = frozenset().union(*(each.years for each in later))
    votes = {year: sum(year in each.years for each in found) for year in years}
    year = max(votes, key=lambda each: (votes[each], each))
    telling = sorted((each for each in found if year in each.years), key=lambda each: len(each.years))
    return Recognition(year, tuple(each.text for each in telling))


def is_in(each: Feature, texts: Iterable[tuple[str, str]]) -> bool:
    files = (text for stem, text in texts if not each.files or stem in each.files)
    return any(all(pattern.search(text) for pattern in each.patterns) for text in files)


def code_of(module: SourceModule) -> str:
    """A module's text without comments and docstrings; '' where it could not be read."""
    try:
        return NOT_CODE.sub("", module.path.read_text("utf-8", "replace"))
    except OSError:
        return ""


def edition_of(found: Recognition, named: str) -> Edition:
    """The edition that was recognised. Raises UsageError for one that is not graded here."""
    if found.year not in YEARS:
        evidence = ", ".join(found.evidence[:MOST_TOLD])
        known = ", ".join(map(str, YEARS))
        raise UsageError(
            f"{named}: this is written for the edition of {found.year}: {evidence}. Graded here are those of {known}; "
            "--edition YEAR takes it for one of them"
        )
    return edition(found.year)
