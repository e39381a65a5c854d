"""The rubric: 100 points on each track, and one clear line for each way to get it wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from overlays import build, grade, lay_base, run

from grader import rubric
from grader.ask.answer_key import AnswerKey
from grader.ask.probe import all_probes
from grader.base import tomlfile
from grader.base.errors import UsageError
from grader.homework import FIRST, HOMEWORK, YEARS, edition
from grader.judge import rubrics
from grader.packing.wheel import Build, lay_out

TEXT = FIRST.rubric.read_text(encoding="utf-8")
CONTRACT = (  # issue and assignment name these, in this spelling
    "OneHotEncoder", "Dense", "Dense.initializer", "LeakyReLU", "ReLU", "Softmax", "MeanSquaredError",
    "CategoricalCrossentropy", "CrossEntropyLoss", "BasicOptimizer", "RMSProp", "Adam", "CategoricalAccuracy",
    "get_data_MNIST", "Diffable", "GradientTape", "Model", "Model.evaluate", "SequentialModel", "BatchNorm",
    "training.simple", "training.advanced",
)  # fmt: skip

# --- the built-in rubric ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("track", ["1470", "2470"])
def test_points_of_a_track_sum_to_100(track: str):
    assert sum(rubrics.load().points[track].values()) == 100


def test_tracks_are_the_contract_s_and_2470_is_usual():
    loaded = rubrics.load()

    assert sorted(loaded.points) == ["1470", "2470"]
    assert loaded.default_track == "2470"


def test_every_component_of_the_contract_is_there():
    assert sorted(FIRST.components) == sorted(CONTRACT)
    assert sorted(rubrics.load().points["2470"]) == sorted(CONTRACT)
    assert set(CONTRACT) - set(rubrics.load().points["1470"]) == {"Softmax", "training.advanced"}


def test_given_code_and_extensions_are_worth_nothing_and_all_else_something():
    for table in rubrics.load().points.values():
        assert {name for name, points in table.items() if not points} == {*FIRST.given, *HOMEWORK.extensions}


def test_every_component_is_checked_by_a_probe():
    assert {probe.component for probe in all_probes()} == set(CONTRACT) - set(FIRST.trainings)


@pytest.mark.parametrize("year", YEARS)
def test_no_check_needs_itself_by_way_of_others(year: int):
    """Who is blocked by whom is asked recursively, and every call of a layer may rest on the given code."""
    of_year = edition(year)
    probes = {probe.name: probe for probe in all_probes(of_year)}
    calling = of_year.calling
    needs = {
        probe.name: {
            other.name
            for other in probes.values()
            for need in (*probe.needs, *probe.may_need, calling)
            if need in (other.component, other.name) and other.name != probe.name
        }
        for probe in probes.values()
    }
    assert calling in probes
    needs[calling] = set()  # which calls its layers itself
    named = {need for probe in probes.values() for need in (*probe.needs, *probe.may_need)}
    assert named <= {*of_year.components, *probes}

    for _ in range(len(probes).bit_length()):  # each turn doubles how far one looks
        needs = {name: found.union(*(needs[other] for other in found)) for name, found in needs.items()}

    assert [name for name, found in needs.items() if name in found] == []


def test_every_tolerance_that_a_probe_names_is_there():
    named = {rule.tolerance for probe in all_probes() for rule in probe.rules.values()} - {""}

    assert named <= set(rubrics.load().tolerances.named)


def test_thresholds_are_those_of_the_contract():
    loaded = rubrics.load()

    assert loaded.thresholds == {"training.simple": 0.85, "training.advanced": 0.95}
    assert loaded.milestones == (0.80, 0.85, 0.95)
    assert all(loaded.chance < loaded.half[name] < loaded.thresholds[name] for name in FIRST.trainings)


def test_limits_reach_the_worker_in_bytes():
    limits = rubrics.load().check_limits()

    assert limits.memory_bytes == 2048 << 20
    assert limits.file_bytes == 64 << 20
    assert limits.cpu_seconds == 20


def test_limit_of_a_fraction_is_never_a_limit_of_nothing():
    tree = tomlfile.read(FIRST.rubric)
    tree["limits"] |= {"check_cpu_seconds": 0.5, "processes": 0.5}

    limits = rubrics.check(tree, "mine.toml").check_limits()

    assert limits.cpu_seconds == limits.processes == 1


def test_older_rubric_gets_what_was_added_since():
    tree = tomlfile.read(FIRST.rubric)
    del tree["limits"]["wall_factor"], tree["training"]["fast_core"], tree["training"]["not_finished"]

    loaded = rubrics.check(tree, "mine.toml")

    assert (loaded.limits["wall_factor"], loaded.fast_core, loaded.not_finished) == (10, True, "not judged")


# --- wrong ones -------------------------------------------------------------------------------------------------


def edited(old: str, new: str) -> str:
    """The built-in rubric with one text replaced."""
    assert old in TEXT
    return TEXT.replace(old, new, 1)


WRONG = {
    "empty": ("", "default_track"),
    "not-toml": ("default_track = ", "not valid TOML"),
    "text": ("these are my points", "not valid TOML"),
    "unknown-component": (edited('"Dense" = 12', '"Dense" = 12\n"Sofmax" = 0'), 'did you mean "?Softmax'),
    "unknown-table": (TEXT + "[colours]\n", "colours"),
    "unknown-limit": (edited("check_seconds = 10", "check_second = 10"), "did you mean check_seconds"),
    "missing-limit": (edited("check_seconds = 10", ""), "check_seconds missing"),
    "missing-table": (edited("[partial]", "[half]"), "half"),
    "negative-points": (edited('"Dense" = 12', '"Dense" = -12'), r'"Dense".*-12'),
    "thousandth-of-a-point": (edited('"Dense" = 12', '"Dense" = 12.125'), r'"Dense".*two decimals.*12\.125'),
    "points-are-nan": (edited('"Dense" = 12', '"Dense" = nan'), r'"Dense".*nan'),
    "total-of-nothing": ("total = 0\n" + TEXT, r"points\.2470.* 100\b.* 0\b"),
    "site-is-no-address": ('explain_site = "javascript:alert(1)"\n' + TEXT, "explain_site.*https"),
    "bonus-of-no-extension": (edited("[bonus]", '[bonus]\n"Softmax" = 2'), r"bonus.*Softmax.*BatchNorm"),
    "bonus-is-negative": (edited("[bonus]", '[bonus]\n"BatchNorm" = -2'), r"bonus.*BatchNorm.*-2"),
    "weight-of-no-check": (edited("[weights]", '[weights]\n"Adam/amsgard" = 2'), "did you mean Adam/amsgrad"),
    "weight-of-zero": (edited("[weights]", '[weights]\n"Adam/amsgrad" = 0'), "weights.*amsgrad.*extensions"),
    "points-are-text": (edited('"Dense" = 12', '"Dense" = "12"'), r'"Dense".*\'12\''),
    "points-are-true": (edited('"Dense" = 12', '"Dense" = true'), r'"Dense".*True'),
    "sum-too-large": (edited('"Dense" = 12', '"Dense" = 13'), r"points\.2470.* 101\b.*100"),
    "sum-too-small": (edited('"GradientTape" = 9', '"GradientTape" = 8'), r"points\.1470.* 99\b.*100"),
    "no-points-at-all": (re.sub(r'^"(.*)" = \d+', r'"\1" = 0', TEXT, flags=re.MULTILINE), r"points\.2470"),
    "points-is-a-number": (re.sub(r"\[points\.\d+\]\n(.*\n)*?\n", "", "points = 3\n" + TEXT), "points"),
    "track-is-a-number": (edited("[points.1470]", "[points]\n1470 = 3\n[points.1480]"), "1470"),
    "unknown-track": (edited('default_track = "2470"', 'default_track = "2471"'), "2471"),
    "track-is-a-list": (edited('default_track = "2470"', 'default_track = ["2470"]'), "default_track"),
    "threshold-above-one": (edited("simple = 0.85", "simple = 85"), "simple.*85"),
    "threshold-is-text": (edited("simple = 0.85", 'simple = "85 %"'), "simple.*85 %"),
    "tolerance-of-zero": (edited("float = 1e-5", "float = 0"), "float.*0"),
    "tolerance-is-nan": (edited("float = 1e-5", "float = nan"), "float.*nan"),
    "limit-is-infinite": (edited("check_seconds = 10", "check_seconds = inf"), "check_seconds.*inf"),
    "keeps-more-than-all": (edited("constant_factor_keeps = 0.5", "constant_factor_keeps = 1.5"), r"keeps.*1\.5"),
    "keeps-true": (edited("constant_factor_keeps = 0.5", "constant_factor_keeps = true"), "keeps.*True"),
    "milestones-is-a-number": (edited("milestones = [0.80, 0.85, 0.95]", "milestones = 0.8"), "milestones"),
    "milestones-empty": (edited("milestones = [0.80, 0.85, 0.95]", "milestones = []"), "milestones"),
    "milestone-is-text": (edited("milestones = [0.80,", 'milestones = ["0.8",'), r"milestones\[0\]"),
    "fast-core-is-text": (edited("fast_core = true", 'fast_core = "yes"'), "fast_core.*yes"),
    "not-finished-is-true": (edited('not_finished = "not judged"', "not_finished = true"), "not_finished.*True"),
    "extension-unknown": (edited('["BatchNorm"]', '["BatchNrom"]'), "did you mean BatchNorm"),
    "extension-with-points": (
        edited('["BatchNorm"]', '["BatchNorm", "Softmax"]'),
        r"points\.2470.*Softmax.*0 points.*6",
    ),
    "extension-given": (edited('["BatchNorm"]', '["Diffable"]'), "extensions.*Diffable"),
    "extension-of-a-training": (edited('["BatchNorm"]', '["training.simple"]'), "extensions.*training"),
    "extension-check-unknown": (edited('["BatchNorm"]', '["Adam/amsgard"]'), "did you mean Adam/amsgrad"),
    "extensions-are-text": (edited('["BatchNorm"]', '"BatchNorm"'), "extensions.*list of names"),
    "base-unknown": ('base = "mine"\n' + TEXT, "base.*built-in.*mine"),
    "table-is-a-list": (edited("[tolerance]", "[[tolerance]]"), "tolerance"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rubric_is_one_clear_line(name: str, tmp_path: Path):
    text, says = WRONG[name]
    file = tmp_path / "rubric.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match=says) as caught:
        rubrics.load(file)

    message = str(caught.value)
    assert str(file) in message
    assert len(message.splitlines()) == 1
    assert len(message) < 600


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe\0", "valid TOML"), (b"default_track = 1\0", "valid TOML"), (None, "cannot be read")],
)
def test_file_that_holds_no_text_is_one_clear_line(content: bytes | None, says: str, tmp_path: Path):
    file = tmp_path / "rubric.toml"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)

    with pytest.raises(UsageError, match=says):
        rubrics.load(file)


@pytest.mark.parametrize(
    "name", ["not-toml", "unknown-component", "negative-points", "sum-too-large", "points-are-text"]
)
def test_command_says_what_is_wrong_with_a_rubric_and_exits_with_2(name: str, tmp_path: Path):
    text, says = WRONG[name]
    file = tmp_path / "rubric.toml"
    file.write_text(text, encoding="utf-8")

    done = run("reference", "--rubric", str(file))

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert re.search(says, done.stderr)


def test_points_are_fractions_of_any_total_with_a_bonus_and_weights(tmp_path: Path, folder: Path):
    """Through the command: points of every check, what a bonus adds, and that it hides no point that is missing."""
    tree = TEXT.replace('"Softmax" = 6', '"Softmax" = 0.25').replace('"Dense" = 12', '"Dense" = 12.5')
    tree = tree.replace("[bonus]", '[bonus]\n"BatchNorm" = 2.5').replace(
        "[weights]", '[weights]\n"Softmax/stable" = 90'
    )
    file = tmp_path / "rubric.toml"
    file.write_text("total = 94.75\n" + tree.partition("[points.1470]")[0] + tree[tree.index("# What an ext") :])
    wrong = build("chaffs", "softmax-unstable", folder)

    found = grade(wrong, "--no-training", "--only", "Softmax", "BatchNorm", "--rubric", str(file))

    parts = found.components
    worth = {each["name"]: each["max_points"] for each in parts["Softmax"]["probes"]}
    assert worth["Softmax/stable"] > 0.25 / 2
    assert round(sum(worth.values()), 2) == 0.25
    assert (parts["BatchNorm"]["points"], parts["BatchNorm"]["max_points"]) == (2.5, 0)
    assert found.result["score"] == round(2.5 + parts["Softmax"]["points"], 2) > found.result["max_score"] == 0.25
    assert found.exit_code == 1, "a point that is missing is missing, whatever the bonus"
    assert "+2.5" in found.screen()[3]
    listed = run("--list", "--rubric", str(file)).stdout
    assert "Softmax  (0.25 points)" in listed
    assert "BatchNorm  (extension, a bonus of 2.5)" in listed


def test_command_says_that_there_is_no_such_rubric(tmp_path: Path):
    done = run("reference", "--rubric", str(tmp_path / "none.toml"))

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "none.toml" in done.stderr


# --- rubrics by name ---------------------------------------------------------------------------------------------

COURSE = Path("course-2022")


def without_what_the_course_did_not_ask(folder: Path) -> Path:
    """A hand-in on the given code of 2022, without CrossEntropyLoss and is_reshape."""
    submission = lay_base("original", folder / "hand-in")
    losses, preprocess = submission / "Beras/losses.py", submission / "preprocess.py"
    losses.write_text(losses.read_text(encoding="utf-8").partition("class CrossEntropyLoss")[0], encoding="utf-8")
    text = preprocess.read_text(encoding="utf-8").replace(", is_reshape: bool = True", "")
    preprocess.write_text(text.replace(" if is_reshape else (-1, 28, 28, 1)", ""), encoding="utf-8")
    return submission


def test_named_rubric_differs_from_the_built_in_by_its_points_and_extensions_alone():
    built_in, course = vars(rubrics.load()), vars(rubrics.load(COURSE))

    assert {name for name in built_in if built_in[name] != course[name]} == {"points", "extensions", "extension_checks"}
    assert course["extensions"] == {"BatchNorm", "CrossEntropyLoss"}
    assert course["extension_checks"] == {"get_data_MNIST/is-reshape", "SequentialModel/cross-entropy-gradient"}
    assert [sum(points.values()) for points in course["points"].values()] == [100, 100]


def test_what_the_course_did_not_ask_costs_nothing_by_its_own_rubric(folder: Path):
    submission = without_what_the_course_did_not_ask(folder)

    course = grade(submission, "--no-training", "--rubric", "course-2022")
    built_in = grade(submission, "--no-training", "--only", "CrossEntropyLoss", "get_data_MNIST")

    assert (course.result["score"], course.result["max_score"], course.exit_code) == (86, 86, 0)
    assert "CrossEntropyLoss" not in course.components
    assert {part["outcome"] for part in course.components.values()} == {"passed"}
    assert built_in.losing() == {"CrossEntropyLoss", "get_data_MNIST"}


def test_extension_that_is_handed_in_wrong_is_told_and_costs_nothing(folder: Path):
    submission = lay_base("original", folder / "hand-in")
    losses, preprocess = submission / "Beras/losses.py", submission / "preprocess.py"
    text = losses.read_text(encoding="utf-8")
    losses.write_text(text.replace("return self.p - self.y_true", "return self.y_true - self.p"), encoding="utf-8")
    text = preprocess.read_text(encoding="utf-8")
    preprocess.write_text(text.replace("(-1, 28, 28, 1)", "(-1, 28, 28)"), encoding="utf-8")

    graded = grade(submission, "--no-training", "--rubric", "course-2022")

    assert graded.losing() == set()
    assert (graded.result["score"], graded.exit_code) == (86, 0)
    assert graded.components["CrossEntropyLoss"]["outcome"] == "failed"
    assert not graded.components["CrossEntropyLoss"]["counts"]
    checks = {check["name"]: check["outcome"] for part in graded.components.values() for check in part["probes"]}
    assert checks["get_data_MNIST/is-reshape"] == "failed"
    assert checks["SequentialModel/cross-entropy-gradient"] == "blocked"
    assert graded.components["get_data_MNIST"]["outcome"] == graded.components["SequentialModel"]["outcome"] == "passed"


@pytest.mark.parametrize(
    "words",
    [
        ("reference",),
        ("class", "{folder}"),
        ("pack", "student", "-o", "{folder}/dist"),
        ("key", "build", "-o", "{folder}/answers.key"),
    ],
)
def test_every_command_knows_rubrics_by_name_and_names_them(words: tuple[str, ...], folder: Path):
    done = run(*(word.format(folder=folder) for word in words), "--rubric", "course-2021")

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert re.search("course-2021.*known: course-2022", done.stderr)


def test_class_is_graded_by_a_named_rubric(folder: Path):
    without_what_the_course_did_not_ask(folder)

    done = run("class", str(folder), "--rubric", "course-2022", "--no-training", "--output", str(folder / "graded"))

    assert done.returncode == 0, done.stderr
    assert "86" in (folder / "graded" / "grades.csv").read_text(encoding="utf-8")


def test_pack_carries_a_named_rubric_whole(folder: Path):
    stage = folder / "stage"
    lay_out(Build(rubric.located(COURSE), 1470), AnswerKey(), stage)

    assert vars(rubrics.load(stage / "grader/rubric.toml")) == vars(rubrics.load(COURSE))
    assert len(tomlfile.read(stage / "grader/rubric.toml")) == len(tomlfile.read(FIRST.rubric)) + 1  # base


# --- any ---


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(st.data())
def test_any_value_anywhere_gives_a_rubric_or_a_usage_error(data: Any):
    tree = tomlfile.read(FIRST.rubric)
    places = [(tree, key) for key in tree]
    places += [(table, key) for table in tree.values() if isinstance(table, dict) for key in table]
    places += [(table, key) for table in tree["points"].values() for key in table]
    table, key = data.draw(st.sampled_from(places))
    leaves = st.integers() | st.floats() | st.booleans() | st.text(max_size=3) | st.just(1470)
    value = data.draw(
        st.recursive(leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner))
    )
    table[key] = value

    try:
        checked = rubrics.check(tree, "mine.toml")
    except UsageError:
        return

    assert all(sum(points.values()) == 100 for points in checked.points.values())
    assert min(vars(checked.check_limits()).values()) > 0
