"""The mistakes of the later years: every patch fits the reference of a year, and has a page whose lines run there."""

from __future__ import annotations

import ast
import builtins
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from overlays import run

from grader.ask import patches
from grader.ask.patches import MISCONCEPTIONS, Patch
from grader.ask.reference import read_sources
from grader.base import tomlfile
from grader.diagnose import pages
from grader.diagnose.pages import words
from grader.explain.examples import mistakes_of, worked_example
from grader.explain.message import next_step
from grader.homework import FIRST, YEARS, Edition, edition
from grader.report.to_html import to_html
from grader.result import ComponentResult, Components, ProbeResult, Result

LATER_YEARS = [edition(year) for year in YEARS if year != FIRST.year]
SHARED = edition(2025)  # whose words the folder `later` is in
FOLDERS = sorted({below for year in LATER_YEARS for below in year.told_by} - {""})
PATCHES = [path for below in FOLDERS for path in sorted((MISCONCEPTIONS / below).glob("*.toml"))]
PAGES = {
    f"{below}/{path.stem}": path.read_text(encoding="utf-8")
    for below in FOLDERS
    for path in (pages.MISCONCEPTIONS / below).glob("*.md")
}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTIONS = ["What the grader saw", "Why it matters", "How to see it yourself", "Hint", "Often confused with"]
LONGEST_TITLE = 100  # characters, as of the first edition's
WITHOUT_EXAMPLE = "load_and_preprocess_data"  # it downloads
of_years = pytest.mark.parametrize("year", LATER_YEARS, ids=lambda year: str(year.year))


def told(year: Edition) -> set[str]:
    """The codes that a verdict of a year can name."""
    return {patch.page for patch in mistakes_of(year).values()}


def component_of(code: str, year: Edition) -> str:
    return next(patch.component for patch in mistakes_of(year).values() if patch.page == code)


# --- patches ----------------------------------------------------------------------------------------------------


@of_years
def test_patches_of_a_year_change_its_reference_and_give_python(year: Edition):
    sources = read_sources(year.reference)
    assert mistakes_of(year)

    for code, patch in mistakes_of(year).items():
        patched = patch.applied(sources)
        assert patch.component in year.components, code
        for file in {file for file, _, _ in patch.edits}:
            before, after = (ast.parse(each[file]) for each in (sources, patched))
            assert ast.dump(after) != ast.dump(before), code
            assert unknown_names(after) <= unknown_names(before), code


def unknown_names(module: ast.Module) -> set[str]:
    """Names that are read somewhere in a module, and set or imported nowhere."""
    known, read = {*dir(builtins), "__name__"}, set()
    for node in ast.walk(module):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else known).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            known.add(node.name)
        elif isinstance(node, ast.arg):
            known.add(node.arg)
        elif isinstance(node, ast.alias):
            known.add((node.asname or node.name).partition(".")[0])
    return read - known


@of_years
def test_no_two_mistakes_of_a_year_are_the_same(year: Edition):
    edits = Counter(frozenset(patch.edits) for patch in mistakes_of(year).values())

    assert [found for found, count in edits.items() if count > 1] == []


@pytest.mark.parametrize("path", PATCHES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_patch_file_holds_nothing_that_is_not_read(path: Path):
    data = tomlfile.read(path)

    assert set(data) - {"code"} == {"component", "edit"}
    assert data.get("code") != path.stem
    assert all(set(edit) == {"file", "old", "new"} for edit in data["edit"])
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem)


@of_years
def test_permitted_differences_of_the_later_years_fit_all_of_them(year: Edition):
    fitting = patches.fitting(patches.VARIANTS, year, read_sources(year.reference))

    named = {code for below in FOLDERS for code in patches.load(patches.VARIANTS / below)}
    of_all = {code for code in named if not re.search(r"-of-\d{4}$", code)}  # the others grant what one term was told
    assert of_all | {code for code in named if code.endswith(f"-of-{year.year}")} <= set(fitting)
    assert not set(fitting) & set(pages.codes(year))


def test_every_patch_of_the_later_years_fits_one_of_them():
    fitting = set().union(*(mistakes_of(year) for year in LATER_YEARS))

    assert sorted({path.stem for path in PATCHES} - fitting) == []


def test_patch_is_made_in_the_file_where_a_year_has_the_component():
    in_model = Patch("made-up", "SequentialModel", (("beras/model.py", "forward", "x"),))

    moved = patches.renamed(in_model, SHARED, edition(2024))

    assert moved.edits == (("assignment.py", "call", "x"),)


# --- pages ------------------------------------------------------------------------------------------------------


