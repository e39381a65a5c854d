"""The other figures of the README: misconceptions, pairs of them, right submissions under many seeds.

    python tests/proof/figures.py [misconceptions] [pairs] [unlisted] [key] [wheats]
        [--all] [--seeds N] [--only COMPONENT ...] [--edition YEAR] [--jobs N]

misconceptions   the reference with each known mistake: it must lose points in the mistake's own component, nowhere
                 else, and be told that mistake and no other
pairs            the reference with two mistakes in different components (300 pairs drawn with a fixed seed, with
                 --all every pair): both must be told, unless one component cannot be asked before the other is right
unlisted         bugs of tests/submissions/chaffs that were written after the relations, to be in no list: how many are
                 explained by a relation all the same (the others are named, and are no exception)
key              every right and every wrong submission of tests/submissions, graded with the live reference and with an
                 answer key: both results must be equal but for the times; of those that draw numbers of their own, so
                 that no two results are equal, the verdicts and diagnoses; of what a small change tells, which no key
                 knows, the verdicts
wheats           every right submission of tests/submissions/wheats under N seeds (default 200) in a real worker: none
                 may lose a point

Without a name all of them are measured; of a later year (--edition) the misconceptions, the pairs and the wheats, which
lie in tests/submissions/YEAR. Prints a Markdown table and every exception; exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from in_process import ROOT, KeptObserver, local_grading, losing, reference_submission, untrained

from grader.ask import answer_key
from grader.ask.answers import LiveAnswers
from grader.ask.patches import Patch, PatchError, Sources
from grader.ask.probe import all_probes
from grader.base.cache import cache_folder
from grader.diagnose.relations.case import SLIP
from grader.homework import FIRST, YEARS, Edition, edition
from grader.homeworks.beras.mnist.synthetic import probe_folder
from grader.judge import rubrics
from grader.result import Outcome
from grader.run.freeze import frozen
from grader.run.grading import Grading
from grader.run.questions import Questions
from grader.run.request import DEFAULT_SEED
from grader.submission.opening import open_submission

sys.path.append(str(ROOT / "tests"))
from editions import build as build_of_year
from editions import overlays
from overlays import Graded, build, expectation, grade, grading_options, names

NAMES = ("misconceptions", "pairs", "unlisted", "key", "wheats")
OF_LATER_YEARS = ("misconceptions", "pairs", "wheats")
PAIRS = 300
UNTRAINED = untrained(FIRST)
DATA = "get_data_MNIST"  # slow to ask, and all by itself in preprocess.py
RIGHT = (Outcome.PASSED, Outcome.NOT_ASKED)
RELATIONS = {path.stem for path in (ROOT / "grader" / "diagnose" / "pages").glob("*.md")}
SHARED: dict[str, Any] = {}  # what the processes that grade inherit


# --- mistakes ---------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What the grader says of the reference with some mistakes, by name. `lost`: the components that lost points;
    `blocked`: those where nothing was found wrong and some check could not be asked; `pages`: the codes that are told
    in each."""

    mistakes: tuple[str, ...]
    fits: bool = True
    lost: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    pages: dict[str, set[str]] = field(default_factory=dict)


def told(mistakes: tuple[Patch, ...]) -> Told:
    """Grades the reference with these mistakes."""
    found = Told(tuple(patch.code for patch in mistakes))
    answers = SHARED["answers"]
    sources: Sources = answers.sources
    try:
        for patch in mistakes:
            sources = patch.applied(sources)
    except PatchError:
        found.fits = False
        return found
    year, data = SHARED["submission"].edition, SHARED["data"]
    asks_data = any(patch.component == data for patch in mistakes)
    components = tuple(name for name in untrained(year) if asks_data or name != data)
    grading = local_grading(SHARED["submission"], SHARED["rubric"], answers, SHARED["track"], components, sources)
    found.lost = losing(grading)
    for component in components:
        verdicts = [grading.verdict(probe) for probe in grading.probes if probe.component == component]
        found.pages[component] = {page for verdict in verdicts for page in verdict.diagnosis}
        outcomes = {verdict.outcome for verdict in verdicts}
        if Outcome.BLOCKED in outcomes <= {Outcome.BLOCKED, *RIGHT}:
            found.blocked.add(component)
    return found


