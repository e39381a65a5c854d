"""What is sent to another machine: a hand-in as a parcel, and a kit with all that a worker needs beside this package.

Both are plain data. A parcel holds what a grading looks at; whatever else lies in the hand-in is there by its name.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.ask import answer_key
from grader.ask.answers import LiveAnswers
from grader.base.cache import cache_folder, recall, remember
from grader.base.errors import UsageError
from grader.classroom.jobs.settings import Terms, answers_of_kit, digest_of_grader, rubric_of_kit
from grader.homework import HOMEWORK, Edition
from grader.rubric import text_of
from grader.run.own_checks import with_answers
from grader.submission.archives import MAX_ZIP
from grader.submission.contents import LeftOut, folder_entries, shown
from grader.submission.opening import MAX_FILE, MAX_TOTAL, is_read, note

DATA = "data"
MOST_BYTES = MAX_TOTAL + MAX_ZIP  # of a parcel


@dataclass(frozen=True)
class Parcel:
    """A hand-in. files: contents by path, as the file system spells it; b'' is the path of one that is no folder.

    name: with the suffix, which says what a file is. notes: what a folder holds that cannot be sent.
    """

    name: str
    files: dict[bytes, bytes]
    notes: tuple[str, ...] = ()

    def unpacked(self, folder: Path) -> Path:
        """Lays the hand-in into a folder, and says where."""
        top = folder / self.name
        for path, content in self.files.items():
            place = top / os.fsdecode(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        if b"" not in self.files:
            top.mkdir(exist_ok=True)  # there may be nothing in it
        return top


def parcel_of(path: Path) -> Parcel:
    """Raises UsageError where a hand-in cannot be read, or is too large to be one."""
    name = f"hand-in{path.suffix}" if path.is_file() else "hand-in"
    files: dict[bytes, bytes] = {}
    left_out: LeftOut = {}
    total = 0
    try:
        if path.is_file():
            with open(path, "rb") as file:
                files[b""] = file.read(MOST_BYTES + 1)
            total = len(files[b""])
        else:
            for entry in folder_entries(path, left_out):
                is_zip = entry.path.suffix.lower() == ".zip"
                most = MAX_ZIP if is_zip else MAX_FILE if is_read(entry.path) else -1
                content = entry.read(most + 1) if most >= 0 else b""
                files[os.fsencode(str(entry.path))] = content
                total += len(content)
                if total > MOST_BYTES:
                    break
    except OSError as error:
        raise UsageError(f"{shown(path)}: cannot be read ({error.strerror or error})") from None
    if total > MOST_BYTES:
        raise UsageError(f"{shown(path)}: holds more than {MOST_BYTES >> 20} MB of code, text and archives")
    return Parcel(name, files, tuple(note(why, paths) for why, paths in left_out.items()))


@dataclass(eq=False)
class Kit:
    """What every worker needs, once: rubric and answers of each year, the data where models are trained.

    code: digest of this package, which has to be the worker's too. limit: seconds for one hand-in.
    """

    code: str
    terms: dict[str, Any]
    limit: float
    files: dict[str, bytes]

    def unpack(self, folder: Path) -> None:
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def terms_in(folder: Path, terms: dict[str, Any]) -> Terms:
    """Terms as they are where a kit was unpacked."""
    data = folder / DATA
    return Terms(**{**terms, "rubric": "", "key": "", "data": str(data) if data.exists() else "", "kit": str(folder)})


def data_files() -> set[str]:
    """Where a kit has the files of the data."""
    return {f"{DATA}/{name}" for name in HOMEWORK.dataset().NAMES} if HOMEWORK.data else set()


def kit_of(terms: Terms, years: Iterable[Edition], limit: float, tell: Callable[[str], None]) -> Kit:
    """Raises UsageError. years: of the hand-ins. tell: is told of what takes long."""
    files: dict[str, bytes] = {}
    for year in years:
        text = text_of(terms.rubric_file(year), year)
        files[rubric_of_kit(year)] = with_answers(text, terms.load_rubric(year), year).encode()
        files[answers_of_kit(year)] = answers_kept(terms, year, tell)
    if terms.trains:
        data = HOMEWORK.dataset()
        folder = data.located(Path(terms.data) if terms.data else data.found_directory())
        data.load(folder)  # says what is wrong with it
        files |= {name: (folder / Path(name).name).read_bytes() for name in data_files()}
    return Kit(digest_of_code(), terms.plain(), limit, files)


def digest_of_code() -> str:
    """Changes with the code that judges, and with the code that carries it from machine to machine."""
    carries = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.py")))
    return digest_of_grader() + hashlib.sha256(carries.encode()).hexdigest()


def answers_kept(terms: Terms, year: Edition, tell: Callable[[str], None]) -> bytes:
    """A key with a year's answers: the one that is graded with, or one that is frozen from the reference, and kept."""
    answers = terms.load_answers(year)
    if not isinstance(answers, LiveAnswers):
        return Path(answers.path).read_bytes()  # type: ignore[attr-defined]
    import numpy as np

    from grader.run.freeze import frozen

    path = cache_folder() / f"frozen-{answers.digest()}-{terms.seed}.key"
    found = recall(path)
    if found is None:
        tell(f"freezing the answers of the reference of {year.year} for the workers: some minutes, once")
        with np.errstate(all="ignore"):
            found = answer_key.content_of(frozen(answers, terms.seed))
        remember(path, found)
    return found
