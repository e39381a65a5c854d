"""What a submission can reach at each level of isolation that works here: nothing that it should not.

The submission of these tests is a spy: a module with one function for each thing that a hostile one would try. It says
what it got; an exception that the system raised means that it got nothing.
"""

from __future__ import annotations

import json
import operator
import os
import pwd
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest
from overlays import ROOT, build, grade, run

from grader import isolation, rubric
from grader.ask.answers import LiveAnswers
from grader.ask.client import Fault, RemoteWorker
from grader.ask.observer import Observer
from grader.ask.probe import all_probes
from grader.base.errors import UsageError
from grader.homeworks.beras.mnist.synthetic import probe_folder
from grader.isolation import LEVELS, Level, Limits, Zygote, bubblewrap, levels, needs, users
from grader.isolation import zygote as zygote_module
from grader.worker import landlock, seccomp, wire

GENEROUS = Limits(memory_bytes=1 << 30, cpu_seconds=60, file_bytes=1 << 24, processes=64, address_space=32 << 30)
SECONDS = 60.0
WORKING = [level for level in LEVELS if not level.lack()]
FENCED = [level for level in WORKING if level.limited]
KERNEL = [level for level in FENCED if level.landlock or level.namespaces]
SECRET = "token-of-the-pipeline-93157"

SPY = '''
import importlib, os, socket, subprocess, sys, time


def environment():
    return [f"{name}={value}" for name, value in os.environ.items()]


def arguments():
    # sys.argv is emptied by the worker; what the process was started with is in orig_argv
    return list(sys.orig_argv) + list(sys.argv)


def descriptors():
    found = []
    for number in range(256):
        try:
            found.append([number, os.fstat(number).st_mode])
        except OSError:
            pass
    return found


def folder():
    return os.getcwd()


def path():
    return list(sys.path)


def read(path):
    with open(path, "rb") as file:
        return len(file.read())


def names(path):
    return sorted(os.listdir(path))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return os.path.getsize(path)


def connect(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return "connected"


def send(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        return sock.sendto(b"x", ("127.0.0.1", port))


def connect_local(path):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        return "connected"


def package(folder, name):
    sys.path.insert(0, folder)
    return importlib.import_module(name).ANSWER


def detach(lock):
    """Leaves a process that is nobody's child, in a session of its own, holding a lock on a file."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            import fcntl
            held = open(lock, "w")
            fcntl.flock(held, fcntl.LOCK_EX)
            os.write(writer, b"1")
            while True:
                time.sleep(60)
        os._exit(0)
    os.close(writer)
    return os.read(reader, 1).decode()  # '1' when it holds the lock, '' when it was ended before it could


def end(pid):
    os.kill(pid, 9)


def end_parent():
    os.kill(os.getppid(), 9)


def processes():
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())


def run(*words):
    return subprocess.run(words, capture_output=True).returncode


def share(megabytes):
    import mmap
    memory = mmap.mmap(-1, megabytes << 20)
    for start in range(0, len(memory), 4096):
        memory[start] = 1
    time.sleep(60)


def multiply(count):
    for _ in range(count):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    time.sleep(60)


def reaches(pid, path):
    """What it may do to another process, and to a file that is not its own; '' behind what is refused."""
    import ctypes, fcntl, resource, shutil
    numbers = {"x86_64": (29, 200, 434, 56), "aarch64": (194, 130, 434, 220)}
    SHMGET, TKILL, PIDFD_OPEN, CLONE = numbers[os.uname().machine]

    def called(*numbers):
        if ctypes.CDLL(None).syscall(*numbers) < 0:
            raise OSError

    attempts = {
        "signal": lambda: os.kill(pid, 0),
        "signal to all": lambda: os.kill(-1, 0),
        "limits": lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE),
        "scheduler": lambda: os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0)),
        "processors": lambda: os.sched_setaffinity(pid, os.sched_getaffinity(0)),
        "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "owner": lambda: fcntl.fcntl(1, fcntl.F_SETOWN, pid),
        "shared memory": lambda: called(SHMGET, 0, 4096, 0o1600),
        "thread": lambda: called(TKILL, pid, 0),
        "handle": lambda: called(PIDFD_OPEN, pid, 0),
        "users": lambda: called(CLONE, 0x10000000 | 17, 0, 0, 0, 0) or os._exit(0),
        "kernel": lambda: os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)),
    }
    found = []
    for name, attempt in attempts.items():
        try:
            attempt()
            found.append(name)
        except OSError:
            pass
    os.chmod(path, 0o666)
    os.utime(path, (0, 0))
    os.kill(os.getpid(), 0)
    resource.getrlimit(resource.RLIMIT_NOFILE)
    os.nice(0)
    with open("made", "w"):
        pass
    shutil.copy2("made", "copied")
    return found


def readable(starts):
    found = []
    for start in starts:
        for folder, _, names in os.walk(start):
            for name in names:
                try:
                    with open(os.path.join(folder, name), "rb") as file:
                        file.read(1)
                except OSError:
                    continue
                found.append(os.path.join(folder, name))
    return found
'''


