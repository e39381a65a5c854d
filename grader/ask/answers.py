"""Where expected observations come from: the reference beside this package, and what was once seen of it.

An `Answers` knows, for each probe and seed, what the reference shows, what the reference with each permitted difference
shows (variants), and what it shows with each known mistake (misconceptions). Probes are deterministic, so whatever was
seen is kept in a file (answer_key.py) and asked only once. Where there is no reference, a key that was frozen from one
(freeze.py) gives the same answers.
"""

from __future__ import annotations

import contextlib
import hashlib
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, cached_property
from itertools import combinations
from pathlib import Path
from typing import Protocol

import numpy as np

from grader.ask import answer_key, patches
from grader.ask.answer_key import AnswerKey, DamagedKey, blob_of, seen_in
from grader.ask.answer_key import Reply as Reply
from grader.ask.client import UNUSABLE, Fault, unusable
from grader.ask.patches import Patch, Sources
from grader.ask.probe import EVERY_SEED, NotAsked, Observation, Probe, asked_together
from grader.ask.reference import LocalWorker, read_sources
from grader.ask.slips import Slip, slips_of
from grader.ask.subject import subject_of
from grader.base.cache import cache_folder, recall, remember
from grader.base.errors import UsageError
from grader.base.paths import PACKAGE
from grader.base.processes import apart
from grader.homework import FIRST, HOMEWORK, Edition

QUESTIONS = ("ask/*.py", "homework.py", "worker/*.py")  # how they are asked, and how what came back is kept
OF_HOMEWORK = ("*.py", "worker/*.py", "editions/*/edition.toml", "probes/*.py", "later/*.py", "later/probes/*.py")
KEY = PACKAGE / "answers.key"  # where an edition without a reference has its key
KEPT_SEEDS = 32  # in each of them, the latest: fresh ones do not come back
KEPT_CACHES = 8  # files of answers, of this and other versions of the reference, in the cache


class Answers(Protocol):
    """What the verdict compares with."""

    @property
    def year(self) -> int:
        """Of the edition."""

    def knows(self, probe: Probe, seed: int) -> bool:
        """Is there an answer to be had?"""

    def expected(self, probe: Probe, seed: int) -> Observation: ...

    def permitted(self, probe: Probe, seed: int) -> list[Observation]:
        """What implementations with permitted differences show."""

    def freedoms(self, component: str) -> list[tuple[str, ...]]:
        """Codes of permitted differences that may come together in this component, () among them."""

    def misconceptions(self, component: str) -> list[str]:
        """Codes of the known mistakes in this component."""

    def convention(self, code: str) -> str:
        """The only gradient convention in which a mistake can be made; '' for both."""

    def page(self, code: str) -> str:
        """The page that explains a known mistake; several forms of a mistake have one."""

    def slips(self, component: str) -> Iterator[dict[str, Slip]]:
        """Slips that nobody wrote a page for, by code, the most telling first, in groups: other algorithms before."""

    def mistaken(self, codes: tuple[str, ...], probe: Probe, seed: int) -> Reply | None:
        """What the reference with these mistakes shows, permitted differences behind them; None where they cannot be
        made together."""

    def save(self) -> None:
        """Keeps what was seen for the next run."""


def answers_of(key: Path | None, made_up: str, seed: int, edition: Edition = FIRST, cached: bool = True) -> Answers:
    """What to compare with: a key that was named, the year's reference, or the key beside this package.

    cached: what the reference shows is kept from one run to the next, where no submission can change that.
    """
    cache = cache_folder() if cached else None
    if key is None and edition.reference.is_dir():
        return LiveAnswers(made_up, edition, cache=cache)
    if key is None and not KEY.is_file():
        place = edition.reference.parent
        raise UsageError(f"there is neither reference/ in {place} nor an answer key; name one with --key FILE")
    answers = KeyAnswers(key or KEY)
    if answers.year != edition.year:
        if edition.reference.is_dir():  # a class of several years, or a key that was named for another one
            return LiveAnswers(made_up, edition, cache=cache)
        raise UsageError(f"{answers.path}: this answer key is for the edition of {answers.year}, not of {edition.year}")
    answers.check_seed(seed)
    return answers


def digest_of(patterns: tuple[str, ...], package: Path = PACKAGE) -> str:
    """Changes with the contents of any of these files of the package."""
    found = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(package.glob(pattern)):
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def digest_of_code(package: Path, homework: Path) -> str:
    """Changes with the code that asks: the engine's, and that of a homework."""
    return hashlib.sha256((digest_of(QUESTIONS, package) + digest_of(OF_HOMEWORK, homework)).encode()).hexdigest()


@cache
def digest_of_questions() -> str:
    """That of the code which asks here: it was imported once, and stays when a file is changed during the run."""
    return digest_of_code(PACKAGE, HOMEWORK.folder)


def subsets(codes: Iterable[str]) -> list[tuple[str, ...]]:
    """Every selection of some codes, the empty one first."""
    ordered = sorted(codes)
    return [chosen for size in range(len(ordered) + 1) for chosen in combinations(ordered, size)]