def measure_misconceptions(jobs: int) -> Iterator[tuple[str, int, int, list[str]]]:
    """Rows (what, how many, of how many, exceptions)."""
    mistakes = list(SHARED["answers"].mistakes.values())
    results = list(zip(mistakes, spread(told, [(patch,) for patch in mistakes], jobs)))
    pages = {patch.page for patch in mistakes}
    uncaught = [patch.code for patch, seen in results if patch.component not in seen.lost]
    elsewhere = [
        f"{patch.code} ({patch.component}): also {', '.join(sorted(seen.lost - {patch.component}))}"
        for patch, seen in results
        if seen.lost - {patch.component}
    ]
    unnamed = [
        f"{patch.code}: {', '.join(sorted(seen.pages[patch.component])) or 'nothing'}"
        for patch, seen in results
        if patch.page not in seen.pages[patch.component]
    ]
    beside = [
        f"{patch.code}: {', '.join(sorted(others))}"
        for patch, seen in results
        if (others := (set().union(*seen.pages.values()) & pages) - {patch.page})
    ]
    total = len(results)
    yield "misconceptions that lose points in their own component", total - len(uncaught), total, uncaught
    yield "… and in no other", total - len(elsewhere), total, elsewhere
    yield "… and are told", total - len(unnamed), total, unnamed
    yield "… and no other misconception beside them", total - len(beside), total, beside


def measure_pairs(jobs: int, every: bool) -> Iterator[tuple[str, int, int, list[str]]]:
    patches = list(SHARED["answers"].mistakes.values())
    pairs = [pair for pair in combinations(patches, 2) if pair[0].component != pair[1].component]
    if not every:
        pairs = random.Random(0).sample(pairs, min(PAIRS, len(pairs)))
    both, behind, missed, elsewhere = 0, 0, [], []
    made = [(pair, seen) for pair, seen in zip(pairs, spread(told, pairs, jobs)) if seen.fits]
    for pair, seen in made:
        silent = [patch for patch in pair if patch.page not in seen.pages[patch.component]]
        hidden = [patch for patch in silent if patch.component in seen.blocked]
        if not silent:
            both += 1
        elif silent == hidden and len(hidden) == 1:
            behind += 1
        else:
            missed.append(" + ".join(patch.code for patch in pair) + f": not {silent[0].code}")
        own = {patch.component for patch in pair}
        if seen.lost - own:
            elsewhere.append(f"{' + '.join(seen.mistakes)}: also {', '.join(sorted(seen.lost - own))}")
    yield "pairs of misconceptions in different components, both told", both, len(made), missed
    yield "… one told, the other behind it, for its check uses what is wrong there", behind, len(made), []
    yield "… no points lost in a third component", len(made) - len(elsewhere), len(made), elsewhere


# --- bugs that are in no list -----------------------------------------------------------------------------------


def relations_told(name: str) -> set[str]:
    """The relations by which the command explains a chaff."""
    lost = [component for component in expectation("chaffs", name)["loses"] if component in UNTRAINED]
    with tempfile.TemporaryDirectory(prefix="beras-proof-") as scratch:
        graded = grade(build("chaffs", name, Path(scratch)), "--no-training", "--only", *lost)
    return set().union(*map(graded.diagnosis, graded.components)) & RELATIONS


def measure_unlisted(jobs: int) -> Iterator[tuple[str, int, int, list[str]]]:
    chaffs = [name for name in names("chaffs") if expectation("chaffs", name).get("unlisted")]
    told = dict(zip(chaffs, spread(relations_told, chaffs, jobs)))
    for name in [name for name, relations in told.items() if not relations]:
        print(f"{name}: shown with its values, and no relation", file=sys.stderr)
    yield "bugs that are in no list, explained by a relation", sum(map(bool, told.values())), len(told), []


