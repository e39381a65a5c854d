"""Every writer keeps to the rules of whoever reads its file, whatever a submission says."""

from __future__ import annotations

import base64
import copy
import csv
import dataclasses
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest
from overlays import ROOT, build, run
from results import (
    RESULTS,
    SCHEMA,
    assert_gradescope,
    blocked,
    component,
    failed,
    hostile,
    huge,
    made,
    ordinary,
    probe,
    strict,
    trained,
    valid,
)

from grader import result
from grader.explain.evidence import MOST_NUMBERS, definitions, differing, mismatch, values
from grader.judge.compare import Difference, close
from grader.report.from_json import from_json
from grader.report.notebook import notebook_result
from grader.report.to_annotations import to_annotations
from grader.report.to_json import to_json
from grader.report.to_markdown import COMMENT, SUMMARY, to_markdown, to_summary
from grader.report.writers import WRITERS
from grader.result import ComponentResult, Mismatch, Outcome, ProbeResult, Result, TrainingResult, Values


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("chaffs", "softmax-over-batch", tmp_path_factory.mktemp("submission"))


@pytest.fixture(scope="module")
def written(submission: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file that one run can write; their names are the writers'."""
    folder = tmp_path_factory.mktemp("written")
    options = [word for name in [*WRITERS, "jsonl"] for word in (f"--{name}", str(folder / name))]

    done = run(str(submission), "--only", "Softmax", "Dense", "training.simple", *options, timeout=300)

    assert done.returncode == 1, done.stderr
    return folder


@pytest.fixture(scope="module")
def plain(written: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((written / "json").read_text(encoding="utf-8"))
    return found


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("kind", RESULTS)
def test_writer_is_a_function_of_the_result_and_changes_nothing(name: str, kind: str) -> None:
    one, other = RESULTS[kind](), RESULTS[kind]()
    before = copy.deepcopy(one)

    assert WRITERS[name](one) == WRITERS[name](other)
    assert one == before


@pytest.mark.parametrize("name", ["html", "markdown", "csv", "json", "junit", "gradescope", "prairielearn"])
def test_writer_tells_another_year(name: str) -> None:
    later = dataclasses.replace(ordinary(), edition=2025, recognised_by="`forward`")

    assert "2025" not in WRITERS[name](ordinary())
    assert "2025" in WRITERS[name](later)


def test_result_of_a_grader_that_knew_one_year_is_of_that_year() -> None:
    plain = ordinary().plain()
    del plain["edition"], plain["recognised_by"]

    assert from_json(json.dumps(plain)).edition == 2022


@pytest.mark.parametrize("name", WRITERS)
def test_writer_has_an_option_and_writes_what_it_prints(name: str, written: Path, plain: dict[str, Any]) -> None:
    text = (written / name).read_bytes().decode("utf-8")

    assert text == WRITERS[name](from_json(json.dumps(plain)))
    assert f"--{name} FILE" in run("--help").stdout


def test_format_prints_what_the_file_would_hold(submission: Path, tmp_path: Path) -> None:
    done = run(str(submission), "--only", "ReLU", "--format", "csv", "--csv", str(tmp_path / "csv"))

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == (tmp_path / "csv").read_text(encoding="utf-8").splitlines()
    assert "ReLU" in done.stdout


def test_package_ships_what_the_writers_read() -> None:
    from grader.base import tomlfile

    patterns = tomlfile.read(ROOT / "pyproject.toml")["tool"]["setuptools"]["package-data"]["grader"]
    shipped = {path for pattern in patterns for path in (ROOT / "grader").glob(pattern)}

    read = [path for path in (ROOT / "grader" / "report").iterdir() if path.is_file() and path.suffix != ".py"]
    assert {path.name for path in read} == {"report.html", "explain_page.html"}
    assert set(read) <= shipped


# --- JSON -------------------------------------------------------------------------------------------------------------


def test_schema_is_one_and_knows_every_field_of_the_result() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    described = {"Result": SCHEMA, **SCHEMA["$defs"]}
    names = {
        "Result": Result, "component": ComponentResult, "probe": ProbeResult, "mismatch": Mismatch, "values": Values,
        "training": TrainingResult, "milestone": result.Milestone, "digit": result.Digit,
    }  # fmt: skip
    for name, kind in names.items():
        fields = {field.name for field in dataclasses.fields(kind)}
        assert set(described[name]["properties"]) == fields, name
        assert set(described[name]["required"]) == fields, name
    assert set(SCHEMA["$defs"]["outcome"]["enum"]) == set(map(str, Outcome))
    assert SCHEMA["properties"]["version"]["const"] == result.VERSION


def test_json_of_a_run_is_valid_and_carries_its_arrays(written: Path) -> None:
    found = valid((written / "json").read_text(encoding="utf-8"))

    (softmax,) = (part for part in found["components"] if part["name"] == "Softmax")
    first = softmax["probes"][0]
    assert (first["file"], first["line"]) == ("Beras/activations.py", 37)
    (difference,) = first["mismatches"]
    assert difference["first"] == [0, 0]
    assert np.shape(difference["expected"]["numbers"]) == tuple(difference["expected"]["shape"])
    assert np.sum(difference["expected"]["numbers"], axis=1) == pytest.approx(1)
    assert np.sum(difference["actual"]["numbers"], axis=0) == pytest.approx(1)


@pytest.mark.parametrize("kind", RESULTS)
def test_json_of_any_result_is_valid(kind: str) -> None:
    one = RESULTS[kind]()

    assert valid(to_json(one)) == json.loads(json.dumps(one.plain()))


def test_json_has_a_row_of_numbers_on_one_line() -> None:
    lines = to_json(ordinary()).splitlines()

    assert any(line.strip() in ("[0.0, 1.0, 2.0],", "[0.0, 1.0, 2.0]") for line in lines)


def test_json_text_that_looks_like_a_row_stays_as_it_is() -> None:
    odd = '[\n  1,\n  2\n]","[\n 3\n]'

    assert valid(to_json(made(notes=[odd])))["notes"] == [odd]


@pytest.mark.parametrize("missing", ["version", "score", "components"])
def test_schema_refuses_a_result_without_a_field(missing: str) -> None:
    found = json.loads(to_json(ordinary()))
    del found[missing]

    with pytest.raises(jsonschema.ValidationError, match=missing):
        jsonschema.Draft202012Validator(SCHEMA).validate(found)


# --- what a difference leaves behind ----------------------------------------------------------------------------------

ARRAYS = {
    "one number": ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.5, 4.0]], [2]),
    "rounding": ([1.0, 2.0], [1.000001, 2.0], []),
    "nan came back": ([1.0, 2.0, 3.0], [1.0, np.nan, 3.0], [1]),
    "infinity is right": ([np.inf, 2.0], [np.inf, 2.0], []),
    "infinity came back": ([1.0, 2.0], [1.0, -np.inf], [1]),
    "only zeros": ([0.0, 0.0], [0.0, 1e-3], [1]),
    "whole numbers": ([1, 2, 3], [1, 3, 2], [1, 2]),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_places_of_a_difference_are_where_the_comparison_sees_it(case: str) -> None:
    expected, actual, places = (np.array(each) for each in ARRAYS[case])

    assert np.flatnonzero(differing(actual, expected, 1e-5)).tolist() == places.tolist()
    assert close(actual, expected, 1e-5) == (not places.size)


