"""What a submission takes from outside that is not there: placeholders, notes, and the settings of the rubric."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from overlays import build, grade

from grader import rubric
from grader.explain import outside
from grader.homework import FIRST
from grader.judge import rubrics
from grader.submission.opening import open_submission
from grader.worker import old_numpy
from grader.worker.placeholders import Absent, ProgressBar, StubFinder

NOT_THERE = "is not there: only NumPy and the standard library are"


def with_setting(folder: Path, name: str, word: str) -> Path:
    """The built-in rubric with another word in [outside]."""
    text, count = re.subn(rf'^{name} = ".*"$', f'{name} = "{word}"', FIRST.rubric.read_text(), flags=re.MULTILINE)
    assert count == 1
    (folder / "rubric.toml").write_text(text, encoding="utf-8")
    return folder / "rubric.toml"


def ran(source: str, root: Path) -> str:
    """What code of a submission prints, run as a worker imports it."""
    (root / "mine.py").write_text(source, encoding="utf-8")
    lines = (
        f"import sys; sys.path[:0] = [{str(root)!r}, {str(Path(__file__).parent.parent)!r}]; import numpy\n"
        f"from grader.worker import importer, old_numpy; importer.install({str(root)!r}, {{}})\n"
        f"old_numpy.give_back_names({str(root)!r}); import mine\n"
    )
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


# --- placeholders -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "import nowhere",
        "import nowhere.deep.inside as n",
        "from nowhere import *",
        "from nowhere.deep import name as other",
        "from tkinter import W",
        "from turtle import forward",
        "import idlelib.browser",
        "from collections import Iterable",
        "from numpy.lib.no_such_module import name",
        "import nowhere\nnowhere.seed(1)\nx = nowhere.a + 1 if nowhere.there() else nowhere.b[0]",
        "import nowhere as n\n@n.jit(cache=True)\ndef f(x: n.Tensor) -> n.Tensor | None: return x",
        "import nowhere\nprint(isinstance(1, nowhere.Tensor) or 'fine'); raise SystemExit",
        "import wandb\nwandb.init(project='x'); wandb.log({'loss': 1})\ndef f(run: wandb.Run | None): pass",
    ],
)
def test_import_alone_costs_nothing(line: str, tmp_path: Path) -> None:
    assert ran(f"{line}\nprint('fine')", tmp_path) == "fine"


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import nowhere\ndef f(): nowhere.deep.thing(3)", f"nowhere.deep.thing {NOT_THERE}"),
        ("from nowhere import deep\ndef f(): return deep + 1", f"nowhere.deep {NOT_THERE}"),
        ("from nowhere import deep\ndef f(): return [*deep]", f"nowhere.deep {NOT_THERE}"),
        ("import nowhere\nx = nowhere.tensor(3)\ndef f(): return x.T", None),
        ("import nowhere\nx = nowhere.tensor(3)\ndef f(): return x @ 3", f"nowhere.tensor {NOT_THERE}"),
        ("from tkinter import Tk\ndef f(): Tk()", "tkinter.Tk cannot be used: it opens a window"),
        ("from collections import Iterable\ndef f(): Iterable()", "collections.Iterable is not there: Python 3."),
        ("import nowhere\ndef f():\n    class Net(nowhere.Module): pass", f"nowhere.Module {NOT_THERE}"),
    ],
)
def test_use_names_what_is_not_there(source: str, error: str | None, tmp_path: Path) -> None:
    said = ran(f"{source}\nf()\nprint('fine')", tmp_path)

    assert said == "fine" if error is None else said.startswith(f"ImportError: {error}")
    assert error is None or "(mine.py line 1 imports " in said


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import nowhere\nexcept ImportError:\n    print('caught')",
        "try:\n    from tkinter import W\nexcept Exception:\n    print('caught')",
        "from contextlib import suppress\nwith suppress(ImportError):\n    import nowhere\n    print('loaded')\n"
        "print('caught')",
        "try:\n    from collections import Iterable\nexcept ImportError:\n    print('caught')",
    ],
)
def test_submission_that_catches_a_failed_import_gets_it(source: str, tmp_path: Path) -> None:
    assert ran(source, tmp_path) == "caught"


@pytest.mark.parametrize("line", ["import layers", "from Beras.layers import Dense", "from . import nothing"])
def test_own_module_in_another_place_is_missing_as_in_life(line: str, tmp_path: Path) -> None:
    (tmp_path / "Beras").mkdir()
    (tmp_path / "Beras" / "layers.py").write_text("", encoding="utf-8")

    assert "ImportError" in ran(line, tmp_path) or "ModuleNotFoundError" in ran(line, tmp_path)


def test_progress_bar_only_iterates() -> None:
    bar = ProgressBar([1, 2, 3], desc="x")
    bar.set_postfix(loss=1)
    assert (list(bar), bar.n, bar.total, len(bar)) == ([1, 2, 3], 3, 3, 3)
    with ProgressBar(total=5) as bar:
        bar.update(2)
    assert bar.n == 2


def test_module_of_the_submission_goes_before_a_placeholder(tmp_path: Path) -> None:
    finder = StubFinder(str(tmp_path), {}, ())
    assert finder.find_spec("tqdm") is not None

    (tmp_path / "tqdm.py").write_text("", encoding="utf-8")
    assert finder.find_spec("tqdm") is None


def test_array_cannot_be_made_of_a_placeholder() -> None:
    with pytest.raises(ImportError, match="is not there"):
        np.asarray(Absent("is not there", "torch.x"))


# --- older NumPy ------------------------------------------------------------------------------------------------


def test_removed_names_are_there_for_the_submission_alone(tmp_path: Path) -> None:
    assert ran(
        "import numpy as np\nfrom numpy import cumproduct\nprint(np.product([2, 3]), np.float(1))", tmp_path
    ) == ("6 1.0")
    if old_numpy.is_removed("Inf"):
        listed = "import inspect, numpy\nprint([name for name, _ in inspect.getmembers(numpy) if name == 'Inf'])"
        assert ran(listed, tmp_path) == "[]"


def test_every_removed_name_has_a_value() -> None:
    for name, removed in old_numpy.REMOVED.items():
        if old_numpy.is_removed(name):
            assert removed.value() is not None


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("x[1] = np.array([[7.0]])\nr = x[1]", 7),
        ("x[1:3] = 5\nx[0] += np.array([2.0])\nr = x.sum()", 16),
        ("d = {'a': [1]}\nalias = d['a']\nd['a'] += [2]\nr = len(alias)", 2),
        ("r = float(np.array([3.0])) + int(np.array([[4]])) + math.sqrt(np.array([9.0]))", 10),
        ("r = len('%d and %.1f' % (np.array([1]), np.array([2.0])))", 9),
        ("r = len(np.array([[1, 2], [3]]))", 2),
        ("r = np.sum(i for i in range(4))", 6),
        ("r = np.reshape(x, newshape=(2, 2))[1, 1] + x.ptp()", 5),
        ("x.itemset(2, 9)\nr = x[2]", 9),
        ("r = np.array(np.array([1, 2]), dtype=float, copy=False)[1]", 2),
    ],
)
def test_lines_of_older_numpy_do_what_they_did(source: str, result: float) -> None:
    code = f"""
