"""The wheels of what the grader needs, for a machine that may download nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from grader.base import tomlfile
from grader.base.errors import UsageError
from grader.packing.wheel import ROOT

# What NumPy publishes wheels for, the older form first: pip takes whichever there is
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_27_x86_64", "manylinux_2_28_x86_64")
# What pytest needs before Python 3.11: pip looks at the version that it runs on itself to find that out
OLDER = ("tomli", "exceptiongroup")


def collect(folder: Path, ready: Path | None, python: str) -> None:
    """Puts the wheels of all dependencies, and of pip, into a folder: downloads them, or copies those of `ready`.

    python: version that they are for, on Linux and x86-64. Raises UsageError.
    """
    if ready is not None:
        wheels = sorted(ready.glob("*.whl")) if ready.is_dir() else []
        if not wheels:
            raise UsageError(f"pack: --wheels {ready}: there are no wheels (*.whl) in it")
        for wheel in wheels:
            if not wheel.name.startswith("beras_grader-"):
                shutil.copy(wheel, folder)
        return
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--only-binary=:all:", f"--python-version={python}", "--implementation=cp"]
    command += [f"--dest={folder.resolve()}", *(f"--platform={platform}" for platform in PLATFORMS)]
    wanted = ["pip", *dependencies(), *(OLDER if tuple(map(int, python.split("."))) < (3, 11) else ())]
    done = subprocess.run([*command, *wanted], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise UsageError(
            f"pack: pip could not download the wheels ({(errors or done.stderr.strip().splitlines() or ['?'])[-1]}); "
            "give a folder that has them with --wheels DIR"
        )


def dependencies() -> list[str]:
    """What the grader needs at run time."""
    return list(tomlfile.read(ROOT / "pyproject.toml")["project"]["dependencies"])
