"""Asks a submission one probe after the other, several modules at a time.

The probes of one module share a worker as long as all goes well, and find the submission's modules freshly imported
each time. Whatever goes wrong in a worker that served another probe before is asked again in a fresh one, and only that
answer counts: so no check can spoil another.

Modules load one by one: where an import fails, every module is tried by itself once, and those that are broken by
themselves are replaced by placeholders in whatever else imports them. So a broken metrics.py costs what needs
metrics.py.
"""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.ask.client import UNUSABLE, Fault, RemoteWorker, unusable
from grader.ask.objects import Implementation
from grader.ask.probe import Function, NotAsked, Probe
from grader.ask.response import Response
from grader.ask.subject import subject_of
from grader.isolation import Level, WorkerLost, Zygote, choose, start
from grader.rubric import Rubric
from grader.submission.places import Places, as_named
from grader.worker import old_numpy
from grader.worker.wire import Opaque, array_bytes

MOST_BYTES = 4 << 20  # of arrays that one check takes in and may keep; honest ones take up to 1 MB
# At a probe whose worker ended together with the zygote, or was killed: somebody else may have done that
ATTEMPTS = 3
SIGNAL_SECONDS = 0.2  # after which Ctrl-C is noticed at the latest
Request = tuple[str, dict[str, Any]]  # of a worker: its operation and what that takes
Group = tuple[str, bool]  # a module, and whether these are its hidden checks


