"""The other end of `--executor dask`: what a worker of a cluster does with a parcel.

A Dask worker has threads, and only a process with a single one may fork graders. So the work is done as it is on the
instructor's machine, by a `Local` for each unit at a time, whose nursery stays warm for the next. They live as long as
the worker holds the kit, which Dask drops when the run has ended, however it ended.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
import time
import weakref
from pathlib import Path
from typing import Any

from grader.base.errors import UsageError
from grader.base.machine import has_room
from grader.classroom.cluster.parcel import Kit, Parcel, digest_of_code, terms_in
from grader.classroom.jobs.local import LocalExecutor, Unit

LOOK_SECONDS = 1.0
ROOM_PATIENCE = 60.0  # seconds for memory to become free; then it is tried all the same


class Bench:
    """An unpacked kit, and the warm executors that are not at work."""

    def __init__(self, kit: Kit, place: str) -> None:
        """place: a folder that Dask empties. Raises UsageError where this worker must not grade."""
        if digest_of_code() != kit.code:
            raise UsageError("it has another version of the grader; install the same one on every worker")
        self.limit = kit.limit
        self.folder = Path(tempfile.mkdtemp(prefix="beras-kit-", dir=place))
        self.idle: list[LocalExecutor] = []
        weakref.finalize(kit, self.close)
        kit.unpack(self.folder)
        self.terms = terms_in(self.folder, kit.terms)
        limits = self.terms.load_rubric(self.terms.usual).limits
        self.need = limits["training_memory_mb" if self.terms.trains else "check_memory_mb"]

    def grade(self, number: int, name: str, terms: dict[str, Any], parcel: Parcel) -> dict[str, Any]:
        """The outcome as plain data, or why there is none. Raises UsageError."""
        executor = self.idle.pop() if self.idle else LocalExecutor(self.terms, 1, self.limit)
        try:
            until = time.monotonic() + ROOM_PATIENCE
            while not has_room(self.need) and time.monotonic() < until:
                time.sleep(LOOK_SECONDS)
            with tempfile.TemporaryDirectory(prefix="hand-in-", dir=self.folder) as scratch:
                executor.start(Unit(number, name, parcel.unpacked(Path(scratch)), terms_in(self.folder, terms)))
                while not (ended := executor.wait(LOOK_SECONDS)):
                    pass
        except BaseException:
            executor.close()
            raise
        self.idle.append(executor)
        outcome = ended[0].outcome
        return {"outcome": outcome.plain() if outcome is not None else None, "lost": ended[0].lost}

    def close(self) -> None:
        """Nothing is at work any more: who works holds the kit."""
        while self.idle:
            self.idle.pop().close()
        shutil.rmtree(self.folder, ignore_errors=True)


benches: weakref.WeakKeyDictionary[Kit, Bench] = weakref.WeakKeyDictionary()
opening = threading.Lock()


def handed_out(kit: Kit) -> Kit:
    """The task that workers have the kit from: lost with its worker, it is simply run again."""
    return kit


def grade(kit: Kit, number: int, name: str, terms: dict[str, Any], parcel: Parcel) -> dict[str, Any]:
    """The task for one unit: Bench.grade, and where that was; `unfit` is why this worker must not grade."""
    from distributed import get_worker

    host = {"machine": socket.gethostname()}
    try:
        with opening:
            if kit not in benches:
                benches[kit] = Bench(kit, get_worker().local_directory)
        return host | benches[kit].grade(number, name, terms, parcel)
    except UsageError as error:
        return host | {"unfit": str(error)}
