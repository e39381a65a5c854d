"""A worker is asked, misbehaves in every way, and costs no more than its own check; nothing of it stays behind.

All of it at the level `basic`, which works everywhere; what the stricter ones add is in test_isolation.py.
"""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.ask.client import OUTPUT_SHOWN, Allowance, Channel, Fault, RemoteWorker, fault_of
from grader.base.text import printable
from grader.isolation import Limits, Used, WorkerLost, Zygote, choose
from grader.isolation.process_tree import descendants
from grader.worker import seccomp, wire
from grader.worker.host import Host
from grader.worker.placeholders import Unavailable

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers are watched through /proc"),
    pytest.mark.timeout(60),
]
LIMITS = Limits(memory_bytes=512 << 20, cpu_seconds=20, file_bytes=1 << 18, processes=512, address_space=32 << 30)
PATIENCE = 30.0  # seconds for an answer that comes at once on any machine
STUDENT = """\
import ctypes
import os
import random
import subprocess
import sys
import time

import numpy as np

import helpers


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text for you")


class Quits(BaseException):
    pass


def add(a, b=1):
    return a + b


def divide(a):
    return 1 / a


def deep(n):
    return deep(n - 1) if n else np.ones((2, 3)) @ np.ones((2, 3))


def through_a_helper():
    return helpers.broken()


def recurse():
    return recurse()


def raises(kind):
    if kind == "unprintable":
        raise Unprintable
    if kind == "long":
        raise ValueError("x" * 100_000)
    if kind == "escapes":
        raise ValueError("red \\x1b[31m\\x07 and \\u202e back")
    if kind == "base":
        raise Quits("out")
    if kind == "interrupt":
        raise KeyboardInterrupt
    if kind == "memory":
        raise MemoryError
    raise NotImplementedError("step 2")


def leaves(how):
    if how == "exit":
        sys.exit(4)
    if how == "exit with a text":
        sys.exit("good bye")
    if how == "_exit":
        os._exit(3)
    if how == "segfault":
        ctypes.string_at(0)
    if how == "abort":
        os.abort()
    os.kill(os.getpid(), 9)


def stays(how):
    while how == "busy":
        pass
    while how == "stubborn":
        try:
            time.sleep(0.01)
        except BaseException:
            pass
    time.sleep(1000)


def prints():
    print("out")
    print("err", file=sys.stderr)
    os.write(1, b"raw\\n")
    subprocess.run(["echo", "child"])
    print("\\x1b[2J and caf\\u00e9 \\ud800")


def floods(seconds):
    while True:
        print("y" * 1000)


def takes(mb):
    return [np.ones(mb << 17) for _ in range(20)][0][:3]


def reserves(gb):
    return np.empty(gb << 30, np.uint8)[:3]


def leaves_children():
    read, write = os.pipe()  # it answers once all three are there and on their own
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            os.write(write, b"!")
            time.sleep(1000)
        time.sleep(1000)
    subprocess.Popen(["sleep", "1000"], start_new_session=True)
    os.read(read, 1)
    return os.getpid()


def writes_to_every_descriptor(data):
    for number in range(3, 64):
        try:
            os.write(number, data)
        except OSError:
            pass
    time.sleep(1000)


def kills_its_parent():
    os.kill(os.getppid(), 9)
    time.sleep(1000)


def sees():
    return {
        "environment": sorted(os.environ),
        "path": [str(entry) for entry in sys.path],
        "argv": sys.argv,
        "stdin": sys.stdin.read(),
        "here": os.listdir("."),
    }


def hashes():
    return f"{hash('a')} {hash('b')}"


def draws():
    return f"{np.random.rand()} {random.random()}"


class State:
    count = 0


def counts():
    State.count += 1
    return State.count
"""
HELPERS = """\
def broken():
    return {}["key"]
"""


