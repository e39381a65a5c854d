"""Finding and reading hand-ins: every honest layout opens, all else is one line, and the original is untouched."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import struct
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.base.errors import UsageError
from grader.submission import contents as entries
from grader.submission import opening as submission
from grader.submission import source as source_module
from grader.submission.opening import Submission, forbidden_imports, open_submission
from grader.submission.parser import SourceError
from grader.submission.source import SourceModule, read_module

Contents = str | bytes
CODE: dict[str, Contents] = {
    "Beras/__init__.py": "from .layers import Dense\n",
    "Beras/layers.py": "import numpy as np\n\n\nclass Dense:\n    def forward(self, x):\n        return x @ self.w\n",
    "assignment.py": "import Beras\n",
}
MODULES = {"Beras", "Beras.layers", "assignment"}
OF_CONVOLUTIONS: dict[str, Contents] = {
    "code/assignment.py": "import tensorflow as tf\n\n\nclass Model(tf.keras.Model):\n    pass\n",
    "code/preprocess.py": "def get_data(path, first_class, second_class):\n    pass\n",
    "code/manual_convolution.py": "def conv2d(inputs, filters):\n    pass\n",
}
CLUTTER: dict[str, Contents] = {  # what real hand-ins hold as well
    ".DS_Store": b"\0\1",
    ".git/config": "[core]\n",
    ".git/Beras/layers.py": "wrong",
    "__MACOSX/Beras/._layers.py": b"\0\5\x16\7",
    "__MACOSX/Beras/layers.py": "wrong",
    "Beras/._layers.py": b"\0\5\x16\7",
    "Beras/__pycache__/layers.cpython-311.pyc": b"\xa7\r\r\n",
    "Beras/__pycache__/decoy.py": "wrong",
    ".venv/lib/site-packages/Beras/layers.py": "wrong",
    "venv/Beras/layers.py": "wrong",
    "data/mnist/train-images-idx3-ubyte.gz": b"\x1f\x8b",
    "data/helpers.py": "wrong",
    "notes.ipynb": '{"cells": []}',
    "report.pdf": b"%PDF-1.4",
    "code.rar": b"Rar!",
}
LAYOUTS = ("", "code", "hw2/code", "alice's hw (1)/hw2/code", "Übung 2/код/日本語")
repeatable = settings(
    derandomize=True, max_examples=100, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


def below(prefix: str, files: dict[str, Contents]) -> dict[str, Contents]:
    return {f"{prefix}/{name}" if prefix else name: content for name, content in files.items()}


def folder_of(files: dict[str, Contents], where: Path) -> Path:
    where.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return where


def zip_of(files: dict[str, Contents], where: Path) -> Path:
    with zipfile.ZipFile(where, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return where


def digest(path: Path) -> str:
    """Of names, kinds, times and contents."""
    found = hashlib.sha256()
    for each in sorted([path, *path.rglob("*")]):
        info = each.lstat()
        found.update(repr((os.fsencode(each), info.st_mode, info.st_size, info.st_mtime_ns)).encode())
        if stat.S_ISREG(info.st_mode):
            found.update(each.read_bytes())
        elif stat.S_ISLNK(info.st_mode):
            found.update(os.fsencode(os.readlink(each)))
    return found.hexdigest()


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[Path], Submission]:
    """Opens a submission and looks after the original."""

    def open_and_compare(path: Path) -> Submission:
        before = digest(path)
        try:
            return open_submission(path, tmp_path / f"scratch-{os.urandom(4).hex()}")
        finally:
            assert digest(path) == before

    return open_and_compare


@pytest.fixture
def refusal(opened: Callable[[Path], Submission]) -> Callable[[Path], str]:
    """The one line with which a submission is refused."""

    def refused(path: Path) -> str:
        with pytest.raises(UsageError) as caught:
            opened(path)
        message = str(caught.value)
        assert message.isprintable()
        assert path.name in message or not path.name.isprintable()
        return message

    return refused


def copied(found: Submission) -> dict[str, bytes]:
    files = (path for path in found.root.rglob("*") if path.is_file())
    return {path.relative_to(found.root).as_posix(): path.read_bytes() for path in files}


# --- what opens -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_code_is_found_in_every_layout(kind: str, layout: str, tmp_path: Path, opened: Callable[[Path], Submission]):
    files = below(layout, CODE | CLUTTER)
    path = folder_of(files, tmp_path / "hand-in") if kind == "folder" else zip_of(files, tmp_path / "hand-in.zip")

    found = opened(path)

    assert set(found.modules) == MODULES
    assert copied(found) == {name: str(content).encode() for name, content in CODE.items()}
    assert found.prefix == PurePosixPath(layout)
    assert found.origin == path
    assert found.modules["Beras.layers"].relative == PurePosixPath("Beras/layers.py")
    assert found.modules["Beras.layers"].path.read_text() == CODE["Beras/layers.py"]


def test_copy_is_a_copy(tmp_path: Path, opened: Callable[[Path], Submission]):
    path = folder_of(CODE, tmp_path / "hand-in")

    found = opened(path)
    (found.root / "Beras/layers.py").write_text("changed")

    assert (path / "Beras/layers.py").read_text() == CODE["Beras/layers.py"]


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        pytest.param({"assignment.py": ""}, {"assignment"}, id="assignment-alone"),
        pytest.param({"Beras/onehot.py": ""}, {"Beras.onehot"}, id="one-module"),
        pytest.param(CODE | {"old/Beras/layers.py": "wrong"}, {*MODULES, "old.Beras.layers"}, id="older-copy-below"),
        pytest.param(CODE | {"extra/maths.py": ""}, {*MODULES, "extra.maths"}, id="own-package"),
    ],
)
def test_part_of_a_submission_opens(files: dict[str, Contents], modules: set[str], tmp_path: Path, opened: Callable):
    assert set(opened(folder_of(files, tmp_path / "hand-in")).modules) == modules


def test_zip_is_known_by_its_contents_and_not_its_name(tmp_path: Path, opened: Callable[[Path], Submission]):
    assert set(opened(zip_of(CODE, tmp_path / "handin.ZIP.download")).modules) == MODULES


def test_zip_made_on_windows_opens(tmp_path: Path, opened: Callable[[Path], Submission]):
    path = tmp_path / "windows.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in CODE.items():
            info = zipfile.ZipInfo("placeholder")
            info.filename, info.create_system = f"hw2\\{name}".replace("/", "\\"), 0
            archive.writestr(info, content)

    assert set(opened(path).modules) == MODULES


@pytest.mark.skipif(os.name != "posix", reason="file names are bytes on POSIX alone")
def test_names_that_are_no_utf_8_open(tmp_path: Path, opened: Callable[[Path], Submission]):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/h\xe9"))
    folder_of(CODE, folder / os.fsdecode(b"caf\xe9"))
    (folder / os.fsdecode(b"not\xff.txt")).write_text("")

    found = opened(folder)

    assert set(found.modules) == MODULES


def test_small_texts_come_along_and_weights_stay_behind(tmp_path: Path, opened: Callable[[Path], Submission]):
    extra = {"settings.json": "{}", "Beras/weights.npz": b"PK", "model.pkl": b"\x80\4", "plot.png": b"\x89PNG"}

    found = opened(folder_of(CODE | extra, tmp_path / "hand-in"))

    assert set(copied(found)) == {*CODE, "settings.json"}
    notes = "\n".join(found.notes)
    assert "weights.npz" in notes
    assert "model.pkl" in notes
    assert "plot.png" not in notes


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_large_text_is_left_out_and_a_large_module_is_broken(kind: str, tmp_path: Path, opened: Callable):
    files = CODE | {"mnist.csv": "7," * submission.MAX_FILE, "Beras/losses.py": "#" * (submission.MAX_FILE + 1)}
    files["Beras/metrics.py"] = "#" * submission.MAX_FILE
    path = folder_of(files, tmp_path / "hand-in") if kind == "folder" else zip_of(files, tmp_path / "hand-in.zip")

    found = opened(path)

    assert not set(copied(found)) & {"mnist.csv", "Beras/losses.py"}
    assert "mnist.csv" in "\n".join(found.notes)
    assert "too large" in found.modules["Beras.losses"].source_error.message
    assert found.modules["Beras.layers"].source_error is None
    assert len(copied(found)["Beras/metrics.py"]) == submission.MAX_FILE


def test_of_many_files_that_are_left_out_the_number_is_noted(tmp_path: Path, opened: Callable[[Path], Submission]):
    found = opened(folder_of(CODE | {f"run-{n}.npz": b"PK" for n in range(12)}, tmp_path / "hand-in"))

    (note,) = found.notes
    assert note.endswith("run-0.npz, run-1.npz, run-10.npz, run-11.npz, run-2.npz and 7 more")


# --- folders with odd things in them ----------------------------------------------------------------------------


def test_links_are_followed_inside_and_left_out_where_they_lead_elsewhere(tmp_path: Path, opened: Callable):
    path = folder_of(CODE, tmp_path / "hand-in")
    secret = folder_of({"secret.py": "password = 1", "deep/more.py": ""}, tmp_path / "outside")
    (path / "inside.py").symlink_to("Beras/layers.py")
    (path / "copy").symlink_to("Beras", target_is_directory=True)
    (path / "stolen.py").symlink_to(secret / "secret.py")
    (path / "stolen_by_a_detour.py").symlink_to("Beras/../../outside/secret.py")
    (path / "whole_folder").symlink_to(secret, target_is_directory=True)
    (path / "dangling.py").symlink_to("nowhere.py")
    (path / "itself.py").symlink_to("itself.py")
    (path / "circle").symlink_to(".", target_is_directory=True)

    found = opened(path)

    files = copied(found)
    assert files["inside.py"] == files["copy/layers.py"] == files["Beras/layers.py"]
    assert set(files) == {*CODE, "inside.py", "copy/layers.py", "copy/__init__.py"}
    notes = "\n".join(found.notes)
    for name in ("stolen.py", "stolen_by_a_detour.py", "whole_folder", "dangling.py", "itself.py", "circle"):
        assert name in notes
    assert b"password" not in b"".join(files.values())


def test_link_to_a_submission_opens(tmp_path: Path):
    folder_of(CODE, tmp_path / "hand-in")
    (tmp_path / "link").symlink_to("hand-in", target_is_directory=True)

    assert set(open_submission(tmp_path / "link", tmp_path / "scratch").modules) == MODULES


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.timeout(10)
def test_fifo_is_not_waited_for(tmp_path: Path, opened: Callable[[Path], Submission]):
    path = folder_of(CODE, tmp_path / "hand-in")
    os.mkfifo(path / "Beras/losses.py")

    found = opened(path)

    assert set(found.modules) == MODULES
    assert "Beras/losses.py" in "\n".join(found.notes)


@pytest.mark.parametrize("inside", [{}, {"Beras/losses.py/inner.py": ""}])
def test_folder_with_the_name_of_a_module_is_none(inside: dict[str, str], tmp_path: Path, opened: Callable):
    path = folder_of(CODE | inside, tmp_path / "hand-in")
    (path / "Beras/losses.py").mkdir(exist_ok=True)

    found = opened(path)

    assert set(found.modules) == MODULES
    assert "Beras/losses.py" in "\n".join(found.notes)


def test_zip_with_a_file_and_a_folder_of_one_name_opens(tmp_path: Path, opened: Callable[[Path], Submission]):
    found = opened(zip_of(CODE | {"Beras/layers.py/inner.py": ""}, tmp_path / "hand-in.zip"))

    assert set(found.modules) == MODULES
    assert found.modules["Beras.layers"].source_error is None


@contextlib.contextmanager
def without_rights() -> Iterator[Path]:
    """A folder for submissions, read by a user to whom file modes apply."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        try:
            if os.geteuid() == 0:
                os.seteuid(65534)
            yield Path(folder)
        finally:
            if os.getuid() == 0:
                os.seteuid(0)
            for path in (Path(folder) / "hand-in").rglob("*"):
                path.chmod(0o700)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no file modes here")
