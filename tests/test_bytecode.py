"""The worker's code comes with bytecode that fits it, so that no zygote compiles it."""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from grader.isolation.folders import copy_compiled


@pytest.mark.parametrize("elsewhere", [False, True], ids=["beside", "elsewhere"])
def test_bytecode_of_the_latest_source_comes_along(elsewhere: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    prefix = str(tmp_path / "prefix") if elsewhere else None
    package = tmp_path / "package"
    package.mkdir()
    for name, value in {"first": 1, "second": 22}.items():
        (package / "module.py").write_text(f"x = {value}\n")
        monkeypatch.setattr(sys, "dont_write_bytecode", False)
        monkeypatch.setattr(sys, "pycache_prefix", prefix)
        copy_compiled(package, "package", tmp_path / name)

        monkeypatch.setattr(sys, "pycache_prefix", None)
        monkeypatch.setattr(SourceFileLoader, "source_to_code", None)  # the zygote has no need to compile
        code = SourceFileLoader("module", str(tmp_path / name / "module.py")).get_code("module")
        monkeypatch.undo()

        assert code is not None
        assert code.co_consts[0] == value
