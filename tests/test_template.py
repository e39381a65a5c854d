"""student_template/ is what grader.packing.template makes of reference/: given code whole, solutions gone."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from beras_modules import REFERENCE, ROOT, TEMPLATE, beras_modules

from grader.base.errors import UsageError
from grader.commands.main import main as grade
from grader.homework import FIRST, YEARS, edition
from grader.packing.template import make_template
from grader.submission.syntax import definitions

MODULES = sorted(path.relative_to(REFERENCE).as_posix() for path in REFERENCE.rglob("*.py"))
FUNCTIONS = [(module, name) for module in MODULES for name in FIRST.holes_in(module)]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader.packing.template", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def functions_of(path: Path) -> dict[str, ast.AST]:
    return dict(definitions(ast.parse(path.read_text(encoding="utf-8"))))


def head_and_body(path: Path, name: str) -> tuple[list[str], list[str]]:
    """A function's lines, up to the end of its docstring and after it."""
    node, lines = functions_of(path)[name], path.read_text(encoding="utf-8").splitlines()
    docstring = node.body[0]
    return lines[node.lineno - 1 : docstring.end_lineno], lines[docstring.end_lineno : node.end_lineno]


# --- the command ---


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(TEMPLATE, tmp_path / "template", ignore=shutil.ignore_patterns("__pycache__"))


def test_template_is_up_to_date():
    check = run("--check")
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


def test_check_names_each_file_that_differs(copy: Path):
    layers, losses, extra = copy / "Beras/layers.py", copy / "Beras/losses.py", copy / "solution.py"
    layers.write_text(layers.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    losses.unlink()
    extra.write_text("", encoding="utf-8")
    check = run("--check", "--template", copy)
    assert check.returncode == 1
    lines = check.stdout.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{layers}: differs")
    assert lines[1].startswith(f"{losses}: missing")
    assert lines[2].startswith(f"{extra}: there is no reference/solution.py")
    assert not losses.exists()  # --check writes nothing


def test_check_ignores_files_that_are_not_generated(copy: Path):
    (copy / "README.md").write_text("changed by hand", encoding="utf-8")
    assert run("--check", "--template", copy).returncode == 0


def test_writing_mends_a_template_and_leaves_other_files_alone(copy: Path):
    (copy / "Beras/layers.py").write_text("", encoding="utf-8")
    (copy / "README.md").write_text("changed by hand", encoding="utf-8")
    assert run("--template", copy).returncode == 0
    assert (copy / "Beras/layers.py").read_bytes() == (TEMPLATE / "Beras/layers.py").read_bytes()
    assert (copy / "README.md").read_text(encoding="utf-8") == "changed by hand"


def test_template_is_made_where_there_was_none(tmp_path: Path):
    assert run("--template", tmp_path / "new").returncode == 0
    assert sorted(path.relative_to(tmp_path / "new").as_posix() for path in tmp_path.rglob("*.py")) == MODULES


@pytest.mark.parametrize("arguments", [["--reference", "nowhere"], ["--check", "--template", "nowhere"]])
def test_folder_that_does_not_exist_is_a_usage_error(arguments: list[str], tmp_path: Path):
    failed = run(*arguments[:-1], tmp_path / arguments[-1])
    assert failed.returncode == 2
    assert failed.stderr.startswith(f"grader.packing.template: {tmp_path / 'nowhere'}: no such folder")
    assert len(failed.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("class Softmax(", "class SoftMax(", "Softmax.forward is a hole, but there is no such function"),
        (
            '"""The slope at each element of the last x, in its shape: 1 where x > 0, otherwise alpha."""',
            "",
            "LeakyReLU.input_gradients is a hole, but has no docstring",
        ),
    ],
)
def test_hole_that_cannot_be_cut_is_a_usage_error(tmp_path: Path, old: str, new: str, message: str):
    reference = shutil.copytree(REFERENCE, tmp_path / "reference")
    module = reference / "Beras/activations.py"
    text = module.read_text(encoding="utf-8")
    assert old in text
    module.write_text(text.replace(old, new), encoding="utf-8")
    failed = run("--check", "--reference", reference)
    assert failed.returncode == 2
    assert failed.stderr.startswith(f"grader.packing.template: {module}: {message}")


