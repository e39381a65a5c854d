"""`grade watch`: what a saved file affects, and a watch that goes on whatever happens to the files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from canned import check
from overlays import ROOT, build
from results import component, failed, made, probe

from grader.ask.notes import Assignment, Given, Import
from grader.ask.response import Response
from grader.commands import watch
from grader.homework import FIRST
from grader.isolation import Zygote
from grader.judge.verdict import Verdict
from grader.report.to_changes import merged, to_changes
from grader.result import Outcome
from grader.run.effects import Snapshot, affected, imported, modules_asked, snapshot
from grader.submission.bindings import imports_of
from grader.submission.parser import parse
from grader.submission.source import SourceModule

REFERENCE = ROOT / "reference"


# --- what a file affects --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def before() -> Snapshot:
    return snapshot(REFERENCE)


OWN = {  # a file, and components that its contents can change
    "Beras/onehot.py": {"OneHotEncoder", "SequentialModel", *FIRST.trainings},
    "Beras/optimizers.py": {"BasicOptimizer", "RMSProp", "Adam", "SequentialModel", *FIRST.trainings},
    "Beras/batchnorm.py": {"BatchNorm", *FIRST.trainings},
    "preprocess.py": {"get_data_MNIST", "SequentialModel", *FIRST.trainings},
    "assignment.py": {"SequentialModel", *FIRST.trainings},
}


@pytest.mark.parametrize("path", OWN)
def test_saved_module_affects_what_lives_in_it_or_imports_it(path: str, before: Snapshot) -> None:
    after = replace(before, files={**before.files, path: b"other"})

    found = affected(FIRST.components, before, after, {})

    assert OWN[path] <= set(found)
    assert not {"Softmax", "Dense", "MeanSquaredError", "Model.evaluate"} & set(found)


def test_core_affects_every_layer_and_a_text_everything(before: Snapshot) -> None:
    core = replace(before, files={**before.files, "Beras/core.py": b"other"})
    text = replace(before, files={**before.files, "notes.txt": b"new"})

    alone = {"BasicOptimizer", "RMSProp", "Adam", "get_data_MNIST"}  # import nothing of the submission's
    assert set(affected(FIRST.components, before, core, {})) == set(FIRST.components) - alone
    assert affected(FIRST.components, before, text, {}) == FIRST.components


def test_module_that_goes_affects_what_imported_it(before: Snapshot) -> None:
    gone = Snapshot(
        {path: digest for path, digest in before.files.items() if path != "Beras/losses.py"},
        {name: imports for name, imports in before.imports.items() if name != "Beras.losses"},
        before.places,
    )

    found = affected(FIRST.components, before, gone, {})

    assert {"MeanSquaredError", "CrossEntropyLoss", "SequentialModel"} <= set(found)
    assert "Softmax" not in found


def test_module_that_checks_imported_counts_although_nobody_declared_it(before: Snapshot) -> None:
    after = replace(before, files={**before.files, "Beras/metrics.py": b"other"})
    seen = Response(notes=(Import("Beras.metrics", "CategoricalAccuracy"), Assignment("x", Given("1"))))
    asked_of = modules_asked([Verdict(check("ReLU/odd"), Outcome.PASSED, Fraction(1), seen)])

    assert asked_of == {"ReLU": {"Beras.metrics"}}
    assert "ReLU" not in affected(FIRST.components, before, after, {})
    assert "ReLU" in affected(FIRST.components, before, after, asked_of)


@pytest.mark.parametrize(
    ("importer", "line", "expected"),
    [
        ("Beras/layers.py", "from .core import Diffable", ["Beras.core"]),
        ("Beras/layers.py", "import Beras.core", ["Beras.core"]),
        ("Beras/layers.py", "from . import core", ["Beras", "Beras.core", "Beras.layers"]),
        ("Beras/__init__.py", "from .core import Diffable", ["Beras.core"]),
        ("Beras/layers.py", "from ..assignment import x", ["assignment"]),
        ("assignment.py", "from Beras import core", ["Beras", "Beras.core", "Beras.layers"]),
        ("assignment.py", "import numpy", []),
    ],
)
def test_import_names_modules_of_the_submission(importer: str, line: str, expected: list[str]) -> None:
    path = Path(importer)
    name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    tree = parse(line.encode())
    (one,) = imports_of(tree, name)  # type: ignore[arg-type]  # it parses

    found = imported(SourceModule(name, path, path), one, ["Beras", "Beras.core", "Beras.layers", "assignment"])

    assert found == expected


# --- what is shown --------------------------------------------------------------------------------------------------


def test_changes_show_what_is_different_and_the_new_total() -> None:
    old = made(
        component("Dense", failed("Dense/forward", 3)), component("ReLU", probe("ReLU/forward", points=2, most=2))
    )
    new = made(component("Dense", probe("Dense/forward", points=3, most=3)))

    text = to_changes(old, merged(old, new, ("Dense",)))

    assert text.splitlines()[2].split() == ["Dense", "failed", "→", "passed", "0", "→", "3", "/", "3"]
    assert "ReLU" not in text
    assert "score 5 of 5, 100%" in text


def test_component_that_is_no_longer_handed_in_goes() -> None:
    old = made(component("Dense", probe("Dense/forward")), component("BatchNorm", probe("BatchNorm/forward")))
    found = merged(old, made(), ("BatchNorm",))

    assert [part.name for part in found.components] == ["Dense"]
    assert "passed → not there" in to_changes(old, found)


# --- the watch itself -----------------------------------------------------------------------------------------------


def test_watch_goes_on_whatever_happens_to_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = build("chaffs", "softmax-over-batch", tmp_path)
    module, page = folder / "Beras" / "activations.py", tmp_path / "report.html"
    wrong, right = module.read_bytes(), (REFERENCE / "Beras" / "activations.py").read_bytes()
    told: list[str] = []

    def saves() -> Iterator[None]:
        for change in (
            lambda: module.write_bytes(right),
            lambda: module.touch(),
            lambda: module.write_bytes(b"def broken(:\n"),
            lambda: module.unlink(),
            lambda: folder.rename(tmp_path / "away"),
            lambda: None,
            lambda: (tmp_path / "away").rename(folder),
            lambda: module.write_bytes(wrong),
        ):
            change()
            yield
            told.append(capsys.readouterr().out)

    options = watch.parser().parse_args(
        [str(folder), "--only", "ReLU", "Softmax", "MeanSquaredError", "--html", str(page)]
    )
    watcher = watch.Watcher(options, [])
    watcher.start()
    assert "MeanSquaredError  passed" in capsys.readouterr().out
    watcher.follow(saves())

    mended, touched, broken, deleted, gone, still_gone, back, wrong_again = told
    assert "Beras/activations.py  ──" in mended
    assert ["failed → passed" in line for line in mended.splitlines() if line.startswith("Softmax")] == [True]
    assert "MeanSquaredError" not in mended
    assert "score 13 of 13" in mended
    assert touched == ""
    assert "invalid syntax" in broken
    assert "score 5 of 13" in broken
    assert "score 5 of 13" in deleted
    assert gone.count("there is no such file or folder") == 1
    assert still_gone == ""
    assert "as it was before" in back
    assert "passed" in wrong_again.partition("ReLU")[2].partition("\n")[0]
    assert "softmax-over-batch" in page.read_text(encoding="utf-8")


def test_watch_grades_again_when_a_file_is_saved_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    folder = build("chaffs", "softmax-over-batch", tmp_path)
    command = [sys.executable, "-m", "grader", "watch", str(folder), "--only", "Softmax"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        lines = iter(process.stdout)
        assert next(line for line in lines if line.startswith("watching "))
        # At once, as editors save: half a file would be graded as well, and then the whole one
        shutil.copy(REFERENCE / "Beras" / "activations.py", tmp_path / "saved.py")
        os.replace(tmp_path / "saved.py", folder / "Beras" / "activations.py")
        changed = next(line for line in lines if line.startswith("Softmax"))
        total = next(line for line in lines if line.startswith("score "))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

    assert "→ passed" in changed
    assert total.startswith("score 6 of 6")
    assert (process.returncode, err) == (0, "")


def test_watch_without_its_package_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from grader.commands.main import main

    monkeypatch.setitem(sys.modules, "watchfiles", None)

    assert main(["watch", "reference"]) == 2
    assert capsys.readouterr().err == ("grade: watch needs the package watchfiles: pip install 'beras-grader[watch]'\n")


# --- what is made ready for the next save -----------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders of submissions for which a process to fork workers from was started, in that order."""
    found: list[Path] = []
    own = Zygote.__init__

    def noted(self: Zygote, root: Path, *args: object, **named: object) -> None:
        found.append(root)
        own(self, root, *args, **named)

    monkeypatch.setattr(Zygote, "__init__", noted)
    return found


