"""The other graders: each in a virtual environment of its own, since some exclude each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.benchmarks.timing import ROOT, Missing

FOLDER = ROOT / ".bench-tools"
PACKAGES = {
    "gradescope-utils": ("gradescope-utils",),
    "check50": ("check50",),
    "otter-grader": ("otter-grader", "ipykernel"),
    "nbgrader": ("nbgrader",),
}


def install() -> int:
    """Puts every tool into FOLDER, anew where it is there already."""
    for name, packages in PACKAGES.items():
        print(f"{FOLDER.name}/{name}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER / name)], check=True)
        subprocess.run([str(binary(name, "pip")), "install", "--quiet", *packages, "numpy"], check=True)
    return 0


def binary(tool: str, command: str) -> Path:
    return FOLDER / tool / "bin" / command


def needed(tool: str, command: str) -> Path:
    """A command of a tool. Raises Missing where the tool is not installed."""
    path = binary(tool, command)
    if not path.exists():
        raise Missing("not installed: python -m tests.benchmarks --install")
    return path
