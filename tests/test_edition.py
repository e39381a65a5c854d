"""Which year a submission is written for shows in its sources; hand-ins of 2022 are never taken for another year."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path, PurePosixPath

import pytest
from overlays import ROOT, SUBMISSIONS, base_of, lay_base, names, run

from grader import grade as grade_here
from grader.base.errors import UsageError
from grader.homework import FIRST_YEAR, edition
from grader.packing.template import make_edition
from grader.submission import recognition
from grader.submission.opening import open_submission
from grader.submission.recognition import recognise
from grader.submission.source import SourceModule

TENSOR = "import numpy as np\n\n\nclass Tensor(np.ndarray):\n    pass\n\n\n"
WEIGHTED = "class Callable:\n    pass\n\n\nclass Weighted:\n    pass\n\n\n"
DATA = "def load_and_preprocess_data():\n    pass\n"
OF_2023 = {
    "Beras/core.py": TENSOR
    + WEIGHTED
    + """
class Diffable(Callable, Weighted):
    gradient_tape = None

    def compose_to_input(self, J=None):
        return []


class GradientTape:
    def __init__(self):
        self.prevs = {}

    def gradient(self, target, sources):
        pass
""",
    "Beras/layers.py": """
class Dense:
    def call(self, x):
        return x @ self.w + self.b

    def input_gradients(self):
        return [self.w]
""",
    "Beras/model.py": "class Model:\n    def fit(self, x, y, epochs, batch_size):\n        pass\n",
    "assignment.py": "class SequentialModel(Beras.Model):\n    def call(self, inputs):\n        pass\n",
    "preprocess.py": DATA,
}
NEW_CORE = (
    TENSOR
    + WEIGHTED
    + """
class Diffable(Callable, Weighted):
    def get_input_gradients(self):
        pass

    def compose_input_gradients(self, J):
        return [x for x in self.get_input_gradients()]
"""
)
TAPE = """
class GradientTape:
    def __init__(self):
        self.previous_layers = {}

    def gradient(self, target: Tensor, sources: list[Tensor]) -> list[Tensor]:
        queue = [target]
