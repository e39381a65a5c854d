"""Hand-ins put together from the parts of right and wrong ones: whatever stands beside it, a part is judged as it is.

    python tests/proof/combinations.py [--edition YEAR] [--count N] [--most N] [--seed N] [--jobs N] [--keep FOLDER]

Draws some of the year's chaffs, each wrong in another component, and some of its wheats, none of which writes what
another one writes, and puts all that they define in place of the reference's. What loses points must be what the chaffs
lose by themselves; a component of which something is blocked by another wrong one may have lost none. Prints a
Markdown table and every exception; exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from figures import SHARED, spread
from in_process import ROOT, KeptObserver, losing, untrained

from grader.ask.answers import LiveAnswers
from grader.ask.response import Response
from grader.base.cache import cache_folder
from grader.homework import FIRST, YEARS, Edition, edition
from grader.homeworks.beras.mnist.synthetic import probe_folder
from grader.judge import rubrics
from grader.judge.parts import unwritten
from grader.run.grading import Grading
from grader.run.questions import Questions
from grader.run.request import DEFAULT_SEED
from grader.submission.opening import open_submission

sys.path.append(str(ROOT / "tests"))
import editions
import overlays

WHOLE = ("base", "over", "moves", "implemented", "alone")  # in an expect.toml: no part of it can stand by itself

Place = tuple[str, ...]  # of a statement: its module, its class where it is in one, and what it defines


# --- parts ------------------------------------------------------------------------------------------------------


@dataclass
class Part:
    """What one overlay has another way than the reference; None for what it leaves out."""

    name: str
    loses: frozenset[str]
    written: dict[Place, ast.stmt | None] = field(default_factory=dict)

    def fits(self, other: Part) -> bool:
        """Can both stand in one hand-in?"""
        both = self.written.keys() & other.written.keys()
        return not self.loses & other.loses and all(same(self.written[at], other.written[at]) for at in both)


def same(one: ast.stmt | None, other: ast.stmt | None) -> bool:
    return one is other or (one is not None and other is not None and ast.dump(one) == ast.dump(other))


def defined(statement: ast.stmt) -> str:
    """What a statement defines; its own text where it defines nothing."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        setter = any(isinstance(each, ast.Attribute) for each in statement.decorator_list)
        return f"{statement.name} =" if setter else statement.name
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return targets[0].id if isinstance(targets[0], ast.Name) else ast.unparse(statement)


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def definitions(folder: Path) -> dict[Place, ast.stmt]:
    """Everything that the modules of a folder define, in order; of a class its head, and then what is in it.

    Raises SyntaxError.
    """
    found: dict[Place, ast.stmt] = {}
    for file in sorted(folder.rglob("*.py")):
        module = file.relative_to(folder).as_posix()
        for statement in ast.parse(file.read_text(encoding="utf-8")).body:
            found[module, defined(statement)] = statement
            if isinstance(statement, ast.ClassDef):
                inside, statement.body = statement.body, [ast.Pass()]
                found |= {(module, statement.name, defined(each)): each for each in inside if not is_docstring(each)}
    return {at: statement for at, statement in found.items() if not is_docstring(statement)}


def part_of(kind: str, name: str) -> Part | None:
    """An overlay's part; None where it is not made of parts, or loses nothing that is asked here."""
    year, whole = SHARED["year"], SHARED["reference"]
    expected = expectation(year, kind, name)
    wrong = frozenset(expected.get("loses", ()))
    if any(word in expected for word in WHOLE) or (kind == "chaffs") != bool(wrong) or wrong - set(untrained(year)):
        return None
    with tempfile.TemporaryDirectory(prefix="beras-proof-") as scratch:
        try:
            own = definitions(built(year, kind, name, Path(scratch)))
        except SyntaxError:
            return None
    if {at[0] for at in own} != {at[0] for at in whole}:
        return None
    written: dict[Place, ast.stmt | None] = {
        at: statement for at, statement in own.items() if not same(statement, whole.get(at))
    }
    written |= {at: None for at in whole if len(at) > 2 and at not in own and at[:2] in own}
    return Part(name, wrong, written) if written else None


def expectation(year: Edition, kind: str, name: str) -> dict[str, Any]:
    return overlays.expectation(kind, name) if year is FIRST else editions.expectation(str(year.year), kind, name)


def built(year: Edition, kind: str, name: str, folder: Path) -> Path:
    return overlays.build(kind, name, folder) if year is FIRST else editions.build(str(year.year), kind, name, folder)


def parts(kind: str) -> list[Part]:
    year = SHARED["year"]
    names = overlays.names(kind) if year is FIRST else [n for of, n in editions.overlays(kind) if of == str(year.year)]
    return [part for name in names if (part := part_of(kind, name)) is not None]


# --- hand-ins ---------------------------------------------------------------------------------------------------


def drawn(generator: random.Random, most: int) -> list[Part]:
    """At most so many wrong parts and as many right ones, which fit each other."""
    found: list[Part] = []
    for kind in ("chaffs", "wheats"):
        wanted = generator.randint(0, most)
        for part in generator.sample(SHARED[kind], len(SHARED[kind])):
            if wanted and all(part.fits(other) for other in found):
                found.append(part)
                wanted -= 1
    return found