@of_years
def test_codes_of_a_year_are_those_that_it_can_tell(year: Edition):
    """What is impossible in a year is said in its edition.toml, and nothing else."""
    assert set(pages.codes(year)) - pages.RELATIONS == told(year)


@of_years
def test_nothing_is_called_impossible_that_nobody_knows(year: Edition):
    known = {path.stem for below in ("", *FOLDERS) for path in (pages.MISCONCEPTIONS / below).glob("*.md")}

    assert sorted(year.impossible - known) == []


def test_every_page_of_the_later_years_is_told_in_one_of_them():
    codes = {name.rpartition("/")[2] for name in PAGES}

    assert sorted(codes - set().union(*map(told, LATER_YEARS))) == []


@of_years
def test_titles_of_a_year_are_headlines(year: Edition):
    titles = {code: pages.title(code, year) for code in told(year)}

    for code, title in titles.items():
        assert 0 < len(title) <= LONGEST_TITLE, code
        assert not title.endswith("."), code
    of_one_component = Counter((component_of(code, year), title) for code, title in titles.items())
    assert [found for found, count in of_one_component.items() if count > 1] == []


@pytest.mark.parametrize("name", PAGES)
def test_page_is_complete(name: str):
    sections = re.split(r"^## (.*)\n", PAGES[name], flags=re.MULTILINE)
    titles, bodies = sections[1::2], sections[2::2]

    assert [title for title in titles if title in SECTIONS] == SECTIONS
    assert all(body.strip() for body in bodies)
    languages = Counter(language for language, _ in FENCE.findall(PAGES[name]))
    assert languages["python"] == 1
    assert set(languages) <= {"python", "example"}
    assert all(len(line) <= 120 for line in PAGES[name].splitlines())


@of_years
def test_pages_of_the_later_years_name_only_codes_that_there_are(year: Edition):
    everywhere = set().union(*map(told, LATER_YEARS)) | pages.RELATIONS

    for below, code in (name.split("/") for name in PAGES if name.rpartition("/")[2] in told(year)):
        confused = PAGES[f"{below}/{code}"].partition("## Often confused with\n")[2].partition("\n## ")[0]
        named = re.findall(r"^`([a-z0-9]+(?:-[a-z0-9]+)+)`", confused, re.MULTILINE)
        assert [name for name in named if name not in everywhere] == [], code
        assert code not in named


@of_years
def test_pages_do_not_give_the_solution_away(year: Edition):
    for code, patch in mistakes_of(year).items():
        page = " ".join(pages.text(patch.page, year).split())
        lines = [line.strip() for _, old, _ in patch.edits for line in old.splitlines()]
        statements = [line for line in lines if re.match(r"(return |\w[\w.\[\]]* [-+*/@]?= )", line)]
        assert [line for line in statements if line in page] == [], code


@of_years
def test_pages_name_no_class_that_only_other_years_have(year: Edition):
    foreign = {name for name in words.components() if "." not in name} - {*year.components, *year.modules, "Model"}
    foreign |= {"Beras.core"} if year.package == "beras" else {"beras.core"}
    shown = re.compile(rf"\b({'|'.join(map(re.escape, sorted(foreign)))})\b")

    for code in pages.codes(year):
        page = pages.text(code, year)
        assert [name for name in shown.findall(page) if f"class {name}(" not in page] == [], code


def test_point_of_a_page_that_names_only_mistakes_of_other_years_is_left_out():
    assert "adam-amsgrad-ignored" in pages.text("later-steps")
    assert "adam-step-never-counted" in pages.text("later-steps", SHARED)
    assert "amsgrad" not in pages.text("later-steps", SHARED)
    assert "- BatchNorm: " in pages.text("belongs-elsewhere")
    assert "BatchNorm" not in pages.text("belongs-elsewhere", SHARED)


@of_years
def test_lines_of_the_pages_run_in_the_folder_of_the_code(year: Edition, monkeypatch: pytest.MonkeyPatch):
    with folder_of(year, monkeypatch):
        for code in pages.codes(year):
            for language, block in FENCE.findall(pages.text(code, year)):
                if language == "python":
                    try:
                        with redirect_stdout(io.StringIO()):
                            exec(compile(block, code, "exec"), {"__name__": "pasted"})
                    except Exception as error:
                        pytest.fail(f"{code}: {type(error).__name__}: {error}\n{block}")