def test_file_that_cannot_be_read_is_a_broken_module(tmp_path: Path):
    with without_rights() as folder:
        path = folder_of(CODE | {"Beras/losses.py": "", "settings.json": ""}, folder / "hand-in")
        (path / "Beras/losses.py").chmod(0)
        (path / "settings.json").chmod(0)

        found = open_submission(path, folder / "scratch")

    assert "Permission denied" in found.modules["Beras.losses"].source_error.message
    assert found.modules["Beras.layers"].source_error is None
    assert "settings.json" in "\n".join(found.notes)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no file modes here")
@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111])
def test_folder_that_cannot_be_read_is_left_out(mode: int, tmp_path: Path):
    with without_rights() as folder:
        path = folder_of(CODE | {"closed/own.py": ""}, folder / "hand-in")
        (path / "closed").chmod(mode)

        found = open_submission(path, folder / "scratch")

    assert set(found.modules) == MODULES
    assert "closed" in "\n".join(found.notes)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no file modes here")
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_submission_that_cannot_be_read_is_refused(kind: str, tmp_path: Path):
    with without_rights() as folder:
        path = folder_of(CODE, folder / "hand-in") if kind == "folder" else zip_of(CODE, folder / "hand-in")
        path.chmod(0)

        with pytest.raises(UsageError, match=r"hand-in: cannot be read \(Permission denied\)"):
            open_submission(path, folder / "scratch")
        path.chmod(0o700)