"""
OF_2024 = {
    "beras/core.py": NEW_CORE,
    "beras/gradient_tape.py": TAPE,
    "beras/layers.py": "class Dense:\n    def call(self, x):\n        pass\n",
    "beras/model.py": "class Model:\n    pass\n",
    "assignment.py": "class SequentialModel:\n    def call(self, inputs):\n        pass\n",
    "preprocess.py": DATA,
}
OF_2025 = {
    "beras/core.py": NEW_CORE.replace("    pass\n", "    x = ???\n\n    def assign(self, value):\n        pass\n", 1),
    "beras/gradient_tape.py": TAPE,
    "beras/layers.py": "class Dense:\n    def forward(self, x):\n        return NotImplementedError\n",
    "beras/model.py": "class Model:\n    w = ???\n\n\nclass SequentialModel(Model):\n    pass\n",
    "assignment.py": "def get_model():\n    pass\n\n\nif __name__ == '__main__':\n    # TODO\n",
    "preprocess.py": DATA,
}
OF_2026 = {
    "beras/core.py": NEW_CORE.replace("    pass\n", "    requires_grad = True\n    x = ???\n", 1)
    + "\n    def backward(self, grad=None):\n        pass\n",
    "beras/layers.py": "class Linear(Diffable):\n    def forward(self, x):\n        raise NotImplementedError\n",
    "beras/optimizers.py": "class Adam:\n    def step(self):\n        pass\n",
    "beras/model.py": "class Sequential:\n    pass\n",
    "preprocess.py": DATA,
}
YEARS = {2023: OF_2023, 2024: OF_2024, 2025: OF_2025, 2026: OF_2026}


def written(files: dict[str, str], folder: Path) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("below", ["", "code", "hw2/code"])
def test_a_year_is_told_by_its_features(year: int, below: str, tmp_path: Path) -> None:
    written(YEARS[year], tmp_path / "hand-in" / below)

    assert open_submission(tmp_path / "hand-in", tmp_path / "scratch").edition.year == year


def test_a_year_that_is_not_graded_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(OF_2026, tmp_path / "hand-in")
    monkeypatch.setattr(recognition, "YEARS", (2022, 2025))

    with pytest.raises(UsageError) as refused:
        open_submission(tmp_path / "hand-in", tmp_path / "scratch")

    assert "written for the edition of 2026" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("year", YEARS)
def test_another_year_is_known_in_half_of_its_files(year: int, tmp_path: Path) -> None:
    for number, missing in enumerate(YEARS[year]):
        if missing.endswith("core.py"):
            continue  # nearly all that tells
        files = {name: text for name, text in YEARS[year].items() if name != missing}
        found = open_submission(written(files, tmp_path / f"hand-in-{number}"), tmp_path / f"scratch-{number}")
        assert found.edition.year == year, missing


def sources(folder: Path) -> dict[str, SourceModule]:
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")}
    return {name: SourceModule(name, path, PurePosixPath(name)) for name, path in paths.items()}


@pytest.mark.parametrize("kind", ["wheats", "chaffs", "attacks"])
def test_no_submission_of_this_year_is_taken_for_another(kind: str, tmp_path: Path) -> None:
    bases = {base_of(kind, name) for name in names(kind)}
    of_base = {base: sources(lay_base(base, tmp_path / base)) for base in bases}
    years = {
        name: recognise((of_base[base_of(kind, name)] | sources(SUBMISSIONS / kind / name)).values()).year
        for name in names(kind)
    }

    assert {name for name, year in years.items() if year != FIRST_YEAR} == set()


@pytest.mark.parametrize("name", ["reference", "student_template"])
def test_own_year_is_the_own_year(name: str, tmp_path: Path) -> None:
    assert recognise(open_submission(ROOT / name, tmp_path / "scratch").modules.values()).year == FIRST_YEAR


def test_comments_and_a_borrowed_method_are_no_evidence(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "reference", tmp_path / "hand-in")
    core = tmp_path / "hand-in/Beras/core.py"
    borrowed = '\n# def get_input_gradients(self):\n"""\ndef load_and_preprocess_data():\n"""\n\n\nclass Other:\n'
    borrowed += "    def gradient(self, target, sources):\n        return self.previous_layers\n"
    core.write_text(core.read_text(encoding="utf-8") + borrowed, encoding="utf-8")

    assert recognise(open_submission(tmp_path / "hand-in", tmp_path / "scratch").modules.values()).year == FIRST_YEAR


# --- where it is told ---


def template(year: int, folder: Path) -> Path:
    return written(make_edition(edition(year).folder), folder)


def test_result_says_its_year_and_what_told_it(tmp_path: Path) -> None:
    later = str(template(2025, tmp_path / "hand-in"))
    options = ("--no-training", "--only", "Adam")

    told, named, usual = run(later, *options), run(later, *options, "--edition", "2025"), run("reference", *options)
    found = json.loads(run(later, *options, "--format", "json").stdout)

    assert "edition 2025 (told by `" in " ".join(told.stdout.split())
    assert "edition 2025 (told by --edition)" in " ".join(named.stdout.split())
    assert "edition" not in usual.stdout.rpartition("score")[2]
    assert found["edition"] == 2025
    assert "`" in found["recognised_by"]


def test_notebook_takes_an_edition(tmp_path: Path) -> None:
    found = grade_here(template(2025, tmp_path / "hand-in"), only="Adam", training=False, edition=2025)

    assert (found.edition, found.recognised_by) == (2025, "--edition")
    with pytest.raises(UsageError, match=r"^edition=2019: must be one of 2022, "):
        grade_here(tmp_path / "hand-in", edition=2019)


def test_class_of_two_years_is_told_apart(tmp_path: Path) -> None:
    template(2025, tmp_path / "class/ada")
    shutil.copytree(ROOT / "student_template", tmp_path / "class/bob", ignore=shutil.ignore_patterns(".github"))
    options = ("--output", str(tmp_path / "graded"), "--no-training", "--component", "Adam", "--similarity")

    run("class", str(tmp_path / "class"), *options)

    with open(tmp_path / "graded/grades.csv", encoding="utf-8-sig") as file:
        rows = {row["hand-in"]: row["edition"] for row in csv.DictReader(file)}
    page = (tmp_path / "graded/report.html").read_text(encoding="utf-8")
    assert rows == {"ada": "2025", "bob": "2022"}
    assert "Adam (2022)" in page
    assert "Adam (2025)" in page
    assert "Adam/first-step (2025)" in page
    assert "edition 2025" in (tmp_path / "graded/students/ada.html").read_text(encoding="utf-8")

    run("class", str(tmp_path / "class"), *options, "--edition", "2022", "--regrade")

    with open(tmp_path / "graded/grades.csv", encoding="utf-8-sig") as file:
        assert {row["edition"] for row in csv.DictReader(file)} == {"2022"}


def test_readme_says_of_each_year_what_is_judged() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in (ROOT / "README.md")
        .read_text(encoding="utf-8")
        .partition("| component | 2022 |")[2]
        .splitlines()[3:]
    ]
    table = rows[: next(place for place, row in enumerate(rows) if len(row) < 2)]
    said = {name.strip(): row[1:] for row in table for name in row[0].replace("or `predictions.npy`", "").split(",")}
    said.pop("", None)

    years = [edition(year) for year in (2022, *YEARS)]
    for name, cells in said.items():
        for year, cell in zip(years, cells):
            own = year.component_like(name)
            there = "given" if own in year.given else "judged" if own in year.components else "—"
            assert (name, year.year, cell) == (name, year.year, there)
    assert {year.component_like(name) for year in years for name in said} >= {
        name for y in years for name in y.components
    }