# --- answer key -------------------------------------------------------------------------------------------------


def unlike(overlay: tuple[str, str]) -> list[str]:
    """What an overlay's result by the answer key has that its result by the live reference has not."""
    kind, name = overlay
    with tempfile.TemporaryDirectory(prefix="beras-proof-") as scratch:
        submission = build(kind, name, Path(scratch))
        asked = grading_options(kind, name, Path(scratch), UNTRAINED)
        live, by_key, again = (grade(submission, *asked, *key) for key in ((), ("--key", SHARED["key"]), ()))
    if (live.exit_code, live.result.keys()) != (by_key.exit_code, by_key.result.keys()):
        return [f"{name}: exit code {by_key.exit_code} with the key, {live.exit_code} without; {by_key.stderr}"]
    if live.comparable() != again.comparable():  # it draws numbers of its own: what is said is not the same twice
        return [] if verdicts(live) == verdicts(by_key) else [f"{name}: a verdict"]
    shown, shown_by_key = live.comparable(), by_key.comparable()
    told_by_a_slip = {part for part in live.components if SLIP in live.diagnosis(part)}  # which keys do not know
    if told_by_a_slip and [each[:3] for each in verdicts(live)] != [each[:3] for each in verdicts(by_key)]:
        return [f"{name}: a verdict"]
    return [f"{name}: {what}" for what in shown if shown[what] != shown_by_key[what] and what not in told_by_a_slip]


def verdicts(graded: Graded) -> list[tuple[str, str, float, list[str]]]:
    """What each check makes of a submission: outcome, points, diagnosis."""
    return [
        (probe["name"], probe["outcome"], probe["points"], probe["diagnosis"])
        for part in graded.components.values()
        for probe in part["probes"]
    ]


def measure_key(jobs: int) -> Iterator[tuple[str, int, int, list[str]]]:
    overlays = [(kind, name) for kind in ("wheats", "chaffs") for name in names(kind)]
    with tempfile.TemporaryDirectory(prefix="beras-proof-") as scratch:
        SHARED["key"] = str(Path(scratch, "answers.key"))
        answer_key.save(frozen(SHARED["answers"], DEFAULT_SEED, UNTRAINED), Path(SHARED["key"]))
        found = list(spread(unlike, overlays, jobs))
    differing = [each for exceptions in found for each in exceptions]
    yield "submissions with the same result by an answer key", found.count([]), len(found), differing


# --- right submissions ------------------------------------------------------------------------------------------


def wheats() -> list[str]:
    """Those of the year that is measured."""
    year = answers_year()
    return names("wheats") if year is FIRST else [name for of, name in overlays("wheats") if of == str(year.year)]


def built(name: str, folder: Path) -> Path:
    year = answers_year()
    return build("wheats", name, folder) if year is FIRST else build_of_year(str(year.year), "wheats", name, folder)


def answers_year() -> Edition:
    found: Edition = SHARED["answers"].edition
    return found


def alarms(name: str) -> tuple[int, list[str]]:
    """How many questions a wheat was asked under all seeds, and what it lost."""
    answers = SHARED["answers"]
    found: list[str] = []
    asked = 0
    with tempfile.TemporaryDirectory(prefix="beras-proof-") as scratch:
        submission = open_submission(built(name, Path(scratch)), Path(scratch) / "opened")
        observer = KeptObserver(submission.root, answers.data_path, SHARED["rubric"], 0, {}, places=submission.places)
        try:
            for seed in range(SHARED["seeds"]):
                observer.start_over(seed)
                components = tuple(part for part in SHARED["components"] if part != SHARED["data"] or not seed)
                questions = Questions(submission.places, SHARED["rubric"], answers, seed, components)
                grading = Grading(submission, questions, observer, SHARED["track"])
                asked += len(grading.probes)
                found += [f"{name}, seed {seed}: {what}" for what in lost_by(grading)]
        finally:
            observer.close()
    return asked, found


