"""Runs units of work on this machine: one process tree for each, forked from a warm nursery.

`Local` is an executor: `start` a unit, `wait` for some to end, `close`. It keeps each unit's time limit, and says of a
unit whose process is gone that it was lost; whoever runs a class decides what then.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from grader.base import blas
from grader.base.ends import remove
from grader.base.errors import UsageError
from grader.base.paths import CHECKOUT
from grader.classroom.jobs.settings import Terms
from grader.classroom.outcome import HandInOutcome, outcome_of
from grader.isolation.own_processes import OWN_PROCESSES
from grader.worker import linux

START_PATIENCE = 300.0  # seconds until the nursery has loaded everything; MNIST is unpacked there at first
LAST_WORDS = 20.0  # seconds from the time limit to the end, to write down what was graded
MOST_BYTES = 256 << 20  # of one outcome
PACKAGES = CHECKOUT  # where this package is found
# With -m, Python would look for modules where the command is typed first: there hand-ins may lie
NURSERY = "import sys; sys.path[0] = sys.argv.pop(1); from grader.classroom.jobs.forkserver import main; main()"
EVERYTHING = "everything"  # what was near a time limit, where that was the hand-in's own


@dataclass(frozen=True)
class Unit:
    """One hand-in to grade. `terms` are the class's, or those of a yardstick."""

    number: int
    name: str
    path: Path
    terms: Terms


@dataclass(frozen=True)
class Ended:
    """A unit that is over: with its outcome, or lost for some reason."""

    unit: Unit
    outcome: HandInOutcome | None
    lost: str = ""


class Executor(Protocol):
    """Where units of work are done."""

    @property
    def slots(self) -> int:
        """Units that may be under way at a time: a cluster grows and shrinks."""

    def start(self, unit: Unit) -> None: ...

    def wait(self, seconds: float) -> list[Ended]:
        """Units that have ended; [] if none has in that time."""

    def close(self) -> None:
        """Ends what is under way, and does not wait for it."""


@dataclass
class Running:
    """A unit under way: the pipe that its outcome comes through, and when its time is over."""

    unit: Unit
    pipe: int
    until: float
    stopped: bool = False
    received: bytearray = field(default_factory=bytearray)
    over: bool = False  # nothing more comes through the pipe
    end: dict[str, Any] | None = None  # what the nursery said of its end


