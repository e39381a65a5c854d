"""What all tests share: one cache of decoded MNIST and of answers for a whole run, apart from the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
    """Points XDG_CACHE_HOME at a folder that all parallel test processes share."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shared / "cache"))
        patch.delenv("GITHUB_ACTIONS", raising=False)  # there a table is fenced in
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for submissions that a test builds."""
    made = tmp_path / "submissions"
    made.mkdir()
    return made
