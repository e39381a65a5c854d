"""Does a verdict hold, whatever ends the processes that a submission runs in?

    python tests/proof/kills.py                 # 100 kills: a few minutes
    python tests/proof/kills.py --kills 20 --isolation basic

Each turn grades a submission as the command does, and kills one process below the grader at a random moment: a worker,
or what workers are forked from. The result has to be that of an undisturbed run, words included. Prints a table, and
what differs; ends with 1 if anything does.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.isolation.process_tree import children, descendants

ROOT = Path(__file__).resolve().parents[2]
SUBMISSIONS = ROOT / "tests" / "submissions"
GRADED = ("reference", "chaffs/softmax-two-mistakes", "chaffs/raises-in-mse", "chaffs/tape-order-reversed")
FLEETING = {"seconds", "started"}  # what differs from run to run


def built(name: str, folder: Path) -> Path:
    """A submission: the reference, with the files of a chaff over it."""
    made = folder / name.replace("/", "-")
    shutil.copytree(ROOT / "reference", made, ignore=shutil.ignore_patterns("__pycache__"))
    if name != "reference":
        shutil.copytree(SUBMISSIONS / name, made, dirs_exist_ok=True)
        (made / "expect.toml").unlink()
    return made


def started(path: Path, isolation: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "grader", str(path), "--no-training", "--format", "json", "-q"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*command, "--isolation", isolation], stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment
    )


def lasting(text: str) -> Any:
    """A result without what differs from run to run."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without(each) for name, each in value.items() if name not in FLEETING}
        return [without(each) for each in value] if isinstance(value, list) else value

    return without(json.loads(text))


def differing(right: Any, found: Any, place: str = "") -> list[str]:
    """The places where two results differ."""
    if isinstance(right, dict) and isinstance(found, dict):
        names = [*right, *(name for name in found if name not in right)]
        return [each for name in names for each in differing(right.get(name), found.get(name), f"{place}.{name}")]
    if isinstance(right, list) and isinstance(found, list) and len(right) == len(found):
        return [each for i, pair in enumerate(zip(right, found)) for each in differing(*pair, f"{place}[{i}]")]
    return [] if right == found else [f"{place}: {found!r:.200} in place of {right!r:.200}"]


def killed_one(process: subprocess.Popen[str], after: float) -> str:
    """Kills a process below the grader, once there is one after some seconds; what it was, '' where all was over."""
    until = time.monotonic() + after
    while process.poll() is None:
        below = [pid for grader in children(process.pid) for pid in descendants(grader)]
        leaves = [pid for pid in below if not children(pid)]
        if leaves and time.monotonic() >= until:
            victim = random.choice(leaves)
            kind = "worker" if len(below) > len(leaves) and len(leaves) > 1 else "the last one below the grader"
            with suppress(OSError):
                os.kill(victim, signal.SIGKILL)
                return kind
        time.sleep(0.002)
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Kills processes of submissions, and compares the verdicts.")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--isolation", default="auto")
    parser.add_argument("--seed", type=int, default=1470, help="of the moments")
    options = parser.parse_args()
    random.seed(options.seed)
    stopped: list[int] = []  # Ctrl-C: what was found so far is told
    signal.signal(signal.SIGINT, lambda number, _: stopped.append(number))
    found: dict[str, list[bool]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        paths = [built(name, Path(scratch)) for name in GRADED]
        right, lengths = {}, {}
        for path in paths:
            for _ in range(2):  # the first one fills the cache
                begun = time.monotonic()
                right[path] = lasting(started(path, options.isolation).communicate()[0])
                lengths[path] = time.monotonic() - begun
        kills = 0
        while kills < options.kills and not stopped:
            path = paths[kills % len(paths)]
            with started(path, options.isolation) as process:
                kind = killed_one(process, random.uniform(0.1, 0.9) * lengths[path])
                text = process.communicate()[0]
            if not kind:
                continue
            kills += 1
            same = lasting(text) == right[path]
            found.setdefault(kind, []).append(same)
            if not same:
                told = "; ".join(differing(right[path], lasting(text)))
                print(f"{path.name}: another result after kill {kills} ({kind}): {told}", file=sys.stderr)
    print("| killed | runs | the same result |\n|---|---|---|")
    for kind, same in found.items():
        print(f"| {kind} | {len(same)} | {sum(same)} |")
    return int(not all(all(same) for same in found.values()))


if __name__ == "__main__":
    sys.exit(main())