def test_module_that_is_missing_is_a_usage_error(tmp_path: Path):
    reference = shutil.copytree(REFERENCE, tmp_path / "reference")
    (reference / "Beras/metrics.py").unlink()
    failed = run("--check", "--reference", reference)
    assert failed.returncode == 2
    assert "metrics.py: no such file" in failed.stderr


# --- what is left out ---


@pytest.mark.parametrize(("module", "name"), FUNCTIONS, ids=[name for _, name in FUNCTIONS])
def test_hole_raises_not_implemented_with_its_step(module: str, name: str):
    with beras_modules(TEMPLATE) as load:
        function = load(module.removesuffix(".py").replace("/", "."))
        for part in name.split("."):
            function = getattr(function, part)
        required = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
        with pytest.raises(NotImplementedError) as raised:
            function(*[None] * len(required))
    assert str(raised.value) == f"{name}: {FIRST.holes_in(module)[name]} of the handout"


@pytest.mark.parametrize(("module", "name"), FUNCTIONS, ids=[name for _, name in FUNCTIONS])
def test_no_line_of_a_solution_is_left(module: str, name: str):
    reference, template = REFERENCE / module, TEMPLATE / module
    given = Counter(stripped_lines(reference))
    for each in FIRST.holes_in(module):
        given.subtract(line.strip() for line in head_and_body(reference, each)[1])
    shown = stripped_lines(template)
    for line in head_and_body(reference, name)[1]:
        if given[line.strip()] == 0:  # a line that also stands in given code is no secret
            assert line.strip() not in shown


def stripped_lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("module", MODULES)
def test_nothing_is_left_that_only_the_solution_uses(module: str):
    reference, template = ((folder / module).read_text(encoding="utf-8") for folder in (REFERENCE, TEMPLATE))
    bound = imported(template) | private(template)
    before, after = ({word: len(re.findall(rf"\b{word}\b", text)) for word in bound} for text in (reference, template))
    assert {word for word in bound if after[word] == 1 < before[word]} <= set(FIRST.settings["kept_imports"])


def imported(source: str) -> set[str]:
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name for node in imports for alias in node.names}


def private(source: str) -> set[str]:
    names = {name.split(".")[-1] for name, _ in definitions(ast.parse(source))}
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


@pytest.mark.parametrize(
    ("module", "word"),
    [
        ("assignment.py", "nullcontext"),
        ("assignment.py", "Adam"),
        ("assignment.py", "ReLU"),
        ("preprocess.py", "_read_idx"),
    ],
)
def test_words_of_the_solution_do_not_leak(module: str, word: str):
    assert word in (REFERENCE / module).read_text(encoding="utf-8")
    assert word not in (TEMPLATE / module).read_text(encoding="utf-8")


# --- what is kept ---


@pytest.mark.parametrize("module", MODULES)
def test_given_code_is_identical(module: str):
    holes, kept = FIRST.holes_in(module), functions_of(TEMPLATE / module)
    sources = [(folder / module).read_text(encoding="utf-8") for folder in (REFERENCE, TEMPLATE)]
    if not holes:
        assert sources[0] == sources[1]
    for name, node in functions_of(REFERENCE / module).items():
        if name in holes:
            heads = [head_and_body(folder / module, name)[0] for folder in (REFERENCE, TEMPLATE)]
            assert heads[0] == heads[1]
        elif isinstance(node, ast.FunctionDef) and name in kept:
            assert ast.get_source_segment(sources[0], node) == ast.get_source_segment(sources[1], kept[name])
        elif isinstance(node, ast.FunctionDef):
            assert name.startswith("_")  # a helper of the solution


@pytest.mark.parametrize("module", MODULES)
def test_template_has_no_lines_of_its_own_but_the_errors(module: str):
    own = [line for line in stripped_lines(TEMPLATE / module) if line not in stripped_lines(REFERENCE / module)]
    assert all(line.startswith(("raise NotImplementedError(", "from ", "import ")) for line in own)
    assert len([line for line in own if "NotImplementedError" in line]) == len(FIRST.holes_in(module))


