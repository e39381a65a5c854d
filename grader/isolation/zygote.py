"""Starts the process that workers are forked from, watches over both, and ends them with all that they started.

    grader  --control socket-->  zygote  --fork-->  worker  (one a check; its own socket to the grader)

1. `Zygote` lays out a folder (folders.py) and starts worker/main.py in it, shut in as its level says (levels.py). The
   zygote imports NumPy, and nothing of the submission; meanwhile the grader does its own start.
2. `spawn` asks for a worker and hands it one end of a socket. The worker is forked with all that the zygote has loaded,
   so it is there in milliseconds, and what it then does reaches no other worker.
3. The zygote tells the number of each worker, and how it ended. In a PID namespace these are not the numbers that the
   grader sees; `_seen_from_here` translates.
4. A thread looks at every worker's processes some 50 times a second. Whoever has too much memory, too many processes
   or too many files is ended through the zygote (`kill`), and what detached itself from its worker is, too (`sweep`).
5. `close` shuts the control socket: the zygote then ends all that is below it and itself. What a submission moved out
   of its reach has become a child of the grader, which ends it (own_processes.py).
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.base import blas
from grader.base.ends import remove
from grader.homework import HOMEWORK
from grader.isolation import bubblewrap
from grader.isolation.folders import OWN, PACKAGES, lay_out, make_read_only
from grader.isolation.levels import Level, choose, lacks_landlock
from grader.isolation.needs import interpreter, needs
from grader.isolation.own_processes import OWN_PROCESSES, PATIENCE
from grader.isolation.process_tree import (
    children,
    cpu_seconds,
    descendants,
    number_in_own_namespace,
    own_cpu_seconds,
    queued_seconds,
)
from grader.isolation.scratch import is_overfull
from grader.isolation.usage import Limits, Process, Used, note_work, over_limit, total
from grader.worker import linux
from grader.worker.main import LENGTH

# BLAS kernels chosen for this processor by its owner: without them an older OpenBLAS may compute wrong results.
KEPT_VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "LD_LIBRARY_PATH", "SYSTEMROOT")
WATCH_SECONDS = (
    0.02  # between two looks; memory can be touched at about 2 GB/s, so a limit is overrun by some 50 MB at most
)
LOOKS_AT_SCRATCH = 5  # looks until the folder of a worker is measured as well; a disk takes less than memory does
START_PATIENCE = 60.0  # seconds until NumPy is imported; a quarter of a second where the disk is awake
STANDARD_ERROR = 2


class WorkerLost(Exception):
    """The zygote itself is gone; a new one is started for the next check."""


class Zygote:
    """The warm process and its workers. All methods may be called from any thread.

    root      the folder with the submission's modules, which workers read and do not change
    readable  what else they may read: public data, of which code finds the first as ../data where it runs
    """

    def __init__(
        self, root: Path, level: Level | None = None, readable: Iterable[Path] = (), blas_threads: int = 1
    ) -> None:
        self.root, self.readable = root.resolve(), tuple(readable)
        self.level = level or choose()
        self.folder = Path(tempfile.mkdtemp(prefix="beras-worker-")).resolve()
        self.scratch = self.folder / "scratch"
        self.lock = threading.RLock()
        self.statuses: dict[int, int] = {}
        self.processes: dict[int, Process] = {}
        self.count = 0
        self.closing = False
        self.number_inside: int | None = None  # the zygote's own process number as it sees it, once it is ready
        self.pid: int | None = None  # as the grader sees it
        self.control, far = socket.socketpair()
        self.errors = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  what stops the zygote from starting
        if self.level.limited:
            linux.become_private()
            linux.become_subreaper()  # should a submission end the zygote, its orphans come to the grader
        try:
            with far:
                public = [path.resolve() for path in self.readable]
                lay_out(self.folder, self.scratch, self.level, public)
                self.child = self._start(far.fileno(), public, blas_threads)
        except BaseException:
            self.control.close()
            self.errors.close()
            remove(self.folder)
            raise

    def _start(self, control: int, readable: list[Path], blas_threads: int) -> subprocess.Popen[bytes]:
        """The process itself. `none` leaves it the terminal, but for standard output: there goes the report alone."""
        limited = self.level.limited
        return OWN_PROCESSES.start(
            self._command(control, readable, blas_threads),
            pass_fds=(control,),
            env=self._environment(blas_threads),
            cwd=self.folder,
            stdin=subprocess.DEVNULL if limited else None,
            stdout=subprocess.DEVNULL if limited else STANDARD_ERROR,
            stderr=self.errors if limited else None,
            start_new_session=limited,
        )

    def _command(self, control: int, readable: list[Path], blas_threads: int) -> list[str]:
        packages = self.folder / PACKAGES
        settings: dict[str, Any] = {
            "packages": str(packages),
            "root": str(self.root),
            "scratch": str(self.scratch),
            "operations": [str(self.folder / OWN), HOMEWORK.worker.rpartition(".")[2]] if HOMEWORK.worker else [],
            "attached": not self.level.limited,
            "landlock": False,
            "user": self.level.user,
        }
        around: list[str] = []
        if self.level.landlock or self.level.namespaces:
            needed = needs(packages, self._environment(blas_threads))
            seen = [*needed.readable, str(self.folder), str(self.root), *map(str, readable)]
            settings |= {"landlock": self.level.landlock and not lacks_landlock()}
            if settings["landlock"]:
                devices = [f"/dev/{name}" for name in bubblewrap.DEVICES]
                settings |= {"readable": [*seen, *devices], "masked": needed.masked}
            if self.level.namespaces:
                around = bubblewrap.command(seen, needed.masked, [str(self.scratch)])
        main = str(self.folder / "worker" / "main.py")
        return [*around, interpreter(), "-s", "-S", "-B", main, str(control), json.dumps(settings)]

    def _environment(self, blas_threads: int) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        terminal = {} if self.level.limited else {"TERM": os.environ.get("TERM", "")}
        home = str(self.scratch)
        own = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": home, "TMPDIR": home}
        own |= {"PYTHONHASHSEED": "0"}  # a set has one order then, and a wrong answer the same words every time
        return {**own, **blas.variables(blas_threads), **terminal, **kept}

    # --- workers ----------------------------------------------------------------------------------------------

    def spawn(
        self,
        limits: Limits,
        seed: int,
        unavailable: dict[str, str],
        numpy: str = "names",
        libraries: Mapping[str, str] = MappingProxyType({}),
        handed_on: Sequence[str] = (),
        idle: Sequence[Sequence[Any]] = (),
    ) -> Process:
        """Asks for a fresh worker; returns at once, the worker answers when it is there. Raises WorkerLost.

        seed: of the global random generators that submissions draw from.
        unavailable: modules that the worker replaces by placeholders, each with the reason (worker/placeholders.py).
        numpy: what the submission gets of an older NumPy (worker/old_numpy.py): 'installed' (nothing), 'names', 'old'.
        libraries: packages that given code loads data with, each with the folder that it loads from.
        idle: (importing, module, class, methods): these methods do nothing while the first module is imported.
        handed_on: the modules whose names the package of the assignment re-exports, where it does not load itself.
        """
        with self.lock:
            self.wait_until_ready()
            self.count += 1
            number = self.count
            near, far = socket.socketpair()
            output = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  lives as long as the worker
            process = Process(number, near, output, self.scratch / str(number), limits)
            message = {
                "spawn": number,
                "cwd": str(process.scratch),
                "unavailable": unavailable,
                "handed_on": list(handed_on),
                "numpy": numpy,
                "idle": [list(each) for each in idle],
                "libraries": dict(libraries),
                "seed": seed % 2**32,
                "limits": {
                    "cpu_seconds": limits.cpu_seconds,
                    "file_bytes": limits.file_bytes,
                    "processes": limits.processes,
                    "address_space": limits.address_space,
                },
            }
            try:
                with far:
                    self._tell(message, [far.fileno(), output.fileno()])
            except WorkerLost:
                near.close()
                output.close()
                raise
            self.processes[number] = process
            if number == 1 and self.level.limited:
                threading.Thread(target=self._watch, daemon=True).start()
            return process

    def wait_until_ready(self) -> None:
        """Before it is ready the zygote has run nothing of the submission: if it fails, that is the grader's fault."""
        until = time.monotonic() + START_PATIENCE
        with self.lock:  # else the watching thread could take the message that this one waits for
            while self.number_inside is None:
                if not self._listen(until):
                    self.errors.seek(0)
                    said = self.errors.read(1 << 16).decode(errors="replace").strip().splitlines()
                    last = said[-1] if said else "it says nothing"
                    raise RuntimeError(f"the process that workers are forked from did not start: {last}")

    def _tell(self, message: dict[str, Any], fds: list[int] | None = None) -> None:
        body = json.dumps(message).encode()
        try:
            socket.send_fds(self.control, [LENGTH.pack(len(body)) + body], fds or [])
        except OSError as error:
            raise WorkerLost from error

    def exit_status(self, process: Process) -> int | None:
        """The wait status of a worker that has ended, None if it is not known."""
        until = time.monotonic() + PATIENCE
        with self.lock:
            while process.number not in self.statuses and self._listen(until):
                pass
            return self.statuses.get(process.number)

    def _listen(self, until: float) -> bool:
        """Takes one message from the zygote; False when none comes in time."""
        try:
            self.control.settimeout(max(until - time.monotonic(), 0.001))
            head = self.control.recv(LENGTH.size, socket.MSG_WAITALL)
            if len(head) < LENGTH.size:
                return False
            size = LENGTH.unpack(head)[0]
            if size > 1 << 16:
                return False
            message = json.loads(self.control.recv(size, socket.MSG_WAITALL))
        except (OSError, ValueError):
            return False
        finally:
            with contextlib.suppress(OSError):
                self.control.settimeout(None)
        if not isinstance(message, dict):
            return False
        if isinstance(message.get("ready"), int) and self.number_inside is None:
            self.number_inside = message["ready"]
            self.pid = self._seen_from_here(self.number_inside)
        number = message.get("exited", message.get("spawned"))
        process = self.processes.get(number) if isinstance(number, int) else None
        if "exited" in message and isinstance(message.get("status"), int):
            self.statuses[message["exited"]] = message["status"]
        elif process is not None and isinstance(message.get("pid"), int):
            process.number_inside = message["pid"]
            process.pid = self._seen_from_here(message["pid"])
        return True

    def _seen_from_here(self, number: int) -> int | None:
        """The process number by which the grader knows a process of the zygote's; None if it is gone."""
        if not self.level.namespaces:
            return number
        below = [self.child.pid, *descendants(self.child.pid)]
        return next((pid for pid in below[1:] if number_in_own_namespace(pid) == number), None)

    def ask_where(self, process: Process) -> None:
        """Has a worker write its stack into its output, if it is still there."""
        if self.level.limited and process.number_inside is not None:
            with self.lock:
                self._tell_if_there({"where": process.number})

    def release(self, process: Process) -> None:
        """Ends a worker and everything it started."""
        with contextlib.suppress(OSError):
            process.channel.close()
        with contextlib.suppress(WorkerLost), self.lock:
            self._tell({"kill": process.number})
            self.processes.pop(process.number, None)
        process.output.close()
        with contextlib.suppress(RecursionError):  # as deep as that: it goes with the zygote's folder
            shutil.rmtree(process.scratch, ignore_errors=True)

    # --- memory, processes and time ---------------------------------------------------------------------------

    def _watch(self) -> None:
        """Ends workers that hold more than they may, children included, and what has detached itself from them."""
        for looks in itertools.count():
            time.sleep(WATCH_SECONDS)
            if self.closing or self.child.poll() is not None:
                break
            with self.lock:
                self._listen_without_waiting()
                workers = {process.pid: process for process in self.processes.values() if process.pid is not None}
                for pid, process in workers.items():
                    tree = [pid, *descendants(pid)]
                    note_work(process, tree)
                    overrun = over_limit(tree, process.limits)
                    if looks % LOOKS_AT_SCRATCH == 0 and is_overfull(process.scratch, process.limits.file_bytes):
                        overrun = overrun or "scratch"
                    if overrun:
                        process.overrun = overrun
                        self._tell_if_there({"kill": process.number})
                if self.pid is not None and not workers.keys() >= set(children(self.pid)):
                    self._tell_if_there({"sweep": True})

    def _tell_if_there(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(WorkerLost):
            self._tell(message)

    def _listen_without_waiting(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # closed meanwhile
            while select.select([self.control], [], [], 0)[0] and self._listen(time.monotonic() + 0.05):
                pass

    def cpu_seconds(self, process: Process) -> float | None:
        """CPU time of a worker and of all that it ever started so far, as the kernel counts it (None where unknown)."""
        return self._work(process, self._tree(process))

    def used(self, process: Process) -> Used:
        """What a worker has had so far; nothing as long as it has not been forked."""
        tree = self._tree(process)
        if process.number_inside is None:
            return Used(0.0, 0.0)
        return Used(self._work(process, tree) or 0.0, total(queued_seconds, tree))

    def _work(self, process: Process, tree: list[int]) -> float | None:
        """A process that nobody waited for leaves no trace with its parent: what was seen of it counts."""
        with self.lock:
            note_work(process, tree)
            living = total(cpu_seconds, tree)
            if living is None or not process.seen:
                return living
            return max(living, (own_cpu_seconds(tree[0]) or 0.0) + sum(process.seen.values()))

    def _tree(self, process: Process) -> list[int]:
        """A worker and everything below it; empty where that is not known."""
        with self.lock:
            self._listen_without_waiting()
        return [] if process.pid is None else [process.pid, *descendants(process.pid)]

    # --- end --------------------------------------------------------------------------------------------------

    def alive(self) -> bool:
        return self.child.poll() is None

    def close(self) -> None:
        """Ends the zygote and everything below it."""
        self.closing = True
        for process in list(self.processes.values()):
            self.release(process)
        tree = descendants(self.child.pid)
        until = time.monotonic() + PATIENCE
        with contextlib.suppress(OSError), self.lock:
            self.control.shutdown(socket.SHUT_WR)
            # Its end shows here at once, while waiting for a process is to ask now and then
            while time.monotonic() < until and self._listen(until):
                pass
        self.control.close()
        try:
            self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        for pid in tree:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        OWN_PROCESSES.forget(self.child)
        if self.level.limited:
            OWN_PROCESSES.end_orphans()
        self.errors.close()
        remove(self.folder)


def start(root: Path, level: Level, readable: Iterable[Path], ready: Zygote | None = None) -> Zygote:
    """A zygote for a submission's own copy, which becomes read-only; the one that is ready, where it is of the same."""
    readable = tuple(readable)
    if level.limited:
        make_read_only(root, everybody=level.user is not None)
    if ready is not None and ready.alive() and (ready.root, ready.level, ready.readable) == (root, level, readable):
        return ready
    return Zygote(root, level, readable)
