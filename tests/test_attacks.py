"""Hostile submissions gain nothing, leak nothing, leave nothing behind, and cost only their own check.

Every overlay of tests/submissions/attacks goes through the real command, surrounded by canaries: a secret in the
environment, a file outside the submission, a listener on the loopback interface, an empty folder that nobody may write
to, a cache and a checkout that nobody may change. An attack that succeeds shows in one of them, or prints LEAKED.
What reaches for the grader's own process meets the command as it is installed; the rest meets one that has loaded
everything already (tests/warm_grade.py).

What an isolation level cannot stop by its nature is asserted too: where such an attack no longer succeeds, the list is
out of date. An expect.toml has

    about, base, loses           as those of the chaffs have; what it loses it must lose whole
    outcomes                     words that must be among the outcomes of its checks
    not_stopped_at, leaks        the levels at which it gets through, and the canaries that show it
    installed                    what it is after is the grader's own process, its start or its end
    only, options, limits        components that it must not harm, options of the command, limits of the rubric
    at_most, waiting             points of components that are right in part, and of theirs that are not judged
    told                         what a note tells whoever grades
    table                        look at the table for the terminal as well
    inside                       run the command in the submission's own folder
    right                        its code is right, but for the attack: what it earns before that is its own
    grader_memory_mb             what the grader's process may take
"""

from __future__ import annotations

import fnmatch
import hashlib
import io
import json
import os
import re
import shutil
import stat
import struct
import sys
import warnings
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Once
from overlays import ROOT, expectation, names, with_limits
from scene import MARK, PRIVATE, SECRET, UNSAFE, Scene, texts
from warm_grade import Done

from grader import isolation, rubric
from grader.ask import answer_key
from grader.ask.probe import all_probes
from grader.ask.reference import LocalWorker, read_sources
from grader.base.cache import recall
from grader.homework import FIRST
from grader.homeworks.beras.dialect import Dialect
from grader.run.request import DEFAULT_SEED
from grader.worker import landlock

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the attacks speak Linux")

LEVELS = [level.name for level in isolation.LEVELS if level.limited and not level.lack()]  # that work here
SIGNAL_ABI = 6  # the version of Landlock that shuts out signals
WITNESSES = ("Dense.initializer", "BasicOptimizer", "MeanSquaredError")  # that an attack on another leaves alone


class Recorder:
    """The reference, written down: for each input of a layer, its output and its gradient."""

    def __init__(self, worker: LocalWorker) -> None:
        self.worker, self.noted, self.x = worker, {}, {}  # x: by layer, that of its latest call

    def ask(self, op: str, **given: Any) -> Any:
        reply = self.worker.ask(op, **given)
        if op == "call" and given["name"] in ("", "forward") and given["args"]:
            key = hashlib.sha256(np.ascontiguousarray(given["args"][0], dtype=float).tobytes()).hexdigest()
            self.x[given["target"]] = key
            self.noted[f"forward {key}"] = np.asarray(reply["value"]).tolist()
        elif given.get("name") in ("input_gradients", "compose_to_input") and op.startswith("call"):
            self.noted[f"{given['name']} {self.x[given['target']]}"] = np.asarray(reply["value"]).tolist()
        return reply


@cache
def noted_answers(component: str) -> dict[str, Any]:
    """Right answers to the public seed's questions about a layer, as anybody can note them who grades one once."""
    found: dict[str, Any] = {}
    for probe in all_probes():
        if probe.component == component:
            worker = LocalWorker(read_sources())
            recorder = Recorder(worker)
            probe.ask(Dialect(recorder), DEFAULT_SEED)
            found |= recorder.noted
            worker.close()
    return found


def state(*folders: Path) -> dict[Path, Any]:
    """Every file below these folders and what changes when somebody writes to it; Python's own caches aside."""
    paths = (path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts)
    stats = {path: path.lstat() for path in paths}
    return {path: (info.st_size, info.st_mode, info.st_mtime_ns, info.st_ctime_ns) for path, info in stats.items()}