class Spy:
    """A worker with the spy in it."""

    def __init__(self, zygote: Zygote, limits: Limits = GENEROUS) -> None:
        self.zygote = zygote
        self.worker = RemoteWorker(zygote, limits, SECONDS, seed=0)

    def __getattr__(self, name: str) -> Any:
        """A function of the spy: its result as plain data. Raises Fault."""

        def call(*arguments: Any) -> Any:
            function = self.worker.ask("find", module="spy", name=name)["ref"]
            value = self.worker.ask("call", target=function, name="", args=list(arguments), kwargs={})["value"]
            return value.tolist() if isinstance(value, np.ndarray) else value

        return call

    def fails(self, name: str, *arguments: Any) -> str:
        """The class of the exception that a function of the spy meets."""
        with pytest.raises(Fault) as caught:
            getattr(self, name)(*arguments)
        return caught.value.type


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    made = tmp_path / "submission"
    made.mkdir()
    (made / "spy.py").write_text(textwrap.dedent(SPY), encoding="utf-8")
    return made


@contextmanager
def opened(submission: Path, level: Level, *readable: Path, limits: Limits = GENEROUS) -> Iterator[Spy]:
    zygote = Zygote(submission, level, readable)
    try:
        spy = Spy(zygote, limits)
        yield spy
        spy.worker.close()
    finally:
        zygote.close()


