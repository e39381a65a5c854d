"""What happens during a run, one JSON object a line, written as it happens (`--jsonl`).

The events:

    {"event": "start", "version": 1, "submission": ..., "track": ..., "seed": ..., "edition": 2025,
     "components": [names]}
    {"event": "component", ...}    a row of the result, with its checks (ComponentResult)
    {"event": "epoch", "training": ..., "epoch": 1, "epochs": 5, "accuracy": 0.9, "seconds": 4.0, "seconds_left": 596.1}
    {"event": "end", "score": ..., "max_score": ..., "not_judged": ..., "complete": true, "exit_code": 0}

Whoever reads them skips events and fields that it does not know.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from grader.base.files import written


class EventLog:
    """A file that grows by whole lines; it can be followed with `tail -f`. `fault` is why it stopped growing."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self.handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        self.size = 0
        self.fault = ""

    def __call__(self, event: dict[str, Any]) -> None:
        if self.fault:
            return
        line = (json.dumps(event, default=vars, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "replace")
        try:
            written(self.handle, line)
            self.size += len(line)
        except OSError as error:
            self.fault = error.strerror or str(error)
            with contextlib.suppress(OSError):  # a pipe cannot take back half a line
                os.ftruncate(self.handle, self.size)

    def close(self) -> None:
        os.close(self.handle)