def zygote_of(root: Path) -> Zygote:
    (root / "student.py").write_text(STUDENT, encoding="utf-8")
    (root / "helpers.py").write_text(HELPERS, encoding="utf-8")
    (root / "broken.py").write_text("x = 1\ny = (2\n", encoding="utf-8")
    (root / "stops.py").write_text("import sys\nsys.exit(5)\n", encoding="utf-8")
    return Zygote(root, choose("basic"))


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    made = zygote_of(tmp_path_factory.mktemp("submission"))
    yield made
    made.close()


def limits(**changes: int) -> Limits:
    return Limits(**{**vars(LIMITS), **changes})


def call(worker: RemoteWorker, name: str, *args: Any) -> Any:
    found = worker.ask("find", module="student", name=name)
    return worker.ask("call", target=found["ref"], name="", args=list(args), kwargs={})["value"]


@pytest.fixture
def worker(zygote: Zygote) -> Iterator[RemoteWorker]:
    made = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _next_worker_works(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test has done to its worker, another one answers afterwards."""
    yield
    if "zygote" in request.fixturenames:
        other = RemoteWorker(request.getfixturevalue("zygote"), LIMITS, PATIENCE, 0)
        assert call(other, "add", 2, 3) == 5
        other.close()


def fault(zygote: Zygote, name: str, *args: Any, seconds: float = PATIENCE, **changes: int) -> Fault:
    """What a call in a worker of its own ends with."""
    worker = RemoteWorker(zygote, limits(**changes), PATIENCE, 0)
    try:
        found = worker.ask("find", module="student", name=name)  # the import takes its time: the limit starts behind it
        worker.allow(seconds)
        with pytest.raises(Fault) as caught:
            worker.ask("call", target=found["ref"], name="", args=list(args), kwargs={})
    finally:
        worker.close()
    return caught.value


def still_running(pids: list[int], patience: float = 5.0) -> list[int]:
    """Those that have not ended when patience has; they are ended now. The kernel takes a moment after a kill."""
    left, until = [], time.monotonic() + patience
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        if not select.select([handle], [], [], max(until - time.monotonic(), 0))[0]:
            left.append(pid)
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)
    return left


# --- answers ----------------------------------------------------------------------------------------------------


def test_call_is_answered_with_plain_data(worker: RemoteWorker):
    assert call(worker, "add", 2, 3) == 5
    assert np.array_equal(call(worker, "add", np.arange(3.0), np.ones(3)), [1, 2, 3])


def test_large_array_is_answered_when_it_is_read(worker: RemoteWorker):
    array = np.random.default_rng(1).normal(size=200_000)
    found = worker.ask("find", module="student", name="add")

    reply = worker.ask("call", target=found["ref"], name="", args=[array], kwargs={})

    assert reply["value"] is None
    assert np.array_equal(worker.ask("read", target=reply["ref"]), array + 1)


def test_worker_shares_nothing_with_the_next(zygote: Zygote):
    counts = []
    for _ in range(2):
        worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
        counts.append((call(worker, "counts"), call(worker, "counts")))
        worker.close()

    assert counts == [(1, 2), (1, 2)]


def test_forgetting_imports_anew_and_seeds_anew(worker: RemoteWorker):
    worker.forget(7, PATIENCE)
    first = call(worker, "draws"), call(worker, "counts")

    worker.forget(7, PATIENCE)
    second = call(worker, "draws"), call(worker, "counts")
    worker.forget(8, PATIENCE)

    assert first == second
    assert call(worker, "draws") != first[0]


def test_sets_have_the_same_order_in_every_run(zygote: Zygote):
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    line = "print(hash('a'), hash('b'))"
    fixed = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, env=environment, check=True)
    worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
    try:
        assert call(worker, "hashes") == fixed.stdout.strip()
    finally:
        worker.close()


def test_worker_sees_nothing_of_the_grader_s(zygote: Zygote, monkeypatch: pytest.MonkeyPatch):
    worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
    try:
        seen = call(worker, "sees")
    finally:
        worker.close()

    assert set(seen["environment"]) & {"PYTHONPATH", "USER", "XDG_CACHE_HOME", "VIRTUAL_ENV", "PWD"} == set()
    assert (seen["argv"], seen["stdin"], seen["here"]) == ([""], "", [])
    checkout = str(Path(__file__).resolve().parent.parent)
    assert not [entry for entry in seen["path"] if entry.startswith(checkout) or entry in ("", ".")]
    assert not [entry for entry in seen["path"] if entry.rstrip("/").endswith("/worker")]


# --- exceptions -------------------------------------------------------------------------------------------------


def test_exception_comes_with_the_submission_s_own_lines_only(zygote: Zygote):
    found = fault(zygote, "divide", 0)

    assert (found.kind, found.type, found.message) == ("raised", "ZeroDivisionError", "division by zero")
    assert found.bases == ("ZeroDivisionError", "ArithmeticError", "Exception", "BaseException", "object")
    line = STUDENT[: STUDENT.index("return 1 / a")].count("\n") + 1
    assert [(each.file, each.line, each.function, each.source) for each in found.frames] == [
        ("student.py", line, "divide", "return 1 / a")
    ]


def test_frames_lead_through_the_submission_s_modules_and_not_through_others(zygote: Zygote):
    found = fault(zygote, "through_a_helper")

    assert [(each.file, each.function) for each in found.frames] == [
        ("student.py", "through_a_helper"),
        ("helpers.py", "broken"),
    ]


@pytest.mark.parametrize(("name", "args", "kind"), [("deep", [30], "ValueError"), ("recurse", [], "RecursionError")])
def test_long_traceback_is_cut_to_its_innermost_lines(name: str, args: list[int], kind: str, zygote: Zygote):
    found = fault(zygote, name, *args)

    assert found.type == kind
    assert 1 <= len(found.frames) <= 12
    assert {each.file for each in found.frames} == {"student.py"}


@pytest.mark.parametrize(
    ("how", "kind", "type_", "message"),
    [
        ("unprintable", "raised", "Unprintable", ""),
        ("long", "raised", "ValueError", "x" * 1999),
        ("escapes", "raised", "ValueError", "red �[31m� and � back"),
        ("base", "raised", "Quits", "out"),
        ("interrupt", "raised", "KeyboardInterrupt", ""),
        ("memory", "out of memory", "MemoryError", "there was no memory left"),
        ("other", "raised", "NotImplementedError", "step 2"),
    ],
)
def test_every_exception_is_an_answer(how: str, kind: str, type_: str, message: str, zygote: Zygote):
    found = fault(zygote, "raises", how)

    assert (found.kind, found.type) == (kind, type_)
    assert found.message.startswith(message)
    assert len(found.message) <= 2000
    assert found.message.isprintable()


def test_worker_answers_on_after_an_exception(worker: RemoteWorker):
    with pytest.raises(Fault, match="ZeroDivisionError"):
        call(worker, "divide", 0)

    assert call(worker, "divide", 4) == 0.25


@pytest.mark.parametrize(
    ("module", "kind", "says"),
    [
        ("broken", "raised", "SyntaxError"),
        ("stops", "exited", "status 5"),
        ("none", "raised", "ModuleNotFoundError: No module named 'none'"),
    ],
)
def test_module_that_does_not_load_is_a_fault(module: str, kind: str, says: str, worker: RemoteWorker):
    with pytest.raises(Fault) as caught:
        worker.ask("load", module=module)

    assert caught.value.kind == kind
    assert says in str(caught.value) + caught.value.message
    assert call(worker, "add", 1) == 2


def test_unknown_request_is_a_fault_without_lines_of_the_grader(worker: RemoteWorker):
    with pytest.raises(Fault) as caught:
        worker.ask("nonsense")

    assert caught.value.frames == ()


# --- ends -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "kind", "says"),
    [
        ("exit", "exited", "called exit (status 4)"),
        ("exit with a text", "exited", "called exit (status 1)"),
        ("_exit", "exited", "ended itself (status 3)"),
        ("segfault", "crashed", "a segmentation fault (SIGSEGV)"),
        ("abort", "crashed", "an abort (SIGABRT)"),
        ("kill", "crashed", "it was killed (SIGKILL)"),
    ],
)
def test_end_of_a_worker_is_named(how: str, kind: str, says: str, zygote: Zygote):
    found = fault(zygote, "leaves", how)

    assert found.kind == kind
    assert says in found.message


WORKED = r"stopped after 0.2 s of CPU time in student.py, line \d+: `.*`"
RESTED = r"stopped after 0.2 s of rest in student.py, line \d+: `time.sleep\(.*"


@pytest.mark.parametrize(
    ("how", "says", "rested"), [("busy", WORKED, False), ("asleep", RESTED, True), ("stubborn", RESTED, True)]
)
def test_call_that_does_not_end_is_ended(how: str, says: str, rested: bool, zygote: Zygote):
    found = fault(zygote, "stays", how, seconds=0.2)

    assert (found.kind, found.rested) == ("timed out", rested)
    assert re.fullmatch(says, found.message)
    assert found.place[0] == "student.py"


def used_at(*looks: tuple[float, float | None], seconds: float = 1.0) -> Allowance:
    """The time of a worker that had (work, wait for a core) at each look."""
    rest = iter([Used(0.0, 0.0 if looks[0][1] is not None else None), *(Used(*each) for each in looks)])
    return Allowance(seconds, 10.0, lambda: next(rest))


@pytest.mark.parametrize(
    ("a_look", "looks", "says"),
    [
        ((0.25, 0.0), 4, "within 1 s of CPU time"),
        ((0.5, 0.0), 2, "within 1 s of CPU time"),
        ((0.0, 0.0), 4, "did next to nothing for 1 s"),
        ((0.125, 0.0), 8, "within 1 s of CPU time"),
        ((0.0, 0.25), 1000, ""),
        ((0.001, 0.25), 999, ""),
        ((0.01, 0.24), 100, "within 1 s of CPU time"),
        ((0.0, None), 40, "did next to nothing for 10 s"),
        ((0.03, None), 34, "within 1 s of CPU time"),
    ],
    ids=[
        "works", "two-threads", "sleeps", "half-asleep", "gets-no-core", "hardly-gets-a-core", "crowded",
        "nobody-knows-why", "nobody-knows-and-works",
    ],
)  # fmt: skip
def test_time_is_up_for_who_works_or_rests_and_not_for_who_waits_for_a_core(
    a_look: tuple[float, float | None], looks: int, says: str
):
    work, queued = a_look
    allowance = used_at(*((work * n, None if queued is None else queued * n) for n in range(1, looks + 1)))

    found = [allowance.look(0.0) for _ in range(looks + 1)]

    assert found[:-1] == [None] * looks
    assert found[-1] is None if not says else says in found[-1].message


def test_time_in_which_nobody_could_look_is_no_rest():
    allowance = used_at((0.0, 0.0), (0.0, 0.0))

    assert [allowance.look(3600.0) for _ in range(2)] == [None, None]


def test_worker_that_does_not_read_is_waited_for_no_longer_than_others():
    near, far = socket.socketpair()
    channel = Channel(near)
    with near, far:
        channel.until = time.monotonic() + 0.05
        with pytest.raises(TimeoutError):
            channel.sendall(bytes(1 << 24))
        with pytest.raises(TimeoutError):
            channel.sendall(b"more")


def test_frame_larger_than_a_socket_holds_arrives_whole():
    near, far = socket.socketpair()
    array = np.arange(1 << 20)
    with near, far:
        sending = threading.Thread(target=wire.send, args=(Channel(near), array))
        sending.start()
        received = wire.receive(far)
        sending.join()

    assert np.array_equal(received, array)


def test_cpu_time_is_limited_by_itself(zygote: Zygote):
    found = fault(zygote, "stays", "busy", cpu_seconds=1)

    assert (found.kind, found.message) == ("timed out", "used up its CPU time")


def test_memory_hog_is_ended(zygote: Zygote):
    found = fault(zygote, "takes", 32, memory_bytes=128 << 20)

    assert (found.kind, found.message) == ("out of memory", "used more than 128 MiB of memory")


def test_reserving_address_space_is_limited(zygote: Zygote):
    assert fault(zygote, "reserves", 64).kind == "out of memory"


def test_dead_worker_goes_on_being_dead(zygote: Zygote):
    worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
    with pytest.raises(Fault, match="status 3"):
        call(worker, "leaves", "_exit")

    with pytest.raises(Fault):
        call(worker, "add", 1)
    worker.close()


@pytest.mark.parametrize(
    "data",
    [b"nonsense" * 10, b"BRS1" + b"\xff" * 12, b"BRS1" + b"\0" * 12, b"BRS1\0\0\0\2\0\0\0\0\0\0\0\0{}" * 2],
    ids=["garbage", "too large", "empty header", "header without fields"],
)
def test_forged_answer_is_a_fault(data: bytes, zygote: Zygote):
    text = data.decode("latin-1")
    worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
    found = worker.ask("find", module="student", name="writes_to_every_descriptor")
    try:
        with pytest.raises(Fault) as caught:
            worker.ask(
                "call", target=found["ref"], name="", args=[np.frombuffer(text.encode("latin-1"), np.uint8)], kwargs={}
            )
    finally:
        worker.close()

    assert caught.value.kind == "protocol"


@pytest.mark.skipif(not seccomp.available(), reason="no filter of system calls is known for this machine")
def test_worker_cannot_kill_its_parent(tmp_path: Path):
    zygote = zygote_of(tmp_path)
    worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
    found = worker.ask("find", module="student", name="kills_its_parent")

    with pytest.raises(Fault) as caught:
        worker.ask("call", target=found["ref"], name="", args=[], kwargs={})
    worker.close()
    alive = zygote.alive()
    zygote.close()

    assert (caught.value.kind, caught.value.type) == ("raised", "PermissionError")
    assert alive


@pytest.mark.skipif(seccomp.available(), reason="a filter of system calls is known for this machine")
def test_worker_that_kills_its_parent_ends_with_it(tmp_path: Path):
    zygote = zygote_of(tmp_path)
    worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
    found = worker.ask("find", module="student", name="kills_its_parent")
    started = descendants(zygote.child.pid)
    worker.allow(0.5)

    with pytest.raises(Fault) as caught:
        worker.ask("call", target=found["ref"], name="", args=[], kwargs={})
    worker.close()
    zygote.child.wait(PATIENCE)
    alive = zygote.alive()
    zygote.close()

    assert caught.value.kind in ("crashed", "timed out")
    assert not alive
    assert len(started) == 1
    assert still_running(started) == []


def test_dead_parent_says_so_and_leaves_nothing_open(tmp_path: Path):
    """An open file that is forgotten is a ResourceWarning, and those are errors here."""
    zygote = zygote_of(tmp_path)
    worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
    worker.ask("random_state")  # it has closed what it was born with, the zygote's end of the control socket among it
    worker.close()
    zygote.child.kill()
    zygote.child.wait(PATIENCE)

    with pytest.raises(WorkerLost):
        RemoteWorker(zygote, LIMITS, PATIENCE, 0)

    zygote.close()


# --- output -----------------------------------------------------------------------------------------------------


def test_what_is_printed_is_captured(worker: RemoteWorker, capfd: pytest.CaptureFixture[str]):
    call(worker, "prints")

    lines = worker.output().splitlines()
    assert sorted(lines[:4]) == ["child", "err", "out", "raw"]
    assert lines[4] == "�[2J and café \\ud800"
    assert capfd.readouterr() == ("", "")


def test_output_is_that_of_the_present_check(worker: RemoteWorker):
    call(worker, "prints")
    worker.forget(0, PATIENCE)

    assert worker.output() == ""
    call(worker, "prints")
    assert worker.output().count("out\n") == 1


def test_flood_of_output_is_bounded(zygote: Zygote):
    worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
    try:
        with pytest.raises(Fault):
            call(worker, "floods", 1)
        output, size = worker.output(), os.fstat(worker.process.output.fileno()).st_size
    finally:
        worker.close()

    assert output.startswith("y" * 1000)
    assert len(output) <= OUTPUT_SHOWN
    assert size <= LIMITS.file_bytes


# --- nothing stays ----------------------------------------------------------------------------------------------


def test_children_end_with_their_worker(zygote: Zygote):
    before = set(descendants(zygote.child.pid))
    worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
    call(worker, "leaves_children")
    started = [pid for pid in descendants(zygote.child.pid) if pid not in before]
    scratch = worker.process.scratch
    assert len(started) >= 4

    worker.close()

    assert still_running(started) == []
    assert not scratch.exists()


def test_closing_the_zygote_ends_everything(tmp_path: Path):
    zygote = zygote_of(tmp_path)
    for _ in range(2):
        call(RemoteWorker(zygote, LIMITS, PATIENCE, 0), "leaves_children")
    started = [zygote.child.pid, *descendants(zygote.child.pid)]
    assert len(started) >= 9

    zygote.close()

    assert still_running(started) == []
    assert not zygote.folder.exists()


def test_files_that_vanish_are_imported_all_the_same(tmp_path: Path):
    """As one worker may do to the next where the kernel does not keep it from that."""
    zygote = zygote_of(tmp_path)
    zygote.wait_until_ready()
    for path in tmp_path.glob("*.py"):
        path.unlink()
    worker = RemoteWorker(zygote, LIMITS, PATIENCE, 0)
    try:
        assert call(worker, "add", 1) == 2
    finally:
        worker.close()
        zygote.close()


def test_many_workers_at_once_answer_each_for_itself(zygote: Zygote):
    workers = [RemoteWorker(zygote, LIMITS, PATIENCE, 0) for _ in range(6)]
    try:
        assert [call(worker, "add", n) for n, worker in enumerate(workers)] == [1, 2, 3, 4, 5, 6]
    finally:
        for worker in workers:
            worker.close()


# --- words of an import that failed -------------------------------------------------------------------------------


def test_class_derived_from_what_does_not_load_says_what_does_not_load():
    diffable: Any = Unavailable("there is no Beras/core.py")

    with pytest.raises(ImportError, match=r"there is no Beras/core\.py"):

        class Dense(diffable):
            pass


def test_message_names_files_as_students_know_them():
    error = ImportError("cannot import name 'ReLU' from 'Beras.activations' (/tmp/graded/Beras/activations.py)")

    described = Host("/tmp/graded").describe_error(error)

    assert described["message"] == "cannot import name 'ReLU' from 'Beras.activations' (Beras/activations.py)"


# --- errors of any form -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        None,
        "text",
        {},
        {"type": 3, "bases": "all", "message": None, "frames": "none"},
        {"type": "A" * 1000, "bases": [None] * 1000, "message": "m\n\x1b", "frames": [[1], ["f", "1", "g", "s"], 7]},
        {"type": "SystemExit", "bases": ["SystemExit"], "code": [1]},
        {"type": "E", "bases": [], "message": "", "frames": 5},
        {"type": "E", "bases": [], "message": "", "frames": {"a": 1}},
    ],
)
def test_error_of_any_form_becomes_a_fault(error: Any):
    found = fault_of(error)

    assert isinstance(found, Fault)
    assert len(found.type) <= 100
    assert len(found.bases) <= 50
    assert all(isinstance(each.line, int) for each in found.frames)
    assert "\x1b" not in str(found)


def test_text_of_a_submission_is_printable():
    assert printable("a\x1b[31mb\x00c\u202ed\u2028e\r") == "a�[31mb�c�d�e�"
    assert printable("line\n\tindented é 😀") == "line\n\tindented é 😀"
    assert printable("\ud800") == "�"
    assert len(printable("x" * 10_000, 50)) == 50
