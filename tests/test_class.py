"""`grade class`: hand-ins are found, graded, kept and told about, whatever happens meanwhile."""

from __future__ import annotations

import csv
import errno
import io
import os
import pwd
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from overlays import ROOT, build
from warm_grade import grade_warm

from grader.base.errors import UsageError
from grader.classroom import gradebook as gradebooks
from grader.classroom.class_list import Ledger, Line
from grader.classroom.gradebook import MIGRATIONS, Gradebook
from grader.classroom.jobs import job as unit
from grader.classroom.jobs.local import Ended, Unit
from grader.classroom.jobs.settings import Terms
from grader.classroom.outcome import HandInOutcome
from grader.classroom.output.files import file_name
from grader.classroom.output.lms import blackboard, canvas, moodle
from grader.classroom.output.progress import ClassProgress
from grader.classroom.people.handins import HandIn, Hint, distinct, find, folded
from grader.classroom.people.roster import match
from grader.classroom.people.roster import read as read_roster
from grader.classroom.schedule import MOST_LOST, ClassRun, KeyedHandIn
from grader.commands import class_ as class_command
from grader.isolation.needs import interpreter
from grader.isolation.users import closed_to_others
from grader.submission.archives import digest_of

TERMS = Terms("2470", ("Softmax",), 1470)
RESULT = {"edition": 2022, "score": 5.0, "max_score": 6.0, "components": [], "training": []}
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Beras (77)\n    Points Possible,,,,,100\n"


class Scripted:
    """An executor that answers as told: {name: [what becomes of each attempt]}; anything else is graded."""

    def __init__(self, script: dict[str, list[Any]] | None = None, slots: int = 2) -> None:
        self.script, self.slots = script or {}, slots
        self.started: list[str] = []
        self.under_way: list[Unit] = []

    def start(self, unit: Unit) -> None:
        self.started.append(unit.name)
        self.under_way.append(unit)

    def wait(self, seconds: float) -> list[Ended]:
        unit = self.under_way.pop(0)
        answer = (self.script.get(unit.name) or [HandInOutcome("graded", result=dict(RESULT))]).pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return [Ended(unit, None, answer) if isinstance(answer, str) else Ended(unit, answer)]

    def close(self) -> None:
        pass


def run_of(book: Gradebook, *names: str) -> ClassRun:
    entries = {name: KeyedHandIn(HandIn(name, Path(name)), f"digest {name}", f"key {name}") for name in names}
    book.enrol((name, name, each.digest, each.key) for name, each in entries.items())
    return ClassRun(book, TERMS, "terms", entries, set(names))


@pytest.fixture
def book(tmp_path: Path):
    opened = Gradebook(tmp_path / "gradebook.sqlite")
    yield opened
    opened.close()


# --- finding ----------------------------------------------------------------------------------------------------


def test_layouts_of_all_platforms_are_found(tmp_path: Path):
    for name in ("alice", "submission_12", "Jane Doe_77_assignsubmission_file_"):
        (tmp_path / name).mkdir()
    for name in ("roejohn_55_100_a.zip", "roejohn_LATE_55_200_b.zip", "loe_56_300_layers.py", "bob.zip", "read.me"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "submission_metadata.yml").write_text(
        "submission_12:\n  :submitters:\n  - :name: Ann Poe\n    :sid: '9'\n    :email: ann@x.edu\n"
    )

    found = find(tmp_path)

    by_name = {each.name: each for each in found.handins}
    assert set(by_name) == {"alice", "bob", "submission_12", "Jane Doe_77", "roejohn_55", "loe_56"}
    assert by_name["submission_12"].people == (Hint("Ann Poe", "9", "ann@x.edu"),)
    assert by_name["Jane Doe_77"].people == (Hint("Jane Doe", "77"),)
    assert by_name["roejohn_55"].path.name == "roejohn_LATE_55_200_b.zip"
    assert "single files" in by_name["loe_56"].fault
    assert set(found.others) == {"read.me"}


