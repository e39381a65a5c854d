"""How often a person's hand-ins are graded, and from which attempt on checks say what they found."""

from __future__ import annotations

import csv
import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from overlays import build
from results import assert_gradescope, component, failed, probe, valid
from test_adjustments import METADATA, ROSTER
from warm_grade import Done, grade_warm

from grader.base.attempts import AttemptRules, rules_of
from grader.base.errors import UsageError
from grader.explain.rows import shown_at
from grader.homework import FIRST
from grader.run.attempts import from_gradescope

NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def write_rubric(path: Path, **attempts: str) -> Path:
    """The built-in rubric, with other settings of [attempts], or all that a check says shown from an attempt on."""
    text = FIRST.rubric.read_text(encoding="utf-8")
    text = text.replace("\nmost = 0\n", f"\nmost = {attempts.get('most', 0)}\n")
    text = text.replace("\n[reveal]\n", f"\n[reveal]\n{attempts.get('reveal', '')}\n")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("chaffs", "softmax-over-batch", tmp_path_factory.mktemp("wrong"))


# --- what an attempt shows ----------------------------------------------------------------------------------------


def test_findings_are_shown_from_their_attempt_on_and_before_it_the_row_says_when(wrong: Path, tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path / "rubric.toml", reveal='"*" = 2\n"Softmax/*" = 3')
    texts = {}
    for attempt in (1, 3):
        options = ("--attempt", str(attempt), "--json", str(tmp_path / f"{attempt}.json"), "--rubric", str(rubric))
        done = grade_warm(str(wrong), "--only", "Softmax", "-v", *options)
        texts[attempt] = done.stdout + (tmp_path / f"{attempt}.json").read_text(encoding="utf-8")
        assert done.returncode == 1, done.stderr
    results = {attempt: json.loads((tmp_path / f"{attempt}.json").read_text()) for attempt in texts}

    for attempt in results:
        valid((tmp_path / f"{attempt}.json").read_text(encoding="utf-8"))
    assert [results[attempt]["attempt"] for attempt in results] == [1, 3]
    assert results[1]["score"] == results[3]["score"]
    for word in ("over axis 0", "np.array"):
        assert (word in texts[1], word in texts[3]) == (False, True)
    assert "forward: shown from attempt 3 on; this is attempt 1" in texts[1]
    assert "same reason" not in texts[1]
    assert "shown from attempt" not in texts[3]


def test_what_is_right_missing_or_hidden_is_held_back_in_no_attempt() -> None:
    wrong, right = failed("A/wrong", 2, "the cause"), probe("A/right", message="a note")
    missing, secret = failed("A/missing", 1, "line 3"), failed("A/secret", 1, "hidden")
    missing.outcome, secret.hidden = "not implemented", True
    row = component("A", wrong, right, missing, secret)
    reveal = dict.fromkeys(("A/wrong", "A/right", "A/missing", "A/secret"), 5)

    shown = shown_at(row, reveal, 4)

    assert [each.message for each in shown.probes] == [
        "wrong: shown from attempt 5 on; this is attempt 4", "a note", "line 3", "hidden",
    ]  # fmt: skip
    assert (shown.probes[0].points, shown.probes[0].max_points) == (0, 2)
    assert shown.message == shown.probes[0].message
    assert shown_at(row, reveal, 5) == shown_at(row, reveal, 0) == row


# --- how often is graded ------------------------------------------------------------------------------------------


def test_attempts_are_graded_up_to_the_most_within_the_hours() -> None:
    rules = AttemptRules(2, 24)

    assert rules.next_graded([], NOON) is None
    assert rules.next_graded([NOON - 30 * HOUR, NOON - HOUR], NOON) is None
    assert rules.next_graded([NOON - 30 * HOUR, NOON - 3 * HOUR, NOON - HOUR], NOON) == NOON + 21 * HOUR
    assert AttemptRules(0).next_graded([NOON] * 9, NOON) is None


def metadata(path: Path, now: datetime, earlier: list[tuple[datetime, dict[str, Any]]]) -> Path:
    """What Gradescope tells of a submission: of earlier ones only the latest has its results."""
    previous = [
        {"submission_time": when.isoformat(), "score": 1.0, "autograder_error": False, "results": found}
        for when, found in earlier
    ]
    for each in previous[:-1]:
        del each["results"]
    path.write_text(json.dumps({"created_at": now.isoformat(), "previous_submissions": previous}))
    return path