# --- small modules ---

SOURCE = '''"""A module."""

import gzip
import math
from os import path, sep

_LIMIT = 3
KEPT = 4


def hole(x: int) -> int:  # a comment that stays
    """What to do."""
    # why
    return _helper(x) + gzip.crc(path.join(x)) + KEPT
    # and a last thought


def _helper(x):
    return _deeper(x) + _LIMIT


@math.decorate
def _deeper(x):
    return x


class Given:
    """A class."""

    def one(self):
        return sep

    def _private(self):
        return 1

    def hole(self):
        """Another.

        Two lines.
        """
        if self:
            return self._private()

        return _unused_before


def _unused_before():
    return 0
'''

TEMPLATE_OF_SOURCE = '''"""A module."""

from os import sep

KEPT = 4


def hole(x: int) -> int:  # a comment that stays
    """What to do."""
    raise NotImplementedError("hole: step 1 of the handout")


class Given:
    """A class."""

    def one(self):
        return sep

    def hole(self):
        """Another.

        Two lines.
        """
        raise NotImplementedError("Given.hole: step 2 of the handout")
'''


def test_bodies_go_with_everything_that_only_they_used():
    assert make_template(SOURCE, {"hole": "step 1", "Given.hole": "step 2"}) == TEMPLATE_OF_SOURCE


def test_what_given_code_uses_stays():
    made = make_template(SOURCE, {"hole": "step 1"})
    assert made.endswith(SOURCE[SOURCE.index("class Given") :])
    assert "_helper" not in made


def test_module_without_holes_is_copied():
    assert make_template(SOURCE, {}) == SOURCE


@pytest.mark.parametrize("name", ["nothing", "Given", "Given.nothing", "Given.one"])
def test_hole_must_be_a_function_with_a_docstring(name: str):
    with pytest.raises(UsageError, match=f"{name} is a hole, but"):
        make_template(SOURCE, {name: "step 1"})


# --- the handout ---


def test_handout_has_a_row_for_every_step():
    handout = (TEMPLATE / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+|extension) \| (.*?) \|", handout, re.M)
    listed = {("the extension" if step == "extension" else f"step {step}"): where for step, where in rows}
    assert {step: set(re.findall(r"`(.*?)`", where)) for step, where in listed.items()} == {
        step: set(modules) for step, modules in FIRST.settings["holes"].items()
    }


def test_handout_prints_what_it_says():
    (code,) = re.findall(r"```python\n(.*?)```", (TEMPLATE / "README.md").read_text(encoding="utf-8"), re.S)
    printed = io.StringIO()
    with beras_modules(REFERENCE), contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue().splitlines() == re.findall(r"print\(.*\)  # (.*)", code)


# --- grade template ---


@pytest.mark.parametrize("year", YEARS)
def test_template_of_any_year_is_written_with_its_handout(year: int, tmp_path: Path, capsys: pytest.CaptureFixture):
    target = tmp_path / "new" / "homework"

    assert grade(["template", "--edition", str(year), "-o", str(target)]) == 0

    assert f"Beras {year}" in capsys.readouterr().out
    assert str(year) in (target / "README.md").read_text(encoding="utf-8").partition("\n")[0] or year == FIRST.year
    made = {path.relative_to(target).as_posix() for path in target.rglob("*.py")}
    assert made == {
        path.relative_to(edition(year).reference).as_posix() for path in edition(year).reference.rglob("*.py")
    }
    if year == FIRST.year:
        for name in made:
            assert (target / name).read_bytes() == (TEMPLATE / name).read_bytes()


def test_template_is_written_over_nothing(tmp_path: Path, capsys: pytest.CaptureFixture):
    (tmp_path / "mine.py").write_text("x = 1\n")

    for place in (tmp_path, tmp_path / "mine.py", tmp_path / "mine.py" / "below"):
        assert grade(["template", "-o", str(place)]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith(f"grade: template -o {place}: ")
        assert told.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]