def test_mismatch_names_the_first_place_and_keeps_small_arrays_only() -> None:
    expected = np.arange(12.0).reshape(3, 4)
    actual = expected.copy()
    actual[1, 2], actual[2, 0] = np.nan, -np.inf

    found = mismatch(Difference("w", "value", expected, actual), 1e-5)

    assert (found.first, found.places) == ([1, 2], [6, 8])
    assert found.actual.numbers[1][2] == "nan"
    assert found.actual.numbers[2][0] == "-inf"
    assert values(np.zeros(MOST_NUMBERS)).numbers is not None
    assert values(np.zeros(MOST_NUMBERS + 1)).numbers is None


def test_mismatch_of_shapes_has_both_arrays_and_no_place() -> None:
    found = mismatch(Difference("w", "shape", np.zeros((2, 3)), np.zeros((3, 2))), 1e-5)

    assert (found.expected.shape, found.actual.shape) == ([2, 3], [3, 2])
    assert (found.first, found.places) == ([], [])


def test_definitions_have_the_lines_of_methods(tmp_path: Path) -> None:
    path = tmp_path / "layers.py"
    path.write_text("import numpy\n\n\nclass Dense:\n    def forward(self):\n        pass\n\n\ndef free():\n    pass\n")

    assert definitions(path) == {"Dense": 4, "Dense.forward": 5, "free": 9}


