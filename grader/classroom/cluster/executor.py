"""Runs units of work on other machines, by Dask: `--executor dask --scheduler ADDRESS`.

The scheduler gives out tasks and runs those of a lost worker again; a hand-in's bytes travel with its task, the kit
(parcel.py) goes to each worker once. This process alone writes the gradebook, a result for each unit: so nothing that
is run twice counts twice.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import re
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from grader.base.errors import UsageError
from grader.classroom.cluster.parcel import kit_of, parcel_of
from grader.classroom.cluster.remote import grade, handed_out
from grader.classroom.jobs.job import digest_where_readable, without_path
from grader.classroom.jobs.local import Ended, Unit
from grader.classroom.jobs.settings import Terms
from grader.classroom.outcome import HandInOutcome, outcome_of
from grader.homework import Edition

CONNECT_PATIENCE = 15  # seconds
WORKER_PATIENCE = 60  # seconds until the first worker is there
RESULT_PATIENCE = 10  # seconds to fetch a result; then its worker is lost, and the task runs again
CENSUS_SECONDS = 2.0  # between two looks at which workers there are
ADDRESS = re.compile(r"(?:(?:tcp|tls|ws|wss|ucx)://)?[^/\s]+:\d+")
GONE = "what is recorded is safe: run the same command again when it is back"


class Cluster:
    """The executor of a Dask cluster."""

    def __init__(
        self, terms: Terms, years: Iterable[Edition], address: str, limit: float, note: Callable[[str], None]
    ) -> None:
        """Raises UsageError. years: of the hand-ins. note: is told what happened to the cluster."""
        try:
            import dask
            import distributed
        except ModuleNotFoundError as error:
            raise UsageError(f"--executor dask needs {error.name}: pip install 'beras-grader[cluster]'") from None
        for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said here, in one line
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})  # the kit and parcels are data
        self.distributed, self.address, self.note = distributed, address, note
        self.ended: queue.SimpleQueue[Any] = queue.SimpleQueue()  # futures, or units that could not be sent
        self.under_way: dict[Any, tuple[Unit, tuple[str, ...]]] = {}  # future -> unit, and notes on its parcel
        self.name = uuid.uuid4().hex  # tasks of this run, among those of others
        self.threads: dict[str, int] = {}
        self.looked = time.monotonic()
        where = {"scheduler_file": address} if os.path.isfile(address) else {"address": address}
        if "address" in where and not ADDRESS.fullmatch(address):
            raise UsageError(f"--scheduler {address}: expected tcp://HOST:PORT, or the scheduler's file")
        kit = kit_of(terms, years, limit, note)
        try:
            self.client = distributed.Client(**where, timeout=CONNECT_PATIENCE, set_as_default=False)
        except (OSError, ValueError, distributed.TimeoutError) as error:
            said = (str(error) or type(error).__name__).splitlines()[0]
            raise UsageError(f"--scheduler {address}: no Dask scheduler answers there ({said})") from None
        try:
            self._take_census()
            if not self.threads:
                note(f"the scheduler at {address} has no workers yet; waiting for the first one")
                self.client.wait_for_workers(1, WORKER_PATIENCE)
                self._take_census()
            self.kit = self.client.submit(handed_out, kit, key=f"kit-{self.name}", pure=False)
        except distributed.TimeoutError:
            self.close()
            raise UsageError(f"--scheduler {address}: it has no workers; start some with `dask worker`") from None
        except BaseException:
            self.close()
            raise

    @property
    def slots(self) -> int:
        """One unit a thread, and some that lie ready, so that no worker waits for this process."""
        threads = sum(self.threads.values())
        return threads + max(1, threads // 4)

    def start(self, unit: Unit) -> None:
        try:
            parcel = parcel_of(unit.path)
        except UsageError as error:
            reason = without_path(str(error), unit.path)
            outcome = HandInOutcome("ungradable", digest_where_readable(unit.path), reason)
            self.ended.put(Ended(unit, outcome))
            return
        future = self.client.submit(
            grade, self.kit, unit.number, unit.name, unit.terms.plain(), parcel,
            key=f"grade-{self.name}-{unit.number}-{uuid.uuid4().hex[:8]}", pure=False,
        )  # fmt: skip
        self.under_way[future] = unit, parcel.notes
        future.add_done_callback(self.ended.put)

    def wait(self, seconds: float) -> list[Ended]:
        """Raises UsageError where the scheduler is gone, or a worker must not grade."""
        found = []
        with contextlib.suppress(queue.Empty):
            found.append(self.ended.get(timeout=seconds))
            while True:
                found.append(self.ended.get_nowait())
        if time.monotonic() > self.looked + CENSUS_SECONDS:
            self._take_census()
        return [ended for each in found if (ended := each if isinstance(each, Ended) else self._result(each))]

    def _result(self, future: Any) -> Ended | None:
        """What became of a task; None where it is under way again."""
        unit, notes = self.under_way[future]
        try:
            given = future.result(timeout=RESULT_PATIENCE)
        except self.distributed.TimeoutError:  # its worker was lost before it handed the result over
            future.add_done_callback(self.ended.put)
            return None
        except self.distributed.KilledWorker:
            given = {
                "outcome": HandInOutcome("failed", reason="several workers were lost while they graded it").plain()
            }
        except self.distributed.CancelledError:
            raise UsageError(f"--scheduler {self.address}: the scheduler is gone; {GONE}") from None
        except Exception as error:  # noqa: BLE001  whatever a worker fails with
            given = {"outcome": None, "lost": f"a worker failed ({type(error).__name__}: {error})"}
        del self.under_way[future]
        if "unfit" in given:
            raise UsageError(f"the worker on {given['machine']} cannot grade: {given['unfit']}")
        if given["outcome"] is None:
            return Ended(unit, None, given["lost"])
        outcome = outcome_of(given["outcome"])
        outcome.machine = given.get("machine", "")
        if outcome.result is not None:
            outcome.result["notes"] = [*notes, *outcome.result["notes"]]
        return Ended(unit, outcome)

    def _take_census(self) -> None:
        """Which workers there are. What a lost one was grading, Dask has given to others already."""
        try:
            now = dict(self.client.nthreads())
        except (OSError, self.distributed.TimeoutError):
            raise UsageError(f"--scheduler {self.address}: the scheduler is gone; {GONE}") from None
        for worker in self.threads.keys() - now.keys():
            self.note(f"worker {worker} is gone; what it was grading is graded again by another")
        if new := list(now.keys() - self.threads.keys()):
            for worker, able in self.client.run(question(), workers=new, on_error="return").items():
                if able is False:  # else it is able, or gone meanwhile
                    raise UsageError(f"worker {worker} has no grader: install this package where workers run")
        self.threads, self.looked = now, time.monotonic()

    def close(self) -> None:
        """Workers drop what is waiting, end what they are at, and forget the kit."""
        with contextlib.suppress(Exception):
            if self.client.status == "running":
                self._take_census()  # whoever was lost since the last look is still worth a word
        with contextlib.suppress(Exception):
            self.client.cancel(list(self.under_way), force=True)
        with contextlib.suppress(Exception):
            self.client.close(timeout=5)


def question() -> Callable[[], bool]:
    """What a worker is asked. It goes there as code, not by a name that only this package knows."""

    def has_grader() -> bool:
        import importlib.util

        return importlib.util.find_spec("grader") is not None

    return has_grader