def contents(cache: Path) -> dict[Path, bytes]:
    """The made-up data in a cache."""
    return {path: path.read_bytes() for path in cache.glob("**/made-up*/**/*") if path.is_file()}


@pytest.fixture
def scene(tmp_path: Path, warm_cache: Path) -> Iterator[Scene]:
    found = Scene(tmp_path)
    shutil.copytree(warm_cache, found.cache, dirs_exist_ok=True)
    yield found
    found.close()


@pytest.fixture(scope="session")
def warm_cache(once: Once) -> Path:
    """A cache with everything that a grading keeps, to copy from: no attack gets the one that the tests share."""

    def fill(folder: Path) -> None:
        scene = Scene(folder)
        scene.grade("reference", "--no-training")
        scene.close()
        scene.cache.rename(folder / "warm")

    return once("warm-cache", fill) / "warm"


# --- what an attack may show ------------------------------------------------------------------------------------


def leaks(scene: Scene, done: Done, untouched: bool) -> set[str]:
    """Where an attack got through, by the canary that shows it."""
    text = done.stdout + done.stderr
    shown = {
        "secret": SECRET in text,
        "file": PRIVATE in text,
        "marker": MARK in text,
        "network": bool(scene.callers),
        "outside": any(scene.outside.iterdir()),
        "mode": stat.S_IMODE(scene.private.stat().st_mode) != 0o600,
        "cache": not untouched,
        "report": done.returncode not in (0, 1) or not is_json(done.stdout),
    }
    return {name for name, got_through in shown.items() if got_through}


def is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def unearned(part: dict[str, Any], possible: float, at_most: float | None, waiting: float) -> str:
    """What a component was given that is worth nothing, or at most so much, or ''."""
    if at_most is not None and part["points"] <= at_most and part["not_judged"] <= waiting:
        return ""
    passed = {probe["name"] for probe in part["probes"] if probe["points"] > 0}
    if passed or part["points"] or part["max_points"] != possible:
        return f"{part['name']}: {part['points']} of {part['max_points']} for {sorted(passed)}"
    return ""


