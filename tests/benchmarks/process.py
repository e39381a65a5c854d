"""A contestant's process, from the side of whoever gives it its turns."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.benchmarks.timing import ROOT, Missing, environment


class Contestant:
    """`ask` gives it a turn. Raises Missing where its package is not installed."""

    def __init__(self, kind: str, hidden: int, optimizer: str, threads: int = 1, examples: int | None = None) -> None:
        words = [kind, str(hidden), optimizer, *([str(examples)] if examples else [])]
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.contestant", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(threads),
        )
        self.ready = False

    def ask(self, *words: object) -> dict[str, Any]:
        if not self.ready:
            self.answer()
            self.ready = True
        assert self.child.stdin is not None
        self.child.stdin.write(" ".join(map(str, words)) + "\n")
        self.child.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        assert self.child.stdout is not None
        line = self.child.stdout.readline()
        if not line:
            assert self.child.stderr is not None
            said = self.child.stderr.read().strip().splitlines() or ["it said nothing"]
            raise Missing(said[-1][:90])
        return json.loads(line)

    def close(self) -> None:
        for stream in (self.child.stdin, self.child.stdout, self.child.stderr):
            if stream is not None:
                stream.close()
        self.child.wait()
