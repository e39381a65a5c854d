"""The one interface to any implementation: questions go out, plain data or a `Fault` comes back.

`RemoteWorker` asks a worker process, `LocalWorker` (in reference.py) asks the reference inside this process. Both have
`ask(op, **arguments)`; subject.py builds on that and on nothing else.
"""

from __future__ import annotations

import hashlib
import math
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Protocol

from grader.ask import whereabouts
from grader.base.text import one_line, printable
from grader.isolation import Limits, Process, Used, WorkerLost, Zygote
from grader.worker import wire

STACK_SECONDS = 2.0  # until a worker has to have said where it is, on a busy machine
LOOK_FOR_STACK = 0.005
LOOK_SECONDS = 0.25  # of waiting for answers, between two looks at what a worker has used
MESSAGE_SHOWN = 2_000  # characters of an exception's text
FRAME_SHOWN = 200  # characters of a line of code, and of what it stands in
MOST_FRAMES = 12  # the innermost; a worker sends no more
SENT = ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")  # by whoever runs out of memory, or shuts down
OUTPUT_SHOWN = 2_000  # characters of a submission's own output that are shown with a check


@dataclass(frozen=True)
class Frame:
    """One line of a submission's traceback."""

    file: str
    line: int
    function: str
    source: str
    caret: str = ""  # what goes below the source, where a file does not parse


# What a probe meets that is given something else than it asked for. With right answers every probe runs through, as the
# reference shows: so these are no faults of the grader's, which cost a submission nothing.
UNUSABLE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, MemoryError, RecursionError)


@dataclass
class Fault(Exception):
    """A question that got no value.

    kind: 'raised' (an exception in the submission's code), 'missing' (no such module, class or attribute), 'crashed',
    'exited', 'timed out', 'out of memory', 'protocol'.
    rested: it timed out without having worked.
    killed: with what it ran in, or by a signal that somebody sends, and that no code earns by what it does.
    after: how long it was waited for, in words. place: the file and the line of the loop where the submission was then;
        '' and 0 if unknown.
    """

    kind: str
    message: str
    type: str = ""
    bases: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    rested: bool = False
    killed: bool = False
    after: str = ""
    place: tuple[str, int] = ("", 0)

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.type else self.message


def unusable(error: BaseException) -> Fault:
    """What went wrong with an answer that is none to what was asked."""
    detail = one_line(f"{type(error).__name__}: {error}", 300)
    return Fault("unusable", f"gave something that this check cannot use ({detail})")


class Worker(Protocol):
    """Anything that answers requests: a worker process, or the reference in this process."""

    def ask(self, op: str, **arguments: Any) -> Any:
        """The reply of `Host.do_<op>`. Raises Fault."""

    def output(self) -> str:
        """What the implementation has printed so far."""

    def close(self) -> None: ...


def fault_of(error: Any) -> Fault:
    """The Fault that an error reply describes."""
    if not isinstance(error, dict):
        return Fault("protocol", "the worker sent an error without a description")
    name, message = one_line(str(error.get("type"))), one_line(str(error.get("message")), MESSAGE_SHOWN)
    bases = error.get("bases")
    bases = tuple(one_line(str(base)) for base in bases[:50]) if isinstance(bases, list) else ()
    frames = []
    rows = error.get("frames")
    for row in rows[-MOST_FRAMES:] if isinstance(rows, list) else ():
        if isinstance(row, list) and len(row) == 4 and isinstance(row[1], int):
            file, function, source = (one_line(str(row[place]), FRAME_SHOWN) for place in (0, 2, 3))
            frames.append(Frame(file, row[1], function, source))
    if "SystemExit" in bases:
        return Fault(
            "exited", f"called exit (status {one_line(str(error.get('code')), 40)})", name, bases, tuple(frames)
        )
    if "MemoryError" in bases:
        return Fault("out of memory", message or "there was no memory left", name, bases, tuple(frames))
    return Fault("raised", message, name, bases, tuple(frames))


