"""The files that Python and NumPy need to run, and nothing else of what is installed beside them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from binascii import crc32
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from grader.base.cache import cache_folder, recall, remember

FORMAT = 1  # of the cached answer
SURVEY = Path(__file__).with_name("survey.py")
SURVEY_SECONDS = 60
LIBRARY_INDEX = "/etc/ld.so.cache"
PACKAGE_FOLDERS = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class Needs:
    """Paths that must be readable, and folders in them that must not."""

    readable: tuple[str, ...]
    masked: tuple[str, ...]


def interpreter() -> str:
    """Python itself, not a virtual environment's link to it: what lies around that is of no use without site.py."""
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


def numpy_folders() -> list[Path]:
    """NumPy's package, and the libraries that its wheel brings beside it. NumPy itself need not be imported yet."""
    found = find_spec("numpy")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).resolve().parent
    return [folder for folder in (package, package.with_name("numpy.libs")) if folder.is_dir()]


def needs(packages: Path, environment: dict[str, str]) -> Needs:
    """What has to be readable for the interpreter with these packages; found out once and then remembered."""
    key = json.dumps(
        [FORMAT, state(interpreter()), [state(str(path)) for path in numpy_folders()], state(LIBRARY_INDEX)]
    )
    key += environment.get("LD_LIBRARY_PATH", "")
    place = cache_folder() / f"python-{crc32(key.encode()):08x}.json"
    with suppress(ValueError, KeyError):
        found = json.loads(recall(place) or b"")
        if found["key"] == key:
            return needs_of(found)
    done = subprocess.run(
        [interpreter(), "-I", "-S", "-B", str(SURVEY), str(packages)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SURVEY_SECONDS,
        check=True,
    )
    found = json.loads(done.stdout) | {"key": key}
    remember(place, json.dumps(found).encode())
    return needs_of(found)


def state(path: str) -> list[object]:
    """What changes when a file or folder is replaced."""
    with suppress(OSError):
        info = os.stat(path)
        return [path, info.st_size, info.st_mtime_ns, info.st_ino]
    return [path]


def needs_of(found: dict[str, list[str]]) -> Needs:
    library = found["standard_library"]
    folders = [path for path in library if not any(path.startswith(other + os.sep) for other in library)]
    masked = [os.path.join(folder, name) for folder in folders for name in PACKAGE_FOLDERS]
    packages = [str(path) for path in numpy_folders()]
    single = [interpreter(), LIBRARY_INDEX, *found["libraries"]]
    within = tuple(path + os.sep for path in (*folders, *packages))
    readable = [*folders, *(path for path in single if not path.startswith(within)), *packages]
    return Needs(
        tuple(dict.fromkeys(path for path in readable if os.path.exists(path))),
        tuple(path for path in masked if os.path.isdir(path)),
    )
