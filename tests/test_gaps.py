"""`???` and bodies of comments alone: what holds them is not written, and all else is judged."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import editions
import pytest
from overlays import ROOT, grade

from grader.homework import edition
from grader.judge.parts import component_of, unwritten
from grader.packing.template import make_edition
from grader.submission.opening import Submission, open_submission
from grader.submission.source import SourceModule, read_module
from grader.worker import gaps, placeholders

LATER = [int(year) for year in editions.YEARS]


def read(text: str, tmp_path: Path) -> SourceModule:
    path = tmp_path / "layers.py"
    path.write_text(text, encoding="utf-8")
    return read_module("layers", path, path.relative_to(tmp_path), path.read_bytes())


def template(year: int, folder: Path) -> Path:
    for name, text in make_edition(edition(year).folder).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def left_open(submission: Submission) -> set[str]:
    """The components with a function that is not written."""
    found = unwritten(submission.modules, submission.places)
    return {component_of(f"{name}:{each}", submission.places) for name, names in found.items() for each in names}


# --- what is filled ---


def test_gap_in_a_text_or_comment_is_none():
    source = b"a = '???'  # ??? it's\nb = \"\"\"\n??? 'x'\n\"\"\"\nc = 'it\\'s ???'\n"

    assert gaps.filled(source) == (source, [])


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f(x):\n    y = g(???)\n    return y\n", [2]),
        ("def f(x):\r\n    return ???, ???\r\nz = ???\r\n", [2, 3]),
        ("def f(x):\n    # TODO: write this\n    # (in one line)\n\n\ndef g():\n    return 1\n", [3]),
        ("class A:\n\tdef f(self,\n\t\t# the input\n\t\tx):\n\t\t# TODO\n", [5]),
        ('x = 1\nif __name__ == "__main__":\n    # train here\n', [3]),
    ],
)
def test_filled_source_compiles_line_by_line(source: str, lines: list[int]):
    text, found = gaps.filled(source.encode())

    compile(text, "filled", "exec")
    assert found == lines
    assert len(text.split(b"\n")) == len(source.split("\n"))


@pytest.mark.parametrize(
    "source",
    [
        "x = 1 +\n",
        "class A(???\n    y = 1\n",
        "for x in range(3):\n    # TODO\nprint(x)\n",
        "def f(x):\n    return ???\n\nclass A\n    y = 1\n",
    ],
)
def test_any_other_fault_is_still_one(source: str, tmp_path: Path):
    assert read(source, tmp_path).source_error is not None


def test_other_fault_is_told_before_the_gaps(tmp_path: Path):
    error = read("def f(x):\n    return ???\n\nclass A\n    y = 1\n", tmp_path).source_error

    assert error is not None
    assert error.line == 4
    assert gaps.NAME not in error.text


# --- what is not written ---


def test_function_with_a_gap_is_not_written_however_much_stands_around_it(tmp_path: Path):
    text = "def f(x):\n    y = x * 2\n    z = y @ ???\n    return z\n\n\ndef g(x):\n    return x * 2\n"
    module = read(text, tmp_path)

    assert module.stubs == {"f": 3}
    assert module.gaps == (3,)


def test_setter_that_sets_nothing_is_not_written(tmp_path: Path):
    head = (
        "class A:\n    @property\n    def a(self):\n        return self.x + 1\n    @a.setter\n    def a(self, value):\n"
    )

    assert set(read(f"{head}        pass\n", tmp_path).stubs) == {"A.a.setter"}
    assert not read(f"{head}        for w in self.ws:\n            w.a = value\n", tmp_path).stubs


WALK = """
def gradient(self, target, sources):
    queue = [target]
    grads = defaultdict(lambda: None)
{}
    found = [grads[id(source)][0] for source in sources]
    missed = [f"var{{i}}" for i, grad in enumerate(found) if grad is None]
    if missed:
        print(f"Warning: not reached: {{missed}}")
    return found
