"""MNIST and its cache: what is damaged is named in one line, what is decoded once is not decoded again."""

from __future__ import annotations

import gzip
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from overlays import run

from grader.base import cache
from grader.base.errors import UsageError
from grader.homeworks.beras.mnist import reader as data
from grader.homeworks.beras.mnist.files import FILES
from grader.homeworks.beras.mnist.reader import STAND_IN, default_directory, fault_in, load, read_idx
from grader.homeworks.beras.mnist.synthetic import probe_files, probe_folder

NAMES = [f"{file.name}.gz" for file in FILES.values()]
SMALL = "t10k-labels-idx1-ubyte.gz"  # its faults show before the others are read
CONTENT = gzip.decompress((default_directory() / SMALL).read_bytes())


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that is empty at first."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    return tmp_path / "xdg" / "beras-grader"


@pytest.fixture(scope="module")
def complete_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds MNIST."""
    folder = tmp_path_factory.mktemp("xdg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        load()
    return folder / "beras-grader"


@pytest.fixture
def warm_cache(complete_cache: Path, own_cache: Path) -> Path:
    """A copy of that cache to damage."""
    return shutil.copytree(complete_cache, own_cache)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A data folder to damage."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(default_directory() / name, folder)
    return folder


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are decoded from now on."""
    seen: list[str] = []
    real = data.read_idx

    def read_and_count(path: Path, file: data.IdxFile) -> np.ndarray:
        seen.append(path.name)
        return real(path, file)

    monkeypatch.setattr(data, "read_idx", read_and_count)
    return seen


# --- the files --------------------------------------------------------------------------------------------------


def test_checkout_holds_mnist():
    digits = load()

    assert digits.train_images.shape == (60_000, 784)
    assert digits.test_images.shape == (10_000, 784)
    assert np.bincount(digits.train_labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(digits.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert all(array.dtype == np.uint8 for array in (digits.train_images, digits.test_labels))


def test_checksums_are_those_of_the_readme():
    readme = (default_directory().parent / "README.md").read_text(encoding="utf-8")

    assert all(file.sha256 in readme for file in FILES.values())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "holds 0 bytes", id="empty"),
        pytest.param(b"<html>Not found</html>", "not an intact gzip", id="web-page"),
        pytest.param(gzip.compress(CONTENT)[:-30], "not an intact gzip", id="truncated"),
        pytest.param(gzip.compress(CONTENT)[:5], "not an intact gzip", id="hardly-anything"),
        pytest.param(
            gzip.compress(CONTENT)[:100] + b"\0" * 20 + gzip.compress(CONTENT)[120:], "gzip", id="overwritten"
        ),
        pytest.param(CONTENT, "not an intact gzip", id="unzipped"),
        pytest.param(gzip.compress(b""), "holds 0 bytes", id="nothing-inside"),
        pytest.param(gzip.compress(CONTENT[:-1]), "holds 10007 bytes of data, expected 10008", id="a-byte-short"),
        pytest.param(gzip.compress(CONTENT + b"\0"), "holds more than 10008 bytes", id="a-byte-long"),
        pytest.param(gzip.compress(b"\0\0\x0d" + CONTENT[3:]), "magic number 00000801", id="wrong-magic"),
        pytest.param(gzip.compress(CONTENT[:4] + struct.pack(">I", 9_999) + CONTENT[8:]), r"shape (9999,)", id="count"),
        pytest.param(gzip.compress(CONTENT[:-1] + b"\x01"), "not MNIST's", id="altered"),
        pytest.param(None, "no such file", id="missing"),
    ],
)
def test_damaged_file_is_named_with_what_is_wrong(content: bytes | None, says: str, copy: Path, own_cache: Path):
    if content is None:
        (copy / SMALL).unlink()
    else:
        (copy / SMALL).write_bytes(content)

    with pytest.raises(UsageError) as caught:
        load(copy)

    message = str(caught.value)
    assert message.startswith(f"{copy / SMALL}: ")
    assert says in message
    assert "git checkout data/mnist" in message
    assert message.isprintable()


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_needed(name: str, copy: Path):
    (copy / name).unlink()

    with pytest.raises(UsageError, match=name.replace(".", r"\.")):
        load(copy)


def test_unzipped_file_is_found_out(copy: Path):
    (copy / SMALL).rename(copy / SMALL.removesuffix(".gz"))

    with pytest.raises(UsageError, match="gzip it"):
        load(copy)


@pytest.mark.parametrize("kind", ["folder", "link to nowhere", "fifo"])
def test_what_is_no_file_is_named(kind: str, copy: Path):
    (copy / SMALL).unlink()
    if kind == "folder":
        (copy / SMALL).mkdir()
    elif kind == "fifo":
        os.mkfifo(copy / SMALL)
    else:
        (copy / SMALL).symlink_to("nowhere")

    with pytest.raises(UsageError, match="t10k-labels"):
        load(copy)