def each(chosen: list[Level]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("level", chosen, ids=str)


# --- what the worker is given -----------------------------------------------------------------------------------


def test_basic_works_wherever_the_tests_run() -> None:
    assert levels.BASIC in WORKING


@each(FENCED)
def test_secret_in_the_environment_is_not_there(
    submission: Path, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_TOKEN", SECRET)

    with opened(submission, level) as spy:
        found = spy.environment()

    assert not any(SECRET in entry for entry in found)
    assert {entry.partition("=")[0] for entry in found} <= {
        "PATH", "LC_ALL", "HOME", "TMPDIR", "PWD", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
        "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "LD_LIBRARY_PATH", "PYTHONHASHSEED",
    }  # fmt: skip


@each(FENCED)
def test_environment_of_the_grader_is_not_readable(submission: Path, level: Level) -> None:
    """Also where the submission runs as root: it has given up the right to look into other processes."""
    with opened(submission, level) as spy:
        assert spy.fails("read", f"/proc/{os.getpid()}/environ") in ("PermissionError", "FileNotFoundError")
        assert spy.fails("read", f"/proc/{os.getpid()}/mem") in ("PermissionError", "FileNotFoundError")


@each(FENCED)
def test_arguments_name_nothing_of_the_grader(submission: Path, level: Level) -> None:
    with opened(submission, level) as spy:
        words = " ".join(spy.arguments())
        path = spy.path()

    # The virtual environment with NumPy may lie in the checkout; the grader and the answers must not be named
    assert str(ROOT / "grader") not in words
    assert "reference" not in words
    assert not any(str(ROOT) in entry or "-packages" in entry for entry in path)


@each(FENCED)
def test_open_files_are_the_standard_ones_and_the_channel(submission: Path, level: Level) -> None:
    with opened(submission, level) as spy:
        found = spy.descriptors()

    kinds = [stat.S_IFMT(mode) for _, mode in found]
    assert kinds == [stat.S_IFCHR, stat.S_IFREG, stat.S_IFREG, stat.S_IFSOCK]


@each(FENCED)
def test_scratch_is_writable_and_removed_afterwards(submission: Path, level: Level) -> None:
    with opened(submission, level) as spy:
        place = spy.folder()
        assert spy.write("note.txt", "seven b") == 7

    assert not os.path.exists(place)


@each(FENCED)
def test_scratch_that_is_hard_to_remove_is_removed(submission: Path, level: Level, tmp_path: Path) -> None:
    deep = "import os\ndef dig():\n    for _ in range(1200):\n        os.mkdir('d'); os.chdir('d')\n"
    deep += "    os.chmod('.', 0)\n"
    (submission / "deep.py").write_text(deep, encoding="utf-8")
    with opened(submission, level) as spy:
        place = spy.folder()
        function = spy.worker.ask("find", module="deep", name="dig")["ref"]
        spy.worker.ask("call", target=function, name="", args=[], kwargs={})

    assert not os.path.exists(place)


@each(FENCED)
def test_public_data_is_readable(submission: Path, level: Level, tmp_path: Path) -> None:
    public = tmp_path / "public"
    public.mkdir()
    (public / "digits").write_bytes(b"123")

    with opened(submission, level, public) as spy:
        assert spy.read(str(public / "digits")) == 3


@each(KERNEL)
def test_public_data_and_the_submission_are_read_only(submission: Path, level: Level, tmp_path: Path) -> None:
    public = tmp_path / "public"
    public.mkdir()
    (public / "digits").write_bytes(b"123")

    with opened(submission, level, public) as spy:
        for path in (public / "digits", public / "new", submission / "spy.py", submission / "numpy.py"):
            assert spy.fails("write", str(path), "changed") in ("PermissionError", "OSError")

    assert sorted(os.listdir(submission)) == ["spy.py"]


@each(KERNEL)
def test_home_reference_and_grader_are_not_readable(submission: Path, level: Level, tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text(SECRET, encoding="utf-8")
    private = [
        canary,
        ROOT / "reference" / "assignment.py",
        ROOT / "grader" / "judge" / "compare.py",
        Path("/etc/passwd"),
    ]

    with opened(submission, level) as spy:
        for path in private:
            assert path.is_file()
            assert spy.fails("read", str(path)) in ("PermissionError", "FileNotFoundError")
        for folder in (Path.home(), ROOT / "reference", ROOT / "grader", tmp_path):
            assert spy.fails("names", str(folder)) in ("PermissionError", "FileNotFoundError") or (
                level.namespaces and not {*os.listdir(folder)} & {*spy.names(str(folder))} - {"submission", ".cache"}
            )


@each(KERNEL)
def test_files_of_other_processes_are_not_readable(submission: Path, level: Level) -> None:
    with opened(submission, level) as spy:
        assert spy.fails("read", f"/proc/{os.getpid()}/cmdline") in ("PermissionError", "FileNotFoundError")


@each(FENCED)
@pytest.mark.parametrize("name", ["torch", "sklearn_like_helper"])
def test_package_elsewhere_on_the_machine_cannot_be_imported(
    submission: Path, level: Level, tmp_path: Path, name: str
) -> None:
    installed = tmp_path / "site-packages"
    (installed / name).mkdir(parents=True)
    (installed / name / "__init__.py").write_text("ANSWER = 42\n", encoding="utf-8")

    with opened(submission, level) as spy:
        assert spy.fails("package", str(installed), name) == "ModuleNotFoundError"


@each(FENCED)
def test_what_is_installed_beside_numpy_cannot_be_imported(submission: Path, level: Level) -> None:
    installed = str(Path(np.__file__).parent.parent)

    with opened(submission, level) as spy:
        assert spy.fails("package", installed, "pytest") == "ModuleNotFoundError"


@each(FENCED)
def test_modules_of_the_submission_and_of_the_standard_library_can_be_imported(submission: Path, level: Level) -> None:
    (submission / "Beras").mkdir()
    (submission / "Beras" / "helper.py").write_text("ANSWER = 6\n", encoding="utf-8")
    (submission / "late.py").write_text(
        "import ssl, sqlite3, ctypes, lzma, decimal, asyncio, unittest, numpy.fft\nANSWER = 7\n", encoding="utf-8"
    )

    with opened(submission, level) as spy:
        assert spy.package(str(submission / "Beras"), "helper") == 6
        assert spy.package(str(submission), "late") == 7


@each(FENCED)
def test_standard_library_is_found_when_folders_are_listed_anew(submission: Path, level: Level) -> None:
    (submission / "late.py").write_text(
        "import importlib\nimportlib.invalidate_caches()\nimport calendar, wave\nANSWER = 8\n", encoding="utf-8"
    )

    with opened(submission, level) as spy:
        assert spy.package(str(submission), "late") == 8


@each(KERNEL)
def test_only_python_numpy_and_the_submission_can_be_listed_and_read(
    submission: Path, level: Level, tmp_path: Path
) -> None:
    starts = ["/etc", "/home", "/root", "/proc", "/sys", "/usr", "/var", "/tmp", "/opt", sys.base_prefix, sys.prefix]
    starts += [str(ROOT), str(tmp_path), str(submission), os.path.dirname(os.__file__)]
    with opened(submission, level) as spy:
        found = set(spy.readable(starts))
        folder = str(spy.zygote.folder)

    numpy = str(Path(np.__file__).resolve().parent)
    library = os.path.dirname(os.path.realpath(os.__file__))
    inside = {path for path in found if path.startswith((folder, numpy, str(submission.resolve())))}
    of_python = {path for path in found - inside if path.startswith(library) and "-packages" not in path}
    single = {path for path in found - inside - of_python if ".so" not in os.path.basename(path)}
    assert os.path.realpath(os.__file__) in of_python
    assert str(submission.resolve() / "spy.py") in inside
    assert single <= {needs.interpreter(), "/etc/ld.so.cache"}


class Wiretap:
    """Stands for the grader's side of the wire, and keeps all that goes out and comes in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent, self.received = bytearray(), bytearray()
        monkeypatch.setattr(wire, "send", self.send)
        monkeypatch.setattr(wire, "receive", self.receive)
        self.really_send, self.really_receive = wire_send, wire_receive

    def send(self, sock: socket.socket, value: Any) -> None:
        self.sent += wire.frame(value)
        self.really_send(sock, value)

    def receive(self, sock: socket.socket, before_read: Any) -> Any:
        value = self.really_receive(sock, before_read)
        self.received += wire.frame(value)
        return value


wire_send, wire_receive = wire.send, wire.receive


@each(FENCED)
def test_what_is_sent_to_a_worker_holds_no_expected_value(
    level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "reference", copy)
    made_up = str(probe_folder())
    probe = next(probe for probe in all_probes() if probe.name == "Softmax/forward")
    observation = LiveAnswers(made_up).expected(probe, 1470)
    expected = [value.tobytes() for value in arrays_of(observation) if value.dtype.kind == "f" and value.size > 3]
    tap = Wiretap(monkeypatch)
    observer = Observer(copy, made_up, rubric.load(), 1470, {}, level)
    try:
        seen = observer.seen(probe)
    finally:
        observer.close()

    assert seen.fault is None
    assert expected
    assert all(value in tap.received for value in expected)
    assert not any(value in tap.sent for value in expected)


def arrays_of(value: Any) -> Iterator[np.ndarray]:
    """Every array in plain data."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from arrays_of(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays_of(item)


NOTING = """

import glob, os

FORWARD = LeakyReLU.forward


def forward(self, x):
    above = os.path.dirname(os.getcwd())
    own = f"noted-{os.getpid()}.txt"
    for folder in (os.getcwd(), above):
        try:
            with open(os.path.join(folder, own), "w") as file:
                file.write(f"noted {x!r}")
        except OSError:
            pass
    for path in glob.glob(f"{above}/**/noted-*.txt", recursive=True):
        if os.path.basename(path) != own:
            print(open(path).read())
    return FORWARD(self, x)


LeakyReLU.forward = forward
"""


@each(KERNEL)
def test_no_public_check_finds_what_a_hidden_one_was_asked(level: Level, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "reference", copy)
    with open(copy / "Beras" / "activations.py", "a", encoding="utf-8") as file:
        file.write(NOTING)
    probes = {probe.name: probe for probe in all_probes()}
    hides = replace(rubric.load(), hidden=frozenset({"LeakyReLU/forward"}))
    observer = Observer(copy, str(probe_folder()), hides, 1470, {}, level, hidden_seed=2**100)
    public = [probes[name] for name in ("LeakyReLU/gradient", "LeakyReLU/forward-extremes")]
    try:
        hidden = observer.seen(probes["LeakyReLU/forward"])
        observer.ask(public)  # in one worker
        seen = [observer.seen(probe) for probe in public]
    finally:
        observer.close()

    assert [each.fault for each in (hidden, *seen)] == [None] * 3
    assert [each.output for each in seen if "noted" in each.output] == []


KILLED = """

import os, signal

FORWARD = LeakyReLU.forward


def forward(self, x):
    died = os.path.join(os.path.dirname(os.getcwd()), "died")
    if not os.path.exists(died):
        open(died, "w").close()
        os.kill(os.getpid(), {signal})
    return FORWARD(self, x)


LeakyReLU.forward = forward
"""


@pytest.mark.parametrize(
    ("sent", "answered"), [("SIGKILL", True), ("SIGTERM", True), ("SIGSEGV", False), ("SIGABRT", False)]
)
def test_check_whose_worker_something_killed_is_asked_again(sent: str, answered: bool, tmp_path: Path) -> None:
    """Such as the system that is out of memory; here the worker does it itself, the first time."""
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "reference", copy)
    with open(copy / "Beras" / "activations.py", "a", encoding="utf-8") as file:
        file.write(KILLED.replace("{signal}", f"signal.{sent}"))
    probe = next(probe for probe in all_probes() if probe.name == "LeakyReLU/forward")
    observer = Observer(copy, str(probe_folder()), rubric.load(), 1470, {}, FENCED[0])
    try:
        seen = observer.seen(probe)
    finally:
        observer.close()

    assert (seen.fault is None) is answered
    assert answered or sent in seen.fault.message


def test_check_whose_zygote_ended_a_moment_ago_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can say any more how the worker ended, and what it was forked from still counts as alive."""
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "reference", copy)
    with open(copy / "Beras" / "activations.py", "a", encoding="utf-8") as file:
        file.write(KILLED.replace("{signal}", "signal.SIGKILL"))
    probe = next(probe for probe in all_probes() if probe.name == "LeakyReLU/forward")
    monkeypatch.setattr(Zygote, "exit_status", lambda self, process: None)
    observer = Observer(copy, str(probe_folder()), rubric.load(), 1470, {}, FENCED[0])
    try:
        seen = observer.seen(probe)
    finally:
        observer.close()

    assert seen.fault is None


@each(FENCED)
def test_copy_of_a_submission_cannot_be_written(level: Level, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "spy.py").write_text(textwrap.dedent(SPY), encoding="utf-8")
    observer = Observer(copy, str(probe_folder()), rubric.load(), 0, {}, level)
    try:
        spy = Spy(observer.zygote)
        for path in (copy / "spy.py", copy / "conftest.py"):
            assert spy.fails("write", str(path), "changed") in ("PermissionError", "OSError")
        spy.worker.close()
    finally:
        observer.close()


def test_nothing_that_only_unix_has_is_imported_by_the_grader() -> None:
    """Where these modules are missing, the command still starts and says what is wrong."""
    code = (
        "import sys\n"
        "for name in ('resource', 'fcntl', 'pwd', 'grp', 'termios', 'pty', 'readline'): sys.modules[name] = None\n"
        "import grader.commands.main, grader.commands.grade, grader.commands.doctor\n"
        "import grader.isolation, grader.worker.main\n"
        "import grader.worker.host\n"
        "import grader.worker.fence, grader.worker.landlock, grader.worker.linux, grader.worker.seccomp\n"
        "import grader.run.pytest_plugin, grader.run.grading, grader.run.trainer, grader.worker.bytecode\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


# --- network and processes --------------------------------------------------------------------------------------


@each(FENCED if seccomp.available() else KERNEL)
def test_network_is_refused(submission: Path, level: Level, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as local:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        local.bind(str(tmp_path / "daemon"))
        local.listen()
        socket.create_connection(("127.0.0.1", port)).close()  # the canary sings
        listener.accept()[0].close()
        with opened(submission, level) as spy:
            for name, argument in (("connect", port), ("send", port), ("connect_local", str(tmp_path / "daemon"))):
                assert spy.fails(name, argument) in ("PermissionError", "OSError", "FileNotFoundError")
        with pytest.raises(BlockingIOError):
            listener.accept()


def is_locked(file: IO[Any]) -> bool:
    """Does a living process hold the lock? The kernel drops it with its last holder."""
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


@contextmanager
def lock_of(spy: Spy) -> Iterator[IO[Any]]:
    """A file in the spy's scratch folder; it stays what it is when its name is gone."""
    with open(Path(spy.folder()) / "lock", "w") as file:
        yield file


@each(FENCED)
def test_detached_process_does_not_outlive_the_grading(submission: Path, level: Level) -> None:
    zygote = Zygote(submission, level)
    spy = Spy(zygote)
    with lock_of(spy) as file:
        spy.detach(file.name)

        zygote.close()

        assert not is_locked(file)


def test_detached_process_holds_its_lock_where_nobody_ends_it(submission: Path) -> None:
    """The tests around this one could fail."""
    zygote = Zygote(submission, levels.NONE)
    spy = Spy(zygote)
    with lock_of(spy) as file:
        assert spy.detach(file.name) == "1"
        assert is_locked(file)
        zygote.close()


@each(FENCED)
def test_detached_process_is_ended_while_its_check_still_runs(submission: Path, level: Level) -> None:
    import fcntl

    with opened(submission, level) as spy, lock_of(spy) as file:
        spy.detach(file.name)

        fcntl.flock(file, fcntl.LOCK_EX)  # waits; the time limit of the test ends a wait for one that lives on


@each(FENCED)
def test_submission_that_ends_the_zygote_leaves_nothing_behind(submission: Path, level: Level) -> None:
    zygote = Zygote(submission, level)
    spy = Spy(zygote)
    with lock_of(spy) as file:
        spy.detach(file.name)
        with suppress(Fault):  # where the kernel protects the zygote, it is refused
            spy.end_parent()

        zygote.close()

        assert not is_locked(file)


@pytest.mark.skipif(not seccomp.available(), reason="the filter of system calls is not known for this processor")
@each(FENCED)
def test_other_processes_and_files_are_out_of_reach(submission: Path, level: Level, tmp_path: Path) -> None:
    """What a submission does to itself works on, and so does code that copies a file with its mode."""
    path = tmp_path / "private.txt"
    path.write_text("private")
    path.chmod(0o600)
    before = path.stat()
    with opened(submission, level) as spy:
        # What the kernel does may be set by root alone, where no fence keeps it from that
        assert set(spy.reaches(os.getpid(), str(path))) <= ({"kernel"} if not (level.fenced or os.getuid()) else set())

    after = path.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_mode, before.st_mtime_ns, before.st_ctime_ns,
    )  # fmt: skip


@pytest.mark.skipif(not seccomp.available(), reason="the filter of system calls is not known for this processor")
def test_strict_is_enough_where_there_is_no_landlock(
    submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For root too, whom the mode of a file of the kernel's does not keep from writing to it."""
    if levels.STRICT not in WORKING:
        assert levels.STRICT.lack()
        return
    monkeypatch.setattr(zygote_module, "lacks_landlock", lambda: "it is switched off")

    with opened(submission, levels.STRICT) as spy:
        assert spy.reaches(os.getpid(), "/proc/self") == []


def verdict_of(steps: seccomp.Steps, processor: int, number: int, *arguments: int) -> int:
    """What the kernel would make of a call."""
    data = {seccomp.NUMBER: number, seccomp.PROCESSOR: processor}
    data |= dict(zip(seccomp.ARGUMENTS, (*arguments, 0, 0)))
    tests = {seccomp.IF_EQUAL: operator.eq, seccomp.IF_AT_LEAST: operator.ge, seccomp.IF_ANY_BIT: operator.and_}
    place = loaded = 0
    while True:
        kind, if_so, if_not, value = steps[place]
        if kind == seccomp.RETURN:
            return value
        if kind == seccomp.LOAD:
            loaded, jump = data[value], 0
        else:
            jump = if_so if tests[kind](loaded, value) else if_not
        place += 1 + jump


@pytest.mark.parametrize("machine", seccomp.PROCESSORS)
def test_filter_of_every_processor_refuses_what_it_names_and_nothing_else(machine: str) -> None:
    which = list(seccomp.PROCESSORS).index(machine)
    steps = seccomp.filter_of(machine, 1234)

    def verdict(number: int, *arguments: int) -> int:
        return verdict_of(steps, seccomp.PROCESSORS[machine][0], number, *arguments)

    named = set()
    for calls, expected in ((seccomp.REFUSED, seccomp.REFUSE), (seccomp.PRETENDED, seccomp.PRETEND)):
        for numbers in calls.values():
            if numbers[which] is not None:
                named.add(numbers[which])
                assert verdict(numbers[which]) == expected
    for numbers in seccomp.OF_ITSELF.values():
        named.add(numbers[which])
        verdicts = [verdict(numbers[which], process) for process in (0, 1234, 1, 2**32 - 1)]
        assert verdicts == [seccomp.ALLOW] * 2 + [seccomp.REFUSE] * 2
    for numbers, commands in seccomp.OWNERSHIP.values():
        named.add(numbers[which])
        assert [verdict(numbers[which], 1, command) for command in (*commands, 2)] == [
            *[seccomp.REFUSE] * len(commands), seccomp.ALLOW,
        ]  # fmt: skip
    assert [verdict(seccomp.CLONE[which], flags) for flags in (17, seccomp.NEW_USERS | 17)] == [
        seccomp.ALLOW, seccomp.REFUSE,
    ]  # fmt: skip
    assert verdict(seccomp.CLONE3[which]) == seccomp.UNKNOWN
    named.add(seccomp.CLONE3[which])
    assert {verdict(number) for number in set(range(460)) - named} == {seccomp.ALLOW}
    assert verdict(0x40000000 + 39) == seccomp.REFUSE
    assert verdict_of(steps, 0xBAD, 39) == seccomp.REFUSE


@each([level for level in FENCED if seccomp.available() or level.namespaces])
def test_grader_and_zygote_cannot_be_signalled(submission: Path, level: Level) -> None:
    with opened(submission, level) as spy:
        assert spy.fails("end", os.getpid()) in ("PermissionError", "ProcessLookupError")
        assert spy.fails("end_parent") == "PermissionError"
        assert spy.folder()


def test_strict_shows_no_process_of_the_machine(submission: Path) -> None:
    if levels.STRICT not in WORKING:
        assert levels.STRICT.lack()
        return
    with opened(submission, levels.STRICT) as spy:
        assert spy.fails("end", os.getpid()) in ("ProcessLookupError", "PermissionError")
        assert spy.zygote.number_inside == 1


@each(KERNEL)
def test_no_program_can_be_run(submission: Path, level: Level) -> None:
    with opened(submission, level) as spy:
        assert spy.fails("run", "/bin/sh", "-c", "exit 0") in ("PermissionError", "FileNotFoundError")


@each(FENCED)
def test_shared_memory_counts(submission: Path, level: Level) -> None:
    little = Limits(200 << 20, 60, 1 << 24, 64, 32 << 30)
    with opened(submission, level, limits=little) as spy, pytest.raises(Fault) as caught:
        spy.share(400)

    assert caught.value.kind == "out of memory"


@each(FENCED)
def test_too_many_processes_end_the_check(submission: Path, level: Level) -> None:
    """For root the kernel has no limit: the watcher has."""
    few = Limits(1 << 30, 60, 1 << 24, 20, 32 << 30)
    with opened(submission, level, limits=few) as spy, pytest.raises(Fault) as caught:
        spy.multiply(30)

    assert caught.value.kind == "crashed" or caught.value.type == "BlockingIOError"
    assert "20 processes" in caught.value.message or os.getuid()


# --- choosing a level -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["strict", "landlock", "basic"])
def test_level_that_does_not_work_here_is_refused_in_one_line(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from grader.commands import main as cli

    crippled = [Level(each.name, lambda: "the moon is wrong", str) if each.name == name else each for each in LEVELS]
    monkeypatch.setattr(levels, "LEVELS", tuple(crippled))

    assert cli.main([str(ROOT / "reference"), "--no-training", "--isolation", name]) == 2
    printed = capsys.readouterr()
    assert printed.err == (
        f"grade: --isolation {name} does not work here: the moon is wrong; grade doctor says what does\n"
    )
    assert not printed.out


def test_auto_takes_the_strictest_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    works, fails = (lambda: ""), (lambda: "no")
    made = tuple(Level(name, lack, str) for name, lack in (("a", fails), ("b", works), ("c", works), ("none", works)))
    monkeypatch.setattr(levels, "LEVELS", made)

    assert isolation.choose("auto").name == "b"


def test_auto_never_takes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    made = (Level("strict", lambda: "no", str), Level("basic", lambda: "no", str), levels.NONE)
    monkeypatch.setattr(levels, "LEVELS", made)

    with pytest.raises(UsageError, match="grade doctor"):
        isolation.choose("auto")


def test_bubblewrap_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bubblewrap.lack() == "there is no bwrap: install bubblewrap"

    (tmp_path / "apt").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "apt").chmod(0o755)
    assert bubblewrap.lack() == "there is no bwrap: apt install bubblewrap"


def test_bubblewrap_that_something_ends_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter(["", "", f"execvp {bubblewrap.NOTHING}: no such file"])
    monkeypatch.setattr(bubblewrap, "tried", lambda *_: next(said))
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda _: "/nowhere/bwrap")

    assert bubblewrap.lack() == ""


def test_bubblewrap_of_an_older_version_works_without_what_it_does_not_know(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    older = f"""#!/bin/sh
case "$*" in *--disable-userns*) echo 'bwrap: Unknown option --disable-userns' >&2; exit 1;; esac
echo 'bwrap: {bubblewrap.WORKED} No such file or directory' >&2; exit 1
"""
    (tmp_path / "bwrap").write_text(older, encoding="utf-8")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    assert bubblewrap.lack() == ""
    assert "--disable-userns" not in bubblewrap.command([], [], [])


def test_bubblewrap_that_is_denied_is_found_out_by_trying(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    denied = "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n"
    (tmp_path / "bwrap").write_text(denied, encoding="utf-8")
    (tmp_path / "bwrap").chmod(0o755)
    setting = tmp_path / "setting"
    setting.write_text("1\n", encoding="ascii")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(bubblewrap, "DENIALS", {str(setting): ("1", "sysctl -w this=0")})

    expected = "namespaces are denied to users (bwrap says: setting up uid map: Permission denied): "
    assert bubblewrap.lack() == expected + "sysctl -w this=0"

    setting.write_text("0\n", encoding="ascii")
    assert bubblewrap.lack() == expected + (
        "in a container, its runtime has to allow them (docker run --security-opt seccomp=unconfined ...)"
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [("ENOSYS", "Linux 5.13"), ("EOPNOTSUPP", "lsm="), ("EPERM", "containers")],
)
def test_landlock_that_is_lacking_is_explained(code: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    def refuse() -> int:
        raise OSError(getattr(errno, code), "no")

    monkeypatch.setattr(landlock, "abi", refuse)

    assert words in levels.LANDLOCK.lack()


@pytest.mark.parametrize("abi", [1, 2, 3, 4, 5, 6])
def test_every_version_of_landlock_gets_rules_that_this_kernel_takes(
    abi: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A newer kernel takes the rules of an older version."""
    if levels.LANDLOCK not in WORKING or landlock.abi() < abi:
        assert levels.LANDLOCK.lack() or landlock.abi() < abi
        return
    monkeypatch.setattr(landlock, "abi", lambda: abi)

    rules = landlock.ruleset([str(tmp_path), "/no/such/path"], [], [str(tmp_path), os.devnull])

    assert rules > 2
    os.close(rules)


def test_masked_folders_are_left_out_of_what_is_readable(tmp_path: Path) -> None:
    for name in ("lib/json", "lib/site-packages/torch", "lib/re", "other"):
        (tmp_path / name).mkdir(parents=True)
    library, hidden = str(tmp_path / "lib"), str(tmp_path / "lib" / "site-packages")

    assert sorted(landlock.without(library, {hidden})) == [f"{library}/json", f"{library}/re"]
    assert list(landlock.without(str(tmp_path / "other"), {hidden})) == [str(tmp_path / "other")]
    assert list(landlock.without(hidden, {hidden})) == []


# --- the command ------------------------------------------------------------------------------------------------


def essence(result: dict[str, Any]) -> list[Any]:
    return [
        (part["name"], part["points"], [(p["name"], p["outcome"], p["message"]) for p in part["probes"]])
        for part in result["components"]
    ]


@pytest.mark.parametrize(
    ("kind", "name", "options"),
    [
        ("wheats", "upstream-convention-sum", ["--no-training"]),
        ("chaffs", "raises-in-mse", ["--only", "MeanSquaredError", "Dense", "SequentialModel"]),
    ],
    ids=["right", "wrong"],
)
def test_every_level_gives_the_same_result(kind: str, name: str, options: list[str], folder: Path) -> None:
    path = build(kind, name, folder)

    graded = {level.name: grade(path, *options, "--isolation", level.name) for level in WORKING}

    assert {each.result["isolation"] for each in graded.values()} == set(graded)
    assert {each.result["score"] == each.result["max_score"] for each in graded.values()} == {kind == "wheats"}
    assert len({json.dumps(essence(each.result)) for each in graded.values()}) == 1


def test_auto_is_the_default_and_the_result_names_the_level() -> None:
    assert grade(ROOT / "reference", "--only", "ReLU").result["isolation"] == WORKING[0].name


def test_none_warns_and_attaches_the_terminal(folder: Path) -> None:
    path = build("wheats", "upstream-convention-sum", folder)
    metrics = path / "Beras" / "metrics.py"
    source = metrics.read_text(encoding="utf-8")
    metrics.write_text(f"breakpoint()\n{source}", encoding="utf-8")

    words = (str(path), "--only", "CategoricalAccuracy", "--isolation", "none", "--format", "json")
    done = run(*words, input="p 6 * 7\ncontinue\n" * 20)

    assert "grade: warning: --isolation none" in done.stderr
    assert "(Pdb) 42" in done.stderr
    assert json.loads(done.stdout)["isolation"] == "none"
    assert done.returncode == 0


def test_strict_and_landlock_train(folder: Path) -> None:
    for level in KERNEL:
        graded = grade(ROOT / "reference", "--only", "training.simple", "--isolation", level.name)

        assert [each["outcome"] for each in graded.result["training"]] == ["passed"]
        assert graded.result["training"][0]["cpu_seconds"] > 0


def test_doctor_has_a_line_for_everything() -> None:
    done = run("doctor")

    subjects = [line[:20].strip() for line in done.stdout.splitlines()]
    assert subjects == [
        "Python", "NumPy", "BLAS", "control group", "isolation strict", "isolation landlock", "isolation basic",
        "isolation none", "isolation auto", "data", "cache folder", "right answers",
    ]  # fmt: skip
    assert f"takes {WORKING[0].name}" in done.stdout
    assert done.returncode == 0


def test_doctor_really_starts_each_level(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from grader.commands import main as cli

    monkeypatch.setattr(needs, "interpreter", lambda: "/no/such/python")
    monkeypatch.setattr(zygote_module, "interpreter", lambda: "/no/such/python")

    cli.main(["doctor"])

    lines = {line[:20].strip(): line for line in capsys.readouterr().out.splitlines()}
    for level in FENCED:
        assert lines[f"isolation {level}"][21:23] == "no"
        assert "/no/such/python" in lines[f"isolation {level}"]


def test_doctor_says_when_nothing_can_be_graded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from grader.commands import main as cli

    monkeypatch.setattr(levels, "LEVELS", (Level("basic", lambda: "there is no fork", str), levels.NONE))

    assert cli.main(["doctor"]) == 2
    assert "MISSING  no submission can be run safely here" in capsys.readouterr().out


# --- another user -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "said"), [("no-such-user", "there is no such user"), ("root", "name an ordinary user")]
)
@pytest.mark.skipif(os.geteuid() != 0, reason="others are told that they may not, first")
def test_user_that_cannot_be_taken_is_one_line(user: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        isolation.choose_for_strangers("auto", user)


def test_only_root_may_name_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(UsageError, match="only root"):
        isolation.choose_for_strangers("basic", "nobody")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_worker_is_another_user_who_may_write_in_its_scratch_alone() -> None:
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are for one user alone
        root = Path(name)
        root.chmod(0o755)
        (root / "who.py").write_text(
            "import os\n"
            "def told():\n"
            "    may_write = [os.access(path, os.W_OK) for path in (os.environ['HOME'], os.path.dirname(__file__))]\n"
            "    return f'{os.getuid()} {os.getgid()} {os.getgroups()} {may_write}'\n"
        )
        zygote = Zygote(root, isolation.choose_for_strangers("basic", "nobody"))
        try:
            worker = RemoteWorker(zygote, GENEROUS, SECONDS, 0)
            found = worker.ask("find", module="who", name="told")
            told = worker.ask("call", target=found["ref"], name="", args=[], kwargs={})
        finally:
            zygote.close()

    assert told["value"] == f"{nobody.pw_uid} {nobody.pw_gid} [] [True, False]"


def root_on_a_machine_with(monkeypatch: pytest.MonkeyPatch, level: Level, closed: str) -> None:
    """Root, where `level` is the strictest that works, and others may not read `closed`."""
    monkeypatch.setattr(levels, "LEVELS", (level, levels.NONE))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(users, "closed_to_others", lambda paths: closed)


def works() -> str:
    return ""


def test_root_grades_as_nobody_where_there_are_no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = pwd.getpwnam("nobody")
    root_on_a_machine_with(monkeypatch, Level("landlock", works, str, landlock=True), closed="")

    assert isolation.choose_for_strangers().user == (nobody.pw_uid, nobody.pw_gid)


def test_root_in_namespaces_is_nobody_of_this_machine_anyway(monkeypatch: pytest.MonkeyPatch) -> None:
    root_on_a_machine_with(monkeypatch, Level("strict", works, str, namespaces=True), closed="")

    assert isolation.choose_for_strangers().user is None


def test_root_is_refused_where_a_worker_would_be_root_without_a_fence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from grader.commands import main as cli

    root_on_a_machine_with(monkeypatch, Level("basic", works, str), closed="/root")

    assert cli.main([str(ROOT / "reference"), "--no-training"]) == 2
    printed = capsys.readouterr()
    assert "root would run the submission as root, for no other user can read /root: install bubblewrap" in printed.err
    assert isolation.choose_for_strangers("basic").user is None, "who asks for it by name takes the risk"


def test_root_is_refused_where_there_is_no_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    root_on_a_machine_with(monkeypatch, Level("basic", works, str), closed="")
    monkeypatch.setattr(users, "NOBODY", "no-such-user")

    with pytest.raises(UsageError, match="as root, for there is no user no-such-user: install bubblewrap"):
        isolation.choose_for_strangers()
    assert isolation.choose_for_strangers("basic").user is None


def test_what_others_may_not_pass_is_closed_to_them(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are for one user alone
        within = Path(name) / "within"
        within.mkdir(mode=0o755)
        assert users.closed_to_others([str(within)]) == name
        Path(name).chmod(0o711)
        assert users.closed_to_others([str(within)]) == ""
        within.chmod(0o711)
        assert users.closed_to_others([str(within)]) == str(within), "passing is not enough for what has to be read"