class Allowance:
    """The time of one check or training: so many seconds of CPU, and as many of rest.

    A worker rests while somebody waits for its answer and it neither works nor waits for a core. So it loses nothing on
    a busy machine, and who sleeps is ended as soon as who works. Where the kernel does not say who waited for a core
    (Linux says it), all that waiting looks like rest, and `factor` times as much of it is allowed.
    """

    def __init__(self, seconds: float, factor: float, used: Callable[[], Used]) -> None:
        self.seconds, self.factor, self.used = seconds, factor, used
        self.pause = min(LOOK_SECONDS, seconds)  # until the next look
        self.before: Used | None = None  # at the first look: most answers come before it, and cost none
        self.awaited = 0.0

    def look(self, late: float) -> Fault | None:
        """What the worker is to be ended for by now, if by anything. late: seconds after this look was due."""
        used = self.used()
        if self.before is None:
            self.before = used
            return None
        # No later than that: who looks so late was stopped, or had no core itself
        self.awaited += self.pause + min(late, self.pause)
        work = used.work - self.before.work
        rest = self.awaited - work - ((used.queued or 0.0) - (self.before.queued or 0.0))
        if work >= self.seconds:
            after = f"{self.seconds:g} s of CPU time"
            return Fault("timed out", f"gave no answer within {after}", after=after)
        allowed = self.seconds * (1 if used.queued is not None else self.factor)
        if rest >= allowed:
            what = f"gave no answer and did next to nothing for {allowed:g} s: does it sleep, or wait for something?"
            return Fault("timed out", what, rested=True, after=f"{allowed:g} s of rest")
        return None


class Channel:
    """A worker's socket. Who waits for it goes `look`ing at the time `until`, which ends the wait or puts it off."""

    def __init__(self, connection: socket.socket, look: Callable[[], None] | None = None) -> None:
        self.socket, self.until, self.look = connection, math.inf, look
        self.ready = {flag: select.poll() for flag in (select.POLLIN, select.POLLOUT)}
        for flag, poll in self.ready.items():
            poll.register(connection, flag)

    def wait(self, flag: int = select.POLLIN) -> None:
        """Until there is something to read, or room to write. Raises TimeoutError."""
        while True:
            left = self.until - time.monotonic()
            ready = self.ready[flag].poll(None if left == math.inf else max(math.ceil(left * 1000), 0))
            if time.monotonic() >= self.until:  # also where one byte follows the other for ever
                if self.look is None:
                    raise TimeoutError
                self.look()
            if ready:
                return

    def recv(self, size: int) -> bytes:
        return self.socket.recv(size)

    def recv_into(self, view: memoryview) -> int:
        return self.socket.recv_into(view)

    def sendall(self, data: bytes | memoryview) -> None:
        """A small frame goes at once; a large one as fast as the worker reads. Raises TimeoutError."""
        left = memoryview(data).cast("B")
        while left:
            try:
                left = left[self.socket.send(left, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                self.wait(select.POLLOUT)


def told(seed: int) -> int:
    """What a worker draws its own random numbers with: of a large seed, which may be secret, nothing leads back."""
    return seed if seed < 2**32 else int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:4], "big")


