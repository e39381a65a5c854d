"""Tells for which year of the course a submission is written, by what its sources hold; nothing is run.

The editions differ in their given code, which every hand-in brings, however little of it is written: so this reads
text, and minds neither holes nor syntax. Without clear evidence of another year it is the edition of 2022.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.base.errors import UsageError
from grader.homework import FIRST_YEAR, YEARS, Edition, edition
from grader.submission.source import SourceModule

LATER = tuple(year for year in (*YEARS, 2026) if year != FIRST_YEAR)  # those that can be told, graded or not
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


LAYERS = ("core", "layers", "activations", "losses", "metrics", "onehot")
FEATURES = (
    feature(
        "`gradient(target, sources)`",
        r"^[ \t]+def gradient\(\s*self\s*,\s*target\b[^,)]{0,100},\s*sources\b",
        (2023, 2024, 2025),
    ),
    feature("`get_input_gradients`", r"^[ \t]+def get_input_gradients\(", (2024, 2025, 2026)),
    feature("`compose_input_gradients`", r"^[ \t]+def compose_input_gradients\(", (2024, 2025, 2026)),
    feature("a tape with `previous_layers`", r"\.previous_layers\b", (2024, 2025)),
    feature("a tape with `prevs`", r"\.prevs\b", (2023,)),
    feature("gradient_tape.py", r"^class GradientTape\b", (2024, 2025), "gradient_tape"),
    feature("`Tensor` and `Weighted`", [r"^class Tensor\b", r"^class Weighted\b"], (2023, 2024, 2025, 2026), "core"),
    feature("`load_and_preprocess_data`", r"^def load_and_preprocess_data\(", (2023, 2024, 2025, 2026)),
    feature("`Diffable.backward`", [r"^class Diffable\b", r"^[ \t]+def backward\(\s*self\b"], (2026,), "core"),
    feature("`requires_grad`", r"\brequires_grad\b", (2026,), "core"),
    feature("`Linear`", r"^class Linear\(\s*Diffable\b", (2026,), "layers"),
    feature("`get_data_MNIST`", r"^def get_data_MNIST\(", (2022,)),
    feature("`gradient()`", r"^[ \t]+def gradient\(\s*self\s*\)", (2022,)),
    feature("a tape with `operations`", r"\.operations\b", (2022,)),
    feature("`CrossEntropyLoss`", r"^class CrossEntropyLoss\b", (2022,)),
    feature(
        "`input_gradients` with `forward`",
        [r"^[ \t]+def forward\(", r"^[ \t]+def input_gradients\("],
        (2022,),
        "layers",
    ),
)
# These years share all of the above: what tells them apart
BETWEEN = (
    feature("`input_gradients`", r"^[ \t]+def input_gradients\(", (2023,)),
    feature("`compose_to_input`", r"^[ \t]+def compose_to_input\(", (2023,)),
    feature("`call`", r"^[ \t]+def call\(\s*self\b", (2023, 2024), *LAYERS),
    feature("`forward`", r"^[ \t]+def forward\(\s*self\b", (2025, 2026), *LAYERS),
    feature("`SequentialModel` in model.py", r"^class SequentialModel\b", (2025,), "model"),
    feature("`SequentialModel` in assignment.py", r"^class SequentialModel\b", (2023, 2024), "assignment"),
    feature("`Variable.assign`", r"^[ \t]+def assign\(", (2025, 2026), "core"),
)


def recognise(modules: Iterable[SourceModule]) -> Recognition:
    """The edition that these modules are written for."""
    if len(YEARS) == 1:
        return Recognition(FIRST_YEAR)
    texts = [(module.relative.stem, code_of(module)) for module in modules]
    found = [each for each in FEATURES if is_in(each, texts)]
    later = [each for each in found if FIRST_YEAR not in each.years]
    if len(later) < LEAST or len(later) <= len(found) - len(later):
        return Recognition(FIRST_YEAR)
    found = [*later, *(each for each in BETWEEN if is_in(each, texts))]
    votes = {year: sum(year in each.years for each in found) for year in LATER}
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
