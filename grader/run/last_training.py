"""What the last training of each submission showed, kept in the cache folder: `grade show` draws it."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import replace
from pathlib import Path

from grader.base.cache import UNSEALED, cache_folder
from grader.base.files import write_whole
from grader.report.from_json import from_json
from grader.report.to_json import to_json
from grader.result import Components, Result

MOST_KEPT = 100  # submissions; each takes some 30 kB


def place(path: Path) -> Path:
    """The file of a submission, wherever it is named from."""
    return cache_folder() / UNSEALED / f"{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:32]}.json"


def remember(path: Path, result: Result) -> None:
    """Keeps the trainings of a result; what cannot be written is not kept."""
    if not any(each.accuracy for each in result.training):
        return
    with contextlib.suppress(OSError):
        file = place(path)
        file.parent.mkdir(mode=0o700, exist_ok=True)
        # The checks are left out: they hold right answers, and nothing here draws them
        write_whole(file, to_json(replace(result, components=Components())).encode("utf-8", "replace"))
        kept = sorted(file.parent.glob("*.json"), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in kept[MOST_KEPT:]:
            old.unlink(missing_ok=True)


def recall(path: Path) -> Result | None:
    """The last result of a submission that was trained; None where there is none, or none that can be read."""
    with contextlib.suppress(OSError, ValueError):
        return from_json(place(path).read_text(encoding="utf-8"))
    return None