def test_deep_folders_are_left_out(tmp_path: Path, opened: Callable[[Path], Submission]):
    path = folder_of(CODE, tmp_path / "hand-in")
    (path / "/".join(["d"] * 500)).mkdir(parents=True)
    (path / "/".join(["d"] * 500) / "deep.py").write_text("")

    found = opened(path)

    assert set(found.modules) == MODULES


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_modules_are_found_eight_folders_deep(kind: str, tmp_path: Path, opened: Callable[[Path], Submission]):
    files = below("a/b/c/d", CODE | {"Beras/x/y/z/deep.py": "", "Beras/x/y/z/w/deeper.py": ""})
    path = folder_of(files, tmp_path / "hand-in") if kind == "folder" else zip_of(files, tmp_path / "hand-in.zip")

    found = opened(path)

    assert set(found.modules) == {*MODULES, "Beras.x.y.z.deep"}
    assert "8 folders deep" in "\n".join(found.notes)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_too_many_files_are_refused(
    kind: str, tmp_path: Path, refusal: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(entries, "MOST_FILES", 20)
    files = CODE | {f"logs/{n}.txt": "" for n in range(30)}
    path = folder_of(files, tmp_path / "hand-in") if kind == "folder" else zip_of(files, tmp_path / "hand-in.zip")

    assert "more than 20 files" in refusal(path)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_too_much_text_is_refused(
    kind: str, tmp_path: Path, refusal: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(submission, "MAX_TOTAL", 1 << 20)
    files = CODE | {f"logs/{n}.txt": "x" * (1 << 18) for n in range(5)}
    path = folder_of(files, tmp_path / "hand-in") if kind == "folder" else zip_of(files, tmp_path / "hand-in.zip")

    assert "more than 1 MB" in refusal(path)


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "says"),
    [
        pytest.param({}, "is empty", id="empty"),
        pytest.param({"notes.txt": "hello"}, "no Beras code", id="no-code"),
        pytest.param(OF_CONVOLUTIONS, "no Beras code", id="another-homework-of-the-course"),
        pytest.param({"layers.py": "", "losses.py": ""}, "no Beras code", id="modules-without-their-folder"),
        pytest.param({"Beras/readme.md": ""}, "no Beras code", id="package-without-modules"),
        pytest.param(below("a/b/c/d/e", CODE), "no Beras code", id="too-deep"),
        pytest.param(below("data", CODE), "are not looked at", id="in-the-data-folder"),
        pytest.param(below("alice", CODE) | below("bob", CODE), "several submissions (alice, bob)", id="several"),
    ],
)
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_hand_in_without_code_is_refused(
    kind: str, files: dict[str, Contents], says: str, tmp_path: Path, refusal: Callable[[Path], str]
):
    path = folder_of(files, tmp_path / "hand-in") if kind == "folder" else zip_of(files, tmp_path / "hand-in.zip")

    assert says in refusal(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty file"),
        (b"import numpy as np\n", "a text file"),
        ("größer\n".encode("latin-1"), "a text file"),
        (b"%PDF-1.7", "a PDF"),
        (b"Rar!\x1a\7\0", "RAR"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\0" * 257 + b"ustar" + b"\0" * 300, "tar archive"),
        (b"<!DOCTYPE html><title>Login</title>", "web page"),
        (b"\x7fELF\2\1\1\0", "no .zip"),
        (b"PK\3\4", "damaged"),
    ],
)
def test_file_that_is_no_zip_is_refused_with_what_it_is(
    content: bytes, says: str, tmp_path: Path, refusal: Callable[[Path], str]
):
    path = tmp_path / "hand-in.zip"
    path.write_bytes(content)

    assert says in refusal(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.timeout(10)
def test_fifo_is_refused(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UsageError, match="no ordinary file"):
        open_submission(tmp_path / "pipe", tmp_path / "scratch")


@pytest.mark.parametrize("name", ["none", "none/below", "x" * 5000, "nul\0l", "line\nbreak"])
def test_path_that_is_not_there_is_refused(name: str, tmp_path: Path):
    with pytest.raises(UsageError) as caught:
        open_submission(tmp_path / name, tmp_path / "scratch")

    assert str(caught.value).isprintable()


def entry_of(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("placeholder")
    info.filename = info.orig_filename = name
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    "name",
    [
        "../evil.py",
        "Beras/../../evil.py",
        "hw2/Beras/../../../evil.py",
        "/evil.py",
        "//server/evil.py",
        "..\\evil.py",
        "Beras\\..\\..\\evil.py",
        "C:\\evil.py",
        "c:/evil.py",
        "C:evil.py",
        "../Beras/",
        "../evil.bin",
        "__pycache__/../../evil.py",
    ],
)
def test_zip_entry_that_leads_out_is_refused_and_nothing_is_written(
    name: str, tmp_path: Path, refusal: Callable[[Path], str]
):
    path = zip_of(CODE, tmp_path / "hand-in.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(entry_of(name), "")

    assert "leads out" in refusal(path)

    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]


@pytest.mark.parametrize(
    ("mode", "says"), [(stat.S_IFLNK | 0o777, "a link"), (stat.S_IFIFO, "no ordinary file"), (stat.S_IFCHR, "ordinary")]
)
def test_zip_entry_that_is_no_file_is_refused(mode: int, says: str, tmp_path: Path, refusal: Callable[[Path], str]):
    path = zip_of(CODE, tmp_path / "hand-in.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(entry_of("Beras/losses.py", mode), "/etc/passwd")

    assert says in refusal(path)


def test_zip_with_an_entry_twice_is_refused(tmp_path: Path, refusal: Callable[[Path], str]):
    path = zip_of(CODE, tmp_path / "hand-in.zip")
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("Beras/layers.py", "other")

    assert "there twice" in refusal(path)


def test_encrypted_zip_is_refused(tmp_path: Path, refusal: Callable[[Path], str]):
    path = zip_of(CODE, tmp_path / "hand-in.zip")
    content = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = content.find(signature)
        content[at + flags] |= 1
    path.write_bytes(content)

    assert "encrypted" in refusal(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_compressed_in_an_unusual_way_is_refused(method: int, tmp_path: Path, refusal: Callable[[Path], str]):
    path = tmp_path / "hand-in.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in CODE.items():
            archive.writestr(name, content)

    assert "unusual way" in refusal(path)


def test_bomb_stays_closed(tmp_path: Path, opened: Callable[[Path], Submission]):
    path = zip_of(CODE | {"Beras/losses.py": b"\0" * (100 << 20)}, tmp_path / "hand-in.zip")
    assert path.stat().st_size < 1 << 20

    found = opened(path)

    assert "too large" in found.modules["Beras.losses"].source_error.message
    assert sum(map(len, copied(found).values())) < 1 << 20


@pytest.mark.parametrize("size", [0, 10, 2**32 - 1])
def test_sizes_that_lie_are_not_believed(size: int, tmp_path: Path):
    path = zip_of(CODE | {"Beras/losses.py": b"x = 1\n" * 1000}, tmp_path / "hand-in.zip")
    content = bytearray(path.read_bytes())
    for signature, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            struct.pack_into("<I", content, at + place, size)
    path.write_bytes(content)

    try:
        found = open_submission(path, tmp_path / "scratch")
    except UsageError as error:
        message = str(error)
    else:
        message = "damaged" if all(module.source_error for module in found.modules.values()) else ""

    assert "damaged" in message
    written = sum(each.stat().st_size for each in (tmp_path / "scratch").rglob("*") if each.is_file())
    assert written < 1 << 16


def end_of_zip(size: int) -> bytes:
    """The end of a zip with a table of contents of this size."""
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, size, 0, 0)


def end_of_zip64(size: int) -> bytes:
    return struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, 0)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(end_of_zip(2**31), id="usual"),
        pytest.param(end_of_zip64(2**40) + end_of_zip(2**32 - 1), id="zip64"),
        pytest.param(end_of_zip(2**31) + b"-" * 100 + end_of_zip(100), id="hidden-behind-another"),
    ],
)
def test_zip_with_a_huge_table_of_contents_is_refused_unread(
    end: bytes, tmp_path: Path, refusal: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "hand-in.zip"
    path.write_bytes(b"PK\3\4" + b"-" * 100 + end)
    monkeypatch.setattr(zipfile, "ZipFile", None)

    assert "lists more than 20000 files" in refusal(path)


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.99])
def test_truncated_zip_is_refused(part: float, tmp_path: Path, refusal: Callable[[Path], str]):
    path = zip_of(CODE, tmp_path / "hand-in.zip")
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])

    assert "damaged .zip" in refusal(path)