def expected_answers(cache: Path) -> dict[Any, bytes]:
    """The reference's answers that a grader takes from a cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        contents = [recall(path) for path in sorted(cache.rglob("answers-*.key"))]
    keys = [answer_key.key_of(content) for content in contents if content is not None]
    return {entry: bytes(key.blobs[place]) for key in keys for entry, place in key.entries.items()}


# --- the overlays -----------------------------------------------------------------------------------------------


def arguments(attack: dict[str, Any], folder: Path) -> list[str]:
    """Options of `grade` for an attack: its own components and some that it must not harm."""
    found = list(attack.get("options", ()))
    if "limits" in attack:
        found += ["--rubric", str(with_limits(folder, attack["limits"]))]
    return [*found, "--only", *dict.fromkeys([*attack["loses"], *attack.get("only", WITNESSES)])]


def levels_for(name: str) -> list[str]:
    """Where an attack is tried: what has nothing to do with the fences goes through the same code at every level."""
    at_fences = name.startswith(("answers-", "escapes-", "reach-", "training-with-labels-"))
    if at_fences or "not_stopped_at" in expectation("attacks", name):
        return LEVELS
    return [LEVELS[0], LEVELS[-1]] if name.startswith(("hangs-", "resources-")) else LEVELS[:1]


@pytest.mark.parametrize(("name", "level"), [(name, level) for name in names("attacks") for level in levels_for(name)])
def test_attack_gains_nothing_and_costs_only_its_own_check(name: str, level: str, scene: Scene) -> None:
    attack = expectation("attacks", name)
    submission = scene.submission(name, noted_answers("ReLU"))
    guarded = (ROOT / "grader", ROOT / "reference", submission)
    before, data_before = state(*guarded), contents(scene.cache)
    answers_before = expected_answers(scene.cache)

    options = ["--isolation", level, *arguments(attack, scene.folder)]
    grade = scene.command if attack.get("installed") else scene.grade
    done = grade(str(submission), "--format", "json", *options, cwd=submission if attack.get("inside") else ROOT)

    assert scene.left_running(patience=5 if done.returncode < 0 else 0) == []
    assert state(*guarded) == before
    assert answers_before
    untouched = contents(scene.cache).items() <= data_before.items()
    answers_after = expected_answers(scene.cache)  # what was thrown away is asked anew
    untouched &= all(answers_before.get(entry, blob) == blob for entry, blob in answers_after.items())
    found = leaks(scene, done, untouched)
    if "report" in found:
        assert found == tolerated(attack, level), done.stderr[-2000:]
        return
    assert list(scene.temporary.iterdir()) == []
    result = json.loads(done.stdout)
    points = rubric.load().points["2470"]
    most = attack.get("at_most", {})
    lost = [part for part in result["components"] if part["name"] in attack["loses"]]
    kept = [part for part in result["components"] if part not in lost]
    worth = {part["name"]: (points[part["name"]], most.get(part["name"]), attack.get("waiting", 0)) for part in lost}
    judged_by_points = [] if attack.get("right") else lost
    gained = [text for part in judged_by_points if (text := unearned(part, *worth[part["name"]]))]
    found |= {"points"} if gained else set()

    assert found == tolerated(attack, level), gained
    assert [part["name"] for part in kept if part["points"] != points[part["name"]]] == []
    assert {probe["outcome"] for part in kept for probe in part["probes"]} <= {"passed", "not asked"}
    outcomes = {probe["outcome"] for part in lost for probe in part["probes"]}
    assert "grader fault" not in outcomes
    assert set(attack.get("outcomes", ())) <= outcomes
    assert done.returncode == (0 if "points" in found else 1)
    assert attack.get("told", "") in " ".join(result["notes"])
    assert [text for text in texts(result) if UNSAFE.search(text)] == []
    assert max(map(len, texts(result))) < 10_000
    assert scene.peak < attack.get("grader_memory_mb", 1000) << 20
    if attack.get("table"):
        check_table(scene.grade(str(submission), *options))


def check_table(done: Done) -> None:
    """What a terminal gets: no escapes, and only the grader's own words where a line begins."""
    assert UNSAFE.findall(done.stdout + done.stderr) == []
    assert len(done.stdout) < 100_000
    starts = [line for line in done.stdout.splitlines() if re.match(r"score|note:|training|grade:", line)]
    assert [line for line in starts if re.match("score .* 100 of 100|note: every|training simple: passed", line)] == []
    assert len([line for line in starts if line.startswith("score ")]) == 1


def tolerated(attack: dict[str, Any], level: str) -> set[str]:
    """The leaks that this level cannot stop by its nature."""
    found = set(attack.get("not_stopped_at", ()))
    if level == "landlock" and landlock.abi() < SIGNAL_ABI and "landlock without signals" in found:
        return set(attack["leaks"])
    return set(attack["leaks"]) if level in found else set()


@pytest.mark.parametrize(
    ("name", "leak"),
    [
        ("reach-secrets-in-the-graders-environment", "secret"),
        ("reach-writes-to-the-graders-output", "report"),
        ("reach-files-of-the-user", "file"),
    ],
)
def test_canary_shows_an_attack_that_nothing_stops(name: str, leak: str, scene: Scene) -> None:
    submission = scene.submission(name, {})

    done = scene.command(str(submission), "--format", "json", "--isolation", "none", "--only", "CategoricalAccuracy")

    assert leak in leaks(scene, done, True)


def test_answers_of_the_public_seed_show_with_another_seed(scene: Scene) -> None:
    """Worth nothing with `--seed 7`, as the test above has it; with the public seed it is worth everything."""
    submission = scene.submission("answers-of-the-public-seed", noted_answers("ReLU"))

    done = scene.grade(str(submission), "--format", "json", "--only", "ReLU")

    assert json.loads(done.stdout)["score"] == rubric.load().points["2470"]["ReLU"]


