"""The grade that counts: what people and lateness change, with reasons, in every export, and kept when graded again."""

from __future__ import annotations

import csv
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import pytest
from overlays import build
from warm_grade import Done, grade_warm

from grader.base.errors import UsageError
from grader.classroom.adjustments import Adjustment, Policy, grade_of, last_words, own_rows, read
from grader.classroom.gradebook import Gradebook

DUE = datetime(2026, 11, 20, 23, 59, tzinfo=timezone.utc)
METADATA = """\
submission_1:
  :submitters:
  - :name: Ann Lee
    :sid: '11'
    :email: ann@x.edu
  :created_at: 2026-11-20 20:00:00.000000000 Z
submission_2:
  :submitters:
  - :name: Bob Roe
    :sid: '12'
    :email: bob@x.edu
  :created_at: 2026-11-22 08:00:00.000000000 Z
submission_3:
  :submitters:
  - :name: Bob Roe
    :sid: '12'
    :email: bob@x.edu
  :created_at: 2026-11-22 09:00:00.000000000 Z
"""
ROSTER = "Email address,ID number,Full name\nann@x.edu,11,Ann Lee\nbob@x.edu,12,Bob Roe\n"
ADJUSTMENTS = """\
who,item,points,of,reason,author
ann@x.edu,Softmax,4,,"the idea is right, and the axis a slip",Cara
11,Style,1.5,2,two long functions,Cara
nobody@x.edu,total,3,,a mistake in the file,Cara
"""


def say(item: str, points: str, of: str = "", who: str = "a") -> Adjustment:
    return Adjustment(who, item, points, of, "a reason", "Cara")


# --- one grade ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late", "policy", "points"),
    [
        (timedelta(), Policy(DUE, percent=10), 8),
        (timedelta(minutes=10), Policy(DUE, timedelta(minutes=15), 10), 8),
        (timedelta(minutes=20), Policy(DUE, timedelta(minutes=15), 10), 7),
        (timedelta(hours=24), Policy(DUE, percent=10), 7),
        (timedelta(hours=25), Policy(DUE, percent=10), 6),
        (timedelta(days=300), Policy(DUE, percent=10), 0),
        (timedelta(hours=25), Policy(None, percent=10), 8),
    ],
)
def test_lateness_costs_by_the_day_begun_beyond_the_grace(late: timedelta, policy: Policy, points: float) -> None:
    grade = grade_of(8, 10, {}, [], {}, DUE + late, policy)

    assert grade.points == points
    assert bool(grade.changes) == (points < 8)


def test_what_people_say_about_lateness_counts() -> None:
    judged, policy, late = {"Softmax": (2.0, 6.0, 4.0)}, Policy(DUE, percent=10), DUE + timedelta(days=1)

    assert grade_of(8, 10, judged, [say("late", "0")], {}, late, policy).points == 8
    assert grade_of(8, 10, judged, [say("late", "2.5")], {}, None, policy).points == 5.5
    assert grade_of(8, 10, judged, [say("submitted", "2026-11-20T12:00+00:00")], {}, late, policy).points == 8
    assert grade_of(8, 10, judged, [say("total", "9")], {}, late, policy).points == 9


def test_points_of_people_stand_in_place_of_the_graders_and_rows_are_the_whole_classs() -> None:
    judged = {"Softmax": (2.0, 6.0, 4.0), "Dense": (4.0, 4.0, 0.0)}
    said = [say("Softmax", "5"), say("Style", "1", "2"), say("Report", "3", "3", who="b")]

    grade = grade_of(6, 10, judged, said[:2], own_rows(said), None, Policy())

    assert (grade.points, grade.most, grade.not_judged) == (10, 15, 3)
    assert grade.changes == (
        "Softmax: 5 points instead of 2: a reason (Cara)",
        "Style: 1 of 2 points: a reason (Cara)",
        "Report: 3 points not judged yet",
    )


