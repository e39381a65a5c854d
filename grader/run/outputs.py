"""The files that one run was asked for: checked before it, kept up to date during it, written at its end."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from grader.base.errors import UsageError
from grader.base.files import check_writable, write_whole
from grader.report.to_jsonl import EventLog
from grader.report.writers import WRITERS
from grader.result import Result


class Outputs:
    """The chosen files, by the name of their writer."""

    def __init__(self, paths: dict[str, Path], log: Path | None = None) -> None:
        """Raises UsageError for a file that cannot be written, before any work is done.

        paths: by the name of their writer. log: the file for what happens, while it happens.
        """
        self.paths = paths
        self.faults: dict[str, str] = {}
        self.log: EventLog | None = None
        self.log_path = log
        self._check_distinct()
        for name, path in self.paths.items():
            WRITERS[name].load()
            self._attempt(name, partial(check_writable, path))
        if self.faults:
            raise UsageError("; ".join(self.faults.values()))
        if self.log_path is not None:
            try:
                self.log = EventLog(self.log_path)
            except OSError as error:
                raise UsageError(fault_text("jsonl", self.log_path, error)) from None

    def _check_distinct(self) -> None:
        places: dict[str, str] = {}
        for name, path in [*self.paths.items(), *([("jsonl", self.log_path)] if self.log_path else [])]:
            place = os.path.realpath(path)
            other = places.setdefault(place, name)
            if other != name and (os.path.isfile(place) or not os.path.exists(place)):
                raise UsageError(f"--{other} and --{name} cannot both write {path}")

    def listeners(self, so_far: Callable[[], Result]) -> list[Callable[[dict[str, Any]], None]]:
        """What a session tells its events to. so_far: the result as it stands."""
        found: list[Callable[[dict[str, Any]], None]] = [self.log] if self.log is not None else []
        live = [name for name in self.paths if WRITERS[name].live]

        def rewrite(event: dict[str, Any]) -> None:
            if event["event"] in ("start", "component"):
                for name in live:
                    if name not in self.faults:
                        self._attempt(name, partial(self._write, name, so_far()))

        return [*found, rewrite] if live else found

    def write(self, result: Result) -> list[str]:
        """Writes every file; returns a line for each that could not be written. One that fails stops no other."""
        self.faults.clear()
        for name in self.paths:
            self._attempt(name, partial(self._write, name, result))
        if self.log is not None and self.log_path is not None:
            if self.log.fault:
                self.faults["jsonl"] = f"--jsonl {self.log_path}: cannot be written ({self.log.fault})"
            self.log.close()
        return list(self.faults.values())

    def _write(self, name: str, result: Result) -> None:
        writer, path = WRITERS[name], self.paths[name]
        if writer.appends:
            before = path.read_bytes() if path.is_file() else b""
            text = writer(result, room=writer.appends - len(before))
            write_whole(path, before + text.encode("utf-8", "replace"))
        else:
            write_whole(path, writer(result).encode("utf-8", "replace"))

    def _attempt(self, name: str, action: Callable[[], None]) -> None:
        try:
            action()
        except OSError as error:
            self.faults[name] = fault_text(name, self.paths[name], error)


def fault_text(name: str, path: Path, error: OSError) -> str:
    why = "there is no such folder" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
    return f"--{name} {path}: cannot be written ({why})"