# --- JUnit ------------------------------------------------------------------------------------------------------------

# From pytest's junit-10.xsd: attributes (required first), and what may be inside
ELEMENTS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"time", "skipped", "timestamp", "hostname"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name"}, {"time", "classname"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    **{name: (set(), {"type", "message"}, set()) for name in ("skipped", "error", "failure")},
    "system-out": (set(), set(), set()),
}


def junit(text: str) -> ElementTree.Element:
    """The parsed file; every element is as the schema has it, and the counts are those of the cases."""
    root = ElementTree.fromstring(text)
    for element in root.iter():
        required, optional, children = ELEMENTS[element.tag]
        assert required <= set(element.attrib) <= required | optional
        assert {child.tag for child in element} <= children
        if "time" in element.attrib:
            assert re.fullmatch(r"\d+(\.\d{1,3})?", element.attrib["time"])
    for suite in root:
        counts = {"tests": "testcase", "failures": ".//failure", "errors": ".//error", "skipped": ".//skipped"}
        assert {name: int(suite.attrib[name]) for name in counts} == {
            name: len(suite.findall(path)) for name, path in counts.items()
        }
    return root


@pytest.mark.parametrize("kind", RESULTS)
def test_junit_keeps_to_the_schema(kind: str) -> None:
    root = junit(WRITERS["junit"](RESULTS[kind]()))

    assert root.tag == "testsuites"


def test_junit_tells_wrong_from_stopped_from_not_judged() -> None:
    root = junit(WRITERS["junit"](ordinary()))

    kinds = {case.attrib["classname"]: [child.tag for child in case][:1] for case in root.iter("testcase")}
    assert kinds == {"Dense": ["failure"], "ReLU": ["error"], "Softmax": ["skipped"], "Model": []}
    assert root.find(".//error").attrib["type"] == "timed out"  # type: ignore[union-attr]
    assert [root.attrib[name] for name in ("tests", "failures", "errors")] == ["5", "1", "1"]
    points = {suite.attrib["name"]: suite.find("properties/property").attrib["value"] for suite in root}  # type: ignore[union-attr]
    assert points == {"Dense": "2.5", "ReLU": "0", "Softmax": "0", "Model": "0"}


# --- platforms --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RESULTS)
def test_gradescope_keeps_to_the_specification(kind: str) -> None:
    one = RESULTS[kind]()

    assert_gradescope(strict(WRITERS["gradescope"](one)), one.max_score)


def test_gradescope_has_a_leaderboard_of_accuracy_and_time_to_it() -> None:
    slow = dataclasses.replace(trained(), model="simple", accuracy=[0.9], milestones=[])
    timed = dataclasses.replace(
        trained(), milestones=[result.Milestone(0.85, 1, 1.0, 0.5), result.Milestone(0.95, 2, 2.0, 1.234)]
    )

    found = json.loads(WRITERS["gradescope"](made(training=[slow, trained(), timed])))["leaderboard"]

    assert found == [
        {"name": "simple: test accuracy, %", "value": 90.0, "order": "desc"},
        {"name": "advanced: test accuracy, %", "value": 96.0, "order": "desc"},
        {"name": "advanced: seconds to 95%", "value": 2.0, "order": "asc"},
        {"name": "advanced: test accuracy, %", "value": 96.0, "order": "desc"},
        {"name": "advanced: seconds to 95%", "value": 1.23, "order": "asc"},
    ]


def test_gradescope_only_informs_of_what_has_no_points() -> None:
    tests = {each["name"]: each for each in json.loads(WRITERS["gradescope"](ordinary()))["tests"]}

    assert "score" not in tests["Model"]
    assert tests["Model"]["status"] == "passed"
    assert (tests["Dense"]["score"], tests["Dense"]["max_score"], tests["Dense"]["status"]) == (2.5, 5, "failed")
    assert "the sign is wrong" in tests["Dense"]["output"]


