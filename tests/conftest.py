"""What all tests share: one cache of decoded MNIST and of answers for a whole run, apart from the user's own."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.base.machine import cores

Once = Callable[[str, Callable[[Path], object]], Path]


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores, since a test mostly waits for a grading, and that for its workers."""
    return cores() + 1


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all parallel test processes of this run see."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session", autouse=True)
def _environment(shared: Path) -> None:
    """What commands run with."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shared / "cache"))
        patch.delenv("GITHUB_ACTIONS", raising=False)  # there a table is fenced in
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # else each command would compile the grader anew
        patch.setenv("OPENBLAS_NUM_THREADS", "1")  # several wait for each other where cores are busy
        patch.setenv("PYTHONPYCACHEPREFIX", str(shared / "bytecode"))  # and not where tests look for changes
        yield


@pytest.fixture(scope="session")
def once(shared: Path) -> Once:
    """`once(name, make)`: a folder that `make` fills, in whichever process comes first; the others wait for it."""

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder = shared / name
        with open(shared / f"{name}.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                unfinished = shared / f"{name}.unfinished"
                unfinished.mkdir(exist_ok=True)
                make(unfinished)
                unfinished.rename(folder)
        return folder

    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for submissions that a test builds."""
    made = tmp_path / "submissions"
    made.mkdir()
    return made