def test_answers_of_the_public_seed_are_worth_nothing_in_hidden_checks(scene: Scene) -> None:
    submission = scene.submission("answers-of-the-public-seed", noted_answers("ReLU"))
    text = FIRST.rubric.read_text(encoding="utf-8").replace("\nhidden = []", '\nhidden = ["ReLU/forward"]')
    (scene.folder / "hidden.toml").write_text(text, encoding="utf-8")
    options = ["--only", "ReLU", "--rubric", str(scene.folder / "hidden.toml"), "--hidden-seed", "7"]

    done = scene.grade(str(submission), "--format", "json", *options)

    outcomes = {each["name"]: each["outcome"] for each in json.loads(done.stdout)["components"][0]["probes"]}
    assert {name for name, outcome in outcomes.items() if outcome != "passed"} == {"ReLU/forward"}


# --- hostile files, which git cannot keep -----------------------------------------------------------------------


def link_out(metrics: Path, scene: Scene) -> None:
    """A module that is a link to a file of the user's, beside links to folders, to devices and in circles."""
    metrics.unlink()
    metrics.symlink_to(scene.private)
    (metrics.parent / "zero.py").symlink_to("/dev/zero")
    (metrics.parent / "memory.py").symlink_to("/proc/self/mem")
    (metrics.parent / "home").symlink_to(scene.folder)
    (metrics.parent / "circle").symlink_to(metrics.parent)
    (metrics.parent / "nowhere.py").symlink_to("nowhere.py")


def pipe(metrics: Path, scene: Scene) -> None:
    """A module that is a pipe: whoever opens it waits for ever."""
    metrics.unlink()
    os.mkfifo(metrics)
    os.mkfifo(metrics.with_name("readme.txt"))


def folder_named_as_a_module(metrics: Path, scene: Scene) -> None:
    """A folder named metrics.py, one named assignment.pyc, a file named __pycache__."""
    metrics.unlink()
    (metrics / "__init__.py").mkdir(parents=True)
    (metrics / "layers.py").write_text("raise SystemExit(0)\n")
    (metrics.parent.parent / "assignment.pyc").mkdir()
    (metrics.parent / "__pycache__").write_text("no folder")


def compiled_modules(metrics: Path, scene: Scene) -> None:
    """Compiled Python in place of a module's source: what is not to be seen is not to be run."""
    metrics.unlink()
    for name in ("metrics.pyc", "metrics.so", "metrics.cpython-311-x86_64-linux-gnu.so", "metrics.abi3.so"):
        (metrics.parent / name).write_bytes(b"\x7fELF\x02\x01\x01" + bytes(100))


def invalid_utf8(metrics: Path, scene: Scene) -> None:
    """A module whose bytes are no text, and files whose names are none."""
    metrics.write_bytes(b"# \xff\xfe\x80\nclass CategoricalAccuracy: pass\n")
    for name in (b"\xff\xfe.py", b"\x1b[2Jscore.py", b"two\nlines.py", "\u202eyp.txt".encode(), b"a" * 250 + b".py"):
        Path(os.fsdecode(os.fsencode(metrics.parent) + b"/" + name)).write_text("raise SystemExit(0)\n")


def null_bytes(metrics: Path, scene: Scene) -> None:
    """A module with null bytes in it."""
    metrics.write_bytes(b"class CategoricalAccuracy:\0 pass\n\0\n")


def odd_encoding(metrics: Path, scene: Scene) -> None:
    """A module that names an encoding which runs code, or unpacks, or is none."""
    metrics.write_bytes(b"# -*- coding: zlib_codec -*-\nclass CategoricalAccuracy: pass\n")
    metrics.with_name("other.py").write_bytes(b"# coding: \x1b[2J\n")


