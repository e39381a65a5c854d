"""A wheel of the grader without the solution: with an answer key, and no reference, patches or variants of it.

There are two editions. The student's knows nothing of hidden checks but their names; a platform's has the answers to
those as well, for a seed of their own.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader import rubric
from grader.ask import answer_key
from grader.ask.answer_key import AnswerKey
from grader.ask.answers import KEY, KeyAnswers, LiveAnswers, digest_of_code
from grader.ask.probe import all_probes
from grader.ask.reference import FOLDER
from grader.base.errors import UsageError
from grader.base.paths import PACKAGE
from grader.homework import FIRST, HOMEWORK, YEARS, Edition
from grader.homework import edition as edition_of
from grader.judge import own_checks, rubrics
from grader.packing.hidden import without_questions
from grader.rubric import Rubric
from grader.run.freeze import frozen_in_sight
from grader.run.own_checks import with_answers

ROOT = FOLDER.parent
# Where the package quotes the solution
SOLUTION = ("homeworks/beras/misconceptions/patches", "homeworks/beras/variants")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@dataclass(frozen=True)
class Build:
    """What goes into a wheel. `rubric_file` becomes its built-in rubric of the year `edition`."""

    rubric_file: Path
    seed: int
    hidden_seed: int | None = None
    student: bool = False
    components: tuple[str, ...] = FIRST.components
    edition: Edition = FIRST

    @property
    def rubric(self) -> Rubric:
        return rubrics.load(self.rubric_file, self.edition)


def check_source() -> None:
    """Raises UsageError where this is no checkout with the solution, or nothing to build a wheel with."""
    if not FOLDER.is_dir():
        raise UsageError(f"pack: there is no reference/ in {ROOT} to take the answers from; run it in a full checkout")
    if importlib.util.find_spec("setuptools") is None:
        raise UsageError("pack: to build a wheel needs the package setuptools: pip install 'beras-grader[pack]'")


def key_for(build: Build, ready: KeyAnswers | None) -> AnswerKey:
    """The key of a build: frozen now, or taken from one that `grade key build` made before. Raises UsageError."""
    hidden = build.rubric.hidden
    hidden_seed = None if build.student or not hidden else build.hidden_seed
    if ready is None:
        with np.errstate(all="ignore"):
            answers = LiveAnswers(HOMEWORK.probe_folder(), build.edition)
            needed = with_needs(build.components, build.edition)
            return frozen_in_sight(answers, build.seed, needed, hidden, hidden_seed)
    if ready.year != build.edition.year:
        raise UsageError(
            f"{ready.path}: this answer key is for the edition of {ready.year}, not of {build.edition.year}"
        )
    ready.check_seed(build.seed)
    if hidden_seed is not None and hidden_seed != ready.hidden_seed:
        raise UsageError(
            f"{ready.path}: this answer key has no answers to hidden checks for the seed {hidden_seed}; build one with "
            "`grade key build --rubric FILE --hidden-seed N`"
        )
    if not build.student:
        return ready.key
    found = ready.key.without(hidden)  # whatever else is in there, a student gets no answer to a hidden check
    found.about.pop("hidden_seed", None)
    return found


def with_needs(components: tuple[str, ...], edition: Edition = FIRST) -> tuple[str, ...]:
    """These components, and whatever else has to be judged to tell whose mistake theirs are."""
    found = [*components, *([edition.calling.partition("/")[0]] if edition.calling else [])]
    for name in found:  # grows while it is walked
        needed = [need for probe in all_probes(edition) if probe.component == name for need in probe.needed_components]
        found += [need for need in dict.fromkeys(needed) if need not in found]
    return tuple(dict.fromkeys(found))


def build_wheel(build: Build, key: AnswerKey, folder: Path) -> Path:
    """Builds the wheel of a build into a folder. Raises UsageError."""
    with tempfile.TemporaryDirectory(prefix="beras-pack-") as scratch:
        stage = Path(scratch) / "stage"
        lay_out(build, key, stage)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", BUILD, str(folder.resolve())],
            cwd=stage,
            capture_output=True,
            text=True,
            check=False,
        )
    wheels = sorted(folder.glob("beras_grader-*.whl"))
    if done.returncode or not wheels:
        last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise UsageError(f"pack: the wheel could not be built ({last})")
    return wheels[-1]


def without_holes(text: str) -> str:
    """An edition.toml without what stands in the template's holes: what one year hands out, students of another write.

    It comes last, and only makes templates of a reference.
    """
    rest, _, _ = text.partition("\n[stubs]\n")
    return re.sub(r"(\n#[^\n]*|\s)+\Z", "\n", rest)


def lay_out(build: Build, key: AnswerKey, stage: Path) -> None:
    """The source tree that a wheel is built from."""
    package = stage / "grader"
    solution = {PACKAGE / path for path in SOLUTION} | {edition_of(year).folder / "reference" for year in YEARS}

    def left_out(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name == "__pycache__" or Path(folder) / name in solution]

    shutil.copytree(PACKAGE, package, ignore=left_out)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, stage / name)
    target = package / build.edition.rubric.relative_to(PACKAGE)
    text = with_answers(rubric.text_of(build.rubric_file, build.edition), build.rubric, build.edition)
    if build.student and own_checks.are_hidden(build.rubric):
        rest, _, _ = text.partition(rubric.HEADER_OF_CHECKS)
        text = rest + rubric.table_of_checks(own_checks.without_questions(build.rubric))
    target.write_text(text, encoding="utf-8")
    for path in (package / "homeworks").glob("*/editions/*/edition.toml"):
        path.write_text(without_holes(path.read_text(encoding="utf-8")), encoding="utf-8")
    if build.student:
        hidden = build.rubric.hidden
        for path in (package / "homeworks").rglob("probes/*.py"):
            path.write_text(without_questions(path.read_text(encoding="utf-8"), hidden), encoding="utf-8")
    key.about["questions"] = digest_of_code(package, package / HOMEWORK.folder.relative_to(PACKAGE))
    answer_key.save(key, package / KEY.name)
    (package / KEY.name).chmod(0o644)  # whoever may read the package may read its key