def test_zip_with_damaged_contents_is_refused(tmp_path: Path, refusal: Callable[[Path], str]):
    path = tmp_path / "hand-in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in CODE.items():
            archive.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(b"class Dense", b"class Tense"))

    assert "damaged .zip" in refusal(path)


@repeatable
@given(content=st.binary(max_size=300), start=st.sampled_from([b"", b"PK\3\4", b"PK\5\6" + b"\0" * 18]))
@example(content=b"", start=b"PK\5\6" + b"\0" * 18)
def test_any_bytes_as_a_zip_are_refused(content: bytes, start: bytes, tmp_path: Path):
    path = tmp_path / "any.zip"
    path.write_bytes(start + content)

    with pytest.raises(UsageError) as caught:
        open_submission(path, tmp_path / os.urandom(8).hex())

    assert str(caught.value).isprintable()


@repeatable
@given(st.data())
def test_any_damage_to_a_zip_gives_a_submission_or_a_usage_error(tmp_path: Path, data: st.DataObject):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in CODE.items():
            archive.writestr(name, content)
    whole = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)) | st.just(len(whole)))
    path = tmp_path / "any.zip"
    path.write_bytes(whole[:cut])

    try:
        found = open_submission(path, tmp_path / os.urandom(8).hex())
    except UsageError as error:
        message = str(error)
    else:
        message = "".join(found.notes)

    assert message.isprintable()