@pytest.mark.parametrize("kind", RESULTS)
def test_prairielearn_keeps_to_its_rules(kind: str) -> None:
    text = WRITERS["prairielearn"](RESULTS[kind]())
    found = strict(text)

    assert len(text.encode("utf-8", "replace")) <= 1_000_000
    assert found["gradable"] is True
    assert 0 <= found["score"] <= 1
    for each in found["tests"]:
        assert {"name", "points", "max_points"} <= set(each)
        assert all(isinstance(each[name], (int, float)) for name in ("points", "max_points"))


# --- what was not judged, and what has no points ----------------------------------------------------------------


def unjudged() -> Result:
    """A component that waits, and one of which a side check does."""
    most = [probe("Adam/step", points=3, most=3), blocked("Adam/amsgrad", 1)]
    return made(component("ReLU", blocked("ReLU/forward", 2)), component("Adam", *most, outcome="passed"))


def test_no_writer_shows_what_was_not_judged_as_passed_or_lost() -> None:
    one = unjudged()

    assert (one.score, one.max_score, one.not_judged, one.exit_code) == (3, 6, 3, 1)
    assert [part.lost for part in one.components] == [0, 0]
    assert [part.is_fine for part in one.components] == [False, False]
    assert one.components["Adam"].why == "1 point not judged: blocked by Dense, which is not right yet"
    assert "score 3 of 6, 50%, 3 points not judged" in " ".join(repr(notebook_result(one)).split())
    assert [each["status"] for each in json.loads(WRITERS["gradescope"](one))["tests"]] == ["failed", "failed"]
    assert [each["passed"] for each in json.loads(WRITERS["classroom50"](one))["tests"]] == [False, False]
    classroom = json.loads(base64.b64decode(WRITERS["github-classroom"](one)))
    assert [each["status"] for each in classroom["tests"]] == ["fail", "fail"]
    assert json.loads(WRITERS["prairielearn"](one))["score"] == 0.5
    assert "✅" not in to_markdown(one)
    suites = ElementTree.fromstring(WRITERS["junit"](one).encode())
    assert [len(suite.findall("testcase/skipped")) for suite in suites] == [1, 1]
    rows = list(csv.DictReader(io.StringIO(WRITERS["csv"](one))))
    assert [float(row["not_judged"]) for row in rows] == [2, 0, 1]
    assert to_annotations(one) == ""


def test_score_is_one_in_every_format() -> None:
    one = unjudged()
    scores = {
        json.loads(WRITERS["json"](one))["score"],
        json.loads(WRITERS["gradescope"](one))["score"],
        json.loads(WRITERS["classroom50"](one))["score"] / 100,
        sum(each["points"] for each in json.loads(WRITERS["prairielearn"](one))["tests"]),
        sum(each["score"] for each in json.loads(base64.b64decode(WRITERS["github-classroom"](one)))["tests"]),
        sum(float(row["points"]) for row in csv.DictReader(io.StringIO(WRITERS["csv"](one)))),
    }

    assert scores == {3}


def test_broken_given_code_is_a_warning_and_decides_no_exit_code_alone() -> None:
    broken = component("Model", failed("Model/fit", 0, "this code was given: restore it"))
    one = made(component("ReLU", probe("ReLU/forward")), broken)
    wrong = made(component("ReLU", failed("ReLU/forward", 1)), broken)

    assert (one.exit_code, wrong.exit_code) == (0, 1)
    assert one.warnings == ["Model: this code was given: restore it"]
    assert "warning: Model: this code was given: restore it" in repr(notebook_result(one))
    assert not broken.is_fine


def test_prairielearn_score_is_the_share_of_the_points() -> None:
    found = json.loads(WRITERS["prairielearn"](made(component("ReLU", probe("ReLU/a"), failed("ReLU/b", 3)))))

    assert found["score"] == 0.25