class Observer:
    """Probes of one submission. `ask` starts them, `seen` waits for one.

    root: the submission's own copy, which becomes read-only.
    broken: modules that are known not to load, each with what is wrong.
    level, readable: how the submission is shut in, and what it may read beside the data of the probes.
    hidden_seed: of the questions of hidden checks, which have workers of their own; no worker is told this seed.
    zygote: of this submission, where one was started before.
    unwritten: functions that are not written yet, by module; what calls them is noted.
    places: where it has what the assignment names.
    """

    def __init__(
        self,
        root: Path,
        data_path: str,
        rubric: Rubric,
        seed: int,
        broken: dict[str, Fault],
        level: Level | None = None,
        readable: Iterable[Path] = (),
        hidden_seed: int | None = None,
        zygote: Zygote | None = None,
        unwritten: dict[str, list[str]] | None = None,
        places: Places | None = None,
    ) -> None:
        self.places = places or as_named(rubric.edition)
        self.root, self.data_path, self.rubric, self.seed = root, data_path, rubric, seed
        self.hidden_seed = seed if hidden_seed is None else hidden_seed
        self.broken = dict(broken)
        self.unwritten = unwritten or {}
        self.tried_imports = False
        self.refused: dict[str, set[tuple[str, int]]] = {}  # what older NumPy allowed, and the lines that need it
        self.slow: set[str] = set()  # components with a check that ran out of time
        self.lock, self.again = threading.RLock(), threading.Lock()
        self.level, self.readable = level or choose(), (*([Path(data_path)] if data_path else []), *readable)
        self.zygote = zygote or start(root, self.level, self.readable)
        # Two at a time: while one worker thinks, the grader compares and the next worker starts.
        most = max(2, min(4, os.cpu_count() or 1)) if self.level.limited else 1  # one terminal, one debugger
        self.pool = ThreadPoolExecutor(max_workers=most)
        self.futures: dict[str, Future[Response]] = {}
        self.apart: Zygote | None = None  # that of hidden checks, with a scratch folder of its own
        self.closed = False

    def ask(self, probes: list[Probe]) -> None:
        """Starts asking, module by module in this order."""
        new = [probe for probe in probes if probe.name not in self.futures]
        for key in dict.fromkeys(map(self.group_of, new)):
            group = [probe for probe in new if self.group_of(probe) == key]
            self.futures |= {probe.name: Future() for probe in group}
            self.pool.submit(self._ask_group, group)

    def seen(self, probe: Probe) -> Response:
        """What the probe saw; waits for it. Never raises."""
        self.ask([probe])
        found = self.futures[probe.name]
        while not found.done():  # a signal that comes just before Python waits for good is noticed only afterwards
            wait([found], SIGNAL_SECONDS)
        return found.result()

    def fresh(self, probe: Probe, seed: int | None = None) -> Response:
        """What the probe sees in a worker of its own, with this run's seed or another."""
        seen, worker = self._ask(probe, self.seed_of(probe) if seed is None else seed, None)
        if worker is not None:
            worker.close()
        return seen

    def tried(
        self, probe: Probe, seed: int, worker: RemoteWorker | None, before: Sequence[Request]
    ) -> tuple[Response, RemoteWorker | None]:
        """What the probe sees after other requests, such as to exchange a function; and the worker, if still good."""
        numpy = self.numpy_for_training()  # as the lines need it that older NumPy allowed
        seen, worker, _ = self._ask_once(probe, seed, worker, numpy, before)
        return seen, worker

    def group_of(self, probe: Probe) -> Group:
        """Checks of one group share a worker: what a hidden one asked, no public one may tell."""
        return self.places.edition.module_of(probe.component), self.is_hidden(probe)

    def is_hidden(self, probe: Probe) -> bool:
        return probe.name in self.rubric.hidden

    def seed_of(self, probe: Probe) -> int:
        return self.hidden_seed if self.is_hidden(probe) else self.seed

    def unavailable(self) -> dict[str, str]:
        """Modules that do not load, which workers replace by placeholders."""
        return {module: f"{self.places.path(module)} does not load: {fault}" for module, fault in self.broken.items()}

    def numpy(self) -> str:
        """What workers give back of an older NumPy from the start; lines that it refuses come later, where they are."""
        return "names" if self.rubric.old_numpy == "told" else "installed"

    def numpy_for_training(self) -> str:
        return "old" if self.refused and self.rubric.old_numpy == "told" else self.numpy()

    def patience(self, component: str) -> float:
        """Seconds that a check of this component may take."""
        return self.rubric.limits["check_seconds_after_timeout" if component in self.slow else "check_seconds"]

    def worker(self, seed: int = 0, component: str = "", numpy: str = "", hidden: bool = False) -> RemoteWorker:
        """A fresh worker; a zygote that something has ended is started anew. Raises WorkerLost."""
        limits, seconds = self.rubric.check_limits(), self.patience(component)
        year = self.places.edition
        libraries, handed_on = year.loading(Path(self.data_path) / "mnist"), year.settings.get("reexported", [])
        idle = self.places.idle()
        about = (limits, seconds, seed, self.unavailable(), numpy or self.numpy(), libraries, handed_on, idle)
        try:
            return RemoteWorker(self.living_zygote(hidden), *about)
        except WorkerLost:
            return RemoteWorker(self.living_zygote(hidden), *about)

    @contextmanager
    def asked(self) -> Iterator[Implementation]:
        """The submission as plain Python has it, in a worker of its own. Raises WorkerLost."""
        worker = self.worker(self.seed)
        try:
            gate = ImportGate(worker, self.broken)
            yield Implementation(subject_of(self.places.edition)(gate, self.data_path, self.places))
        finally:
            worker.close()

    def living_zygote(self, hidden: bool = False) -> Zygote:
        """What workers are forked from. Those of hidden checks share no folder and no process with the others: what a
        hidden question was, no public check can find and print.
        """
        with self.lock:
            if self.closed:
                raise WorkerLost
            if hidden:
                if self.apart is None or not self.apart.alive():
                    if self.apart is not None:
                        self.apart.close()
                    self.apart = Zygote(self.root, self.level, self.readable)
                return self.apart
            if not self.zygote.alive():
                self.zygote.close()
                self.zygote = Zygote(self.root, self.level, self.readable)
            return self.zygote

    def _ask_group(self, probes: list[Probe]) -> None:
        """Asks the probes of one group, in one worker as long as that lives."""
        worker: RemoteWorker | None = None
        wholes: dict[Function, Response] = {}  # what was observed for several checks
        for probe in probes:
            if self.closed:
                break
            try:
                if not probe.together:
                    seen, worker = self._ask(probe, self.seed_of(probe), worker)
                else:
                    if probe.function not in wholes:
                        whole = replace(probe, together=False)
                        wholes[probe.function], worker = self._ask(whole, self.seed_of(probe), worker)
                    seen = wholes[probe.function].part(probe)
            except Exception:  # noqa: BLE001  a fault of the grader's must not be the student's
                seen, worker = Response(broken=traceback.format_exc()), None
            self.futures[probe.name].set_result(seen)
        if worker is not None:
            worker.close()

    def _ask(self, probe: Probe, seed: int, worker: RemoteWorker | None) -> tuple[Response, RemoteWorker | None]:
        """What the probe saw, and the worker if it may serve another."""
        known = len(self.broken)
        seen, worker, module = self._ask_until_seen(probe, seed, worker)
        if seen.fault is not None and (older := self._with_old_numpy(probe, seed, seen.fault)) is not None:
            return older, worker
        if seen.fault is not None and module and module not in self.broken:
            self._try_imports()
        if len(self.broken) > known and seen.fault is not None and module:
            if worker is not None:
                worker.close()
            seen, worker, _ = self._ask_until_seen(probe, seed, None)
        return seen, worker

    def _with_old_numpy(self, probe: Probe, seed: int, fault: Fault) -> Response | None:
        """What the probe sees where NumPy is as it was, if a line failed that it allowed then, and nothing else did."""
        said = self.refused_by_numpy(fault)
        if not said:
            return None
        seen, worker, _ = self._ask_until_seen(probe, seed, None, "old")
        if worker is not None:
            worker.close()
        if seen.fault is not None or seen.broken or holds_objects(seen.observation):
            return None
        self.note_refused(said, fault)
        return seen if self.rubric.old_numpy == "told" else None

    def refused_by_numpy(self, fault: Fault) -> str:
        """What is said of a line that failed and that older NumPy allowed; '' for any other fault."""
        return old_numpy.refused(fault.message) if fault.kind == "raised" and fault.frames else ""

    def lines_refused(self) -> dict[str, set[tuple[str, int]]]:
        with self.lock:
            return {said: set(places) for said, places in self.refused.items()}

    def note_refused(self, said: str, fault: Fault) -> None:
        with self.lock:
            self.refused.setdefault(said, set()).add((fault.frames[-1].file, fault.frames[-1].line))

    def _ask_until_seen(
        self, probe: Probe, seed: int, worker: RemoteWorker | None, numpy: str = ""
    ) -> tuple[Response, RemoteWorker | None, str]:
        """Like `_ask_once`, and again where the zygote ended meanwhile, or something killed the worker.

        One at a time: what was short while several ran, such as memory, may be enough then.
        """
        seen, worker, module = self._ask_once(probe, seed, worker, numpy)
        for _ in range(1, ATTEMPTS):
            if (seen.orphaned or (seen.fault is not None and seen.fault.killed)) and not self.closed:
                with self.again:
                    seen, worker, module = self._ask_once(probe, seed, None, numpy)
        return seen, worker, module

    def _ask_once(
        self, probe: Probe, seed: int, worker: RemoteWorker | None, numpy: str = "", before: Sequence[Request] = ()
    ) -> tuple[Response, RemoteWorker | None, str]:
        """What the probe saw, the worker if it is still good, and the module whose import failed, if one did.

        before: what the worker is asked first; then it gets the time of a check that hung before.
        """
        started = time.monotonic()
        seen = Response(fresh=worker is None)
        drawn = self.seed if self.is_hidden(probe) else seed  # of the submission's own random numbers
        try:
            worker = worker or self.worker(drawn, probe.component, numpy, self.is_hidden(probe))
        except WorkerLost:
            seen.fault = Fault("crashed", "the process that checks run in could not be started again")
            seen.orphaned = True
            return seen, None, ""
        gate = ImportGate(worker, self.broken)
        subject = subject_of(self.places.edition)(gate, self.data_path, self.places)
        good = True
        try:
            if not seen.fresh:
                worker.forget(drawn, self.patience(probe.component))
            if before:
                worker.allow(self.rubric.limits["check_seconds_after_timeout"])
            if self.unwritten:
                worker.ask("watch", functions=self.unwritten)
            for op, arguments in before:
                worker.ask(op, **arguments)
            seen.observation = probe.ask(subject, seed)
        except Fault as fault:
            seen.fault = fault
            good = fault.kind in ("raised", "missing")
            if fault.kind == "timed out" and seen.fresh and not before:
                self.slow.add(probe.component)
            seen.orphaned = self._lost_its_zygote(worker, fault)
        except NotAsked as reason:
            seen.not_asked = reason
        except UNUSABLE as error:
            seen.fault, good = unusable(error), False
        except Exception:  # noqa: BLE001  a fault of the probe's must not be the student's
            seen.broken = traceback.format_exc()
        if seen.fault is None or seen.fault.kind in ("raised", "missing", "unusable"):
            seen.unwritten = unwritten_called(worker, self.unwritten)
        # Warnings name files; the student's are not where this copy lies
        seen.output = worker.output().replace(f"{self.root}{os.sep}", "")
        if not good:
            worker.close()
        seen.convention, seen.last_call = subject.convention, subject.last_call
        seen.needs = tuple(dict.fromkeys(subject.needs))
        seen.notes, seen.inputs = tuple(subject.notes), tuple(subject.inputs)
        seen.locals = tuple(subject.locals)
        seen.seconds = time.monotonic() - started
        return seen, worker if good else None, gate.failed

    def _lost_its_zygote(self, worker: RemoteWorker, fault: Fault) -> bool:
        """Did a worker fail because the zygote has ended, or does no longer fork?"""
        with self.lock:
            if fault.kind == "timed out" and worker.process.number_inside is None:
                worker.zygote.close()  # all that time it has not even said that it forked
            return fault.kind in ("crashed", "timed out") and not worker.zygote.alive()

    def _try_imports(self) -> None:
        """Imports every module by itself, those that others stand on first, and notes which are broken."""
        with self.lock:
            if self.tried_imports:
                return
            self.tried_imports = True
            for module in self.places.in_order:
                if module in self.broken:
                    continue
                try:
                    worker = self.worker()
                except WorkerLost:
                    return
                try:
                    worker.ask("load", module=module)
                except Fault as fault:
                    self.broken[module] = located(module, self.places.path(module), fault)
                finally:
                    worker.close()

    def close(self) -> None:
        """Ends the workers first: whoever leaves early does not wait for one that hangs."""
        with self.lock:
            self.closed = True
            apart = self.apart
        self.zygote.close()
        if apart is not None:
            apart.close()
        self.pool.shutdown(wait=True, cancel_futures=True)