@pytest.mark.parametrize("isolation", ["auto", "basic"])
def test_save_is_graded_in_the_process_that_was_made_ready(isolation: str, tmp_path: Path, started: list[Path]) -> None:
    shutil.copytree(REFERENCE, tmp_path / "code", ignore=shutil.ignore_patterns("__pycache__"))
    options = [str(tmp_path / "code"), "--only", "Softmax", "--isolation", isolation]
    watcher = watch.Watcher(watch.parser().parse_args(options), [])
    file = tmp_path / "code" / "Beras" / "activations.py"

    def saves() -> Iterator[None]:
        assert len(started) == 2  # that of the first grading, and the next one, which waits
        assert not any(started[-1].iterdir())
        file.write_text(file.read_text(encoding="utf-8").replace("axis=-1", "axis=0"), encoding="utf-8")
        yield
        assert watcher.result.components["Softmax"].lost
        assert len(started) == 3
        assert not started[1].parent.exists()
        shutil.copy(REFERENCE / "Beras" / "activations.py", file)
        yield
        assert not watcher.result.components["Softmax"].lost
        assert len(started) == 4

    watcher.start()
    watcher.follow(saves())

    assert not any(root.parent.exists() for root in started)


def test_process_that_ended_meanwhile_is_replaced(tmp_path: Path, started: list[Path]) -> None:
    shutil.copytree(REFERENCE, tmp_path / "code", ignore=shutil.ignore_patterns("__pycache__"))
    watcher = watch.Watcher(watch.parser().parse_args([str(tmp_path / "code"), "--only", "ReLU"]), [])
    watcher.start()
    watcher.make_ready()
    watcher.ready.zygote.child.kill()
    watcher.ready.zygote.child.wait()
    (tmp_path / "code" / "notes.txt").write_text("more", encoding="utf-8")

    watcher.look()

    assert watcher.result.score == watcher.result.max_score
    watcher.close()
    assert not any(root.parent.exists() for root in started)