@pytest.mark.parametrize(
    ("file", "who"),
    [
        ("doejane_55_9001_Bob Roe_78_assignsubmission_file_hw2.zip", "55"),
        ("doejane_LATE_55_9001_Bob Roe_78_assignsubmission_file_.zip", "55"),
        ("Jane Doe_77_assignsubmission_file_Bob Roe_78_assignsubmission_file_hw2.zip", "77"),
        ("Jane Doe_77_assignsubmission_file_roebob_78_9001_hw2.zip", "77"),
    ],
)
def test_chosen_file_name_does_not_make_a_hand_in_somebody_elses(tmp_path: Path, file: str, who: str):
    (tmp_path / file).touch()

    assert [hint.id for each in find(tmp_path).handins for hint in each.people] == [who]


def test_no_two_hand_ins_have_one_page():
    hashed = file_name("a/b")
    names = ["a/b", "a:b", hashed, hashed.upper(), file_name(hashed)]

    pages = {file_name(each).casefold() for each in names}

    assert len(pages) == len(names)
    assert not any("/" in each or ":" in each for each in pages)


def test_hand_ins_whose_names_a_file_system_takes_for_one_are_told_apart(tmp_path: Path):
    handins = distinct([HandIn(name, tmp_path) for name in ("Jane\u0301", "JAN\u00c9", "jane\u0301", "Jan\u00e9")])

    assert len({folded(each.name) for each in handins}) == 4


def test_roster_names_people_by_whatever_the_export_knows(tmp_path: Path):
    file = tmp_path / "roster.csv"
    file.write_text(CANVAS + '"Doe, Jané",55,S1,jdoe,A,\n"Doe, Jim",56,S2,jim,A,\n"Roe, Al",57,S3,al,A,\n')
    handins = [
        HandIn("doejane_1", tmp_path, (Hint(squashed="doejane"),)),
        HandIn("JIM", tmp_path),
        HandIn("x", tmp_path, (Hint(name="Al Roe"),)),
        HandIn("nobody", tmp_path),
    ]

    found = match(read_roster(file), handins)

    assert {name: [each.name for each in people] for name, people in found.items()} == {
        "doejane_1": ["Doe, Jané"], "JIM": ["Doe, Jim"], "x": ["Roe, Al"], "nobody": [],
    }  # fmt: skip


def test_roster_knows_people_of_one_name_by_any_of_their_numbers(tmp_path: Path):
    file = tmp_path / "roster.csv"
    file.write_text("Identifier,Full name,ID number\nParticipant 71,Ann Ash,s1\nParticipant 72,Ann Ash,s2\n")
    handins = [HandIn(number, tmp_path, (Hint("Ann Ash", number),)) for number in ("72", "s1")]

    found = match(read_roster(file), handins)

    assert [[person.ids for person in people] for people in found.values()] == [[("72", "s2")], [("71", "s1")]]


def test_platforms_read_their_grades_back(tmp_path: Path, book: Gradebook):
    file = tmp_path / "roster.csv"
    header, points = CANVAS.splitlines()
    file.write_text(f"{header},Email address\n{points},\n" + "Ann,1,S1,ann,A,,ann@x.edu\nBen,2,S2,ben,A,,b@x.edu\n")
    roster = read_roster(file)
    book.record("k", "t", HandInOutcome("graded", "d", result={**RESULT, "score": 83.333}))
    line = Line(KeyedHandIn(HandIn("ann", tmp_path), "d", "k"), book.rows()["k"], (roster.people[0],))
    ledger = Ledger([line], [roster.people[1]], {}, roster, 100.0)

    of_canvas = list(csv.DictReader(io.StringIO(canvas(ledger, "Beras"))))
    of_moodle = list(csv.DictReader(io.StringIO(moodle(ledger, "Beras"))))

    assert list(of_canvas[0])[-2:] == ["Section", "Beras (77)"]
    assert "Points Possible" in of_canvas[0]["Student"]
    assert [(row["ID"], row["Beras (77)"]) for row in of_canvas[1:]] == [("1", "83.33"), ("2", "")]
    assert [(row["Email address"], row["Beras"]) for row in of_moodle] == [("ann@x.edu", "83.33")]