@pytest.mark.parametrize("kind", RESULTS)
def test_classroom50_has_whole_points_and_what_its_schema_requires(kind: str) -> None:
    platform = {
        "CLASSROOM": "dl", "ASSIGNMENT": "beras", "SUBMISSION_TAG": "submit/2026-01-31T23-59-59Z-abc",
        "COMMIT_URL": "https://example.org/c", "RELEASE_URL": "https://example.org/r",
    }  # fmt: skip
    one = RESULTS[kind]()
    one.platform = platform

    found = strict(WRITERS["classroom50"](one))

    assert found["schema"] == "classroom50/result/v1"
    assert (found["classroom"], found["assignment"]) == ("dl", "beras")
    assert found["submission"].startswith("submit/")
    assert found["commit"] == found["review"] == "https://example.org/c"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["datetime"])
    allowed = {"schema", "classroom", "assignment", "submission", "commit", "release", "review", "datetime"}
    assert set(found) == allowed | {"graded_at", "score", "max-score", "tests"}
    for each in [found, *found["tests"]]:
        assert type(each["score"]) is type(each["max-score"]) is int
        assert 0 <= each["score"] <= each["max-score"]
    assert all(type(each["passed"]) is bool and each["test-name"] for each in found["tests"])
    assert found["score"] == sum(each["score"] for each in found["tests"]) == round(one.score * 100)


def test_github_classroom_sums_to_the_score_in_short_outputs() -> None:
    for make in RESULTS.values():
        one = make()
        text = WRITERS["github-classroom"](one)
        found = strict(base64.b64decode(text, validate=False).decode("ascii"))

        assert "\n" not in text.strip()
        assert (found["version"], found["max_score"]) == (3, int(one.max_score))
        assert sum(each["score"] for each in found["tests"]) == pytest.approx(one.score)
        assert all(each["status"] in ("pass", "fail", "error") for each in [found, *found["tests"]])
        assert all(len(each["output"]) <= 500 for each in found["tests"])


def test_github_classroom_score_is_never_above_a_maximum_that_must_be_whole() -> None:
    one = made(component("ReLU", probe("ReLU/a", points=2.5, most=2.5)))
    found = json.loads(base64.b64decode(WRITERS["github-classroom"](one)))

    assert found["max_score"] == 3
    assert sum(each["score"] for each in found["tests"]) == 2.5


def test_github_classroom_status_is_that_of_the_run() -> None:
    def status(one: Result) -> str:
        return str(json.loads(base64.b64decode(WRITERS["github-classroom"](one)))["status"])

    assert status(made(component("ReLU", probe("ReLU/a")))) == "pass"
    assert status(ordinary()) == "fail"
    assert status(made(component("ReLU", probe("ReLU/a")), complete=False)) == "error"


# --- Markdown ---------------------------------------------------------------------------------------------------------


def outside_code(markdown: str) -> str:
    """Markdown without its blocks of code; every fence is closed."""
    kept: list[str] = []
    opened = ""
    for line in markdown.splitlines():
        mark = re.match(r"`{3,}", line)
        if opened:
            opened = "" if line == opened else opened
        elif mark:
            opened = mark[0]
        else:
            kept.append(line)
    assert not opened
    return "\n".join(kept)


@pytest.mark.parametrize("kind", RESULTS)
@pytest.mark.parametrize(("name", "limit"), [("markdown", COMMENT), ("summary", SUMMARY)])
def test_markdown_fits_and_has_whole_tables(name: str, limit: int, kind: str) -> None:
    text = WRITERS[name](RESULTS[kind]())

    assert len(text.encode("utf-8", "replace")) <= limit
    rows = [line for line in outside_code(text).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}


def test_markdown_makes_no_markup_of_what_a_submission_says() -> None:
    text = outside_code(to_markdown(hostile()))

    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script" in text
    assert not re.search(r"@\w", text)
    assert not re.search(r"#\d", text)
    tags = set(re.findall(r"(?<!\\)<(/?\w+)", text))
    assert tags <= {"details", "/details", "summary", "/summary", "b", "/b"}


def test_markdown_and_gradescope_begin_with_what_to_mend_first() -> None:
    waits = blocked("Model/a", 3, "blocked by Dense, which is not right yet; this check uses it")
    dense = component("Dense", failed("Dense/a", 1, "cheap"), failed("Dense/b", 2, "dear"))
    result = made(component("Adam", failed("Adam/a", 9, "no")), dense, component("Model", waits))

    heads = re.findall(r"<details( open)?><summary><b>(\S+)", to_markdown(result))

    assert heads == [(" open", "Dense/b"), ("", "Dense/a"), ("", "Adam/a")]
    found = json.loads(WRITERS["gradescope"](result))
    assert found["output"].splitlines()[1] == "mend first: Dense, then Adam"
    (text,) = [each["output"] for each in found["tests"] if each["name"] == "Dense"]
    assert text.index("dear", text.index("0 of 2")) < text.index("cheap", text.index("0 of 2"))


