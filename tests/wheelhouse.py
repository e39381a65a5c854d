"""Wheels made of what is installed, so that a test can install it elsewhere and downloads nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

SKIPPED = {"INSTALLER", "REQUESTED", "direct_url.json"}  # pip's own notes on an installation
UNUSED = (".pyi", ".a", ".h", ".c", ".pxd")  # at run time: NumPy has megabytes of them


def fill(folder: Path, *names: str) -> Path:
    """Writes a wheel of each of these packages, and of what they need, into a folder."""
    folder.mkdir(exist_ok=True)
    for found in with_needs(*names):
        write(folder, found)
    return folder


def link(folder: Path, *names: str) -> Path:
    """A folder for PYTHONPATH in which these packages are, and what they need, and nothing else."""
    folder.mkdir()
    for found in with_needs(*names):
        for top in {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}:
            (folder / top).symlink_to(Path(str(found.locate_file(top))))
    return folder


def with_needs(*names: str) -> Iterator[metadata.Distribution]:
    """What is installed of these packages, and of those that they need."""
    waiting, done = list(names), set()
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in done:
            continue
        done.add(name)
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # not needed on this Python or system
            continue
        waiting += filter(None, map(bare, found.requires or ()))
        yield found


def bare(requirement: str) -> str:
    """The name in a requirement; '' for one of an extra."""
    name = requirement.partition(";")[0]
    for sign in "<>=!~[( ":
        name = name.partition(sign)[0]
    return "" if "extra" in requirement.partition(";")[2] else name.strip()


def write(folder: Path, found: metadata.Distribution) -> None:
    wheel = found.read_text("WHEEL") or ""
    tag = next(line.partition(": ")[2] for line in wheel.splitlines() if line.startswith("Tag: "))
    stem = f"{found.name.replace('-', '_')}-{found.version}"
    with zipfile.ZipFile(folder / f"{stem}-{tag}.whl", "w") as archive:
        for file in found.files or ():
            inside = not str(file).startswith("..") and "__pycache__" not in file.parts and file.name not in SKIPPED
            if inside and "tests" not in file.parts and file.suffix not in UNUSED:
                archive.write(str(file.locate()), str(file))