def lost_by(grading: Grading) -> list[str]:
    """The checks that are not passed in components that lose something for it."""
    wrong = [probe for probe in grading.probes if grading.judged(probe).outcome not in RIGHT]
    return [probe.name for probe in wrong if probe.component in losing(grading)] if wrong else []


def measure_wheats(jobs: int, seeds: int) -> Iterator[tuple[str, int, int, list[str]]]:
    SHARED["seeds"] = seeds
    results = []
    for name, result in zip(wheats(), spread(alarms, wheats(), jobs)):
        print(f"{name}: {len(result[1])} false alarms", file=sys.stderr, flush=True)
        results.append(result)
    false = [alarm for _, found in results for alarm in found]
    gradings = len(results) * seeds
    hit = len({alarm.partition(":")[0] for alarm in false})
    yield f"right submissions ({len(results)}) × seeds ({seeds}), no point lost", gradings - hit, gradings, false
    asked = sum(count for count, _ in results)
    yield "… checks passed or not applicable", asked - len(false), asked, []


# --- all together -----------------------------------------------------------------------------------------------


def spread(function: Callable[[Any], Any], items: list[Any], jobs: int) -> Iterator[Any]:
    """function of each item, in order, in processes that inherit SHARED."""
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(function, items, chunksize=1)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", nargs="*", metavar="FIGURE", help=f"{', '.join(NAMES)} (default: all)")
    parser.add_argument("--all", action="store_true", help="every pair of misconceptions, not 300")
    parser.add_argument("--seeds", metavar="N", type=int, default=200, help="seeds for each wheat (default 200)")
    parser.add_argument(
        "--only", metavar="COMPONENT", nargs="+", default=[], help="ask wheats about these alone",
    )  # fmt: skip
    parser.add_argument("--edition", type=int, choices=YEARS, default=FIRST.year, help="whose figures (default 2022)")
    parser.add_argument("--jobs", metavar="N", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    if unknown := set(options.what) - set(NAMES):
        parser.error(f"there is no figure {', '.join(sorted(unknown))}; choose of {', '.join(NAMES)}")
    year = edition(options.edition)
    measured = NAMES if year is FIRST else OF_LATER_YEARS
    chosen = options.what or list(measured)
    if others := set(chosen) - set(measured):
        parser.error(f"of a later year there is no figure {', '.join(sorted(others))}")
    answers = LiveAnswers(str(probe_folder()), year, cache=cache_folder())
    with tempfile.TemporaryDirectory(prefix="beras-proof-") as scratch:
        submission = reference_submission(Path(scratch), year)
        rules = rubrics.load(None, year)
        track = "2470" if "2470" in rules.points else rules.default_track
        SHARED.update(answers=answers, rubric=rules, submission=submission, track=track)
        SHARED.update(components=options.only or untrained(year), data=year.component_like(year.word(DATA)))
        for probe in all_probes(year):  # once, before the processes part
            answers.expected(probe, DEFAULT_SEED)
            for code in answers.misconceptions(probe.component):
                answers.mistaken((code,), probe, DEFAULT_SEED)
        answers.save()
        measures = {
            "misconceptions": lambda: measure_misconceptions(options.jobs),
            "pairs": lambda: measure_pairs(options.jobs, options.all),
            "unlisted": lambda: measure_unlisted(options.jobs),
            "key": lambda: measure_key(options.jobs),
            "wheats": lambda: measure_wheats(options.jobs, options.seeds),
        }
        exceptions: dict[str, list[str]] = {}
        print("| measured | number | of | rate |\n| --- | ---: | ---: | ---: |", flush=True)
        for name in NAMES:
            if name not in chosen:
                continue
            started = time.monotonic()
            for what, count, total, found in measures[name]():
                print(f"| {what} | {count} | {total} | {count / max(total, 1):.1%} |", flush=True)
                if found:
                    exceptions[what] = found
            print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    for what, found in exceptions.items():
        print(f"\nnot so: {what}\n" + "\n".join(f"  {each}" for each in found))
    return 1 if exceptions else 0


if __name__ == "__main__":
    sys.exit(main())