def nested_source(metrics: Path, scene: Scene) -> None:
    """Sources that are nested so deeply that parsers run out of stack."""
    metrics.write_text("x = " + "-" * 100_000 + "1\n")
    for name, text in {"a": "(" * 50_000, "b": "a" + ".b" * 100_000, "c": "lambda: " * 50_000 + "1"}.items():
        metrics.with_name(f"{name}.py").write_text(text)


def enormous_module(metrics: Path, scene: Scene) -> None:
    """A module of 64 MB, which is a hole on the disk."""
    with open(metrics, "r+b") as file:
        file.truncate(64 << 20)


def source_copied_to_every_way_out(metrics: Path, scene: Scene) -> None:
    """70 kB of source, whose `finally` of 12,000 statements Python would copy to each of 700 returns."""
    ways = "".join(f"        if x == {i}: return x\n" for i in range(700))
    metrics.write_text(f"def f(x):\n    try:\n{ways}    finally:\n        {';'.join(['x'] * 12_000)}\n")


def gaps_without_end(metrics: Path, scene: Scene) -> None:
    """A megabyte of placeholders, each with a line of its own."""
    metrics.write_text("???\n" * 250_000)


def imports_of_what_is_not_there(metrics: Path, scene: Scene) -> None:
    """20,000 imports of a package that is not there, in front of a class with nothing in it."""
    metrics.write_text("import torch\n" * 20_000 + "class CategoricalAccuracy: pass\n")


FOLDERS = [link_out, pipe, folder_named_as_a_module, compiled_modules, invalid_utf8, null_bytes, odd_encoding]
FOLDERS += [nested_source, enormous_module, source_copied_to_every_way_out, gaps_without_end]
FOLDERS += [imports_of_what_is_not_there]


@pytest.mark.parametrize("damage", FOLDERS, ids=lambda function: function.__name__)
def test_hostile_file_costs_only_its_own_component(damage: Any, scene: Scene) -> None:
    submission = scene.folder / "submission"
    shutil.copytree(ROOT / "reference", submission, ignore=shutil.ignore_patterns("__pycache__"))
    damage(submission / "Beras" / "metrics.py", scene)

    done = scene.grade(str(submission), "--format", "json", "--only", "CategoricalAccuracy", *WITNESSES)

    assert leaks(scene, done, True) == set(), done.stderr[-2000:]
    result = json.loads(done.stdout)
    points = rubric.load().points["2470"]
    assert {part["name"] for part in result["components"] if part["points"] < points[part["name"]]} == {
        "CategoricalAccuracy"
    }
    assert done.returncode == 1
    assert [text for text in texts(result) if UNSAFE.search(text)] == []
    assert scene.left_running() == []
    assert scene.peak < 500 << 20


def thousands_of_files(submission: Path, scene: Scene) -> None:
    """More files than any hand-in has."""
    for i in range(21_000):
        (submission / f"{i}.txt").touch()


def deep_folders(submission: Path, scene: Scene) -> None:
    """The code in folders so deep that their path is longer than the system allows."""
    shutil.rmtree(submission)
    submission.mkdir()
    here = os.open(".", os.O_RDONLY)
    os.chdir(submission)
    for _ in range(700):  # 4,900 characters
        os.mkdir("folder")
        os.chdir("folder")
    os.mkdir("Beras")
    os.fchdir(here)
    os.close(here)


@pytest.mark.parametrize("damage", [thousands_of_files, deep_folders], ids=lambda function: function.__name__)
def test_hostile_folder_is_refused_in_one_line(damage: Any, scene: Scene) -> None:
    submission = scene.folder / "submission"
    shutil.copytree(ROOT / "reference", submission, ignore=shutil.ignore_patterns("__pycache__"))
    damage(submission, scene)

    check_refused(scene.grade(str(submission), "--no-training"))


