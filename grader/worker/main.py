"""The zygote: imports NumPy once, then forks one fresh worker for every check the grader asks for.

    python -s -S -B main.py CONTROL_FD CONFIG_JSON

Isolated mode (-I) would not hear of PYTHONHASHSEED; the grader makes the whole environment, so there is nothing else to
be kept from it, and the folder of this file leaves the path below.

The control socket carries messages of the grader's (`spawn`, `where`, `kill`) and this process's (`exited`); each is a
length and a JSON object, file descriptors ride along. A worker talks to the grader over a socket of its own. The
submission is imported after the fork, so nothing that it does reaches the next check. When the control socket closes,
everything below this process is killed.

CONFIG_JSON: `packages` (a folder that holds NumPy and nothing else), `root` (the submission), `scratch` (workers get
folders of their own in it), `operations` (the folder and the module with requests of the homework's own; empty for
none), and how a worker is shut in: `user` (the numbers of the user and group that it becomes, or null), `attached` (it
keeps the terminal and has no limits: for debugging), `landlock` (by the kernel's own fences), `readable` and `masked`
(what those let through).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import struct
import sys
from typing import Any

LENGTH = struct.Struct("!I")


def load_package(name: str, folder: str) -> None:
    """Imports a folder as a package, without putting its neighbours within reach."""
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)


class ForkServer:
    def __init__(self, control: socket.socket, config: dict[str, Any]) -> None:
        self.control = control
        self.config = config
        self.workers: dict[int, int] = {}  # pid -> number that the grader gave the worker
        self.wake_read, self.wake_write = os.pipe()
        os.set_blocking(self.wake_write, False)
        self.rules: int | None = None
        if config["landlock"]:
            writable = (config["scratch"], os.devnull)
            self.rules = landlock.ruleset(config["readable"], config["masked"], writable)

    def run(self) -> None:
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        self.tell({"ready": os.getpid(), "subreaper": linux.become_subreaper()})
        try:
            while True:
                readable, _, _ = select.select([self.control.fileno(), self.wake_read], [], [])
                if self.wake_read in readable:
                    os.read(self.wake_read, 4096)
                    self.reap()
                if self.control.fileno() in readable and not self.obey():
                    break
        finally:
            self.end()

    def obey(self) -> bool:
        """Carries out one message; False when the grader has gone."""
        try:
            head, fds, _, _ = socket.recv_fds(self.control, LENGTH.size, 2)
        except ConnectionResetError:  # it had not read all that it was told
            return False
        if len(head) < LENGTH.size:
            return False
        size, body = LENGTH.unpack(head)[0], b""
        while len(body) < size:
            part = self.control.recv(size - len(body))
            if not part:
                return False
            body += part
        message = json.loads(body)
        if "spawn" in message:
            self.spawn(message, fds)
        elif "kill" in message:
            for pid, number in self.workers.items():
                if number == message["kill"]:
                    limits.kill(pid)
        elif "where" in message:
            for pid, number in self.workers.items():
                if number == message["where"]:
                    with contextlib.suppress(OSError):
                        os.kill(pid, whereabouts.SIGNAL)
        elif "sweep" in message:
            limits.kill_strays(keep=self.workers)
        return True

    def spawn(self, message: dict[str, Any], fds: list[int]) -> None:
        bytecode.compile_all(self.config["root"])  # where the submission came after this process
        pid = os.fork()
        if pid == 0:
            try:
                self.become_worker(message, *fds)
            finally:
                os._exit(0)
        self.workers[pid] = message["spawn"]
        for fd in fds:
            os.close(fd)
        self.tell({"spawned": message["spawn"], "pid": pid})

    def become_worker(self, message: dict[str, Any], channel: int, output: int) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.control.close()
        os.close(self.wake_read)
        os.close(self.wake_write)
        root = self.config["root"]
        os.makedirs(message["cwd"], mode=0o700, exist_ok=True)
        if self.config["user"]:
            os.chown(message["cwd"], *self.config["user"])
        os.chdir(message["cwd"])
        os.environ["HOME"] = os.environ["TMPDIR"] = message["cwd"]
        if not self.config["attached"]:
            os.setsid()
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.close(null)
            whereabouts.listen(2)
            self.shut_in(message["limits"])
        os.close(output)
        sys.argv = [""]
        sys.path.insert(0, root)
        importer.install(root, message["unavailable"], message["handed_on"])
        if OPERATIONS is not None:
            importer.install_libraries(root, OPERATIONS.libraries, message["libraries"])
        if message["numpy"] != "installed":
            old_numpy.give_back_names(root)
        if message["numpy"] == "old":
            old_numpy.switch_on()
        implementation = host.Host(root, OPERATIONS)
        implementation.idle = message["idle"]
        implementation.do_seed(message["seed"])
        serve(socket.socket(fileno=channel), implementation)

    def shut_in(self, allowed: dict[str, int]) -> None:
        """From here on this process has no more than a submission may have."""
        packages = self.config["packages"]
        numpy = [os.path.join(packages, name) for name in os.listdir(packages)]
        fence.install([self.config["root"], *STANDARD_LIBRARY, *numpy])
        limits.apply(allowed)
        if self.config["user"]:
            linux.become(*self.config["user"])
        linux.give_up_privileges()
        if self.rules is not None:
            landlock.restrict_self(self.rules)
            os.close(self.rules)
        seccomp.restrict(os.getpid())

    def reap(self) -> None:
        """Reports workers that have ended and ends what they left running."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            number = self.workers.pop(pid, None)
            if number is not None:
                limits.kill_group(pid)  # the group outlives its leader
                self.tell({"exited": number, "status": status})
        limits.kill_strays(keep=self.workers)

    def tell(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        with contextlib.suppress(OSError):
            self.control.sendall(LENGTH.pack(len(body)) + body)

    def end(self) -> None:
        signal.set_wakeup_fd(-1)
        for pid in self.workers:
            limits.kill(pid)
        while True:
            limits.kill_strays(keep=())
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                break


def serve(channel: socket.socket, implementation: Any) -> None:
    """Answers requests until the grader closes the channel."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    while True:
        try:
            request = wire.receive(channel)
        except (EOFError, OSError, wire.WireError):
            return
        reply = implementation.handle(request)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(BaseException):
                stream.flush()
        try:
            wire.send(channel, {"n": request["n"], **reply})
        except (TypeError, RecursionError, MemoryError) as error:
            wire.send(channel, {"n": request["n"], "error": implementation.describe_error(error)})


if __name__ == "__main__":
    gc.disable()  # until all is there: imports leave little to collect
    settings = json.loads(sys.argv[2])
    here = os.path.dirname(os.path.realpath(__file__))
    sys.path[:] = [each for each in sys.path if os.path.realpath(each) != here]
    STANDARD_LIBRARY = tuple(sys.path)  # nothing else is there
    sys.path.append(settings["packages"])
    # The point of the zygote: workers are born with what each of them needs. NumPy loads numpy.random late.
    for name in ("resource", "numpy", "numpy.random", "numpy.linalg"):
        importlib.import_module(name)

    load_package("grader_worker", os.path.dirname(os.path.abspath(__file__)))
    from grader_worker import (  # type: ignore[import-not-found]
        bytecode,
        fence,
        host,
        importer,
        landlock,
        limits,
        linux,
        old_numpy,
        seccomp,
        whereabouts,
        wire,
    )

    OPERATIONS = None
    if settings["operations"]:
        folder, module = settings["operations"]
        load_package("homework_worker", folder)
        OPERATIONS = importlib.import_module(f"homework_worker.{module}")
    bytecode.install(settings["root"])
    bytecode.compile_all(settings["root"])
    gc.freeze()  # a forked worker's collector then leaves the shared pages alone
    gc.enable()
    ForkServer(socket.socket(fileno=int(sys.argv[1])), settings).run()
    os._exit(0)  # nothing is left to be cleared away, and Python would take its time over it