def test_gradescope_keeps_the_last_result_of_whoever_tries_too_often(wrong: Path, tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path / "rubric.toml", most="2")
    earlier: list[tuple[datetime, dict[str, Any]]] = []

    def hand_in(after: timedelta) -> tuple[Done, dict[str, Any]]:
        now, results = NOON + after, tmp_path / f"{len(earlier)}.json"
        told = metadata(tmp_path / "metadata.json", now, earlier)
        options = ("--rubric", str(rubric), "--gradescope", str(results), "--metadata", str(told))
        done = grade_warm(str(wrong), "--only", "Softmax", "ReLU", *options)
        found = json.loads(results.read_text(encoding="utf-8"))
        assert_gradescope(found, 8)
        earlier.append((now, found))
        return done, found

    hand_in(0 * HOUR)
    _, second = hand_in(1 * HOUR)
    third, kept = hand_in(2 * HOUR)
    _, again = hand_in(3 * HOUR)
    fifth, graded = hand_in(24 * HOUR)

    assert second["extra_data"]["attempt"] == 2
    assert third.returncode == 2
    assert third.stderr.count("\n") == 1
    assert "not graded: 2 attempts within 24 hours are graded; the next one from 2026-11-21T12:00:00" in third.stderr
    assert kept["output"].startswith(
        "Not graded: 2 attempts within 24 hours are graded. Hand in again from 2026-11-21 12:00 (UTC+0000) on. Below"
    )
    assert kept["output"].endswith(second["output"])
    assert (kept["score"], kept["tests"]) == (second["score"], second["tests"])
    assert again["output"] == kept["output"], "nor does the refused one count"
    assert fifth.returncode == 1
    assert graded["extra_data"]["attempt"] == 3


@pytest.mark.parametrize("text", ["", "[]", '{"created_at": 3, "previous_submissions": []}', '{"created_at": "x"}'])
def test_metadata_that_tell_nothing_are_a_first_attempt(text: str, tmp_path: Path) -> None:
    (tmp_path / "metadata.json").write_text(text)

    attempt, fault = from_gradescope(tmp_path / "metadata.json")

    assert (attempt.number, attempt.graded) == (1, ())
    assert "tells of no attempts; this counts as the first one" in fault
    assert "cannot be read (No such file" in from_gradescope(tmp_path / "none.json")[1]


@pytest.mark.parametrize(
    ("attempts", "reveal", "says"),
    [
        ({"most": -1, "hours": 1}, {}, "most: must be a whole number from 0"),
        ({"most": True, "hours": 1}, {}, "most: must be a whole number from 0"),
        ({"most": 1, "hours": 0}, {}, "hours: must be a number above 0"),
        ({"most": 1, "hours": 1}, {"Softmax/*": 0}, '"Softmax/*": must be the number of an attempt'),
        ({"most": 1, "hours": 1}, [], r"\[reveal\]: must be a table"),
    ],
)
def test_wrong_rules_are_told(attempts: Any, reveal: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says.replace("*", r"\*")):
        rules_of({"attempts": attempts, "reveal": reveal}, "rubric.toml")


def test_a_class_counts_no_attempt_beyond_the_most(wrong: Path, tmp_path: Path) -> None:
    """Bob hands in twice within an hour: the second one is better, and one too many."""
    handins = tmp_path / "in"
    handins.mkdir()
    build("chaffs", "softmax-over-batch", tmp_path).rename(handins / "submission_2")
    build("wheats", "float32-everywhere", tmp_path).rename(handins / "submission_3")
    (handins / "submission_metadata.yml").write_text(METADATA)
    (tmp_path / "roster.csv").write_text(ROSTER)
    options = ("--roster", str(tmp_path / "roster.csv"), "--rubric", str(write_rubric(tmp_path / "r.toml", most="1")))
    where = ("class", str(handins), "--output", str(tmp_path / "out"), "--component", "Softmax", "ReLU")

    done = grade_warm(*where, *options, env={**os.environ, "TZ": "UTC"})

    assert done.returncode == 0, done.stderr
    with open(tmp_path / "out" / "grades.csv", encoding="utf-8-sig", newline="") as file:
        found = {row["hand-in"]: row for row in csv.DictReader(file)}
    assert (found["submission_2"]["counts"], found["submission_3"]["counts"]) == ("yes", "no")
    assert "one more than 1 attempt within 24 hours: it does not count" in found["submission_3"]["notes"]