def check_refused(done: Done) -> None:
    """Exit code 2, and one line that says why."""
    assert done.returncode == 2, done.stderr[-2000:]
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert UNSAFE.findall(done.stderr.rstrip("\n")) == []
    assert len(done.stderr) < 2000


MODULE = "Beras/metrics.py"
TEXT = "class CategoricalAccuracy: pass\n"


def entry(name: str, kind: int = stat.S_IFREG) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o644) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def zip_of(*parts: tuple[zipfile.ZipInfo, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        for info, content in parts:
            archive.writestr(info, content)
    return buffer.getvalue()


def bomb() -> bytes:
    """300 MB in 300 kB, which say of themselves that they are small."""
    content = zip_of((entry(MODULE), b"#" * (300 << 20)))
    return content.replace(struct.pack("<I", 300 << 20), struct.pack("<I", 1000))


def flagged(content: bytes, flags: int) -> bytes:
    """The same .zip with flags set on its entries, such as 1 for encrypted."""
    content = re.sub(rb"PK\x03\x04..(..)", lambda m: m[0][:6] + struct.pack("<H", flags), content, flags=re.DOTALL)
    return re.sub(rb"PK\x01\x02....(..)", lambda m: m[0][:8] + struct.pack("<H", flags), content, flags=re.DOTALL)


ZIPS = {
    "traversal": lambda: zip_of((entry("../../outside/metrics.py"), TEXT), (entry(MODULE), TEXT)),
    "traversal-by-backslash": lambda: zip_of((entry("..\\..\\outside\\metrics.py"), TEXT), (entry(MODULE), TEXT)),
    "absolute": lambda: zip_of((entry("/tmp/metrics.py"), TEXT), (entry(MODULE), TEXT)),
    "drive": lambda: zip_of((entry("C:/metrics.py"), TEXT), (entry(MODULE), TEXT)),
    "link": lambda: zip_of((entry(MODULE, stat.S_IFLNK), "/etc/passwd")),
    "device": lambda: zip_of((entry(MODULE, stat.S_IFCHR), "")),
    "twice": lambda: zip_of((entry(MODULE), TEXT), (entry(MODULE), "other")),
    "bomb": bomb,
    "many-entries": lambda: zip_of(*((entry(f"Beras/{i}.py"), "") for i in range(21_000))),
    "encrypted": lambda: flagged(zip_of((entry(MODULE), TEXT)), 1),
    "cut-off": lambda: zip_of((entry(MODULE), TEXT))[:-30],
    "escapes-in-a-name": lambda: zip_of((entry("\x1b[2J/../Beras/\x1b]0;owned\x07.py"), TEXT)),
    "nothing-in-it": lambda: zip_of(),
    "no-zip": lambda: b"PK\x03\x04" + bytes(1000),
}


@pytest.mark.parametrize("name", ZIPS)
def test_hostile_zip_is_refused_in_one_line(name: str, scene: Scene) -> None:
    path = scene.folder / "hand-in.zip"
    path.write_bytes(ZIPS[name]())

    check_refused(scene.grade(str(path), "--no-training"))
    assert list(scene.outside.iterdir()) == []
    assert scene.peak < 300 << 20


# --- the page about them ----------------------------------------------------------------------------------------


def test_what_the_page_of_threats_names_is_there() -> None:
    page = (ROOT / "docs" / "THREATS.md").read_text(encoding="utf-8")
    attacks, functions = set(names("attacks")), {}
    for path in (ROOT / "tests").glob("test_*.py"):
        functions |= dict.fromkeys(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    shown = re.findall(r"`([^`]+)`", page)

    named = [each for each in shown if re.fullmatch(r"[a-z]+(-[a-z]+)*-(\*|[a-z]+)", each)]
    assert named
    assert [each for each in named if not fnmatch.filter(attacks, each)] == []
    assert [each for each in shown if each.startswith("test_") and each not in functions] == []
    assert [each for each in shown if each.startswith("tests/") and not (ROOT / each).exists()] == []
