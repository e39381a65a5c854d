"""The files of a run: whole or not at all, also where a disk is full, a pipe closed or a run stopped."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from overlays import ROOT, build, run
from results import (
    assert_gradescope,
    valid,
)

from grader.ask.observer import Observer
from grader.ask.probe import all_probes
from grader.base import files
from grader.commands.main import main
from grader.report.to_jsonl import EventLog
from grader.result import Outcome


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("chaffs", "softmax-over-batch", tmp_path_factory.mktemp("submission"))


# --- files ------------------------------------------------------------------------------------------------------------


def test_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path, link = tmp_path / "report", tmp_path / "link"
    path.write_text("a good report")
    path.chmod(0o640)
    link.symlink_to(path)

    files.write_whole(link, b"a better one")

    assert path.read_text() == "a better one"
    assert path.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["link", "report"]


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_file_survives_a_write_that_stops_halfway(
    fault: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report"
    path.write_text("a good report")
    write = os.write

    def half(handle: int, content: memoryview) -> int:
        if os.fstat(handle).st_size:
            raise fault
        return write(handle, content[:6])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(type(fault)):
        files.write_whole(path, b"a better one, never seen")

    assert path.read_text() == "a good report"
    assert os.listdir(tmp_path) == ["report"]


def test_event_log_on_a_full_disk_ends_behind_a_whole_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = EventLog(tmp_path / "log")
    log({"event": "start"})
    write = os.write

    def half(handle: int, content: memoryview) -> int:
        write(handle, content[:4])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    log({"event": "end"})
    monkeypatch.undo()
    log({"event": "later"})
    log.close()

    assert (tmp_path / "log").read_text() == '{"event": "start"}\n'
    assert log.fault == "No space left on device"


UNWRITABLE = {
    "no folder": (["--junit", "{tmp}/none/report.xml"], "there is no such folder"),
    "a folder": (["--csv", "{tmp}"], "is a folder"),
    "one file for two": (["--csv", "{tmp}/report", "--junit", "{tmp}/./report"], "cannot both write"),
    "no folder for events": (["--jsonl", "{tmp}/none/log"], "there is no such folder"),
}


@pytest.mark.parametrize("case", UNWRITABLE)
def test_file_that_cannot_be_written_is_said_before_anything_is_graded(case: str, tmp_path: Path) -> None:
    options, says = UNWRITABLE[case]

    done = run("reference", "--only", "ReLU", *(option.format(tmp=tmp_path) for option in options))

    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("grade: --")
    assert says in line
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_full_disk_costs_its_file_alone(submission: Path, tmp_path: Path) -> None:
    done = run(str(submission), "--only", "ReLU", "--junit", "/dev/full", "--csv", str(tmp_path / "csv"))

    assert done.returncode == 2
    assert "score 2 of 2" in done.stdout
    assert done.stderr.splitlines()[-1] == "grade: --junit /dev/full: cannot be written (No space left on device)"
    assert (tmp_path / "csv").read_text(encoding="utf-8").startswith("submission,")


def test_closed_pipe_costs_what_is_printed_alone(submission: Path, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "grader", str(submission), "--only", "ReLU", "--csv", str(tmp_path / "csv")]

    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    os.close(writer)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "grade: standard output: not everything could be printed (Broken pipe)"
    assert "ReLU" in (tmp_path / "csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_stream_that_was_closed_on_purpose_costs_nothing(closed: str, submission: Path, tmp_path: Path) -> None:
    command = f'exec "$0" -m grader "$1" --only ReLU --csv "$2" {closed}'

    done = subprocess.run(
        ["sh", "-c", command, sys.executable, str(submission), str(tmp_path / "csv")],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip

    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "ReLU" in (tmp_path / "csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        shutil.Error([("worker/main.py", "/tmp/x", f"[Errno {errno.ENOSPC}] No space left on device")]),
    ],
)
def test_full_temporary_folder_is_one_line_and_nobodys_fault(
    fault: OSError, submission: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(path: Path, content: bytes) -> int:
        raise fault

    monkeypatch.setattr(Path, "write_bytes", full)

    assert main([str(submission), "--only", "ReLU"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"grade: no room is left in .*; free some, or set TMPDIR\n", err)


# --- a run that is stopped --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hanging(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("chaffs", "hangs-in-softmax", tmp_path_factory.mktemp("hanging"))


def stop(path: Path, number: int, *options: str) -> subprocess.CompletedProcess[str]:
    """Grades a submission that hangs in Softmax, and sends a signal as soon as ReLU is graded."""
    command = [sys.executable, "-m", "grader", str(path), "--only", "ReLU", "Softmax", "Adam", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("ReLU: "):
                break
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_interrupted_run_writes_what_was_graded(number: int, code: int, hanging: Path, tmp_path: Path) -> None:
    names = ["json", "gradescope", "junit", "html"]
    options = [word for name in names for word in (f"--{name}", str(tmp_path / name))]

    done = stop(hanging, number, *options)

    assert done.returncode == code
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("grade: ")]
    assert line.endswith("not graded: Softmax, Adam")
    assert "2 / 2" in done.stdout
    found = valid((tmp_path / "json").read_text(encoding="utf-8"))
    assert not found["complete"]
    rows = {part["name"]: (part["outcome"], part["points"], part["max_points"]) for part in found["components"]}
    assert rows == {"ReLU": ("passed", 2, 2), "Softmax": (Outcome.NOT_GRADED, 0, 6), "Adam": (Outcome.NOT_GRADED, 0, 8)}
    assert (found["score"], found["max_score"], found["not_graded"]) == (2, 16, 84)
    assert_gradescope(json.loads((tmp_path / "gradescope").read_text()), 16)
    assert sorted(os.listdir(tmp_path)) == sorted(names)


AT_AN_IMPORT = """
import builtins, os, sys
original = builtins.__import__
def found(name, *rest, **more):
    if name == {module!r}:
        builtins.__import__ = original
        os.kill(os.getpid(), {number})
    return original(name, *rest, **more)