def put_together(those: list[Part], target: Path) -> Path:
    """Writes the reference with these parts in place of its own."""
    shutil.copytree(SHARED["year"].reference, target, ignore=shutil.ignore_patterns("__pycache__"))
    statements: dict[Place, ast.stmt | None] = dict(SHARED["reference"])
    for part in those:
        statements |= part.written
    for module in {at[0] for part in those for at in part.written}:
        own = {at[1:]: each for at, each in statements.items() if at[0] == module and each is not None}
        body = sorted(in_order({at[0]: whole(each, own) for at, each in own.items() if len(at) == 1}), key=order)
        (target / module).write_text(ast.unparse(ast.Module(body, [])), encoding="utf-8")
    return target


def whole(statement: ast.stmt, own: dict[Place, ast.stmt]) -> ast.stmt:
    """A statement of a module; of a class with all that is in it."""
    if not isinstance(statement, ast.ClassDef):
        return statement
    made = copy.copy(statement)
    made.body = [each for at, each in own.items() if len(at) > 1 and at[0] == made.name] or [ast.Pass()]
    return made


def in_order(statements: dict[str, ast.stmt]) -> list[ast.stmt]:
    """As they came, but every class after those of which it is one."""
    found: dict[str, ast.stmt] = {}

    def put(name: str) -> None:
        for base in getattr(statements[name], "bases", ()):
            if isinstance(base, ast.Name) and base.id in statements and base.id not in found:
                put(base.id)
        found[name] = statements[name]

    for name in statements:
        if name not in found:
            put(name)
    return list(found.values())


def order(statement: ast.stmt) -> int:
    """Imports, of which those of the future come first, then definitions, then what runs."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return int(getattr(statement, "module", None) != "__future__")
    return 2 if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)) else 3


class UntriedObserver(KeptObserver):
    """Tries no changes: verdicts alone are of interest."""

    def tried(self, *_: Any) -> tuple[Response, None]:
        return Response(), None


def judged(those: list[Part]) -> tuple[int, list[str]]:
    """How many components one hand-in was asked about, and where a part is judged another way than by itself."""
    answers, rubric = SHARED["answers"], SHARED["rubric"]
    wrong = frozenset[str]().union(*(part.loses for part in those))
    with tempfile.TemporaryDirectory(prefix="beras-proof-") as scratch:
        made = put_together(those, Path(scratch) / "hand-in")
        submission = open_submission(made, Path(scratch) / "opened")
        places = submission.places
        observer = UntriedObserver(
            submission.root, answers.data_path, rubric, DEFAULT_SEED, {}, places=places,
            unwritten=unwritten(submission.modules, places),
        )  # fmt: skip
        try:
            questions = Questions(places, rubric, answers, DEFAULT_SEED, untrained(SHARED["year"]))
            grading = Grading(submission, questions, observer, SHARED["track"])
            lost = losing(grading)
            rows = {name: grading.component(name) for name in questions.components}
        finally:
            observer.close()
        blocked = {
            name for name, row in rows.items() if row is not None and (row.not_judged or row.outcome == "blocked")
        }
        found = [f"{name} loses points" for name in lost - wrong] + [
            f"{name} keeps all" for name in wrong - lost - blocked
        ]
        if found and SHARED["keep"]:
            shutil.copytree(
                made, Path(SHARED["keep"]) / "+".join(part.name for part in those)[:200], dirs_exist_ok=True
            )
    told = " + ".join(part.name for part in those)
    return len(rows), [f"{told}: {each}" for each in found]


def measure(count: int, most: int, seed: int, jobs: int) -> Iterator[tuple[str, int, int, list[str]]]:
    """Rows (what, how many, of how many, exceptions)."""
    generator = random.Random(seed)
    hand_ins = [drawn(generator, most) for _ in range(count)]
    results = list(spread(judged, hand_ins, jobs))
    exceptions = [each for _, found in results for each in found]
    right = sum(not found for _, found in results)
    yield f"hand-ins of up to {most} wrong and {most} right parts, judged as their parts are", right, count, exceptions
    rows = sum(asked for asked, _ in results)
    yield "… components", rows - len(exceptions), rows, []


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--edition", type=int, choices=YEARS, default=FIRST.year, help="whose parts (default 2022)")
    parser.add_argument("--count", metavar="N", type=int, default=100, help="hand-ins (default 100)")
    parser.add_argument(
        "--most", metavar="N", type=int, default=5, help="wrong parts in one, and right ones (default 5)"
    )
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="which ones (default 0)")
    parser.add_argument("--jobs", metavar="N", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", metavar="FOLDER", help="writes the exceptions there")
    options = parser.parse_args()
    year = edition(options.edition)
    rules = rubrics.load(None, year)
    answers = LiveAnswers(str(probe_folder()), year, cache=cache_folder())
    SHARED.update(year=year, rubric=rules, answers=answers, keep=options.keep)
    SHARED.update(track="2470" if "2470" in rules.points else rules.default_track)
    SHARED.update(reference=definitions(year.reference))
    SHARED.update(chaffs=parts("chaffs"), wheats=parts("wheats"))
    print("| measured | number | of |\n| --- | ---: | ---: |", flush=True)
    failed = False
    for what, number, of, exceptions in measure(options.count, options.most, options.seed, options.jobs):
        print(f"| {what} | {number:,} | {of:,} |", *map("  {}".format, exceptions), sep="\n", flush=True)
        failed |= bool(exceptions)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