import sys, math
import numpy as np
from grader.worker import old_numpy
old_numpy.switch_on()
scope = {{"np": np, "math": math, "x": np.array([1.0, 2.0, 3.0, 3.0])}}
exec(old_numpy.compiled({source.encode()!r}, "mine.py"), scope)
print(float(scope["r"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(float(result)), done.stderr


@pytest.mark.parametrize(
    "source", ["x[0] = np.array([1, 2])", "x[9] = np.array([1])", "float(np.array([1, 2]))", "int('a')"]
)
def test_what_was_wrong_in_every_numpy_still_fails(source: str) -> None:
    scope = {"np": np, "x": np.zeros(3), "__beras_store__": old_numpy.store, "__beras_number__": old_numpy.number}
    with pytest.raises((TypeError, ValueError, IndexError)):
        exec(old_numpy.compiled(source.encode(), "mine.py"), scope)


# --- the rubric -------------------------------------------------------------------------------------------------


def test_import_withholds_points_where_the_rubric_says_so(folder: Path) -> None:
    submission = build("wheats", "import-tensorflow-unused", folder)
    path = with_setting(folder, "forbidden_imports", "withheld")

    graded = grade(submission, "--no-training", "--rubric", str(path), "--only", "Dense", "ReLU")

    assert graded.losing() == {"Dense"}
    assert any("these points hang on that line alone" in message for _, message in graded.messages())


def test_older_numpy_is_lost_where_the_rubric_says_so(folder: Path) -> None:
    submission = build("wheats", "numpy-arrays-of-one", folder)
    path = with_setting(folder, "old_numpy", "lost")

    graded = grade(submission, "--no-training", "--rubric", str(path), "--only", "CategoricalAccuracy", "Softmax")

    refuses = tuple(map(int, np.__version__.split(".")[:2])) >= (2, 4)
    assert graded.losing() == ({"CategoricalAccuracy"} if refuses else set())


def test_setting_that_is_no_word_of_the_rubric_is_told(folder: Path) -> None:
    path = with_setting(folder, "old_numpy", "sometimes")

    with pytest.raises(rubric.UsageError, match=r"\[outside\], old_numpy: must be told or lost, not 'sometimes'"):
        rubrics.load(path)


# --- notes ------------------------------------------------------------------------------------------------------


def test_notes_are_few_and_short_whatever_is_imported(tmp_path: Path) -> None:
    lines = [f"import {'x' * 300}{i}" for i in range(500)] + ["import numpy as np"]
    lines += [f"np.{name}" for name in old_numpy.REMOVED] + [f"import used{i}\nused{i}" for i in range(500)]
    (tmp_path / "in" / "Beras").mkdir(parents=True)
    (tmp_path / "in" / "Beras" / "losses.py").write_text("\n".join(lines), encoding="utf-8")
    places: set[Any] = {(f"Beras/{'y' * 300}.py", line) for line in range(500)}
    submission = open_submission(tmp_path / "in", tmp_path / "copy")

    notes = outside.notes(submission, {said: places for _, said in old_numpy.REFUSED})

    assert len(notes) <= 3 + len(old_numpy.REFUSED)
    assert max(map(len, notes)) < 700
    assert "and 497 more, which are not used: delete them" in notes[0]
