"""Builds the submissions of tests/submissions and grades them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from warm_grade import grade_warm

from grader.base import tomlfile
from grader.homework import FIRST
from grader.report.from_json import from_json
from grader.report.to_table import to_table

ROOT = Path(__file__).resolve().parent.parent
SUBMISSIONS = Path(__file__).with_name("submissions")
ORIGINAL = SUBMISSIONS / "original"
T = TypeVar("T")


@dataclass(frozen=True)
class Graded:
    """What one run of `grade` printed."""

    exit_code: int
    result: dict[str, Any]
    stderr: str

    @property
    def components(self) -> dict[str, dict[str, Any]]:
        return {part["name"]: part for part in self.result["components"]}

    def losing(self) -> set[str]:
        """Components that lost points, or are given code and broken. What could not be judged is not lost."""
        return {
            name
            for name, part in self.components.items()
            if part["counts"] and (lost(part) or (not part["max_points"] and broken(part)))
        }

    def reading(self, outcome: str) -> set[str]:
        """Components with this outcome."""
        return {name for name, part in self.components.items() if part["outcome"] == outcome}

    def diagnosis(self, component: str) -> set[str]:
        return {code for probe in self.components[component]["probes"] for code in probe["diagnosis"]}

    def comparable(self) -> dict[str, Any]:
        """The result without what differs from run to run, by component and otherwise by name."""
        found = {name: value for name, value in self.result.items() if name not in ("seconds", "started", "components")}
        for part in self.result.get("components", ()):
            found[part["name"]] = part | {"probes": [probe | {"seconds": 0} for probe in part["probes"]]}
        return found

    def messages(self) -> list[tuple[str, str]]:
        """What is said of each check."""
        return [(probe["name"], probe["message"]) for part in self.components.values() for probe in part["probes"]]

    def screen(self) -> list[str]:
        """The lines that a terminal of 80 columns shows."""
        return to_table(from_json(json.dumps(self.result)), width=80).splitlines()

    def outcomes(self) -> set[str]:
        return {probe["outcome"] for part in self.components.values() for probe in part["probes"]}


def lost(part: dict[str, Any]) -> bool:
    return round(part["points"] + part["not_judged"], 2) < part["max_points"]


def broken(part: dict[str, Any]) -> bool:
    return part["outcome"] not in ("passed", "not on this track", "blocked")


def names(kind: str) -> list[str]:
    """Every overlay of a kind."""
    return sorted(path.parent.name for path in (SUBMISSIONS / kind).glob("*/expect.toml"))


def expectation(kind: str, name: str) -> dict[str, Any]:
    return tomlfile.read(SUBMISSIONS / kind / name / "expect.toml")


def base_of(kind: str, name: str) -> str:
    """What an overlay is laid over: 'reference', 'template' or 'original'."""
    return str(expectation(kind, name).get("base", "reference"))


def in_turn(every: Sequence[T], turns: int, name: Callable[[T], str] = str) -> list[T]:
    """One of several parts, each week another one; all of them where BERAS_EVERY is set."""
    turn = int(time.time() / (7 * 24 * 3600)) % turns
    chosen = "BERAS_EVERY" in os.environ
    return [each for each in every if chosen or zlib.crc32(name(each).encode()) % turns == turn]


def graded_on(kind: str) -> list[Any]:
    """(name, base) of every overlay of a kind, and again for each base that it is graded on `also`."""
    found = []
    for name in names(kind):
        found.append(pytest.param(name, base_of(kind, name), id=name))
        found += [pytest.param(name, also, id=f"{name}-on-{also}") for also in expectation(kind, name).get("also", ())]
    return found


def lay_base(base: str, target: Path) -> Path:
    """Copies what overlays are laid over.

    original: the reference on the given code that the course handed out in 2022, which knew no BatchNorm.
    """
    left_out = ("__pycache__", *["batchnorm.py"] * (base == "original"))
    source = ROOT / ("student_template" if base == "template" else "reference")
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*left_out))
    if base == "original":
        shutil.copytree(ORIGINAL, target, dirs_exist_ok=True)
    return target


def build(kind: str, name: str, folder: Path, base: str = "") -> Path:
    """Lays an overlay over a copy of its base, or of another one.

    An expect.toml may say `over`, another overlay of its kind that comes first, and give the whole another layout:
    `moves` (a file or folder and its new name, '' to delete it; several files that get one name are joined), then
    `rewrites` (pairs of a pattern and what to put in its place, in all code).
    """
    target = lay_base(base or base_of(kind, name), folder / name)
    ignored = shutil.ignore_patterns("expect.toml", "__pycache__")
    expected = expectation(kind, name)
    for each in (expected.get("over"), name):
        if each:
            shutil.copytree(SUBMISSIONS / kind / each, target, dirs_exist_ok=True, ignore=ignored)
    move(target, expected.get("moves", {}))
    rewrite(target, expected.get("rewrites", ()))
    return target


def rewrite(target: Path, rewrites: Sequence[Sequence[str]]) -> None:
    """Puts something else in the place of each pattern, in all code."""
    for path in sorted(target.rglob("*.py")) if rewrites else ():
        text = path.read_text(encoding="utf-8")
        for pattern, new in rewrites:
            text = re.sub(pattern, new, text, flags=re.MULTILINE)
        path.write_text(text, encoding="utf-8")


def move(target: Path, moves: dict[str, str]) -> None:
    """Renames, joins and deletes files of a submission."""
    joined = {new for new in moves.values() if list(moves.values()).count(new) > 1}
    texts = {new: [] for new in joined}
    for old, new in moves.items():
        if new in joined:
            here = "|".join(Path(each).stem for each, place in moves.items() if place == new)
            text = (target / old).read_text(encoding="utf-8")
            texts[new].append(re.sub(rf"^from (?:\.|Beras\.)?(?:{here}) import .*\n", "", text, flags=re.MULTILINE))
            (target / old).unlink()
        elif new:
            (target / new).parent.mkdir(exist_ok=True)
            (target / old).rename(target / new)
        else:
            (target / old).unlink()
    for new, parts in texts.items():
        if new:
            (target / new).write_text("\n\n".join(parts), encoding="utf-8")
    for each in target.iterdir():
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()


def grade(path: Path | str, *options: str) -> Graded:
    """Grades as `grade PATH --format json` does; an empty result where nothing was printed."""
    done = grade_warm(str(path), "--format", "json", *options)
    result = json.loads(done.stdout) if done.stdout else {}
    assert [note for note in result.get("notes", ()) if "the grader failed" in note] == []
    return Graded(done.returncode, result, done.stderr)


def with_limits(folder: Path, limits: dict[str, float]) -> Path:
    """The built-in rubric with other limits, so that a hang is a short one."""
    text = FIRST.rubric.read_text(encoding="utf-8")
    for name, value in limits.items():
        text, count = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert count == 1, f"the rubric has no limit {name}"
    path = folder / "rubric.toml"
    path.write_text(text, encoding="utf-8")
    return path


def grading_options(kind: str, name: str, folder: Path, components: Collection[str]) -> list[str]:
    """To grade an overlay's components without training, within its own limits.

    Loading 60,000 images takes as long as all else: that is asked only where preprocess.py is changed. An expect.toml
    may name `limits` of the rubric, so that a hang is a short one; the rubric is written into `folder`.
    """
    expected = expectation(kind, name)
    limits = expected.get("limits")
    found = ["--rubric", str(with_limits(folder, limits))] if limits else []
    elsewhere = str([expected.get("moves"), expected.get("rewrites")])
    slow = (SUBMISSIONS / kind / name / "preprocess.py").exists() or "preprocess" in elsewhere or "MNIST" in elsewhere
    asked = [part for part in FIRST.components if part in components and (slow or part != "get_data_MNIST")]
    return [*found, "--no-training", "--only", *asked]


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs the command itself."""
    command = [sys.executable, "-m", "grader", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **{"cwd": ROOT} | options)