@pytest.mark.parametrize(("name", "says"), [("none", "no such folder"), (SMALL, "is no folder")])
def test_data_folder_that_is_none_is_named(name: str, says: str, copy: Path):
    with pytest.raises(UsageError, match=says) as caught:
        load(copy / name)

    assert "--data" in str(caught.value)


@settings(
    derandomize=True,
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_any_damage_is_a_usage_error(tmp_path: Path, data: st.DataObject):
    packed = bytearray(gzip.compress(CONTENT, mtime=0))
    at = data.draw(st.integers(10, len(packed) - 9))  # behind the header and before the checksum
    cut = data.draw(st.integers(0, len(packed) - 1) | st.none())
    packed[at] ^= data.draw(st.integers(1, 255))
    path = tmp_path / SMALL
    path.write_bytes(packed[:cut])

    with pytest.raises(UsageError, match="t10k-labels"):
        read_idx(path, FILES["test_labels"])


def test_fault_is_found_in_each_part_of_a_file():
    labels = FILES["test_labels"]

    assert fault_in(CONTENT, labels) == ""
    for at in (0, 3, 4, 7, 8, len(CONTENT) - 1):
        altered = bytearray(CONTENT)
        altered[at] ^= 1
        assert fault_in(bytes(altered), labels)


# --- the command ------------------------------------------------------------------------------------------------


def test_command_takes_data_from_another_folder(copy: Path, own_cache: Path):
    done = run("student_template", "--only", "training.simple", "--data", str(copy), "-q")

    assert done.returncode == 1
    assert list((own_cache / "mnist-2" / "verified").iterdir())


@pytest.mark.parametrize("damage", ["missing", "truncated", "no folder"])
def test_command_names_the_damaged_file_in_one_line(damage: str, copy: Path):
    if damage == "missing":
        (copy / SMALL).unlink()
    elif damage == "truncated":
        os.truncate(copy / SMALL, 1000)
    else:
        shutil.rmtree(copy)

    done = run("reference", "--data", str(copy))

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert str(copy if damage == "no folder" else copy / SMALL) in done.stderr


# --- the cache --------------------------------------------------------------------------------------------------


def test_second_load_decodes_nothing(copy: Path, own_cache: Path, reads: list[str]):
    first = load(copy)
    assert sorted(reads) == sorted(NAMES)
    reads.clear()

    second = load(copy)

    assert reads == []
    assert isinstance(second.train_images, np.memmap)
    assert not second.train_images.flags.writeable
    assert np.array_equal(first.test_labels, second.test_labels)
    assert second.public == own_cache / "mnist-2" / "public"


def test_file_that_has_changed_since_is_looked_at_again(copy: Path, own_cache: Path, reads: list[str]):
    load(copy)
    reads.clear()
    os.truncate(copy / SMALL, 1000)

    with pytest.raises(UsageError, match="t10k-labels"):
        load(copy)

    assert reads == [SMALL]


def test_another_folder_is_looked_at_by_itself(copy: Path, own_cache: Path, reads: list[str], tmp_path: Path):
    load(copy)
    other = shutil.copytree(copy, tmp_path / "other" / "mnist")
    reads.clear()

    load(other.parent)  # the folder above will do

    assert sorted(reads) == sorted(NAMES)


def overwritten(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(b"\0" * path.stat().st_size)


def exchanged(path: Path) -> None:
    """Other contents of the same size, with the times that it had."""
    info = path.stat()
    overwritten(path)
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    path.chmod(0o400)


def truncated(path: Path) -> None:
    path.chmod(0o600)
    os.truncate(path, 1000)


def removed(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("damage", "file"),
    [
        (overwritten, "test-labels.npy"),
        (exchanged, "test-labels.npy"),
        (exchanged, f"public/data/mnist/{SMALL}"),
        (exchanged, "seal"),
        (truncated, "public/train-images.npy"),
        (removed, f"public/data/mnist/{SMALL}"),
    ],
)
def test_damaged_cache_is_built_again(
    damage: Callable[[Path], None], file: str, warm_cache: Path, complete_cache: Path, reads: list[str]
):
    load()
    assert reads == []
    damage(warm_cache / "mnist-2" / file)

    load()

    assert sorted(reads) == sorted(NAMES)
    for path in data.MNIST_FILES:
        assert (warm_cache / "mnist-2" / path).read_bytes() == (complete_cache / "mnist-2" / path).read_bytes()
    assert sorted(each.name for each in warm_cache.iterdir()) == [
        "key",
        "mnist-2",
    ]  # nothing is left of the damaged one


def test_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert probe_folder().is_dir()
    assert (tmp_path / "file").read_text() == "no folder"


def test_build_that_fails_leaves_nothing_behind(tmp_path: Path):
    def build(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.install(tmp_path / "made", {"half": None, "whole": None}, build)

    assert list(tmp_path.iterdir()) == []


def test_graders_that_race_both_get_the_whole(tmp_path: Path):
    def build(folder: Path) -> None:
        (folder / "file").write_text("mine")
        if not (tmp_path / "made").exists():
            cache.install(tmp_path / "made", {"file": None}, lambda other: (other / "file").write_text("other"))

    cache.install(tmp_path / "made", {"file": None}, build)

    assert (tmp_path / "made" / "file").read_text() == "other"
    assert [each.name for each in tmp_path.iterdir()] == ["made"]


def test_small_file_is_taken_from_whoever_has_the_key_alone(own_cache: Path):
    place = own_cache / "made" / "text"
    cache.remember(place, b"a text")
    assert cache.recall(place) == b"a text"

    place.write_bytes(place.read_bytes()[:-1] + b"z")
    assert cache.recall(place) is None
    cache.remember(place, b"a text")
    place.rename(place.with_name("other"))  # what is sealed for one place is nothing in another
    assert cache.recall(place.with_name("other")) is None
    cache.remember(place, b"a text")
    (own_cache / cache.KEY).unlink()
    assert cache.recall(place) is None
    assert (own_cache / cache.KEY).stat().st_mode & 0o777 == 0o600


def test_what_was_changed_meanwhile_is_thrown_away_where_no_fence_is(own_cache: Path):
    for name in ("kept", "forged"):
        cache.remember(own_cache / name, b"a text")
    (own_cache / cache.UNSEALED).mkdir()

    for guarded, left in ((True, {"key", "kept", "forged", "planted"}), (False, {"key", "kept"})):
        (own_cache / "planted").unlink(missing_ok=True)
        with cache.unchanged(guarded):
            exchanged(own_cache / "forged")
            cache.remember(own_cache / "planted", b"sealed as it should be")
            (own_cache / cache.UNSEALED / "drawing").write_text("only looked at")
        assert {path.name for path in own_cache.iterdir()} == {*left, cache.UNSEALED}
    assert (own_cache / cache.UNSEALED / "drawing").exists()


def test_cache_is_its_owner_s_alone(own_cache: Path):
    probe_folder()

    assert own_cache.stat().st_mode & 0o077 == 0


# --- what a submission may see ----------------------------------------------------------------------------------


def test_no_test_label_is_within_reach_of_a_submission():
    digits = load()
    public = digits.public / "data" / "mnist"

    images = gzip.decompress((public / "t10k-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((public / SMALL).read_bytes())[8:]

    assert images == np.asarray(digits.train_images[-STAND_IN:]).tobytes()
    assert labels == np.asarray(digits.train_labels[-STAND_IN:]).tobytes()
    hidden = np.asarray(digits.test_labels).tobytes()
    for path in digits.public.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert hidden not in (gzip.decompress(content) if path.suffix == ".gz" else content)


def test_made_up_files_repeat_and_differ_by_their_seed(tmp_path: Path):
    one, same, other = (probe_files(tmp_path / name, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))

    for name in NAMES:
        first = (tmp_path / "a/mnist" / name).read_bytes()
        assert first == (tmp_path / "b/mnist" / name).read_bytes()
        assert first != (tmp_path / "c/mnist" / name).read_bytes()
    assert np.array_equal(one.train_images, same.train_images)
    assert not np.array_equal(one.train_images, other.train_images)
    for split in ("train", "test"):
        assert set(getattr(one, f"{split}_labels")) == set(range(10))
        assert set(np.unique(getattr(one, f"{split}_images"))) == set(range(256))
        image = getattr(one, f"{split}_images")[1].reshape(28, 28)
        assert not np.array_equal(image, image.T)


# --- where it is looked for -------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A grader that is installed, not in a checkout, and a current folder without data."""
    monkeypatch.setattr(data, "default_directory", lambda: tmp_path / "site-packages" / "data" / "mnist")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv(data.VARIABLE, raising=False)
    return tmp_path


@pytest.mark.parametrize("place", ["hw/data/mnist", "data/mnist", "here/data/mnist"])
def test_installed_grader_finds_data_beside_the_submission_and_in_the_current_folder(place: str, installed: Path):
    (installed / "hw").mkdir()
    (installed / place).mkdir(parents=True)

    assert data.found_directory(installed / "hw") == installed / place


def test_checkout_comes_before_what_a_submission_brings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(data.VARIABLE, raising=False)
    (tmp_path / "data" / "mnist").mkdir(parents=True)

    assert data.found_directory(tmp_path) == default_directory()


def test_variable_names_the_folder_as_the_option_does(installed: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(data.VARIABLE, str(installed / "mine"))

    assert data.found_directory(installed) == installed / "mine"


def test_no_data_anywhere_is_one_line_that_says_what_to_do(installed: Path):
    with pytest.raises(UsageError) as caught:
        data.found_directory(installed / "hw")

    said = str(caught.value)
    assert "\n" not in said
    for part in (str(installed / "hw" / "data" / "mnist"), "--data", data.VARIABLE, "--no-training"):
        assert part in said
    assert "site-packages" not in said