def test_markdown_fence_is_longer_than_any_in_the_text() -> None:
    text = to_markdown(made(component("ReLU", failed("ReLU/a", 1, "one\n```\n<b>two</b>\n`````\nthree"))))

    assert "<b>two" not in outside_code(text)


def test_summary_is_appended_and_keeps_within_what_is_left(submission: Path, tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("# Earlier steps\n", encoding="utf-8")

    run(str(submission), "--only", "Softmax", "--summary", str(path))

    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Earlier steps\n## Beras: 0 of 6 points")
    assert "softmax over axis 0" in text
    assert len(to_summary(huge(), room=3_000).encode()) <= 3_000


# --- CSV --------------------------------------------------------------------------------------------------------------


def test_csv_has_a_row_for_each_check(written: Path, plain: dict[str, Any]) -> None:
    with (written / "csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))

    names = [f"{row['component']}/{row['check']}" for row in rows]
    assert names == [each["name"] for part in plain["components"] for each in part["probes"]]
    assert sum(float(row["points"]) for row in rows) == pytest.approx(plain["score"])
    assert all(row["diagnosis"] == "softmax-over-batch" for row in rows if row["outcome"] == "failed")


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", '=cmd|"/c calc"!a1'])
def test_csv_holds_no_formula_and_survives_reading(formula: str) -> None:
    told = f'{formula}, "quoted"; {formula};\u3000\uff1d1'
    one = made(component("ReLU", failed("ReLU/a", 1, told)), submission=f"{formula}\x1b[2J")

    (row,) = csv.DictReader(io.StringIO(WRITERS["csv"](one), newline=""))

    # A semicolon or a tab begins a cell, too, where a spreadsheet takes it for what separates cells
    assert re.search(r"(^|[;\t])\s*[=+\-@\uff1d]", row["message"]) is None
    assert row["message"].replace("'", "") == told.replace("'", "")
    assert row["submission"].replace("'", "") == f"{formula}\ufffd[2J"
    assert row["points"] == "0"


# --- events -----------------------------------------------------------------------------------------------------------


def test_events_tell_the_run_as_it_goes(written: Path, plain: dict[str, Any]) -> None:
    events = [strict(line) for line in (written / "jsonl").read_text(encoding="utf-8").splitlines()]

    assert [each["event"] for each in events if each["event"] != "epoch"] == [
        "start", "component", "component", "component", "end",
    ]  # fmt: skip
    assert events[0]["components"] == [part["name"] for part in plain["components"]]
    notebook_result = [
        {k: v for k, v in each.items() if k != "event"} for each in events if each["event"] == "component"
    ]
    assert notebook_result == plain["components"]
    (epoch, *_) = (each for each in events if each["event"] == "epoch")
    assert (epoch["training"], epoch["epoch"]) == ("training.simple", 1)
    assert round(epoch["accuracy"], 4) == plain["training"][0]["accuracy"][0]
    assert events[-1] == {
        "event": "end", "score": plain["score"], "max_score": plain["max_score"], "not_judged": 0.0, "complete": True,
        "exit_code": 1,
    }  # fmt: skip


# --- training ---------------------------------------------------------------------------------------------------------


def test_training_has_its_confusions_and_digits(plain: dict[str, Any]) -> None:
    (simple,) = plain["training"]

    confusion = np.array(simple["confusion"])
    assert confusion.shape == (10, 10)
    assert confusion.sum() == 10_000
    assert np.trace(confusion) / 10_000 == simple["accuracy"][-1]
    assert confusion.sum(axis=1).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]  # MNIST's test set
    right = [digit["label"] for digit in simple["digits"] if digit["label"] == digit["predicted"]]
    wrong = [digit for digit in simple["digits"] if digit["label"] != digit["predicted"]]
    assert right == list(range(10))
    assert len(wrong) == 10
    assert all(confusion[digit["label"], digit["predicted"]] for digit in wrong)
    assert {len(base64.b64decode(digit["pixels"])) for digit in simple["digits"]} == {28 * 28}
    assert simple["threshold"] == 0.85
    assert len(simple["loss"]) == len(simple["accuracy"])
    assert simple["loss"][0] > 0