@contextmanager
def folder_of(year: Edition, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Python as in the folder of a year's reference, with six digits of a made-up MNIST."""
    before = set(sys.modules)
    tensorflow, keras, datasets, mnist = (ModuleType(name) for name in ("tensorflow", "keras", "datasets", "mnist"))
    images = np.arange(6 * 784).reshape(6, 28, 28).astype(np.uint8)
    mnist.load_data = lambda: ((images, np.arange(6)), (images[:4], np.arange(4)))  # type: ignore[attr-defined]
    tensorflow.keras, keras.datasets, datasets.mnist = keras, datasets, mnist  # type: ignore[attr-defined]
    for name, module in (
        ("tensorflow", tensorflow),
        ("tensorflow.keras", keras),
        ("tensorflow.keras.datasets", datasets),
    ):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.syspath_prepend(str(year.reference))
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if str(year.reference) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]


@of_years
def test_example_shows_the_mistake(year: Edition):
    for code in sorted(told(year)):
        if component_of(code, year) == WITHOUT_EXAMPLE:
            assert worked_example(code, year) == [], code
            continue
        right, wrong = worked_example(code, year)
        assert right, code
        assert right != wrong, code
        assert "NameError" not in right + wrong, code


# --- words ------------------------------------------------------------------------------------------------------


def test_page_of_the_first_edition_is_shown_in_the_words_of_a_year():
    text = pages.text("softmax-jacobian-diagonal", edition(2024))

    assert "compose_to_input" not in text
    assert ".compose_input_gradients([np.ones((1, 3))])[0]" in text
    assert "from beras.activations import Softmax" in text


def test_page_of_the_latest_year_is_shown_in_the_words_of_an_earlier_one():
    text = pages.text("sequential-layers-not-recorded", edition(2023))

    assert "from Beras.core import GradientTape" in text
    assert "from assignment import SequentialModel" in text
    assert "len(tape.prevs)" in text
    assert "model.call(" in text
    assert "forward" not in text


@pytest.mark.parametrize(
    ("code", "listed"),
    [
        ("dense.compose_to_weight(J)[0][0]", "dense.compose_to_weight([J])[0][0]"),
        ("x.compose_to_input(y(1)).shape", "x.compose_to_input([y(1)])[0].shape"),
        ("print(x.input_gradients()[0])  # a² and b", "print(x.input_gradients()[0][0])  # a² and b"),
        ("x.compose_to_input(J=1)\nx.weight_gradients()", "x.compose_to_input(J=1)[0]\nx.weight_gradients()"),
    ],
)
def test_gradients_are_handed_over_in_lists(code: str, listed: str):
    assert words.with_lists(code) == listed


def test_names_are_imported_from_where_a_year_has_them():
    page = "from Beras.core import Diffable, GradientTape\nfrom preprocess import get_data_MNIST\n"

    assert words.translated(page, FIRST, SHARED) == (
        "from beras.core import Diffable\nfrom beras.gradient_tape import GradientTape\n"
        "from preprocess import load_and_preprocess_data\n"
    )


def test_code_of_another_year_has_its_page_there_all_the_same():
    assert pages.title("cce-gradient-per-example") == pages.title("cce-gradient-per-example", SHARED)
    assert "cce-gradient-per-example" not in pages.codes()
    assert "ce-no-softmax" not in pages.codes(SHARED)


def test_report_holds_the_page_of_its_year():
    wrong = ProbeResult("GradientTape/made-up", "", "failed", 0, 1, diagnosis=["tape-order-reversed"])
    part = ComponentResult("GradientTape", "failed", 0, 1, probes=[wrong])
    result = Result(0, 1, "everyone", 0, "none", Components([part]), [], edition=2024)

    assert "from beras.gradient_tape import GradientTape" in to_html(result)


def test_message_of_a_later_year_says_where_to_read_on_in_its_words():
    told = next_step(["mse-gradient-per-example", "no-such-code"], edition(2025))

    assert told == "grade explain mse-gradient-per-example --edition 2025"
    assert next_step(["mse-sum"], FIRST) == "grade explain mse-sum"


def test_explain_speaks_the_words_of_a_year():
    done = run("explain", "tape-order-reversed", "--edition", "2023")

    assert (done.returncode, done.stderr) == (0, "")
    assert "from Beras.core import GradientTape" in done.stdout
    assert "tape.gradient(loss, sources)" in done.stdout
    assert "\nwith this mistake:\n" in done.stdout


def test_explain_lists_the_codes_of_a_year():
    done = run("explain", "--edition", "2025")

    listed = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert listed == {code: pages.title(code, SHARED) for code in pages.codes(SHARED)}


def test_explain_of_a_year_that_is_none_is_a_usage_error():
    done = run("explain", "mse-sum", "--edition", "2021")

    assert done.returncode == 2
    assert "2021" in done.stderr
