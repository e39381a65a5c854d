"""The gradebook: one SQLite file that takes every result as it arrives, and from which all else is written.

A result belongs to a key: the hash of the hand-in's contents and of all that a verdict depends on (terms.py). A key is
written once, so that whatever is graded twice, by whoever, counts once. Every write is a transaction on the disk before
the next one begins; a process that is killed loses what it was grading and nothing else. docs/class.md has the schema.
"""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from grader.base.errors import UsageError
from grader.classroom.adjustments import Adjustment
from grader.classroom.outcome import HandInOutcome
from grader.homework import FIRST_YEAR
from grader.result import NOT_JUDGED
from grader.submission.contents import shown

APPLICATION = 0x42455241  # 'BERA': tells a gradebook from other SQLite files
LOCK_PATIENCE = 60.0  # seconds that another program may keep the file locked

# Each entry leads to the next version of the schema. What is here is never changed, only added to.
MIGRATIONS = (
    """
    CREATE TABLE results (
        id INTEGER PRIMARY KEY,          -- in the order of arrival, which no clock can change
        key TEXT NOT NULL UNIQUE,        -- of what was graded: hand-in, grader, rubric, answers, seed
        digest TEXT NOT NULL,            -- of the hand-in's contents
        terms TEXT NOT NULL,             -- digest of all else
        state TEXT NOT NULL,             -- graded, stopped, ungradable, failed
        reason TEXT NOT NULL DEFAULT '', -- why it is not 'graded'
        score REAL,
        max_score REAL,
        seconds REAL NOT NULL DEFAULT 0,
        recorded TEXT NOT NULL,          -- UTC, for people
        result BLOB                      -- zlib(JSON), after result.schema.json
    );
    CREATE TABLE checks (                -- the checks of each result, for questions about the class
        result INTEGER NOT NULL REFERENCES results(id) ON DELETE CASCADE,
        component TEXT NOT NULL,
        name TEXT NOT NULL,
        outcome TEXT NOT NULL,
        points REAL NOT NULL,
        max_points REAL NOT NULL,
        diagnosis TEXT NOT NULL,         -- codes, separated by spaces
        message TEXT NOT NULL,           -- its first line
        PRIMARY KEY (result, name)
    ) WITHOUT ROWID;
    CREATE TABLE handins (               -- who handed in what, as of the last run that looked
        name TEXT PRIMARY KEY,
        path TEXT NOT NULL,
        digest TEXT NOT NULL,
        key TEXT NOT NULL                -- of the result that counts for it
    );
    CREATE TABLE notes (                 -- what happened, in order: changed hand-ins, lost processes
        id INTEGER PRIMARY KEY,
        recorded TEXT NOT NULL,
        handin TEXT NOT NULL,
        note TEXT NOT NULL
    );
    """,
    """
    -- close: checks near a time limit. alone: 1 where nothing else ran beside
    ALTER TABLE results ADD COLUMN close TEXT NOT NULL DEFAULT '';
    ALTER TABLE results ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE yardsticks (            -- trainings of the reference among those of the class, in order
        id INTEGER PRIMARY KEY,
        recorded TEXT NOT NULL,
        model TEXT NOT NULL,
        wall_seconds REAL NOT NULL,
        cpu_seconds REAL NOT NULL
    );
    CREATE TABLE fingerprints (          -- of wrong answers that no known mistake explains, by component
        result INTEGER NOT NULL REFERENCES results(id) ON DELETE CASCADE,
        component TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        PRIMARY KEY (result, component)
    ) WITHOUT ROWID;
    CREATE INDEX fingerprints_by_value ON fingerprints (fingerprint);
    """,
    """
    -- Until now nothing wrote any. A check has one of its own, and numbers that no hash can stand for
    DROP TABLE fingerprints;
    CREATE TABLE fingerprints (          -- of wrong answers, see grader/classroom/jobs/fingerprint.py
        result INTEGER NOT NULL REFERENCES results(id) ON DELETE CASCADE,
        component TEXT NOT NULL,
        name TEXT NOT NULL,              -- of the check
        form TEXT NOT NULL,              -- hash of what is discrete about the answer
        numbers TEXT NOT NULL,           -- JSON: what is measured, to be compared under a tolerance
        known INTEGER NOT NULL,          -- 1 where a misconception explains it
        PRIMARY KEY (result, name)
    ) WITHOUT ROWID;
    """,
    """
    -- edition: the year of the course. Until now there was one
    ALTER TABLE results ADD COLUMN edition INTEGER NOT NULL DEFAULT 2022;
    ALTER TABLE yardsticks ADD COLUMN edition INTEGER NOT NULL DEFAULT 2022;
    """,
    """
    -- not_judged: points that nobody can say anything about yet. Until now only the checks knew
    ALTER TABLE results ADD COLUMN not_judged REAL NOT NULL DEFAULT 0;
    UPDATE results SET not_judged = coalesce((SELECT sum(max_points) FROM checks WHERE result = results.id
        AND outcome IN ('blocked', 'grader fault', 'not graded')), 0);
    CREATE TABLE adjustments (           -- what people changed, in order: the last about one thing counts
        id INTEGER PRIMARY KEY,
        recorded TEXT NOT NULL,
        who TEXT NOT NULL,               -- a hand-in, or a person as the export or the roster knows them
        item TEXT NOT NULL,              -- a component, a row of one's own, total, late, submitted
        points TEXT NOT NULL,            -- '' takes it back
        most TEXT NOT NULL,              -- of a row of one's own
        reason TEXT NOT NULL,
        author TEXT NOT NULL
    );
    """,
)
RESULT_COLUMNS = (
    "key", "digest", "terms", "state", "reason", "score", "max_score", "seconds", "recorded", "result", "close",
    "alone", "edition", "not_judged",
)  # fmt: skip
DETAILS = {"checks": 8, "fingerprints": 6}  # tables with rows of a result, and how many columns they have


