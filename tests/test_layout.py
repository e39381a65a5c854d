"""Every page on every screen: no box lies over another, no short word is broken, nothing is cut off at the side."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import EXECUTABLE, Browser
from conftest import Once
from overlays import build, lay_base
from results import full_page, hostile
from warm_grade import grade_warm

from grader.report.to_html import to_html

LAYOUT = Path(__file__).with_name("layout.js").read_text(encoding="utf-8")
SCREENS = {
    "phone": {"width": 360},
    "large-phone": {"width": 414, "dark": True},
    "tablet": {"width": 768},
    "desk": {"width": 1440, "dark": True},
    "paper": {"width": 720, "media": "print"},
}
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 2
SEVERAL = "Adolph Blaine Charles David Earl Frederick Gerald Hubert Irvin John Kenneth Lloyd Martin Nero Oliver"
CLASS = {LONG: "unlisted-softmax-base-two", "submission_1": "unlisted-softmax-base-two", "ann": "softmax-over-batch"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if EXECUTABLE is None:
        pytest.skip("no Chromium is installed")
    with Browser() as found:
        yield found


@pytest.fixture(scope="session")
def pages(once: Once) -> Path:
    """A folder with every kind of page: a class with long names, its pairs, its students; a report with everything."""
    if EXECUTABLE is None:
        pytest.skip("no Chromium is installed")

    def make(folder: Path) -> None:
        handins = folder / "hand-ins"
        (handins / "empty").mkdir(parents=True)
        for name, chaff in CLASS.items():
            build("chaffs", chaff, folder / name).rename(handins / name)
        lay_base("reference", handins / "zoe")
        (handins / "submission_metadata.yml").write_text(
            f"submission_1:\n  :submitters:\n  - :name: {SEVERAL}\n    :sid: '9'\n    :email: {LONG}@{LONG}.edu\n"
        )
        call = ("class", str(handins), "--output", str(folder), "--component", "Softmax", "--similarity")
        done = grade_warm(*call, "--title", f"{LONG} {SEVERAL}", env={**os.environ, "COLUMNS": "200"})
        assert "see " in done.stdout, done.stderr
        assert grade_warm("explain", "--site", str(folder / "site")).returncode == 0
        everything = full_page()
        everything.components += hostile().components
        everything.submission = LONG
        (folder / "everything.html").write_bytes(to_html(everything).encode("utf-8", "replace"))

    return once("pages", make)


NAMES = (
    "everything.html", "report.html", "similarity.html", f"students/{LONG}.html", "students/submission_1.html",
    "site/index.html", "site/softmax-over-batch.html", "site/CategoricalCrossentropy.html",
)  # fmt: skip


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_lies_over_anything_else(name: str, screen: str, pages: Path, browser: Browser) -> None:
    browser.open(pages / name, height=800, **SCREENS[screen])  # type: ignore[arg-type]  # as in its signature
    browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    assert browser.evaluate(LAYOUT) == []
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_lies_over_something_is_noticed(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        "<p style='margin: 0'>below</p><p style='margin: -1em 0 0'>above</p>"
        "<p style='width: 3em; overflow-wrap: anywhere'>unbreakable</p><pre>" + "wide " * 100 + "</pre>"
        "<details><summary>folded</summary>unseen</details><p style='margin: -2em 0 0 20em; color: red'>beside it</p>"
    )

    browser.open(path, width=360)

    told = " ".join(browser.evaluate(LAYOUT))
    assert "over each other: below | above" in told
    assert "broken: unbreakable" in told
    assert "cut off at the side: wide" in told
    assert "unseen" not in told


def test_tables_of_a_class_are_sorted_without_a_script(pages: Path, browser: Browser) -> None:
    browser.open(pages / "report.html", width=1024)
    rows = "[...document.querySelectorAll('#hand-ins + .sorted tbody tr')]"
    shown = f"{rows}.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)"
    scores = f"{shown}.map(row => parseFloat(row.children[2].textContent)).filter(score => !isNaN(score))"
    first = browser.evaluate(f"{shown}.map(row => row.children[0].textContent)")

    browser.evaluate("document.querySelector('[value=highest]').click()")
    highest = browser.evaluate(scores)
    browser.evaluate("document.querySelector('[value=lowest]').click()")

    assert first == sorted(first)
    assert highest == sorted(highest, reverse=True)
    assert len(set(highest)) > 1
    assert browser.evaluate(scores) == sorted(highest)
    ends = f"{rows}.map(row => row.children[2].getBoundingClientRect().right)"
    assert len(set(browser.evaluate(ends))) == 1, "columns are straight"