class LiveAnswers:
    """Answers of a year's reference in this process; `cache` is a folder for what was seen of it, or None."""

    def __init__(
        self, data_path: str, edition: Edition = FIRST, cache: Path | None = None, folder: Path | None = None
    ) -> None:
        self.edition, self.folder = edition, folder or edition.reference
        self.sources = read_sources(self.folder)
        self.data_path = data_path
        self.variants = patches.fitting(patches.VARIANTS, edition, self.sources)
        self.slipped: dict[str, Patch] = {}
        self.patched: dict[tuple[str, ...], Sources | None] = {(): self.sources}
        self.file = cache / f"answers-{self.digest()}.key" if cache is not None else None
        self.key = self.kept() or AnswerKey()

    def kept(self) -> AnswerKey | None:
        """What is in the cache; None for nothing, and then everything is asked anew."""
        content = recall(self.file) if self.file is not None else None
        with contextlib.suppress(DamagedKey):
            return answer_key.key_of(content) if content is not None else None
        return None

    @cached_property
    def mistakes(self) -> dict[str, Patch]:
        """The known mistakes, by code. There are many, and right code needs none."""
        return patches.fitting(patches.MISCONCEPTIONS, self.edition, self.sources)

    @cached_property
    def relatives(self) -> dict[str, Patch]:
        """Other algorithms that are taken for the one asked for, by code."""
        return patches.fitting(patches.RELATIVES, self.edition, self.sources)

    def digest(self) -> str:
        """Changes with everything that an answer depends on."""
        found = hashlib.sha256(f"{digest_of_questions()} {self.edition.year} {np.__version__}".encode())
        folders = (patches.VARIANTS, patches.MISCONCEPTIONS, patches.RELATIVES)
        changes = (patches.texts(each) for folder in folders for each in map(folder.joinpath, self.edition.told_by))
        for texts in (self.sources, *changes):
            for name, text in sorted(texts.items()):
                found.update(f"{name}\0{text}\0".encode())
        if self.data_path:
            for path in sorted(Path(self.data_path).rglob("*.gz")):
                found.update(path.read_bytes())
        return found.hexdigest()[:24]

    @property
    def year(self) -> int:
        return self.edition.year

    def knows(self, probe: Probe, seed: int) -> bool:
        return True

    def expected(self, probe: Probe, seed: int) -> Observation:
        seen = self._ask((), probe, seed)
        if not isinstance(seen, dict):
            raise RuntimeError(f"the reference itself has no answer to {probe.name}: {seen}")
        return seen

    def permitted(self, probe: Probe, seed: int) -> list[Observation]:
        seen = [self.mistaken(codes, probe, seed) for codes in self.freedoms(probe.component) if codes]
        return [each for each in seen if isinstance(each, dict)]

    def freedoms(self, component: str) -> list[tuple[str, ...]]:
        return subsets(code for code, patch in self.variants.items() if patch.component == component)

    def misconceptions(self, component: str) -> list[str]:
        return [code for code, patch in self.mistakes.items() if patch.component == component]

    def convention(self, code: str) -> str:
        return self.mistakes[code].convention

    def page(self, code: str) -> str:
        return self.mistakes[code].page

    def slips(self, component: str) -> Iterator[dict[str, Slip]]:
        relatives = {code: each for code, each in self.relatives.items() if each.component == component}
        self.slipped |= relatives
        yield {code: Slip((), each.sentence) for code, each in relatives.items()}
        file = self.edition.file_of(self.edition.module_of(component))
        text, owner = self.sources.get(file, ""), self.edition.owner_of(component)
        written = self.edition.parts.get(component, ())
        functions = (*written, "__init__") if written and component == owner else written
        found = slips_of(text, owner, functions)
        self.slipped |= {
            code: Patch(code, component, ((file, text, slip.applied(text)),)) for code, slip in found.items()
        }
        yield found

    def mistaken(self, codes: tuple[str, ...], probe: Probe, seed: int) -> Reply | None:
        return None if self._sources(codes) is None else self._ask(codes, probe, seed)

    def _sources(self, codes: tuple[str, ...]) -> Sources | None:
        """The reference with these patches; None where two do not fit together."""
        if codes not in self.patched:
            sources = self._sources(codes[:-1])
            patch = self.variants.get(codes[-1]) or self.slipped.get(codes[-1]) or self.mistakes[codes[-1]]
            try:
                self.patched[codes] = patch.applied(sources) if sources is not None else None
            except patches.PatchError:
                if len(codes) == 1:
                    raise
                self.patched[codes] = None
        return self.patched[codes]

    def _ask(self, codes: tuple[str, ...], probe: Probe, seed: int) -> Reply:
        seed = probe.seed_that_counts(seed)
        known = self.key.get(codes, probe.name, seed)
        if known is None:
            whole = replace(probe, together=False)
            seen = self._look_apart(codes, whole, seed) if probe.megabytes else self._look(codes, whole, seed)
            if isinstance(seen, Fault) and not codes:  # no answer of the reference: not one to remember
                return seen
            for each in asked_together(probe, self.edition):
                self.key.put(codes, each.name, seed, each.part_of(seen) if isinstance(seen, dict) else seen)
            known = self.key.get(codes, probe.name, seed)
            assert known is not None
        return known

    def _look(self, codes: tuple[str, ...], probe: Probe, seed: int) -> Reply:
        sources = self._sources(codes)
        assert sources is not None
        libraries = self.edition.loading(Path(self.data_path) / "mnist")
        worker = LocalWorker(sources, self.folder, libraries)
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():  # an overflow is what some mistakes are about
                warnings.simplefilter("ignore")
                worker.ask("seed", seed=seed % 2**32)
                return probe.ask(subject_of(self.edition)(worker, self.data_path), seed)
        except (Fault, NotAsked) as outcome:
            return outcome
        except UNUSABLE as error:
            if not codes:
                raise
            return unusable(error)  # as it would be if a submission answered so
        finally:
            worker.close()

    def _look_apart(self, codes: tuple[str, ...], probe: Probe, seed: int) -> Reply:
        """In a process of its own, which takes the memory of much data with it."""
        return seen_in(memoryview(apart(lambda: blob_of(self._look(codes, probe, seed)))))

    def save(self) -> None:
        """Keeps what was seen for the next run, beside what other runs saw meanwhile.

        A cache that cannot be written is no misfortune.
        """
        if self.file is None or not self.key.changed:
            return
        if meanwhile := self.kept():
            self.key.add(meanwhile)
        seeds = list(dict.fromkeys(seed for _, _, seed in self.key.entries if seed != EVERY_SEED))
        if older := seeds[:-KEPT_SEEDS]:
            self.key = self.key.without(seeds=older)
        with contextlib.suppress(OSError):
            remember(self.file, answer_key.content_of(self.key))
            others = sorted(self.file.parent.glob("answers-*.key"), key=lambda path: path.stat().st_mtime)
            for old in others[:-KEPT_CACHES]:
                old.unlink()