# --- reading one file -------------------------------------------------------------------------------------------


def read(source: Contents) -> SourceModule:
    content = source.encode() if isinstance(source, str) else source
    return read_module("Beras.layers", Path("layers.py"), PurePosixPath("Beras/layers.py"), content)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xef\xbb\xbfx = 1\n", id="byte-order-mark"),
        pytest.param(b"x = 1\r\nif x:\r\n    y = 2\r\n", id="crlf"),
        pytest.param(b"x = 1\rif x:\r    y = 2\r", id="cr"),
        pytest.param(b"# coding: latin-1\nx = '\xe9'\n", id="latin-1-with-its-cookie"),
        pytest.param("größe = 'π ≈ 3.14159 😀'\n", id="unicode"),
        pytest.param(b"x = 1", id="no-newline-at-the-end"),
        pytest.param(b"x = '\\d'\n", id="invalid-escape-that-only-warns"),
        pytest.param(b"assert (1, 'always true')\n", id="syntax-warning"),
        pytest.param(b"x = 1\x0c\ny = 2\n", id="form-feed"),
        pytest.param(b"if True:\n\tx = 1\n", id="tabs"),
    ],
)
def test_source_that_python_reads_is_read(source: Contents):
    assert read(source).source_error is None


@pytest.mark.parametrize(
    ("source", "line", "column", "text", "says"),
    [
        pytest.param("x = 1\ny = (2\n", 2, 5, "y = (2", "never closed", id="parenthesis"),
        pytest.param("class A\n    pass\n", 1, 8, "class A", "expected ':'", id="colon"),
        pytest.param("if x:\npass\n", 2, 1, "pass", "indented block", id="indentation"),
        pytest.param("x = 1\nreturn x\n", 2, 1, "return x", "outside function", id="return-outside"),
        pytest.param(b"x = 1\ny = '\xe9'\n", 2, 6, "y = '�'", "not valid UTF-8", id="latin-1-without-a-cookie"),
        pytest.param(
            b"\xef\xbb\xbfy = '\xe9'\n", 1, 6, "y = '�'", "not valid UTF-8", id="latin-1-behind-a-byte-order-mark"
        ),
        pytest.param(b"x = 1\ny\0 = 2\n", 2, 2, "y� = 2", "null byte", id="null-byte"),
        pytest.param("x = 1\n".encode("utf-16"), 1, 1, None, "UTF-16", id="utf-16"),
        pytest.param(b"# coding: klingon\n", 1, 1, None, "klingon", id="unknown-encoding"),
        pytest.param("<<<<<<< HEAD\nx = 1\n", 1, 1, "<<<<<<< HEAD", "merge conflict", id="merge-conflict"),
        pytest.param("x = " + "(" * 5000, 1, None, None, "", id="nested-too-deeply"),
        pytest.param("\n" * 99 + "x = = 1\n", 100, 5, "x = = 1", "invalid syntax", id="far-down"),
        pytest.param("x = 1\r\ny = = 2\r\n", 2, 5, "y = = 2", "invalid syntax", id="crlf"),
        pytest.param(b"\xef\xbb\xbfx = = 1\n", 1, 5, "x = = 1", "invalid syntax", id="byte-order-mark"),
        pytest.param("print 'hello'\n", 1, 1, "print 'hello'", "print", id="python-2"),
    ],
)
def test_source_that_python_does_not_read_says_where(
    source: Contents, line: int, column: int | None, text: str | None, says: str
):
    error = read(source).source_error

    assert error is not None
    assert error.line == line
    assert column in (None, error.column)
    assert text in (None, error.text)
    assert says in error.message
    if text is not None:
        assert error.caret.endswith("^")
        assert len(error.caret) <= len(error.text) + 1


