"""Opens a hand-in and says by a digest what was opened, so that a result belongs to its contents and not to its name.

What a platform exports may hold the student's .zip in a folder, or a .zip in a .zip: then the inner one is opened.
"""

from __future__ import annotations

import hashlib
import stat
from dataclasses import replace
from pathlib import Path

from grader.base.errors import UsageError
from grader.submission.contents import Entry, LeftOut, entries_of, folder_entries, shown
from grader.submission.opening import MAX_FILE, Submission, is_read, open_submission

DEEPEST_ZIP = 3  # a .zip in a .zip in a .zip
MAX_ZIP = 64 << 20  # bytes of an inner .zip; code has some kilobytes
ATTEMPTS = 3  # at reading a hand-in that changes meanwhile
CHUNK = 1 << 20


class Unsettled(Exception):
    """The hand-in changed each time that it was read."""


def digest_of(path: Path) -> str:
    """Changes with all that a grading looks at: the texts of a folder, every byte of a .zip. Raises UsageError."""
    found = hashlib.sha256()
    try:
        if not stat.S_ISDIR(path.stat().st_mode):
            with open(path, "rb") as file:
                while chunk := file.read(CHUNK):
                    found.update(chunk)
            return found.hexdigest()
        for entry in sorted(folder_entries(path, {}), key=lambda each: each.path):
            is_zip = entry.path.suffix.lower() == ".zip"
            if is_zip or is_read(entry.path):
                content = entry.read((MAX_ZIP if is_zip else MAX_FILE) + 1)
                found.update(f"{entry.path}\0{len(content)}\0".encode("utf-8", "surrogateescape") + content)
    except OSError as error:
        raise UsageError(f"{shown(path)}: cannot be read ({error.strerror or error})") from None
    return found.hexdigest()


def settled(path: Path, scratch: Path, year: int | None = None) -> tuple[Submission, str]:
    """A copy of a hand-in and the digest of what was copied. Raises UsageError, Unsettled."""
    for attempt in range(ATTEMPTS):
        before = digest_of(path)
        try:
            submission = open_handin(path, scratch / str(attempt), year)
        except UsageError:
            if digest_of(path) == before:
                raise
            continue
        if digest_of(path) == before:
            return submission, before
    raise Unsettled(f"was changed {ATTEMPTS} times while it was read; grade the class again when it has come to rest")


def open_handin(path: Path, scratch: Path, year: int | None = None) -> Submission:
    """The submission in a hand-in, be it some archives deep. Raises UsageError."""
    place, outer = path, ""
    for depth in range(DEEPEST_ZIP):
        try:
            submission = open_submission(place, scratch / str(depth), year)
        except UsageError:
            inner = inner_zip(place, scratch / f"inner-{depth}.zip")
            if inner is None:
                raise
            place, outer = scratch / f"inner-{depth}.zip", inner
            continue
        notes = (f"opened {outer} in it", *submission.notes) if outer else submission.notes
        return replace(submission, origin=path, notes=notes)
    raise UsageError(f"{shown(path)}: archives are packed into each other more than {DEEPEST_ZIP} deep")


def inner_zip(path: Path, target: Path) -> str | None:
    """Copies the only .zip in a hand-in, and says what it is called there; None where there is none, or several."""
    left_out: LeftOut = {}
    with entries_of(path, left_out) as found:
        zips: list[Entry] = [entry for entry in found if entry.path.suffix.lower() == ".zip"]
        if len(zips) != 1 or zips[0].size > MAX_ZIP:
            return None
        content = zips[0].read(MAX_ZIP + 1)
    if len(content) > MAX_ZIP:
        return None
    target.write_bytes(content)
    return shown(zips[0].path)