class LocalExecutor:
    """The executor of this machine."""

    def __init__(
        self, terms: Terms, slots: int, limit: float, enough_memory: Callable[[], bool] = lambda: True
    ) -> None:
        """Raises UsageError where the terms cannot be met here.

        limit: seconds for one hand-in. enough_memory: is there room for one more?
        """
        self.terms, self.slots, self.limit, self.enough_memory = terms, slots, limit, enough_memory
        self.running: dict[int, Running] = {}
        self.waiting: list[Unit] = []  # for memory
        self.lost: list[Ended] = []
        self.buffer = b""
        linux.become_subreaper()
        self._open_nursery()

    def _open_nursery(self) -> None:
        self.control, far = socket.socketpair()
        # Of its own, and removed by whoever ends last: what is killed leaves nothing behind
        self.folder = tempfile.mkdtemp(prefix="beras-class-")
        environment = {**os.environ, **blas.variables(1), "TMPDIR": self.folder}
        with far:
            self.nursery = OWN_PROCESSES.start(
                [sys.executable, "-c", NURSERY, str(PACKAGES), str(far.fileno()), self.folder],
                pass_fds=(far.fileno(),),
                env=environment,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the grader in front, which ends this one in its own way
            )
        self._send({"load": self.terms.plain()})
        self.control.settimeout(START_PATIENCE)
        try:
            while b"\n" not in self.buffer:
                part = self.control.recv(1 << 16)
                if not part:
                    raise RuntimeError("the process that graders are forked from did not start")
                self.buffer += part
        except BaseException:
            self._close_nursery()
            raise
        line, _, self.buffer = self.buffer.partition(b"\n")
        message = json.loads(line)
        if "refused" in message:
            self._close_nursery()
            raise UsageError(message["refused"])
        self.control.settimeout(None)

    # --- units --------------------------------------------------------------------------------------------------

    def start(self, unit: Unit) -> None:
        if self.running and not self.enough_memory():
            self.waiting.append(unit)
            return
        near, far = os.pipe()
        os.set_blocking(near, False)
        message = {"grade": unit.number, "terms": unit.terms.plain(), "path": str(unit.path), "named": unit.name}
        self.running[unit.number] = Running(unit, near, time.monotonic() + self.limit)
        try:
            self._send(message, [far])
        finally:
            os.close(far)

    def wait(self, seconds: float) -> list[Ended]:
        if self.waiting and (not self.running or self.enough_memory()):
            self.start(self.waiting.pop(0))
        with selectors.DefaultSelector() as selector:
            selector.register(self.control, selectors.EVENT_READ, None)
            for each in self.running.values():
                if not each.over:
                    selector.register(each.pipe, selectors.EVENT_READ, each)
            ready = [key.data for key, _ in selector.select(seconds)]
        for each in filter(None, ready):
            self._receive(each)
        if None in ready:  # last: where the nursery is gone, this closes every pipe
            self._listen()
        self._keep_time()
        ended, self.lost = self.lost, []
        for number, each in list(self.running.items()):
            if each.end is not None and each.over:
                del self.running[number]
                os.close(each.pipe)
                ended.append(verdict_on(each))
        return ended

    def _receive(self, each: Running) -> None:
        with contextlib.suppress(BlockingIOError):
            while part := os.read(each.pipe, 1 << 20):
                each.received += part
                if len(each.received) > MOST_BYTES:
                    break
            each.over = True

    def _listen(self) -> None:
        try:
            part = self.control.recv(1 << 16)
        except OSError:
            part = b""
        if not part:
            self._start_over()
            return
        self.buffer += part
        while b"\n" in self.buffer:
            line, _, self.buffer = self.buffer.partition(b"\n")
            message = json.loads(line)
            if message.get("ended") in self.running:
                self.running[message["ended"]].end = message

    def _start_over(self) -> None:
        """The nursery is gone, and what it had forked with it; all of that was lost."""
        self._close_nursery()
        for each in self.running.values():
            self._receive(each)
            os.close(each.pipe)
            self.lost.append(verdict_on(each, "the process that graders are forked from was ended from outside"))
        self.running.clear()
        self.buffer = b""
        self._open_nursery()

    def _keep_time(self) -> None:
        now = time.monotonic()
        for number, each in self.running.items():
            if each.end is None and now > each.until:
                why = f"took more than {self.limit:g} s"
                self._send({"kill" if each.stopped else "stop": number, "why": why})
                each.stopped, each.until = True, now + LAST_WORDS

    def _send(self, message: dict[str, Any], fds: list[int] | None = None) -> None:
        with contextlib.suppress(OSError):  # it is gone: then the other direction says so
            socket.send_fds(self.control, [json.dumps(message).encode() + b"\n"], fds or [])

    # --- end ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        self._close_nursery()
        for each in self.running.values():
            os.close(each.pipe)
        self.running.clear()

    def _close_nursery(self) -> None:
        """Ends the nursery and all below it: by itself, or by force."""
        self.control.close()
        try:
            self.nursery.wait(5)
        except subprocess.TimeoutExpired:
            self.nursery.kill()
            self.nursery.wait()
        OWN_PROCESSES.forget(self.nursery)
        OWN_PROCESSES.end_orphans()
        remove(Path(self.folder))


def verdict_on(each: Running, lost: str = "") -> Ended:
    """What became of a unit: its outcome where one arrived, whatever then became of the process."""
    end = each.end or {}
    try:
        outcome = outcome_of(json.loads(bytes(each.received)))
    except ValueError:
        if end.get("why"):
            return Ended(each.unit, HandInOutcome("stopped", reason=end["why"], close=[EVERYTHING]))
        status = end.get("status")
        if status is not None and os.WIFSIGNALED(status):
            lost = lost or f"its grader was ended from outside (signal {os.WTERMSIG(status)})"
        return Ended(each.unit, None, lost or "its grader ended without an outcome")
    if outcome.state == "stopped":
        outcome.reason = end.get("why") or "was stopped"
        outcome.close.append(EVERYTHING)
    return Ended(each.unit, outcome)