"""


def test_given_last_lines_of_a_tape_are_no_walk(tmp_path: Path):
    assert set(read(WALK.format("    # TODO"), tmp_path).stubs) == {"gradient"}
    written = "    while queue:\n        grads[id(queue.pop(0))] = [self.prevs]"
    assert not read(WALK.format(written), tmp_path).stubs


def test_item_of_a_table_that_is_computed_is_an_answer(tmp_path: Path):
    assert not read("def f(x):\n    return (0, 1)[x > 0]\n", tmp_path).stubs
    assert not read("def get_optimizer():\n    return Adam()\n", tmp_path).stubs
    assert set(read("def get_model():\n    return SequentialModel([])\n", tmp_path).stubs) == {"get_model"}


@pytest.mark.parametrize("year", LATER)
def test_every_hole_of_a_template_is_seen_and_no_function_of_a_reference(year: int, tmp_path: Path):
    holes = {
        f"{file}:{name}"
        for files in edition(year).settings["holes"].values()
        for file, names in files.items()
        for name in names
    }
    folder = template(year, tmp_path / "template")
    submission = open_submission(folder, tmp_path / "one")
    finished = open_submission(edition(year).reference, tmp_path / "other")

    assert submission.edition.year == year
    found = unwritten(submission.modules, submission.places)
    seen = {f"{submission.modules[name].relative}:{each}" for name, names in found.items() for each in names}
    assert seen == holes - {"assignment.py:main"}
    judged = {*edition(year).settings["components"]["judged"]} - {*edition(year).trainings}
    assert judged <= left_open(submission)
    assert unwritten(finished.modules, finished.places) == {}
    assert not [module for module in submission.modules.values() if module.source_error]


HALF_DONE = [name for year, name in editions.overlays("chaffs") if year == "2025" and name.startswith("half-done")]


@pytest.mark.parametrize("name", HALF_DONE)
def test_what_is_done_of_a_half_done_hand_in_is_not_left_open(name: str, tmp_path: Path):
    folder = editions.build("2025", "chaffs", name, tmp_path)
    submission = open_submission(folder, tmp_path / "scratch")

    done = set(editions.expectation("2025", "chaffs", name)["implemented"])
    assert not left_open(submission) & done
    assert not [module for module in submission.modules.values() if module.source_error]
    assert {"SequentialModel"} <= left_open(submission) or name == "half-done-forward-only"


# --- what runs ---


def test_package_imports_and_only_the_gap_raises(folder: Path):
    """Through the real command, with the words of 2022, where the package re-exports this module too."""
    submission = folder / "hand-in"
    shutil.copytree(ROOT / "reference", submission)
    path = submission / "Beras" / "model.py"
    before, found, after = path.read_text(encoding="utf-8").partition("sizes = [len(")
    path.write_text(f"{before}sizes = ???{' ' * 9}# [len({after}", encoding="utf-8")
    place = f"Beras/model.py line {before.count(chr(10)) + 1}"

    graded = grade(submission, "--no-training")

    assert found
    assert graded.reading("not implemented") == graded.losing() == {"Model.evaluate"}
    assert graded.components["Model.evaluate"]["message"] == place
    assert any(place in note for note in graded.result["notes"])


def test_package_that_does_not_load_hands_on_what_the_year_re_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "offered"
    package.mkdir()
    (package / "core.py").write_text("class Tensor: pass\n")
    (package / "losses.py").write_text("class Loss: pass\n")
    (package / "onehot.py").write_text("class Encoder: pass\n")
    finder = placeholders.StubFinder(
        str(tmp_path), {"offered": "no", "offered.model": "model.py does not load"}, ["model", "core", "losses"]
    )
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    import offered  # type: ignore[import-not-found]

    assert offered.Tensor.__module__ == "offered.core"
    assert offered.Loss.__module__ == "offered.losses"
    with pytest.raises(ImportError, match=r"model\.py does not load"):
        offered.SequentialModel()
    for name in [name for name in sys.modules if name.partition(".")[0] == "offered"]:
        monkeypatch.delitem(sys.modules, name)


# --- the later years, through the real command ---


@pytest.mark.parametrize("year", LATER)
def test_untouched_template_of_a_later_year_scores_nothing(year: int, folder: Path):
    graded = grade(template(year, folder / "hand-in"), "--no-training")

    given = edition(year).given
    students = {name: part["outcome"] for name, part in graded.components.items() if name not in given}
    assert set(students.values()) == {"not implemented"}, students
    assert {graded.components[name]["outcome"] for name in given} <= {"passed", "blocked"}
    assert graded.result["score"] == 0
    assert graded.result["not_judged"] == 0


@pytest.mark.parametrize("name", HALF_DONE)
def test_half_done_hand_in_is_judged_as_far_as_it_goes(name: str, folder: Path):
    graded = grade(editions.build("2025", "chaffs", name, folder), "--no-training")

    done = {each for each in editions.expectation("2025", "chaffs", name)["implemented"] if each in graded.components}
    wrong = {"failed", "error", "crashed", "grader fault"}
    assert not {each: part["outcome"] for each, part in graded.components.items() if part["outcome"] in wrong}
    assert not done & graded.losing()
    if "Tensor" in done:
        assert done <= graded.reading("passed")
    else:  # what makes a Tensor is blocked by it, and costs nothing
        assert {"Sigmoid", "MeanSquaredError"} & done <= graded.reading("passed")
        assert done <= graded.reading("passed") | graded.reading("blocked")
        assert "blocked by Tensor, which is not written yet" in graded.components["Diffable"]["message"]


# --- faults of syntax ---

FAULTY = [
    ("class A:\n    def f(self):\n        return (x\n\n    def g(self):\n        return 1\n", [3], "f"),
    ("class A:\n    def f(self)\n        return x\n\n    def g(self):\n        return 1\n", [2], "f"),
    (
        "class A:\n    def f(self):\n        if self\n            return 2\n    def g(self):\n        return 1\n",
        [3],
        "f",
    ),
    ("class A:\n\tdef f(self):\n\t\tfor i in range(3):\n\n\tdef g(self):\n\t\treturn 1\n", [3], "f"),
    ("class A:\n    def f(self):\n        x = 1\n          y = 2\n    def g(self):\n        return 1\n", [4], "f"),
    (
        "class A:\n    def f(\n      self,\n      x=1,\n    ):\n        y = = x\n    def g(self):\n        return 1\n",
        [6],
        "f",
    ),
    ("class A:\n    def f(self):\n    def g(self):\n        return 1\n", [2], "f"),
    ("class A:\n    def f(self):\n        return 1 +\n    def g(self):\n        return [1\n", [3, 5], "f"),
]


@pytest.mark.parametrize(("source", "lines", "name"), FAULTY)
def test_function_that_does_not_compile_raises_when_it_is_called(source: str, lines: list[int], name: str):
    text, gaps_in, faults = gaps.mended(source.encode())
    names: dict[str, object] = {gaps.FAULT: gaps.fault}
    exec(compile(text, "code", "exec"), names)

    assert (gaps_in, [line for line, *_ in faults]) == ([], lines)
    assert text.count(b"\n") == source.count("\n")
    with pytest.raises(SyntaxError) as found:
        getattr(names["A"](), name)()  # type: ignore[operator]
    assert found.traceback[1].lineno + 1 == lines[0]
    if len(lines) == 1:
        assert names["A"]().g() == 1  # type: ignore[operator]


@pytest.mark.parametrize(
    "source", ["x = (1\n\ndef f():\n    return 1\n", "class A:\n    x = = 1\n    def f(self): pass\n"]
)
def test_fault_outside_of_functions_stays(source: str):
    assert gaps.mended(source.encode()) == (source.encode(), [], [])


def test_one_function_that_does_not_compile_costs_no_other(tmp_path: Path):
    """An unclosed bracket in Adam: the other optimizers keep their points, and a note says that nothing runs."""
    shutil.copytree(ROOT / "reference", tmp_path / "hand-in")
    path = tmp_path / "hand-in" / "Beras" / "optimizers.py"
    text = path.read_text(encoding="utf-8")
    assert "correction_2 = 1 - self.beta_2**self.t\n" in text
    path.write_text(text.replace("1 - self.beta_2**self.t\n", "(1 - self.beta_2**self.t\n"), encoding="utf-8")

    graded = grade(tmp_path / "hand-in", "--only", "RMSProp", "--only", "Adam", "--no-training")

    rows = {row["name"]: row for row in graded.result["components"]}
    assert rows["RMSProp"]["outcome"] == "passed"
    assert rows["Adam"]["outcome"] == "error"
    assert "SyntaxError" in rows["Adam"]["message"]
    assert any(
        "Python cannot import a file with such an error: Beras/optimizers.py line" in note
        for note in graded.result["notes"]
    )