def test_last_word_about_a_thing_counts_and_an_empty_one_takes_it_back() -> None:
    said = [say("Softmax", "1"), say("Dense", "2"), say("Softmax", "3", who="A"), say("Dense", "")]

    assert [(each.item, each.points) for each in last_words(said)] == [("Softmax", "3")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ann,Sofmax,3,,why,me", r"line 2: Sofmax is no component.*`of`"),
        ("ann,Softmax,3,6,why,me", "line 2: Softmax is no row of your own"),
        ("ann,Softmax,nan,,why,me", "line 2: points must be a number.*'nan'"),
        ("ann,Style,-1,2,why,me", "line 2: points must be a number.*'-1'"),
        ("ann,Style,1,0,why,me", "line 2: of must be a number above 0"),
        ("ann,Softmax,3,,,me", "line 2: a reason and an author"),
        ("ann,submitted,yesterday,,why,me", "line 2: 'yesterday' is no time"),
        (",Softmax,3,,why,me", "line 2: who and item"),
    ],
)
def test_wrong_line_is_told_with_its_number(line: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "adjust.csv"
    path.write_text(f"who,item,points,of,reason,author\n{line}\n", encoding="utf-8")

    with pytest.raises(UsageError, match=says):
        read(path)


def test_merged_gradebook_brings_no_older_word_back(tmp_path: Path) -> None:
    here, there = Gradebook(tmp_path / "a.sqlite"), Gradebook(tmp_path / "b.sqlite")
    for book in (here, there):
        book.adjust([say("Softmax", "1")])
    here.adjust([say("Softmax", "2")])
    there.adjust([say("Dense", "4")])
    there.close()

    here.merge(tmp_path / "b.sqlite")

    assert [(each.item, each.points) for each in last_words(here.adjustments())] == [("Softmax", "2"), ("Dense", "4")]
    here.close()


# --- a class, through the command -----------------------------------------------------------------------------------


def grade_class(folder: Path, *options: str) -> Done:
    call = ("class", str(folder / "in"), "--output", str(folder / "out"), "--component", "Softmax", "ReLU", *options)
    return grade_warm(*call, "--roster", str(folder / "roster.csv"), env={**os.environ, "TZ": "UTC"})


def grades(folder: Path) -> dict[str, dict[str, str]]:
    with open(folder / "out" / "grades.csv", encoding="utf-8-sig", newline="") as file:
        return {row["hand-in"]: row for row in csv.DictReader(file)}


def test_changes_are_in_every_report_and_export_and_outlive_a_regrading(tmp_path: Path) -> None:
    handins = tmp_path / "in"
    handins.mkdir()
    for number, chaff in ((1, "softmax-over-batch"), (2, "float32-everywhere"), (3, "softmax-over-batch")):
        kind = "wheats" if chaff == "float32-everywhere" else "chaffs"
        build(kind, chaff, tmp_path).rename(handins / f"submission_{number}")
    (handins / "submission_metadata.yml").write_text(METADATA)
    (tmp_path / "roster.csv").write_text(ROSTER)
    (tmp_path / "adjust.csv").write_text(ADJUSTMENTS)
    policy = ("--due", "2026-11-20T23:59+00:00", "--grace", "15", "--late", "10")

    done = grade_class(tmp_path, *policy, "--adjust", str(tmp_path / "adjust.csv"))

    assert done.returncode == 0, done.stderr
    assert "3 grades are not as they were judged" in done.stdout
    assert "adjustments of nobody here: nobody@x.edu" in done.stdout
    found = grades(tmp_path)
    assert (found["submission_1"]["score"], found["submission_1"]["max_score"]) == ("7.5", "10")
    assert found["submission_1"]["graded_score"] == "2"
    assert "Softmax: 4 points instead of 0: the idea is right, and the" in found["submission_1"]["notes"]
    assert found["submission_2"]["score"] == "6", "8 of 8, and two days begun of 10 points"
    assert found["submission_2"]["not_judged"] == "2", "its style"
    assert found["submission_2"]["counts"] == "yes"
    moodle = (tmp_path / "out" / "moodle.csv").read_text(encoding="utf-8")
    assert "ann@x.edu,11,7.5,7.5 of 10 points; Softmax: 4 points" in moodle.replace('"', "")
    assert "handed in 1 day and 9 hours late: 2 points less (10 % for each day begun)" in moodle
    page = (tmp_path / "out" / "students" / "submission_1.html").read_text(encoding="utf-8")
    assert "the idea is right, and the axis a slip (Cara)" in page
    assert "Style" in page
    assert '<p class="score">7.5 ' in page
    assert "two long functions (Cara)" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    cases = ElementTree.parse(tmp_path / "out" / "junit.xml").findall(".//testsuite[@name='submission_1']/testcase")
    assert {case.get("name") for case in cases} == {"ReLU", "Softmax", "Style"}

    (tmp_path / "adjust.csv").write_text("who,item,points,of,reason,author\n11,Style,,,asked again,Cara\n")
    again = (*policy, "--attempts", "last", "--regrade", "--adjust", str(tmp_path / "adjust.csv"))
    assert grade_class(tmp_path, *again).returncode == 0

    found = grades(tmp_path)
    assert found["submission_1"]["score"] == "6", "what Cara said of Softmax outlives the regrading; her row is gone"
    assert found["submission_1"]["max_score"] == "8"
    assert (found["submission_2"]["counts"], found["submission_3"]["counts"]) == ("no", "yes")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--due", "soon"), "--due soon: is no time"),
        (("--late", "10"), "--late and --grace need --due"),
        (("--due", "2026-11-20", "--late", "200"), "--late 200: must be a percentage"),
        (("--adjust", "no-such.csv"), "--adjust no-such.csv: cannot be read"),
    ],
)
def test_wrong_call_is_one_line(options: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = grade_warm("class", str(tmp_path), *options)

    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
