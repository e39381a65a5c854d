"""What the next grading of a watch runs in, made while nobody waits: its folder, and what its workers are forked from.

The process has imported NumPy and knows nothing of the submission, which is copied into the folder once it is saved.
Each grading has a new one, so nothing goes over from one to the next.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from grader import isolation
from grader.homework import HOMEWORK
from grader.isolation import Zygote
from grader.run.request import Request


@dataclass
class Ready:
    """An empty folder, and a process that may read what will be its folder `submission`."""

    folder: tempfile.TemporaryDirectory[str]
    zygote: Zygote

    @property
    def scratch(self) -> Path:
        return Path(self.folder.name)

    def close(self) -> None:
        if not self.zygote.closing:
            self.zygote.close()
        self.folder.cleanup()


def made_ready(request: Request) -> Ready:
    """For a grading of checks; one that trains needs more data, and makes its own process. Raises UsageError."""
    folder = tempfile.TemporaryDirectory(prefix="beras-grade-")
    try:
        scratch = Path(folder.name).resolve()
        root = scratch / "submission"
        root.mkdir()
        level = isolation.choose_for_strangers(request.isolation, request.user)
        made_up, _ = isolation.visible_data(level, HOMEWORK.probe_folder(), None, scratch)
        return Ready(folder, Zygote(root, level, (Path(made_up),) if made_up else ()))
    except BaseException:
        folder.cleanup()
        raise