def test_blackboard_finds_its_own_column_again(tmp_path: Path, book: Gradebook):
    column = "Beras [Total Pts: 100 Score] |345678"
    rows = [
        ["Last Name", "First Name", "Username", column], ["Poe", "Ann", "apoe", ""],
        ["Roe", "Ben", "broe", "7"], ["Doe", "Cleo", "cdoe", ""],
    ]  # fmt: skip
    file = tmp_path / "gc_download.xls"
    file.write_text("\r\n".join("\t".join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-16")
    roster = read_roster(file)
    book.record("k", "t", HandInOutcome("graded", "d", result={**RESULT, "score": 83.333}))
    book.record("bad", "t", HandInOutcome("ungradable", "d2", "is empty"))
    lines = [
        Line(KeyedHandIn(HandIn(name, tmp_path), key, key), book.rows()[key], (person,))
        for name, key, person in zip(("ann", "ben"), ("k", "bad"), roster.people)
    ]

    written = blackboard(Ledger(lines, [roster.people[2]], {}, roster, 100.0), "Beras")

    read = list(csv.DictReader(io.StringIO(written, newline=""), delimiter="\t"))
    assert list(read[0]) == ["Last Name", "First Name", "Username", column]
    assert [(row["Username"], row[column]) for row in read] == [("apoe", "83.33"), ("broe", ""), ("cdoe", "")]


def test_class_report_shows_who_trains_unlike_the_rest(tmp_path: Path, book: Gradebook):
    pytest.importorskip("jinja2")
    from grader.classroom.output.class_report import class_report

    lines = []
    check = {"name": "training.simple/accuracy", "outcome": "passed", "points": 6.0, "max_points": 6.0}
    probes = [{**check, "diagnosis": [], "message": ""}]
    for number, cpu in enumerate((1.0, 1.1, 0.9, 1.0, 1.05, 9.0)):
        goal = {"accuracy": 0.85, "epoch": 1, "wall_seconds": 99.0, "cpu_seconds": cpu}
        training = {"model": "simple", "threshold": 0.85, "milestones": [goal], "ratio_to_reference": cpu}
        result = {**RESULT, "training": [training], "components": [{"name": "training.simple", "probes": probes}]}
        book.record(f"k{number}", "t", HandInOutcome("graded", f"d{number}", result=result))
        lines.append(Line(KeyedHandIn(HandIn(f"h{number}", tmp_path), "d", "k"), book.rows()[f"k{number}"]))
    book.record_yardstick("simple", 5.0, 1.0)

    page = class_report(Ledger(lines, max_score=6.0), book, [], "Beras", {})

    assert "simple: 6 of 6 reached 85 %" in page
    assert "reference 1.00 s" in page
    assert "<p>Far from the rest: h5 (9.00 s, 9 times the reference)</p>" in page


# --- the gradebook ----------------------------------------------------------------------------------------------


def test_nothing_is_recorded_twice_and_failures_of_the_grader_give_way(book: Gradebook):
    assert book.record("k", "t", HandInOutcome("failed", "d"))
    assert book.record("k", "t", HandInOutcome("graded", "d", result=RESULT))
    assert not book.record("k", "t", HandInOutcome("graded", "d", result={**RESULT, "score": 0.0}))

    assert [(row.state, row.score) for row in book.rows().values()] == [("graded", 5.0)]


def test_older_gradebook_is_brought_up_to_date_and_a_newer_one_left_alone(tmp_path: Path):
    path = tmp_path / "old.sqlite"
    old = sqlite3.connect(path)
    old.executescript(MIGRATIONS[0])
    old.execute("INSERT INTO results (key, digest, terms, state, recorded) VALUES ('k', 'd', 't', 'ungradable', '')")
    old.execute(f"PRAGMA application_id = {gradebooks.APPLICATION}")
    old.execute("PRAGMA user_version = 1")
    old.commit()
    old.close()

    book = Gradebook(path)
    assert (book.rows()["k"].state, book.rows()["k"].edition) == ("ungradable", 2022)
    assert book.close_calls() == {}
    assert book.record(
        "l", "t", HandInOutcome("graded", "d", fingerprints=[["Softmax", "Softmax/forward", "f", [[1.0]], True]])
    )
    book.connection.execute("PRAGMA user_version = 99")
    book.close()

    with pytest.raises(UsageError, match="newer grader"):
        Gradebook(path)


def test_damaged_gradebook_is_said_to_be_damaged(tmp_path: Path):
    path = tmp_path / "gradebook.sqlite"
    path.write_bytes(b"not a database, but long enough to be read as one" * 40)

    with pytest.raises(UsageError, match="is damaged"):
        Gradebook(path)


def test_emptied_gradebook_does_not_begin_anew(tmp_path: Path):
    path = tmp_path / "gradebook.sqlite"
    path.touch()

    with pytest.raises(UsageError, match="is empty; put a copy in its place"):
        Gradebook(path)
    assert path.stat().st_size == 0


def test_full_disk_stops_the_run_and_loses_nothing(book: Gradebook):
    run = run_of(book, "a", "b")
    big = HandInOutcome("graded", result={**RESULT, "noise": os.urandom(200_000).hex()})
    pages = book.connection.execute("PRAGMA page_count").fetchone()[0]
    book.connection.execute(f"PRAGMA max_page_count = {pages + 5}")

    with pytest.raises(UsageError, match=r"disk is full.*run the same command again"):
        run.grade(lambda: Scripted({"b": [big]}, slots=1))

    assert set(book.rows()) == {"key a"}


def test_full_temporary_folder_is_nobodys_fault_and_tried_again(book: Gradebook, monkeypatch: pytest.MonkeyPatch):
    def full(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(unit, "settled", full)
    outcome = unit.grade(SimpleNamespace(), TERMS, ROOT / "reference", "a")  # type: ignore[arg-type]
    book.record("k", "t", outcome)

    assert "no room is left for temporary files" in outcome.reason
    assert not book.rows()["k"].is_final


def test_locked_gradebook_is_waited_for(book: Gradebook, monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []
    book.tell = told.append
    other = sqlite3.connect(book.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    book.connection.execute("PRAGMA busy_timeout = 0")
    clock = iter((0.0, 1.0))
    monkeypatch.setattr(gradebooks.time, "monotonic", lambda: next(clock, 1e9))

    with pytest.raises(UsageError, match="keeps it locked"):
        book.note("a", "b")
    other.execute("ROLLBACK")
    other.close()
    book.note("a", "b")

    assert told == [f"{book.path}: another program has locked it; waiting"]
    assert book.notes() == [("a", "b")]


def test_clock_that_jumps_back_changes_no_order(book: Gradebook, monkeypatch: pytest.MonkeyPatch):
    for key, hour in (("a", "2031-01-01T00:00:00Z"), ("b", "1999-01-01T00:00:00Z")):
        monkeypatch.setattr(gradebooks, "now", lambda hour=hour: hour)
        book.record(key, "t", HandInOutcome("graded", "d", result=RESULT))

    assert [row.key for row in sorted(book.rows().values(), key=lambda row: row.id)] == ["a", "b"]


# --- running ----------------------------------------------------------------------------------------------------


def test_lost_process_is_tried_again_and_given_up_in_the_end(book: Gradebook):
    executor = Scripted({"a": ["it was killed"], "b": ["it was killed"] * MOST_LOST})
    executor.script["a"].append(HandInOutcome("graded", result=dict(RESULT)))

    run_of(book, "a", "b").grade(lambda: executor)

    rows = book.rows()
    assert (rows["key a"].state, rows["key b"].state) == ("graded", "failed")
    assert (executor.started.count("a"), executor.started.count("b")) == (2, MOST_LOST)


def test_stopped_run_goes_on_with_what_is_missing(book: Gradebook):
    with pytest.raises(KeyboardInterrupt):
        run_of(book, "a", "b", "c").grade(lambda: Scripted({"b": [KeyboardInterrupt()]}, slots=1))
    executor = Scripted()
    run_of(book, "a", "b", "c").grade(lambda: executor)

    assert executor.started == ["b", "c"]
    assert len(book.rows()) == 3


def test_hand_in_that_changed_meanwhile_counts_as_what_was_graded(book: Gradebook):
    run = run_of(book, "a")
    run.grade(lambda: Scripted({"a": [HandInOutcome("graded", "other digest", result=dict(RESULT))]}))

    rows = book.select("SELECT digest, key FROM handins")
    assert rows == [("other digest", TERMS.key_of("other digest", "terms"))]
    assert "changed" in book.notes()[0][1]


def test_verdict_of_the_clock_is_repeated_alone(book: Gradebook):
    late = HandInOutcome("graded", result={**RESULT, "score": 1.0}, close=["Softmax/forward"])
    executor = Scripted({"a": [late, HandInOutcome("graded", result=dict(RESULT))]})

    run_of(book, "a", "b").grade(lambda: executor)

    assert executor.started == ["a", "b", "a"]
    assert book.rows()["key a"].score == 5.0
    assert book.close_calls() == {}


def test_training_is_compared_with_the_reference_by_cpu_time(book: Gradebook):
    def trained(cpu: float) -> HandInOutcome:
        each = {"model": "simple", "threshold": 0.85, "outcome": "passed", "wall_seconds": 60.0, "cpu_seconds": cpu}
        milestone = {"accuracy": 0.85, "epoch": 1, "wall_seconds": 60.0, "cpu_seconds": cpu}
        return HandInOutcome("graded", result={**RESULT, "training": [{**each, "milestones": [milestone]}]})

    run = run_of(book, "a")
    run.take_yardstick(Ended(SimpleNamespace(name="reference"), trained(2.0)))  # type: ignore[arg-type]
    outcome = trained(5.0)
    run.compare_with_reference(outcome)

    assert outcome.result is not None
    assert outcome.result["training"][0]["ratio_to_reference"] == 2.5


# --- the command ------------------------------------------------------------------------------------------------


def grade_class(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("grade")), "class", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def test_class_is_graded_told_about_and_gone_on_with(tmp_path: Path):
    handins = tmp_path / "handins"
    handins.mkdir()
    wrong = build("chaffs", "softmax-over-batch", handins)
    (handins / "empty").mkdir()
    (handins / "nested").mkdir()
    with zipfile.ZipFile(handins / "nested" / "hw2.zip", "w") as archive:
        for path in (wrong / "Beras").rglob("*.py"):
            archive.write(path, f"hw2/{path.relative_to(wrong)}")
    shutil.copytree(wrong, handins / "twin")
    for name in ("grader", "json"):  # of a hand-in, where the command is typed
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('this is no module of the grader')")
    options = ("handins", "--component", "Softmax", "--no-training", "--jobs", "2", "--similarity")

    first = grade_class(*options, cwd=tmp_path)
    second = grade_class(*options, cwd=tmp_path)

    assert (first.returncode, second.returncode) == (1, 1), first.stderr
    assert "2 to do" not in first.stderr
    assert "0 to do" in second.stderr
    assert second.stdout == first.stdout
    rows = {
        row["hand-in"]: row
        for row in csv.DictReader(io.StringIO((tmp_path / "graded" / "grades.csv").read_text("utf-8-sig")))
    }
    assert rows["empty"]["state"] == "ungradable"
    assert {rows[name]["score"] for name in (wrong.name, "nested", "twin")} == {rows["twin"]["score"]}
    assert rows["twin"]["notes"] == f"the same contents as {wrong.name}"
    page = (tmp_path / "graded" / "report.html").read_text()
    assert 'href="#page-softmax-over-batch"' in page
    assert (tmp_path / "graded" / "students" / "twin.html").is_file()
    assert 'href="similarity.html"' in page
    assert f"{wrong.name} and twin" in (tmp_path / "graded" / "similarity.html").read_text()


def test_main_process_killed_in_the_middle_is_gone_on_with(tmp_path: Path):
    for name in ("a", "b", "c"):
        folder = shutil.copytree(ROOT / "reference", tmp_path / "handins" / name)
        (folder / "Beras" / "metrics.py").write_text(f"# {name}\n")
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp")}
    words = [sys.executable, "-m", "grader", "class", "handins", "--component", "ReLU", "--jobs", "1"]

    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith("1 of 3"):
            pass
        process.kill()
        process.stderr.read()  # to its end: then nothing that could write there is left
    assert os.listdir(tmp_path / "tmp") == []
    done = sqlite3.connect(tmp_path / "graded" / "gradebook.sqlite")
    before = done.execute("SELECT id, key, recorded FROM results ORDER BY id").fetchall()
    again = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    after = done.execute("SELECT id, key, recorded FROM results ORDER BY id").fetchall()
    done.close()

    assert again.returncode == 0
    assert f"the last run (process {process.pid}) was ended from outside" in again.stderr
    assert f"3 hand-ins, {len(before)} already graded" in again.stderr
    assert 1 <= len(before) < len(after) == 3
    assert after[: len(before)] == before


def test_digest_changes_with_code_and_with_nothing_else(tmp_path: Path):
    (tmp_path / "Beras").mkdir()
    (tmp_path / "Beras" / "layers.py").write_text("a = 1\n")
    before = digest_of(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "layers.py").write_text("b")
    assert digest_of(tmp_path) == before
    (tmp_path / "Beras" / "layers.py").write_text("a = 2\n")
    assert digest_of(tmp_path) != before


def test_killed_processes_leave_nothing_running_and_nothing_lost(tmp_path: Path):
    """The grader of a hand-in, then the nursery: each time the hand-in is lost, and the next one is graded."""
    from grader.classroom.jobs.local import LocalExecutor
    from grader.isolation.process_tree import children

    executor = LocalExecutor(TERMS, 1, 600.0)
    try:
        unit = Unit(1, "reference", ROOT / "reference", TERMS)
        executor.start(unit)
        while not children(executor.nursery.pid):
            pass
        os.kill(children(executor.nursery.pid)[0], signal.SIGKILL)
        assert until_ended(executor).outcome is None
        executor.start(Unit(2, "reference", unit.path, TERMS))
        while not children(executor.nursery.pid):
            pass
        executor.nursery.kill()
        select.select([executor.running[2].pipe], [], [])  # both have ended: one look finds both
        executor.nursery.wait()
        assert until_ended(executor).outcome is None
        executor.start(Unit(3, "reference", unit.path, TERMS))
        outcome = until_ended(executor).outcome
        assert outcome is not None
        assert outcome.state == "graded"
    finally:
        executor.close()


def until_ended(executor: Any) -> Ended:
    ended: list[Ended] = []
    while not ended:
        ended = executor.wait(1.0)
    return ended[0]


# --- hidden checks ----------------------------------------------------------------------------------------------


def test_hidden_checks_of_a_class_have_a_seed_of_their_own(tmp_path: Path):
    parsed = class_command.parser().parse_args([str(tmp_path), "--hidden-seed", str(2**127), "--component", "ReLU"])
    terms = class_command.terms_of(parsed)
    plain = replace(terms, hidden_seed=None)

    assert terms.hidden_seed == 2**127
    assert terms.hidden_seed_for(terms.load_answers()) == 2**127
    assert plain.hidden_seed_for(plain.load_answers()) is None
    assert Terms(**terms.plain()) == terms
    assert terms.digest() != plain.digest()


# --- progress -----------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "left"), [(Terminal(), "\r\x1b[K"), (io.StringIO(), "")])
def test_remarks_stay_and_a_terminal_shows_the_last_hand_in_alone(
    stream: io.StringIO, left: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TERM", "xterm")
    progress = ClassProgress(stream)

    progress({"event": "start", "handins": 3, "missing": 2})
    told = {"score": 81.0, "max_score": 86.0, "state": "graded", "reason": ""}
    progress({"event": "hand-in", "name": "ada", "done": 1, "of": 2, "left_seconds": 30.0, **told})
    progress({"event": "note", "name": "ben", "note": "a lost worker " + "x" * 100})

    start, one, note = (
        "3 hand-ins, 1 already graded, 2 to do\n",
        "1 of 2  ada: 81 of 86; about 30 s left",
        f"ben: a lost worker {'x' * 100}\n",
    )  # fmt: skip
    assert stream.getvalue() == f"{left}{start}{left}{one}" + ("" if left else "\n") + f"{left}{note}"


@pytest.mark.parametrize("user", ["nobody", "no-such-user"])
def test_hand_ins_run_as_the_user_that_is_named(user: str, tmp_path: Path):
    if user == "nobody" and (os.geteuid() != 0 or closed_to_others([interpreter(), tempfile.gettempdir()])):
        pytest.skip("only root becomes another user, who must be able to read Python")
    wrong = build("chaffs", "softmax-over-batch", tmp_path)
    losses = wrong / "Beras" / "activations.py"
    losses.write_text("import os\n\nprint('user', os.getuid())\n" + losses.read_text(encoding="utf-8"))
    (tmp_path / "in").mkdir()
    wrong.rename(tmp_path / "in" / "ann")
    where = ("class", str(tmp_path / "in"), "--output", str(tmp_path / "out"), "--component", "Softmax")

    done = grade_warm(*where, "--isolation", "basic", "--user", user)

    if user == "nobody":
        assert done.returncode == 0, done.stderr
        told = (tmp_path / "out" / "students" / "ann.html").read_text(encoding="utf-8")
        assert f"user {pwd.getpwnam(user).pw_uid}" in told
    else:
        assert done.returncode == 2
        assert done.stderr.endswith(f"grade: --user {user}: there is no such user\n")
