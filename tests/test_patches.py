"""Known mistakes: every patch fits the reference and has a page, every page is complete, and its example shows it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from overlays import run

from grader.ask import patches
from grader.ask.patches import MISCONCEPTIONS, VARIANTS, Patch, PatchError
from grader.ask.reference import read_sources
from grader.base import tomlfile
from grader.diagnose import pages
from grader.explain.examples import worked_example
from grader.homework import FIRST

SOURCES = read_sources()
MISTAKES = patches.load(MISCONCEPTIONS)
PERMITTED = patches.load(VARIANTS)
MISTAKE_PAGES = {path.stem: path.read_text(encoding="utf-8") for path in pages.MISCONCEPTIONS.glob("*.md")}
OF_ANY_CLASS = {"instances-share-state"}  # mistakes that have nothing to do with what a component computes
ALL_PAGES = {code: pages.text(code) for code in pages.codes()}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTIONS = ["What the grader saw", "Why it matters", "How to see it yourself", "Hint", "Often confused with"]
LONGEST_TITLE = 100  # characters: a title is a headline in the report


def fences(text: str) -> list[tuple[str, str]]:
    """(language, contents) of each code block of a page."""
    return FENCE.findall(text)


# --- patches ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patch", [*MISTAKES.values(), *PERMITTED.values()], ids=lambda patch: patch.code)
def test_patch_fits_the_reference_and_gives_python(patch: Patch):
    patched = patch.applied(SOURCES)

    changed = {file for file in SOURCES if patched[file] != SOURCES[file]}
    assert changed == {file for file, _, _ in patch.edits}
    assert set(patched) == set(SOURCES)
    for file in changed:
        assert ast.dump(ast.parse(patched[file])) != ast.dump(ast.parse(SOURCES[file]))
    assert patch.component in FIRST.components


@pytest.mark.parametrize("path", [*MISCONCEPTIONS.glob("*.toml"), *VARIANTS.glob("*.toml")], ids=lambda path: path.stem)
def test_patch_file_holds_nothing_that_is_not_read(path: Path):
    data = tomlfile.read(path)

    assert set(data) - {"code", "convention"} == {"component", "edit"}
    assert data.get("code") != path.stem
    assert data.get("convention", "jacobian") in ("jacobian", "upstream")
    assert all(set(edit) == {"file", "old", "new"} for edit in data["edit"])
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem)
    assert "TODO" not in path.read_text(encoding="utf-8")


def test_no_two_mistakes_are_the_same():
    edits = Counter(frozenset(patch.edits) for patch in MISTAKES.values())

    assert [found for found, count in edits.items() if count > 1] == []


@pytest.mark.parametrize(
    ("edits", "count"),
    [
        ((("a.py", "x = 2", "x = 3"),), 0),
        ((("a.py", "y", "z"),), 2),
        ((("b.py", "x = 1", "x = 3"),), 0),
        ((("a.py", "x = 1", "x = 2"), ("a.py", "x = 1", "x = 3")), 0),
    ],
)
def test_patch_that_does_not_fit_once_is_an_error(edits: tuple[tuple[str, str, str], ...], count: int):
    sources = {"a.py": "x = 1\ny = y\n"}

    with pytest.raises(PatchError, match=rf"made-up: .* {count} times in {edits[0][0]}"):
        Patch("made-up", "Dense", edits).applied(sources)

    assert sources == {"a.py": "x = 1\ny = y\n"}


def test_edits_of_a_patch_follow_each_other():
    patch = Patch("made-up", "Dense", (("a.py", "1", "2"), ("a.py", "2", "3")))

    assert patch.applied({"a.py": "x = 1\n"}) == {"a.py": "x = 3\n"}


# --- pages ------------------------------------------------------------------------------------------------------


def test_every_mistake_has_a_page_and_every_page_of_a_mistake_a_patch():
    assert sorted({patch.page for patch in MISTAKES.values()}) == sorted(MISTAKE_PAGES)
    assert sorted(code for code, patch in MISTAKES.items() if patch.page == code) == sorted(MISTAKE_PAGES)


def test_forms_of_a_mistake_are_in_one_component_unless_any_class_can_have_it():
    places = {(patch.page, patch.component) for patch in MISTAKES.values() if patch.page not in OF_ANY_CLASS}

    assert len(places) == len(set(MISTAKE_PAGES) - OF_ANY_CLASS)


def test_no_code_has_two_pages_or_is_a_variant_s():
    assert len(ALL_PAGES) == len(pages.codes())
    assert not set(PERMITTED) & set(ALL_PAGES)


def test_titles_are_unique():
    titles = Counter(map(pages.title, ALL_PAGES))

    assert [title for title, count in titles.items() if count > 1] == []


@pytest.mark.parametrize("code", ALL_PAGES)
def test_title_is_a_headline(code: str):
    title = pages.title(code)

    assert ALL_PAGES[code].startswith(f"# {title}\n\n")
    assert 0 < len(title) <= LONGEST_TITLE
    assert not title.endswith(".")


@pytest.mark.parametrize("code", ALL_PAGES)
def test_code_blocks_parse(code: str):
    blocks = fences(ALL_PAGES[code])

    assert ALL_PAGES[code].count("```") == 2 * len(blocks)
    for language, block in blocks:
        assert language in ("example", "python", "text")
        if language != "text":
            assert ast.parse(block).body


@pytest.mark.parametrize("code", MISTAKE_PAGES)
def test_page_of_a_mistake_is_complete(code: str):
    text = MISTAKE_PAGES[code]
    sections = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)
    titles, bodies = sections[1::2], sections[2::2]

    assert [title for title in titles if title in SECTIONS] == SECTIONS
    assert all(body.strip() for body in bodies)
    languages = Counter(language for language, _ in fences(text))
    assert languages["example"] == 1
    assert languages["python"] >= 1
    assert "TODO" not in text


@pytest.mark.parametrize("code", MISTAKE_PAGES)
def test_page_names_only_codes_that_there_are(code: str):
    confused = MISTAKE_PAGES[code].partition("## Often confused with\n")[2].partition("\n## ")[0]
    named = re.findall(r"^(?:- )?`([a-z0-9]+(?:-[a-z0-9]+)+)`", confused, re.MULTILINE)

    assert [name for name in named if name not in ALL_PAGES] == []
    assert code not in named


@pytest.mark.parametrize("code", MISTAKES)
def test_page_does_not_give_the_solution_away(code: str):
    """No statement of the reference that the mistake changes stands on the page."""
    page = " ".join(pages.text(MISTAKES[code].page).split())
    for _, old, _ in MISTAKES[code].edits:
        lines = [line.strip() for line in old.splitlines()]
        told = [line for line in lines if re.match(r"(return |\w[\w.\[\]]* [-+*/@]?= )", line) and line in page]
        assert told == []


@pytest.mark.parametrize("code", sorted(set(MISTAKES) & set(MISTAKE_PAGES)))
def test_example_shows_the_mistake(code: str):
    right, wrong = worked_example(code)

    assert right
    assert right != wrong
    assert "NameError" not in right + wrong
    assert "SyntaxError" not in right + wrong


# --- the command ------------------------------------------------------------------------------------------------

SAMPLE = (
    "softmax-over-batch", "dense-bias-gradient-summed", "ce-no-softmax", "init-std-is-variance", "onehot-transposed",
    "leaky-input-changed-in-place", "mse-sum", "relu-passes-negatives",
)  # fmt: skip


@pytest.mark.parametrize("code", SAMPLE)
def test_explain_prints_the_page_with_both_answers(code: str):
    done = run("explain", code)

    assert (done.returncode, done.stderr) == (0, "")
    page = pages.text(code)
    before, after = page.split("```example")[0], page.split("```example")[1].split("```\n", 1)[1]
    assert done.stdout.startswith(before)
    assert done.stdout.endswith(after)
    worked = done.stdout[len(before) : len(done.stdout) - len(after)]
    right, wrong = worked.split("\nright:\n")[1].split("\nwith this mistake:\n")
    assert right.strip() != wrong.strip()
    assert "```example" not in done.stdout


def test_explain_lists_every_code_with_its_title():
    done = run("explain")

    assert done.returncode == 0
    listed = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert listed == {code: pages.title(code) for code in ALL_PAGES}


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("softmax-over-batchs", "did you mean softmax-over-batch?"),
        ("SOFTMAX-OVER-BATCH", "did you mean softmax-over-batch?"),
        ("mse_sum", "did you mean mse-sum?"),
        ("xyzzy", "`grade explain` lists them all"),
        ("../rubric", "no such code"),
        ("patches/mse-sum", "no such code"),
        ("", "no such code"),
        ("evaluate-drops-remainder", "no such code"),
    ],
)
def test_explain_of_an_unknown_code_suggests_a_near_one(code: str, says: str):
    done = run("explain", code)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert says in done.stderr
