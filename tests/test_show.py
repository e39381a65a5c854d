"""`grade show`: the last training of a submission, remembered and drawn."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path

import pytest
from results import full_page, made, trained

from grader.commands.main import main
from grader.report.from_json import from_json
from grader.report.to_json import to_json
from grader.result import TrainingResult
from grader.run import last_training as last_run

MAGIC = {"png": b"\x89PNG\r\n", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.fixture
def result_file(tmp_path: Path) -> Path:
    path = tmp_path / "result.json"
    path.write_text(to_json(full_page()), encoding="utf-8")
    return path


def says(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line that a call which is wrong prints."""
    assert main(["show", *map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    return line


# --- what is remembered ---------------------------------------------------------------------------------------------


def test_training_is_remembered_for_its_submission_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submission, other = tmp_path / "submission", tmp_path / "other"
    submission.mkdir()

    last_run.remember(submission, full_page())

    monkeypatch.chdir(tmp_path)
    found = last_run.recall(Path("submission"))
    assert found is not None
    assert found.training == [trained()]
    assert found.components == []  # right answers stay out of the cache
    assert last_run.recall(other) is None


def test_run_that_did_not_train_leaves_the_last_one_alone(tmp_path: Path) -> None:
    last_run.remember(tmp_path, full_page())
    last_run.remember(tmp_path, made())
    last_run.remember(tmp_path, made(training=[TrainingResult("simple", "error", "it raised")]))

    found = last_run.recall(tmp_path)

    assert found is not None
    assert found.training == [trained()]


def test_only_so_many_submissions_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_run, "MOST_KEPT", 2)
    for number, name in enumerate("abc"):
        last_run.remember(tmp_path / name, full_page())
        os.utime(last_run.place(tmp_path / name), (number, number))
    last_run.remember(tmp_path / "d", full_page())

    assert [name for name in "abcd" if last_run.recall(tmp_path / name)] == ["c", "d"]


def test_damaged_memory_is_none(tmp_path: Path) -> None:
    last_run.remember(tmp_path, full_page())
    last_run.place(tmp_path).write_text('{"version": 1')

    assert last_run.recall(tmp_path) is None


def test_json_of_a_later_grader_is_read_as_far_as_it_is_known() -> None:
    plain = json.loads(to_json(full_page()))
    plain["training"][0]["news"] = 1

    assert from_json(json.dumps(plain)) == full_page()


# --- what cannot be drawn -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file or folder"),
        ("{", "is no result of grade --json"),
        ("[1]", "is no result of grade --json"),
        ('{"version": 1}', "is no result of grade --json"),
        ('{"version": 2}', "version 2, and this grader reads version 1"),
    ],
)
def test_file_that_is_no_result_is_one_line(
    content: str | None, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "some.json"
    if content is not None:
        path.write_text(content)

    assert words in says(capsys, path)


DAMAGE = {
    "accuracy": [["a"], [float("nan")], [1e300], 5, None, [0.5] * 20_000],
    "accuracy_before": ["a", 7],
    "loss": [["a"], [1e300], 3],
    "threshold": [None, "a", [1]],
    "confusion": [[[1]], [[1] * 10] * 9, [["a"] * 10] * 10, [[1] * 10] * 9 + [[1]], 4],
    "digits": [[{"index": 0, "label": 0, "predicted": 0, "pixels": pixels}] for pixels in ("", "?", "AAAA", 5)],
    "model": [5],
}
DAMAGE["digits"] += [[{"index": 0, "label": label, "predicted": 0, "pixels": "AA" * 523}] for label in (-1, "1", [2])]


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in DAMAGE for value in DAMAGE[field]])
def test_damaged_training_is_one_line(
    field: str, value: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = json.loads(to_json(full_page()))
    plain["training"][0][field] = value
    (tmp_path / "some.json").write_text(json.dumps(plain))

    assert "is not to be drawn: " in says(capsys, tmp_path / "some.json")


def test_submission_that_was_never_trained_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"run `grade {tmp_path}` first" in says(capsys, tmp_path)


def test_run_without_training_has_nothing_to_draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "result.json").write_text(to_json(made()))

    assert "nothing was trained" in says(capsys, tmp_path / "result.json")


def test_show_without_its_package_is_one_line(
    result_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    line = says(capsys, result_file, "-o", result_file.with_name("digits.png"))

    assert line == "grade: show needs the package matplotlib: pip install 'beras-grader[plot]'"


# --- what is drawn: where matplotlib is -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MAGIC)
def test_picture_is_written(kind: str, result_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    path = result_file.with_name(f"digits.{kind}")

    assert main(["show", str(result_file), "-o", str(path)]) == 0

    assert capsys.readouterr().out == f"{path}\n"
    assert path.read_bytes().startswith(MAGIC[kind])


def test_picture_has_curves_thresholds_and_digits() -> None:
    figures = pytest.importorskip("matplotlib.figure")
    from grader.report.to_plot import draw

    bare = TrainingResult("simple", "failed", threshold=0.85, accuracy=[0.4], loss=[None], epoch_seconds=[1.0])
    figure = figures.Figure()
    draw(figure, dataclasses.replace(full_page(), training=[trained(), bare]))

    above, below = figure.subfigs
    accuracy, loss, confusion = above.subfigs[0].axes
    assert {line.get_label(): list(line.get_ydata()) for line in accuracy.lines} == {
        "reference": [0.957],
        "submission": [0.1, 0.9, 0.96],
        "threshold 95%": [0.95, 0.95],
    }
    assert list(loss.lines[0].get_ydata()) == [0.4]
    assert len(confusion.texts) == 100
    right, wrong = above.subfigs[1].subfigs
    assert [axes.get_title() for axes in [*right.axes, *wrong.axes] if axes.images] == ["7", "9 as 4"]
    assert [text.get_text() for axes in below.subfigs[0].axes for text in axes.texts] == [
        "fit reports no loss",
        "no confusion matrix",
    ]


def test_picture_that_cannot_be_written_is_one_line(
    result_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")

    assert "there is no such folder" in says(capsys, result_file, "-o", tmp_path / "none" / "digits.png")
    assert "take .png, .svg or .pdf" in says(capsys, result_file, "-o", tmp_path / "digits.doc")
    assert "there is no display" in says(capsys, result_file)