def test_caret_stands_below_the_fault():
    (error,) = read("def f():\n        x = 1 +* 2\n\ndef g(): pass\n").faults

    assert error.text == "x = 1 +* 2"
    assert error.text[len(error.caret) - 1] == "*"


def test_long_line_is_cut_around_the_fault():
    error = read("x = [" + "1, " * 5000 + "= 2, " + "3, " * 5000 + "]\n").source_error

    assert error is not None
    assert len(error.text) <= 120
    assert error.text[len(error.caret) - 1] == "="


@repeatable
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode) | st.text("()[]{}:=\n \t'\"\\fdefclass0x#"))
@example(b"# coding: utf-7\n+AAA-")
@example(b"# coding: rot13\n")
@example(b"# coding: idna\nx = 'xn--\xff'")
@example(b"\xef\xbb\xbf# coding: latin-1\n")
@example("x = 1" + "\n" + "y = " + "-" * 20_000 + "1")
@example("x = " + "1" * 5000)
@example("lambda: " * 500 + "0")
def test_any_source_is_read(source: Contents):
    module = read(source)

    if module.source_error is not None:
        assert module.source_error.line >= 1
        assert module.source_error.column >= 1
        assert module.source_error.message
        assert (module.source_error.text + module.source_error.caret + module.source_error.message).isprintable()
        assert not module.imports
        assert not module.stubs