class KeyAnswers:
    """Answers that were frozen into a file, for where there is no reference."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError for a file that is no key, or one that was built by another version of the grader."""
        self.path = path
        try:
            self.key = answer_key.load(path)
            self.mistakes: dict[str, str] = dict(self.key.about["mistakes"])  # code -> component
            self.pages: dict[str, str] = dict(self.key.about["pages"])  # code -> page
            self.conventions: dict[str, str] = dict(self.key.about["conventions"])  # code -> convention
            self.variants: dict[str, str] = dict(self.key.about["variants"])
            self.year: int = self.key.about.get("edition", FIRST.year)
            self.hidden_seed: int | None = self.key.about.get("hidden_seed")
            self.seeds = [int(seed) for seed in self.key.about["seeds"]]
            questions = self.key.about["questions"]
        except (DamagedKey, KeyError, TypeError, ValueError) as error:
            raise UsageError(f"{path}: this is no answer key ({error}); `grade key build` makes one") from None
        except OSError as error:
            raise UsageError(f"{path}: the answer key cannot be read ({error.strerror})") from None
        if questions != digest_of_questions():
            raise UsageError(
                f"{path}: this answer key was built by another version of the grader, whose questions differ; "
                "get the key of this version, or build it again with `grade key build`"
            )

    def check_seed(self, seed: int, option: str = "--seed") -> None:
        """Raises UsageError where the key knows no answers for a seed."""
        if seed not in [*self.seeds, self.hidden_seed]:
            known = ", ".join(map(str, self.seeds))
            raise UsageError(
                f"{option} {seed}: the answer key holds the answers for {known}; other seeds need reference/"
            )

    def knows(self, probe: Probe, seed: int) -> bool:
        return ((), probe.name, probe.seed_that_counts(seed)) in self.key

    def expected(self, probe: Probe, seed: int) -> Observation:
        seen = self.mistaken((), probe, seed)
        if not isinstance(seen, dict):
            raise RuntimeError(f"the answer key {self.path} has no answer to {probe.name}")
        return seen

    def permitted(self, probe: Probe, seed: int) -> list[Observation]:
        seen = [self.mistaken(codes, probe, seed) for codes in self.freedoms(probe.component) if codes]
        return [each for each in seen if isinstance(each, dict)]

    def freedoms(self, component: str) -> list[tuple[str, ...]]:
        return subsets(code for code, where in self.variants.items() if where == component)

    def misconceptions(self, component: str) -> list[str]:
        return [code for code, where in self.mistakes.items() if where == component]

    def convention(self, code: str) -> str:
        return self.conventions[code]

    def page(self, code: str) -> str:
        return self.pages[code]

    def slips(self, component: str) -> Iterator[dict[str, Slip]]:
        """None: their sentences, all together, would give the reference away."""
        return iter(())

    def mistaken(self, codes: tuple[str, ...], probe: Probe, seed: int) -> Reply | None:
        return self.key.get(codes, probe.name, probe.seed_that_counts(seed))

    def save(self) -> None:
        """Nothing is found out that the key does not hold."""
