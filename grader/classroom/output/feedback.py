"""Every student's page in one archive for each platform that takes it back, under the name that it gave the hand-in.

Moodle (mod/assign/feedback/file/importziplib.php, "Upload multiple feedback files in a zip") reads the participant's
number from `Jane Doe_77_assignsubmission_file_NAME`. Canvas (app/models/abstract_assignment.rb,
generate_comments_from_files, "Upload Submissions") reads user and upload from `doejane_55_9001_hw2.zip`, and attaches
the file to a comment by the upload's own name: so the page comes in an archive, as the upload was one.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from grader.classroom.class_list import Ledger, Line
from grader.classroom.people.handins import CANVAS, MOODLE, is_archive

THEN = (1980, 1, 1, 0, 0, 0)  # the same pages make the same archive
ARCHIVES = {"moodle": "moodle-feedback.zip", "canvas": "canvas-feedback.zip"}


def archives(ledger: Ledger, page: Callable[[Line], tuple[str, bytes] | None]) -> dict[str, bytes]:
    """The archives that somebody takes back, by file name. page: a hand-in's page, its suffix and what is in it."""
    found: dict[str, dict[str, bytes]] = {name: {} for name in ARCHIVES}
    for line in ledger.graded:
        shown = page(line)
        if shown is not None:
            suffix, content = shown
            path = line.entry.handin.path
            canvas, moodle = CANVAS.fullmatch(path.name), MOODLE.fullmatch(path.name)
            if canvas and is_archive(path):
                found["canvas"][path.name] = archive({f"report.{suffix}": content})
            elif moodle:
                front = f"{moodle['name']}_{moodle['id']}_assignsubmission_{moodle['kind']}_"
                found["moodle"][f"{front}report.{suffix}"] = content
    return {ARCHIVES[name]: archive(files) for name, files in found.items() if files}


def archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(files):
            target.writestr(zipfile.ZipInfo(name, THEN), files[name], zipfile.ZIP_DEFLATED)
    return stream.getvalue()