def unwritten_called(worker: RemoteWorker, functions: dict[str, list[str]]) -> tuple[str, ...]:
    """Which of these functions a check has called, in this order, as MODULE:NAME."""
    if not functions:
        return ()
    try:
        called = worker.ask("called")
    except Fault:
        return ()
    known = {f"{module}:{name}" for module, names in functions.items() for name in names}
    return tuple(name for name in called if type(name) is str and name in known) if isinstance(called, list) else ()


class ImportGate:
    """A worker as one check may use it: what comes back is bounded, and a hang at import is waited for once."""

    def __init__(self, worker: RemoteWorker, broken: dict[str, Fault]) -> None:
        self.worker, self.broken, self.failed, self.received = worker, broken, "", 0

    def ask(self, op: str, **arguments: Any) -> Any:
        if op != "find":
            reply = self.worker.ask(op, **arguments)
            self.received += array_bytes(reply)
            if self.received > MOST_BYTES:
                raise Fault("protocol", f"sent more than {MOST_BYTES >> 20} MiB, which this check has no use for")
            return reply
        module = str(arguments["module"])
        if module in self.broken:
            raise self.broken[module]
        try:
            return self.worker.ask(op, **arguments)
        except Fault:
            self.failed = module
            raise

    def output(self) -> str:
        return self.worker.output()

    def close(self) -> None:
        self.worker.close()


def holds_objects(value: Any) -> bool:
    """Is an array of objects in it? Code that goes on with one was not right in any NumPy."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return any(map(holds_objects, value))
    return isinstance(value, Opaque) and "dtype object" in value.kind


def located(module: str, path: str, fault: Fault) -> Fault:
    """The same fault, said of the file whose import met it."""
    if fault.kind == "raised" and fault.type == "ModuleNotFoundError" and repr(module) in fault.message:
        return Fault("missing", f"there is no {path}")
    if fault.kind == "raised":
        return fault
    return replace(fault, message=f"{fault.message}, while {path} was imported")