@pytest.mark.parametrize(
    ("seconds", "megabytes", "length", "says"),
    [(5, 1, 1_500_000, "or 1 MB"), (5, 512, 200_000, ""), (5, 1, 40_000, "")],  # a long run has memory to spare
)
def test_long_file_is_tried_in_another_process_first(
    seconds: int, megabytes: int, length: int, says: str, monkeypatch: pytest.MonkeyPatch
):
    """One that somebody wrote is read at once; one that takes too much is not read here."""
    monkeypatch.setattr(source_module, "READ_SECONDS", seconds)
    monkeypatch.setattr(source_module, "READ_BYTES", megabytes << 20)

    module = read_module("m", Path("m.py"), PurePosixPath("m.py"), b"x = [" + b"a, " * (length // 3) + b"]\n")

    assert (module.source_error is not None) == bool(says)
    assert says in (module.source_error.message if module.source_error else "")


@pytest.mark.parametrize(
    ("ways", "statements", "refused"), [(3, 20, False), (20, 100, False), (700, 12_000, True), (12_000, 100, True)]
)
def test_finally_that_python_copies_too_often_is_refused(ways: int, statements: int, refused: bool):
    returns = "".join(f"        if x == {i}: return x\n" for i in range(ways))
    text = f"def f(x):\n    try:\n{returns}    finally:\n        {';'.join(['x'] * statements)}\n"

    module = read_module("m", Path("m.py"), PurePosixPath("m.py"), text.encode())

    assert (module.source_error is not None and "`finally`" in module.source_error.message) == refused


def test_broken_file_costs_itself_alone(tmp_path: Path, opened: Callable[[Path], Submission]):
    found = opened(folder_of(CODE | {"Beras/losses.py": b"\xff\0def"}, tmp_path / "hand-in"))

    assert isinstance(found.modules["Beras.losses"].source_error, SourceError)
    assert found.modules["Beras.layers"].source_error is None


def test_nothing_is_run(tmp_path: Path, opened: Callable[[Path], Submission]):
    trap = tmp_path / "trap"
    source = f"open({str(trap)!r}, 'w')\nraise SystemExit\n"

    opened(folder_of(CODE | {"Beras/__init__.py": source, "setup.py": source}, tmp_path / "hand-in"))

    assert not trap.exists()


# --- imports ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "forbidden"),
    [
        ("import numpy as np\nimport os, sys\nfrom typing import Any\n", []),
        ("import matplotlib.pyplot as plt\n", []),
        ("from Beras.layers import Dense\nfrom . import layers\nfrom .layers import Dense\nimport assignment\n", []),
        ("import mine\nimport mine.too\n", []),
        ("import tensorflow as tf\n", [("tensorflow", 1)]),
        ("\n\nfrom keras.layers import Dense\n", [("keras", 3)]),
        ("import numpy, torch, scipy.special\n", [("torch", 1), ("scipy", 1)]),
        ("class A:\n    import sklearn\n", [("sklearn", 2)]),
        ("for x in 'a':\n    import pandas\n", [("pandas", 2)]),
        ("with open('x'):\n    import pandas\n", [("pandas", 2)]),
        ("if True:\n    import pandas\nelse:\n    import torch\n", [("pandas", 2), ("torch", 4)]),
        ("def f():\n    import torch\n", []),
        ("async def f():\n    import torch\n", []),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None\n", []),
        ("try:\n    import torch\nexcept (ValueError, ModuleNotFoundError):\n    pass\n", []),
        ("try:\n    import torch\nexcept:\n    import jax\n", []),
        ("try:\n    import torch\nexcept ValueError:\n    pass\n", [("torch", 2)]),
        ("try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    import torch\n", [("torch", 6)]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\n", []),
        ("import typing\nif typing.TYPE_CHECKING:\n    import torch\n", []),
        ("if __name__ == '__main__':\n    import torch\n", []),
        ("if __name__ != '__main__':\n    import torch\n", [("torch", 2)]),
        ("if __file__ == '__main__':\n    import torch\n", [("torch", 2)]),
        ("if __name__ == 'main':\n    import torch\n", [("torch", 2)]),
        ("if not __name__ == '__main__':\n    import torch\n", [("torch", 2)]),
        ("from contextlib import suppress\nwith suppress(ImportError):\n    import torch\n", []),
        ("from contextlib import suppress\nwith suppress(KeyError, ImportError):\n    import torch\n", []),
        ("import contextlib\nwith open('x'), contextlib.suppress(ImportError):\n    import torch\n", []),
        ("from contextlib import suppress\nwith suppress(KeyError):\n    import torch\n", [("torch", 3)]),
        ("match 1:\n    case 1:\n        import torch\n", [("torch", 3)]),
        ("x = 1; import torch\n", [("torch", 1)]),
        ("import numpy as torch\n# import jax\n'import jax'\n", []),
    ],
)
def test_forbidden_imports_are_named_with_their_line(
    source: str, forbidden: list[tuple[str, int]], tmp_path: Path, opened: Callable[[Path], Submission]
):
    found = opened(folder_of(CODE | {"Beras/losses.py": source, "mine/too.py": ""}, tmp_path / "hand-in"))

    imports = forbidden_imports(found)

    assert [(each.module, each.line) for each in imports.get("Beras.losses", ())] == forbidden
    assert set(imports) <= {"Beras.losses"}


def test_import_is_named_in_full():
    assert [each.name for each in read("import a.b\nfrom c.d import e\nfrom ..f import g\n").imports] == [
        "a.b",
        "c.d",
        "..f",
    ]


# --- functions that are not written -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "stub"),
    [
        ("pass", True),
        ("...", True),
        ("'''What it does.'''", True),
        ("'''What it does.'''\n    pass", True),
        ("return", True),
        ("return None", True),
        ("raise NotImplementedError", True),
        ("raise NotImplementedError('step 2')", True),
        ("return NotImplementedError", True),
        ("return NotImplemented", True),
        ("'''What it does.'''\n    # TODO\n    raise NotImplementedError()", True),
        ("return 0", True),
        ("return -1.0", True),
        ("return [], {}, ()", True),
        ("return [None, None]", True),
        ("return lambda y: 0", True),
        ("return SimpleNamespace(model=None, epochs=10)", True),
        ("return NotImplementedError('later')", True),
        ("return np.zeros((len(x), 3))", True),
        ("return np.array([])", True),
        ("return float('nan')", True),
        ("w = None\n    b = None\n    return w, b", True),
        ("w = b = 0\n    return w, b", True),
        ("w: int = 0\n    return w", True),
        ("grads = []\n    return grads", True),
        ("agg_metrics = defaultdict(lambda: [])\n    return agg_metrics", True),
        ("self.x = x\n    self.y = None\n    return self.y", True),
        ("raise NotImplementedError\n    return x + 1", True),
        ("raise Exception('to be implemented')", True),
        ("return\n    return x + 1", True),
        ("print('TODO')", True),
        ("print(f'TODO {x}')\n    return 0", True),
        ("self.fit(x)\n    return None", True),
        ("super().forward(x)", True),
        ("assert x is not None, 'no x'\n    return None", True),
        ("if x is None:\n        raise ValueError('no x')\n    return None", True),
        ("if x:\n        raise NotImplementedError", True),
        ("for each in zip(x, x):\n        pass\n    return 0", True),
        ("with open(x) as file:\n        pass", True),
        ("path = f'{x}/mnist/' + 'train'\n    name = x.lower().strip()\n    return [], []", True),
        ("n, m = x.shape\n    made = np.zeros((n, m))\n    return made", True),
        ("metrics = {}\n    metrics['loss'] = None\n    return metrics", True),
        ("self.t += 1", True),
        ("def inner(y):\n        return y + 1\n    return None", True),
        ("return x", True),
        ("return self.w", False),
        ("return self", False),
        ("return {'loss': x}", False),
        ("return np.ones(3)", False),
        ("return Dense(784, 10)", False),
        ("return 0 if x else 1", False),
        ("return [x for _ in range(2)]", False),
        ("return lambda y: y + x", False),
        ("yield x", False),
        ("x @ x", False),
        ("y = x @ x", False),
        ("self.y = x @ x", False),
        ("y = 0\n    if x:\n        y = x\n    return y", False),
        ("y = []\n    for each in x:\n        y.append(each)\n    return y", False),
        ("made = np.zeros((2, 2))\n    made[0, x] = 1\n    return made", False),
        ("made = np.zeros((2, 2))\n    made[x] = 0\n    return made", False),
        ("y = 0\n    for each in x:\n        y += each\n    return y", False),
        ("y = None\n    y = x\n    return y", False),
        ("try:\n        return x\n    except ValueError:\n        return None", True),
        ("try:\n        return -x\n    except ValueError:\n        return None", False),
        ("helper(x)", False),
        ("raise ValueError('no')", False),
        ("raise", False),
        ("x += 1\n    return None", False),
        ("del x[0]", False),
    ],
)
def test_function_that_does_nothing_is_a_stub(body: str, stub: bool):
    assert set(read(f"def f(self, x):\n    {body}\n").stubs) == ({"f"} if stub else set())


@pytest.mark.parametrize(
    ("function", "body", "stub"),
    [
        ("apply_gradients", "return x", True),
        ("apply_gradients", "for w, g in zip(x, x):\n        pass\n    return x", True),
        ("apply_gradients", "x -= 1\n    return x", False),
        ("fit", "self.uniq = None\n    return self", True),
        ("fit", "self.uniq = sorted(set(x))", False),
        ("_initialize_weight", "return np.zeros((2, 2)), np.zeros(2)", True),
        ("_initialize_weight", "return np.zeros((x, x)), np.zeros(x)", False),
    ],
)
def test_what_a_function_is_for_decides_what_it_may_give_back(function: str, body: str, stub: bool):
    assert set(read(f"def {function}(self, x):\n    {body}\n").stubs) == ({function} if stub else set())


def test_stub_is_told_by_the_line_that_says_so():
    source = "def f(x):\n    'What it does.'\n    y = None\n    return y\n\n\ng = lambda x: 0\n\n\ndef h(x): ...\n"

    assert read(source).stubs == {"f": 4, "g": 7, "h": 10}


def test_stubs_are_named_by_their_class():
    module = read(
        "def f(): pass\n"
        "class A:\n"
        "    def g(self): ...\n"
        "    async def h(self): ...\n"
        "    def done(self): return self.x\n"
        "    @property\n"
        "    def p(self): raise NotImplementedError\n"
        "    class B:\n"
        "        def i(self): pass\n"
        "if True:\n"
        "    def j(): pass\n"
    )

    assert set(module.stubs) == {"f", "A.g", "A.h", "A.p", "A.B.i", "j"}


def test_last_definition_counts():
    assert read("def f(): pass\ndef f(x): return -x\ndef g(x): return -x\ndef g(): pass\n").stubs == {"g": 4}


@pytest.mark.parametrize(
    ("line", "since"),
    [("type Row = list[float]", "3.12"), ("def f[T](x): return x", "3.12"), ("class A[T]: pass", "3.12")],
)
def test_newer_syntax_names_the_python_that_it_needs_and_this_one(line: str, since: str):
    error = read(line + "\n").source_error

    if tuple(map(int, since.split("."))) > sys.version_info:
        assert f"came with Python {since}" in error.message
        assert f"this grader runs Python {sys.version_info[0]}.{sys.version_info[1]}" in error.message
    else:
        assert error is None


@pytest.mark.parametrize("source", [b"x = '\xe9'\n", b"\0", "x = 1\n".encode("utf-16")])
def test_file_that_is_no_text_is_no_syntax_error(source: bytes):
    assert read(source).source_error.kind == ""