class RemoteWorker:
    """A fresh worker process for one check. `seconds` is what its answers may take together (see Allowance)."""

    def __init__(
        self,
        zygote: Zygote,
        limits: Limits,
        seconds: float,
        seed: int,
        unavailable: dict[str, str] | None = None,
        numpy: str = "names",
        libraries: Mapping[str, str] = MappingProxyType({}),
        handed_on: Sequence[str] = (),
        idle: Sequence[Sequence[Any]] = (),
    ) -> None:
        self.zygote, self.limits = zygote, limits
        self.asked = 0
        self.forgotten: dict[str, int] = {}  # what the next question brings along, after `forget`
        self.output_from = 0  # where in its output the present check begins
        self.output_until: int | None = None  # and where it ends, once somebody asked where the worker is
        self.process: Process = zygote.spawn(limits, told(seed), unavailable or {}, numpy, libraries, handed_on, idle)
        self.channel = Channel(self.process.channel, self._look)
        self.allow(seconds)

    def allow(self, seconds: float) -> None:
        """Sets the time limit anew, from now; who debugs has all the time there is."""
        seconds = seconds if self.zygote.level.limited else math.inf
        self.allowance = Allowance(seconds, self.limits.wall_factor, lambda: self.zygote.used(self.process))
        self.left = self.allowance.pause  # of waiting for answers, until the next look

    def _look(self) -> None:
        """Ends the wait for an answer, or puts it off."""
        now = time.monotonic()
        over = self.allowance.look(now - self.channel.until)
        if over is not None:
            raise over
        self.channel.until = time.monotonic() + self.allowance.pause

    def forget(self, seed: int, seconds: float) -> None:
        """Makes ready for another check; the worker hears of it with the next question."""
        self.allow(seconds)
        self.output_from = os.fstat(self.process.output.fileno()).st_size
        self.forgotten = {"forget": told(seed)}

    def ask(self, op: str, **arguments: Any) -> Any:
        self.asked += 1
        self.channel.until = time.monotonic() + self.left
        try:
            wire.send(self.channel, {"n": self.asked, "op": op, "with": arguments, **self.forgotten})
            self.forgotten = {}
            reply = wire.receive(self.channel, self.channel.wait)
        except Fault as over:
            raise self._overrun() or self._placed(over) from None
        except (EOFError, OSError, WorkerLost):
            raise self._gone() from None
        except wire.WireError as error:
            raise self._overrun() or Fault("protocol", f"sent something that is no answer ({error})") from None
        self.left = self.channel.until - time.monotonic()
        in_turn = isinstance(reply, dict) and type(reply.get("n")) is int and reply["n"] == self.asked
        if not in_turn or ("result" in reply) == ("error" in reply):
            raise self._overrun() or Fault("protocol", "answered out of turn")
        if "error" in reply:
            raise fault_of(reply["error"])
        return reply["result"]

    def _placed(self, over: Fault) -> Fault:
        """The same with the line where the submission is, if its process can say that."""
        if not over.after:
            return over
        output = self.process.output.fileno()
        self.output_until = begin = os.fstat(output).st_size
        self.zygote.ask_where(self.process)
        until, stack, found = time.monotonic() + STACK_SECONDS, "", None
        while found is None and not whereabouts.is_whole(stack) and time.monotonic() < until:
            time.sleep(LOOK_FOR_STACK)
            stack = os.pread(output, whereabouts.STACK_SHOWN, begin).decode("ascii", "replace")
            found = whereabouts.place_in(stack, self.zygote.root)
        if found is None:
            return over
        told = f"stopped after {over.after} in {found.file}, line {found.line}: `{found.source}`"
        return replace(over, message=told, place=(found.file, found.loop))

    def _gone(self) -> Fault:
        """Why a worker that closed its socket has ended."""
        status = self.zygote.exit_status(self.process)
        if overrun := self._overrun():
            return overrun
        if status is None:
            return Fault("crashed", "the process was gone, and what it ran in with it", killed=True)
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number == getattr(signal, "SIGXCPU", None):
                return Fault("timed out", "used up its CPU time")
            name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
            words = {"SIGSEGV": "a segmentation fault", "SIGABRT": "an abort", "SIGKILL": "it was killed"}
            return Fault("crashed", f"the process died: {words.get(name, name)} ({name})", killed=name in SENT)
        return Fault("exited", f"the process ended itself (status {os.WEXITSTATUS(status)})")

    def _overrun(self) -> Fault | None:
        """What the worker was ended for, where it had more of something than it may."""
        if self.process.overrun == "memory":
            return Fault("out of memory", f"used more than {self.limits.memory_bytes / 2**20:.0f} MiB of memory")
        if self.process.overrun == "processes":
            return Fault("crashed", f"had more than {self.limits.processes} processes and threads at a time")
        if self.process.overrun == "scratch":
            return Fault("crashed", "wrote more files, or more into them, than any check has a use for")
        return None

    def output(self) -> str:
        """The first of what the present check has printed."""
        try:
            size = OUTPUT_SHOWN * 4 if self.output_until is None else self.output_until - self.output_from
            data = os.pread(self.process.output.fileno(), min(size, OUTPUT_SHOWN * 4), self.output_from)
        except (OSError, ValueError):
            return ""
        return printable(data.decode("utf-8", "replace"), OUTPUT_SHOWN)

    def cpu_seconds(self) -> float | None:
        return self.zygote.cpu_seconds(self.process)

    def close(self) -> None:
        self.zygote.release(self.process)
