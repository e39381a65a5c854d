"""The nursery: a process that has everything loaded, and forks one grader for every hand-in.

    python -c NURSERY PACKAGES CONTROL_FD FOLDER    (NURSERY as local.py has it)

The other end of the control socket (local.py) sends one JSON object a line: first `load` with the terms, then `grade`
with the write end of a pipe, on which the forked grader leaves its outcome, `stop` and `kill`. The answers are `ready`
or `refused`, and `ended` for each grader. There is only one thread here, so forking is safe. When the socket closes,
everything below this process is ended, and FOLDER removed, which is where temporary files are.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from grader.ask.answers import LiveAnswers
from grader.ask.probe import all_probes
from grader.base.ends import remove
from grader.base.errors import UsageError
from grader.classroom.jobs.job import Tools, grade
from grader.classroom.jobs.settings import Terms
from grader.isolation.folders import THROUGH
from grader.isolation.process_tree import children, descendants, memory_bytes
from grader.worker import linux

LOOK_SECONDS = 1.0  # between two looks at the memory of graders
GRADER_BYTES = 2 << 30  # of a grader itself; it takes some 100 MB, and the workers below it are watched by it
LATE = ("numpy.random", "numpy.linalg", "numpy.ma", "zipfile", "gzip")  # imported by whoever first needs them


class Nursery:
    """Forks graders, and reports their ends."""

    def __init__(self, control: socket.socket, folder: Path) -> None:
        self.control, self.folder = control, folder
        folder.chmod(THROUGH)  # workers may be another user's
        self.buffer = b""
        self.fds: list[int] = []
        self.graders: dict[int, int] = {}  # process -> unit
        self.why: dict[int, str] = {}  # unit -> what it was ended for
        self.tools: Tools | None = None
        self.answers_seen = (0, 0)  # the file that they were last read from
        self.wake_read, self.wake_write = os.pipe()
        os.set_blocking(self.wake_write, False)

    def run(self) -> None:
        """Serves until the other side is gone."""
        linux.become_subreaper()  # what a grader that was killed leaves behind comes here, to be ended
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        try:
            while True:
                readable, _, _ = select.select([self.control.fileno(), self.wake_read], [], [], LOOK_SECONDS)
                if self.wake_read in readable:
                    os.read(self.wake_read, 4096)
                    self.reap()
                if self.control.fileno() in readable and not self.listen():
                    break
                if not readable:
                    self.watch_memory()
        finally:
            signal.set_wakeup_fd(-1)
            for pid in list(self.graders):
                end_tree(pid)
            end_all(children(os.getpid()))
            remove(self.folder)

    def listen(self) -> bool:
        """Takes what has come; False when nobody is there any more."""
        try:
            part, fds, _, _ = socket.recv_fds(self.control, 1 << 16, 16)
        except ConnectionResetError:
            return False
        self.fds += fds
        self.buffer += part
        while b"\n" in self.buffer:
            line, _, self.buffer = self.buffer.partition(b"\n")
            self.obey(json.loads(line))
        return bool(part)

    def obey(self, message: dict[str, Any]) -> None:
        if "load" in message:
            self.load(message["load"])
        elif "grade" in message:
            self.fork(message, self.fds.pop(0))
        else:
            unit = int(message["kill"] if "kill" in message else message["stop"])
            for pid in [pid for pid, number in self.graders.items() if number == unit]:
                self.why.setdefault(unit, message["why"])
                if "kill" in message:
                    end_tree(pid)
                else:
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGTERM)

    def load(self, terms: dict[str, Any]) -> None:
        """Loads what every grader needs, so that it is born with it."""
        try:
            for name in LATE:
                importlib.import_module(name)
            all_probes(Terms(**terms).usual)
            self.tools = Tools.load(Terms(**terms))
            self.tools.warm_up()
        except UsageError as error:
            self.tell({"refused": str(error)})
            return
        gc.collect()
        gc.freeze()  # a forked grader's collector then leaves the shared pages alone
        self.tell({"ready": os.getpid()})

    def fork(self, message: dict[str, Any], report: int) -> None:
        self.refresh_answers()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                linux.die_with_parent(parent)
                self.become_grader(message, report)
                status = 0
            except KeyboardInterrupt:
                pass  # it was stopped before it had anything to tell
            except BaseException:  # noqa: BLE001  it goes to standard error, and the unit counts as lost
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(report)
        self.graders[pid] = message["grade"]

    def refresh_answers(self) -> None:
        """What graders found out meanwhile about the reference is in the cache, and no other need ask again."""
        assert self.tools is not None
        answers = self.tools.answers(self.tools.terms.usual)
        if isinstance(answers, LiveAnswers) and answers.file is not None:
            with contextlib.suppress(OSError):
                state = answers.file.stat()
                if (state.st_ino, state.st_mtime_ns) != self.answers_seen:
                    answers.key = answers.kept() or answers.key
                    self.tools.warm_up()
                    self.answers_seen = (state.st_ino, state.st_mtime_ns)

    def become_grader(self, message: dict[str, Any], report: int) -> None:
        """Grades one hand-in and leaves the outcome in the pipe."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, interrupt)
        for fd in (self.wake_read, self.wake_write, *self.fds):
            os.close(fd)
        self.control.close()
        os.set_inheritable(report, False)
        assert self.tools is not None
        outcome = grade(self.tools, Terms(**message["terms"]), Path(message["path"]), message["named"])
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it has an outcome: nothing is to be cut short any more
        body = json.dumps(outcome.plain(), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        with os.fdopen(report, "wb") as pipe:
            pipe.write(body + b"\n")

    def reap(self) -> None:
        """Reports graders that have ended, and ends what they left running."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    break
                if pid in self.graders:
                    unit = self.graders.pop(pid)
                    self.tell({"ended": unit, "status": status, "why": self.why.pop(unit, "")})
        end_all([pid for pid in children(os.getpid()) if pid not in self.graders])

    def watch_memory(self) -> None:
        for pid, unit in list(self.graders.items()):
            if memory_bytes(pid) > GRADER_BYTES:
                self.why[unit] = f"the grader's own process took more than {GRADER_BYTES >> 30} GiB of memory"
                end_tree(pid)

    def tell(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            self.control.sendall(json.dumps(message).encode() + b"\n")


def interrupt(*_: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once: what follows writes down what there is
    raise KeyboardInterrupt


def end_tree(pid: int) -> None:
    end_all([*descendants(pid), pid])


def end_all(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def main() -> None:
    Nursery(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])).run()