builtins.__import__ = found
"""


@pytest.mark.parametrize(
    ("number", "code", "says"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "SIGTERM")]
)
@pytest.mark.parametrize(
    "module", ["grader.isolation", "grader.ask.answers", "grader.run.pytest_plugin", "grader.packing.packs"]
)
def test_signal_at_any_moment_leaves_one_line_and_no_folder(
    module: str, number: int, code: int, says: str, submission: Path, tmp_path: Path
) -> None:
    """Here as a module is imported, which is well spread over the beginning of a run."""
    (tmp_path / "hooks").mkdir()
    (tmp_path / "temporary").mkdir()
    (tmp_path / "hooks" / "sitecustomize.py").write_text(AT_AN_IMPORT.format(module=module, number=int(number)))
    packs = ["pack", "classroom50", "-o", str(tmp_path / "pack")]
    words = packs if "packing" in module else [str(submission), "--no-training"]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "hooks"), str(ROOT)]),
        "TMPDIR": str(tmp_path / "temporary"),
    }

    done = subprocess.run(
        [sys.executable, "-m", "grader", *words],
        capture_output=True, text=True, cwd=ROOT, env=environment, check=False,
    )  # fmt: skip

    assert done.returncode == code, done.stderr
    assert done.stderr == f"grade: {says}\n"
    assert done.stdout == ""
    assert list((tmp_path / "temporary").iterdir()) == []


def test_interrupt_while_the_command_is_loaded_is_one_line(submission: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(AT_AN_IMPORT.format(module="argparse", number=int(signal.SIGINT)))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}

    done = subprocess.run(
        [sys.executable, "-m", "grader", str(submission)],
        capture_output=True, text=True, cwd=ROOT, env=environment, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (130, "grade: interrupted\n")


@pytest.mark.parametrize(
    ("around", "says"),
    [
        ("ulimit -n 10; ", "only 10 files may be open at a time, 64 are needed: see ulimit -n"),
        ("ulimit -n 30; ", "only 30 files may be open at a time, 64 are needed: see ulimit -n"),
        ('mkdir "$1/gone"; cd "$1/gone"; rmdir "$1/gone"; ', "the current folder is gone; change to one that is there"),
        ("ulimit -Sn 30; ", ""),
    ],
)
def test_what_the_machine_lacks_is_one_line(around: str, says: str, submission: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        ["sh", "-c", around + 'exec "$0" -m grader "$2" --only ReLU', sys.executable, str(tmp_path), str(submission)],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip

    if says:
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"grade: {says}\n")
    else:
        assert done.returncode == 0


def test_machine_without_a_temporary_folder_is_one_line(
    submission: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", list)

    assert main([str(submission), "--only", "ReLU"]) == 2
    assert capsys.readouterr().err.startswith("grade: there is no folder for temporary files: free some room")


class Noticed(Exception):
    """A signal was noticed."""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at what the kernel says of a thread")
def test_signal_that_does_not_wake_the_main_thread_is_noticed() -> None:
    """As one does not that comes just before it waits: here another thread takes it."""
    probe = next(each for each in all_probes() if each.name == "ReLU/forward")
    observer = Observer.__new__(Observer)
    observer.futures = {probe.name: Future()}  # an answer that never comes
    main_thread = Path(f"/proc/self/task/{threading.main_thread().native_id}/stat")

    def take_signal() -> None:
        while main_thread.read_text().rpartition(")")[2].split()[0] != "S":  # asleep, which is to say waiting
            pass
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)

    def notice(*_: object) -> None:
        raise Noticed

    before = signal.signal(signal.SIGUSR1, notice)
    thread = threading.Thread(target=take_signal)
    try:
        with pytest.raises(Noticed):  # noqa: PT012
            thread.start()
            observer.seen(probe)
    finally:
        thread.join()
        signal.signal(signal.SIGUSR1, before)


def test_killed_run_leaves_a_valid_gradescope_file(hanging: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.json"

    done = stop(hanging, signal.SIGKILL, "--gradescope", str(path))

    assert done.returncode == -signal.SIGKILL
    found = json.loads(path.read_text())
    assert_gradescope(found, 16)
    assert {each["name"]: each["score"] for each in found["tests"]} == {"ReLU": 2, "Softmax": 0, "Adam": 0}
    assert "stopped before 2 of 3 components" in found["output"]