@dataclass(frozen=True)
class Row:
    """A result without its details."""

    id: int
    key: str
    state: str
    reason: str
    score: float | None
    max_score: float | None
    seconds: float
    edition: int = FIRST_YEAR
    not_judged: float = 0.0

    @property
    def is_final(self) -> bool:
        """Failures of the grader's own are tried again."""
        return self.state != "failed"


class Gradebook:
    """An open gradebook. `tell` is told what the person at the keyboard should know."""

    def __init__(self, path: Path, tell: Callable[[str], None] = lambda _: None) -> None:
        """Opens or makes one; an older one is brought up to date. Raises UsageError."""
        self.path, self.tell = path, tell
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            emptied = path.exists() and not path.stat().st_size
        except OSError as error:
            raise UsageError(f"{shown(path.parent)}: cannot be made ({error.strerror})") from None
        if emptied:  # SQLite would take it for a new one, and all results for missing
            raise UsageError(f"{shown(path)}: is empty; put a copy in its place, or delete it to begin a new gradebook")
        with self.explained():
            self.connection = sqlite3.connect(path, timeout=1.0, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self.connection.close()
                raise

    def _prepare(self) -> None:
        found = self._patiently("PRAGMA application_id").fetchone()[0]
        version = self._patiently("PRAGMA user_version").fetchone()[0]
        tables = self._patiently("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if found != APPLICATION and (tables or found):
            raise UsageError(f"{shown(self.path)}: is a database, but no gradebook; name another with --gradebook")
        if version > len(MIGRATIONS):
            raise UsageError(
                f"{shown(self.path)}: was written by a newer grader (schema {version}, this one knows "
                f"{len(MIGRATIONS)}); install that one, or name another gradebook"
            )
        fault = self._patiently("PRAGMA quick_check(1)").fetchone()[0]
        if fault != "ok":
            raise sqlite3.DatabaseError(fault)
        for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._patiently(f"PRAGMA {setting}")
        if version < len(MIGRATIONS):
            with self.transaction():
                # Once more, now that nobody else can write: another process may have been faster
                version = self.connection.execute("PRAGMA user_version").fetchone()[0]
                for number, script in enumerate(MIGRATIONS[version:], version + 1):
                    for statement in filter(str.strip, script.split(";\n")):
                        self.connection.execute(statement)
                    self.connection.execute(f"PRAGMA user_version = {number}")
                self.connection.execute(f"PRAGMA application_id = {APPLICATION}")

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self.connection.close()

    # --- writing ------------------------------------------------------------------------------------------------

    def record(self, key: str, terms: str, outcome: HandInOutcome, replace: bool = False, alone: bool = False) -> bool:
        """Writes a result; False where there was one with this key that counts already."""
        plain, result = None, outcome.result
        if result is not None:
            text = json.dumps(result, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            plain = zlib.compress(text.encode("utf-8", "replace"), 1)
        score, most = (result["score"], result["max_score"]) if result is not None else (None, None)
        about = (
            key, outcome.digest, terms, outcome.state, outcome.reason, score, most, outcome.seconds, now(), plain,
            " ".join(outcome.close), int(alone), (result or {}).get("edition", FIRST_YEAR),
            (result or {}).get("not_judged", 0.0),
        )  # fmt: skip
        prints = [
            (None, component, name, form, json.dumps(numbers, separators=(",", ":")), int(known))
            for component, name, form, numbers, known in outcome.fingerprints
        ]
        with self.explained(), self.transaction():
            return self._insert(about, {"checks": checks_of(result), "fingerprints": prints}, replace)

    def _insert(self, about: tuple[Any, ...], details: dict[str, list[tuple[Any, ...]]], replace: bool) -> bool:
        """One result with its details, unless there is one that counts."""
        old = self.connection.execute("SELECT state FROM results WHERE key = ?", about[:1]).fetchone()
        if old is not None and not replace and old[0] != "failed":
            return False
        self.connection.execute("DELETE FROM results WHERE key = ?", about[:1])
        marks = ", ".join("?" * len(about))
        columns = ", ".join(RESULT_COLUMNS)
        id_ = self.connection.execute(f"INSERT INTO results ({columns}) VALUES ({marks})", about).lastrowid
        for table, count in DETAILS.items():
            marks = ", ".join("?" * count)
            rows = [(id_, *row[1:]) for row in details[table]]
            self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        return True

    def record_yardstick(self, model: str, wall_seconds: float, cpu_seconds: float, year: int = FIRST_YEAR) -> None:
        with self.explained(), self.transaction():
            self.connection.execute(
                "INSERT INTO yardsticks (recorded, model, wall_seconds, cpu_seconds, edition) VALUES (?, ?, ?, ?, ?)",
                (now(), model, wall_seconds, cpu_seconds, year),
            )

    def enrol(self, handins: Iterable[tuple[str, str, str, str]]) -> None:
        """(name, path, digest, key) of every hand-in of this run. Those of earlier runs that are gone are forgotten;
        their results stay."""
        with self.explained(), self.transaction():
            self.connection.execute("DELETE FROM handins")
            self.connection.executemany("INSERT INTO handins VALUES (?, ?, ?, ?)", list(handins))

    def rekey(self, name: str, digest: str, key: str) -> None:
        """A hand-in was not what it was when the run began."""
        with self.explained(), self.transaction():
            self.connection.execute("UPDATE handins SET digest = ?, key = ? WHERE name = ?", (digest, key, name))

    def note(self, handin: str, note: str) -> None:
        with self.explained(), self.transaction():
            self.connection.execute(
                "INSERT INTO notes (recorded, handin, note) VALUES (?, ?, ?)", (now(), handin, note)
            )

    def adjust(self, adjustments: Iterable[Adjustment]) -> int:
        """Takes down what people changed, and says how much of it is news."""
        last = {(each.who, each.item): each for each in self.adjustments()}
        news = [each for each in adjustments if last.get((each.who, each.item)) != each]
        with self.explained(), self.transaction():
            self.connection.executemany(
                "INSERT INTO adjustments (recorded, who, item, points, most, reason, author) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(now(), *astuple(each)) for each in news],
            )
        return len(news)

    def adjustments(self) -> list[Adjustment]:
        """All of them, in order."""
        found = self.select("SELECT who, item, points, most, reason, author FROM adjustments ORDER BY id")
        return [Adjustment(*row) for row in found]

    def judged(self, id_: int) -> dict[str, tuple[float, float, float]]:
        """Points, most and not judged of each component of a result."""
        unjudged = ", ".join(f"'{outcome}'" for outcome in NOT_JUDGED)
        found = self.select(
            "SELECT component, sum(points), sum(max_points), "
            f"sum(CASE WHEN outcome IN ({unjudged}) THEN max_points ELSE 0 END) "
            "FROM checks WHERE result = ? GROUP BY component",
            (id_,),
        )
        return {name: (points, most, left) for name, points, most, left in found}

    def merge(self, path: Path) -> int:
        """Takes over the results of another gradebook, and says how many were new."""
        if not path.is_file():
            raise UsageError(f"{shown(path)}: there is no such gradebook to merge")
        other = Gradebook(path, self.tell)
        try:
            count = 0
            columns = ", ".join(RESULT_COLUMNS)
            with self.explained(), other.explained(), self.transaction():
                for id_, *about in other.connection.execute(f"SELECT id, {columns} FROM results ORDER BY id"):
                    details = {
                        table: other.connection.execute(f"SELECT * FROM {table} WHERE result = ?", (id_,)).fetchall()
                        for table in DETAILS
                    }
                    count += self._insert(tuple(about), details, False)
            known = set(self.adjustments())
            self.adjust(each for each in other.adjustments() if each not in known)
            return count
        finally:
            other.close()

    # --- reading ------------------------------------------------------------------------------------------------

    def rows(self) -> dict[str, Row]:
        """Every result by its key."""
        found = self.select(
            "SELECT id, key, state, reason, score, max_score, seconds, edition, not_judged FROM results"
        )
        return {row[1]: Row(*row) for row in found}

    def result(self, key: str) -> dict[str, Any] | None:
        """All that was found out about one hand-in; None where it could not be graded."""
        return self._unpacked(self.select("SELECT result FROM results WHERE key = ?", (key,)))

    def result_of(self, id_: int) -> dict[str, Any] | None:
        """The same, by the number of the result."""
        return self._unpacked(self.select("SELECT result FROM results WHERE id = ?", (id_,)))

    def _unpacked(self, found: list[Any]) -> dict[str, Any] | None:
        if not found or found[0][0] is None:
            return None
        try:
            return dict(json.loads(zlib.decompress(found[0][0])))
        except (zlib.error, ValueError) as error:
            raise UsageError(damaged(self.path, str(error))) from None

    def close_calls(self) -> dict[str, str]:
        """The checks near a time limit, by the key of the result, where no second look was taken."""
        return dict(self.select("SELECT key, close FROM results WHERE close != '' AND NOT alone"))

    def notes(self) -> list[tuple[str, str]]:
        """(hand-in, what happened), in order; what happened to no one hand-in goes by ''."""
        return self.select("SELECT handin, note FROM notes ORDER BY id")

    def select(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self.explained():
            return self._patiently(query, values).fetchall()

    def each(self, query: str) -> Iterator[Any]:
        """Row by row, where all of them would not fit into memory."""
        with self.explained():
            yield from self._patiently(query)

    # --- SQLite's moods -----------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; waits for other programs that have locked the file."""
        self._patiently("BEGIN IMMEDIATE")
        try:
            yield
            self._patiently("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            raise

    def _patiently(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Executes a statement; while the file is locked, again."""
        until, told = time.monotonic() + LOCK_PATIENCE, False
        while True:
            try:
                return self.connection.execute(statement, values)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                if not told:
                    self.tell(f"{shown(self.path)}: another program has locked it; waiting")
                    told = True

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Says for people what went wrong with the file. Raises UsageError."""
        try:
            yield
        except sqlite3.Error as error:
            raise UsageError(explanation(self.path, error)) from None


def explanation(path: Path, error: sqlite3.Error) -> str:
    """What happened, and what to do: what was recorded before is safe."""
    text, name = str(error), shown(path)
    if "full" in text or "disk I/O" in text:
        return f"{name}: the disk is full ({text}); what is recorded is safe: make room and run the same command again"
    if "locked" in text:
        return (
            f"{name}: another program keeps it locked; what is recorded is safe: close that program (an open sqlite3 "
            "shell?) and run the same command again"
        )
    if isinstance(error, sqlite3.OperationalError):
        return f"{name}: cannot be used ({text}); name another with --gradebook"
    return damaged(path, text)


def damaged(path: Path, text: str) -> str:
    name = shown(path)
    return (
        f"{name}: is damaged ({text}); restore a copy, or rescue what can be read with "
        f"`sqlite3 {name} .recover | sqlite3 rescued.sqlite` and go on with --gradebook rescued.sqlite"
    )


def checks_of(result: dict[str, Any] | None) -> list[tuple[Any, ...]]:
    """Rows of the table of checks; the result's number goes in front."""
    rows = []
    for part in result["components"] if result is not None else ():
        for probe in part["probes"]:
            message = probe["message"].partition("\n")[0]
            about = (probe["name"], probe["outcome"], probe["points"], probe["max_points"])
            rows.append((None, part["name"], *about, " ".join(probe["diagnosis"]), message))
    return rows


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
