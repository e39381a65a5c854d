"""The HTML report: whole, silent, to be read by everybody; and the result in a notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from chromium import EXECUTABLE, Browser
from overlays import ROOT, build
from results import (
    PAGES,
    full_page,
    hostile,
    ordinary,
)

from grader.base import files
from grader.diagnose import pages
from grader.explain.evidence import mismatch
from grader.judge.compare import Difference
from grader.report import page as explained
from grader.report.notebook import notebook_result
from grader.report.pictures import heats, png
from grader.report.to_html import to_html


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("chaffs", "softmax-over-batch", tmp_path_factory.mktemp("submission"))


VOID = {"meta", "img", "br", "line", "circle", "rect", "polyline", "input", "link", "base"}


class Page(HTMLParser):
    """The elements of a page as (tag, attributes), its visible text, and whether its tags are balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID and tag not in self.open:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.mark.parametrize("kind", PAGES)
def test_html_is_one_file_that_runs_and_fetches_nothing(kind: str) -> None:
    page = Page(to_html(PAGES[kind]()))

    assert not page.unbalanced
    assert not page.open
    assert not page.all("script", "iframe", "object", "embed", "link", "form", "base")
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/png;base64,"))
    (policy,) = [each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert not re.search(r"url\(|@import|https?://", to_html(ordinary()))


def test_html_shows_what_a_submission_says_as_text() -> None:
    page = Page(to_html(hostile()).encode("utf-8", "replace").decode())

    text = " ".join(page.text)
    assert text.count("<script>alert('x')</script>") >= 8
    assert not page.all("script", "img")


@pytest.mark.parametrize("kind", PAGES)
def test_html_can_be_heard_and_reached_by_keyboard(kind: str) -> None:
    page = Page(to_html(PAGES[kind]()))

    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {(each.get("href") or "")[1:] for each in page.all("a")}
    assert targets <= set(ids)
    assert all(each.get("alt") for each in page.all("img"))
    assert all(each.get("role") == "img" and each.get("aria-label") for each in page.all("svg"))
    scrolling = [each for _, each in page.elements if each.get("tabindex") == "0"]
    assert all(each.get("aria-label") for each in scrolling)
    assert all(each.get("scope") for each in page.all("th"))
    assert page.all("html")[0]["lang"] == "en"
    assert any(each.get("name") == "viewport" for each in page.all("meta"))


def test_html_unfolds_what_to_mend_first_and_explains_it() -> None:
    text = to_html(full_page())
    page = Page(text)

    unfolded = {
        each["id"]: "open" in each for each in page.all("details") if "component" in (each.get("class") or "").split()
    }
    assert list(unfolded.items()) == [("dense", True), ("relu", False), ("softmax", False), ("model", False)]
    assert "1 with nothing to mend" in text
    assert pages.title("softmax-over-batch") in text
    assert "Each column of the result sums to 1, each row does not." in " ".join(page.text)


def test_html_draws_both_arrays_and_marks_the_first_difference() -> None:
    page = Page(to_html(full_page()))

    firsts = [attributes for _, attributes in page.elements if "first" in (attributes.get("class") or "").split()]
    assert len(firsts) == 6  # three differences of two sides each
    text = "".join(page.text)
    assert "of 240 numbers differ, the first at [" in text
    assert "23 of 24 numbers differ, the first at [0, 0, 1]" in text
    assert text.count(" first difference") == 2  # in words, where the numbers are written out


def test_html_draws_training() -> None:
    page = Page(to_html(full_page()))

    labels = [each["aria-label"] or "" for each in page.all("svg")]
    assert any(label.startswith("Test accuracy by epoch: 96.00% after epoch 2, threshold 95%") for label in labels)
    assert [each["alt"] for each in page.all("img")] == ["Test image 1, a 7", "Test image 2, a 9, taken for a 4"]
    assert "reference, epoch 1: 95.70%" in "".join(page.text)
    (matrix,) = [each for each in page.all("div") if each.get("class") == "confusion"]
    assert matrix["aria-label"] == "confusion matrix"


def colours(scheme: str) -> dict[str, tuple[int, int, int]]:
    """The variables of the page's style, for light or dark."""
    text = (ROOT / "grader" / "report" / "report.html").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\n *\}", text, re.DOTALL)[:2]
    found = re.findall(r"--([\w-]+): #(\w{6})", light if scheme == "light" else dark)
    return {name: tuple(bytes.fromhex(value)) for name, value in found}  # type: ignore[misc]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """WCAG 2.1, contrast ratio."""

    def luminance(colour: tuple[int, int, int]) -> float:
        parts = [part / 255 for part in colour]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_html_text_can_be_read_on_every_ground(scheme: str) -> None:
    found = colours(scheme)

    words_on = ["ink", "quiet", "link", "good", "bad", "half", "none"]
    poor = [
        (name, ground) for name in words_on for ground in ("back", "card") if contrast(found[name], found[ground]) < 4.5
    ]
    shades = [f"{sign}{level}" for sign in "pn" for level in range(6) if f"{sign}{level}" in found] + ["odd"]
    poor += [("ink", shade) for shade in shades if contrast(found["ink"], found[shade]) < 4.5]
    poor += [(line, "back") for line in ("own", "other", "mark") if contrast(found[line], found["back"]) < 3]
    assert poor == []
    assert len(shades) == 12


# --- in a real browser --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if EXECUTABLE is None:
        pytest.skip("no Chromium is installed")
    with Browser() as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with everything on it, hostile texts included."""
    one = full_page()
    one.components += hostile().components
    path = tmp_path_factory.mktemp("report") / "report.html"
    files.write_whole(path, to_html(one).encode("utf-8", "replace"))
    return path


SCREENS = {
    "desk": {"width": 1280},
    "dark": {"width": 1280, "dark": True},
    "phone": {"width": 360, "height": 740},
    "paper": {"width": 720, "media": "print"},
}


@pytest.mark.parametrize("screen", SCREENS)
def test_browser_shows_all_of_the_page_in_silence(screen: str, browser: Browser, report: Path) -> None:
    browser.open(report, **SCREENS[screen])  # type: ignore[arg-type]  # as in its signature

    assert browser.requests() == [report.as_uri()]
    assert browser.complaints() == []
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert browser.evaluate("document.querySelectorAll('script').length") == 0
    assert browser.evaluate("[...document.images].every(each => each.naturalWidth == 28)")
    ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (screen != "dark")


def test_browser_is_used_with_the_keyboard_alone(browser: Browser, report: Path) -> None:
    browser.open(report)
    focused = "document.activeElement."

    browser.press("Tab", 9)
    assert browser.evaluate(f"{focused}textContent") == "Skip to the components"
    browser.evaluate("document.querySelector('details.component:not([open]) > summary').focus()")
    assert browser.evaluate(f"{focused}parentElement.open") is False
    browser.press("Enter", 13)
    assert browser.evaluate(f"{focused}parentElement.open") is True


def test_browser_notices_what_a_page_must_not_do(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text("<img src='other.png'><script>console.log('!')</script><p style='width: 2000px'>wide</p>")

    browser.open(path, width=360)

    assert browser.requests() == [path.as_uri(), (tmp_path / "other.png").as_uri()]
    assert len(browser.complaints()) >= 1
    assert not browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_heat_maps_share_a_scale_and_show_as_many_digits_as_it_takes() -> None:
    expected = np.array([[1.0, -2.0], [0.5, 0.0]])
    actual = expected * np.array([[1.0001, 1.0], [3.0, 1.0]])

    one, other = heats(mismatch(Difference("w", "value", expected, actual), 1e-5))

    assert one.scale == other.scale == "2"
    assert [cell.shade for row in one.slices[0].rows for cell in row] == ["p2", "n5", "p1", "p0"]
    assert (one.slices[0].rows[0][0].text, other.slices[0].rows[0][0].text) == ("1", "1.0001")
    assert [cell.wrong for row in one.slices[0].rows for cell in row] == [True, False, True, False]


def test_digit_is_a_png_of_its_pixels() -> None:
    import struct
    import zlib

    pixels = bytes(range(12))
    data = png(pixels, 4, 3)

    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, place = {}, 8
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + size]
        assert struct.unpack(">I", data[place + 8 + size : place + 12 + size])[0] == zlib.crc32(kind + body)
        chunks[kind], place = body, place + 12 + size
    assert struct.unpack(">IIBB", chunks[b"IHDR"][:10]) == (4, 3, 8, 0)
    assert zlib.decompress(chunks[b"IDAT"]) == b"".join(b"\0" + pixels[i : i + 4] for i in (0, 4, 8))


@pytest.mark.parametrize("code", pages.codes())
def test_page_loses_no_word(code: str) -> None:
    found = explained.page(code)
    assert found is not None

    notebook_result = unescape(re.sub(r"<[^>]+>", "", found.body))
    _, _, rest = pages.text(code).partition("\n")
    plain = re.sub(r"^```.*$|^#+ |^ *[-*] +", "", rest, flags=re.MULTILINE).replace("`", "").replace("**", "")
    assert re.sub(r"\W+", "", notebook_result) == re.sub(r"\W+", "", plain)
    assert "```" not in found.body


def test_tags_of_a_page_are_text() -> None:
    assert "&lt;b&gt;" in explained.html("a <b>word</b>")


# --- Python and notebooks ---------------------------------------------------------------------------------------------


def test_import_of_the_package_is_light() -> None:
    script = "import sys, grader; assert callable(grader.grade); print('numpy' in sys.modules, 'pytest' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)

    assert done.stdout.split() == ["False", "False"], done.stderr


def test_grade_from_python_returns_the_result(submission: Path) -> None:
    from grader import grade

    found = grade(submission, only=["Softmax", "ReLU"], training=False)

    assert found.components["softmax"].message == pages.title("softmax-over-batch")
    assert found.components[0].outcome == "passed"
    assert (found.score, found.max_score, found.complete) == (2, 8, True)
    assert "\nscore 2 of 8, " in repr(found)
    assert {row["component"] for row in found.rows()} == {"ReLU", "Softmax"}
    with pytest.raises(KeyError, match="ReLU, Softmax"):
        found.components["Adam"]


def test_grade_from_python_says_what_is_wrong_with_a_call(tmp_path: Path) -> None:
    from grader import grade
    from grader.base.errors import UsageError

    with pytest.raises(UsageError, match="no such file"):
        grade(tmp_path / "nowhere")


def test_notebook_shows_the_report_in_a_frame_of_its_own() -> None:
    page = Page(notebook_result(hostile())._repr_html_().encode("utf-8", "replace").decode())

    ((tag, attributes),) = page.elements
    assert tag == "iframe"
    assert attributes["sandbox"] == ""
    inside = Page(attributes["srcdoc"] or "")
    assert inside.all("h1")
    assert not inside.all("script")
    assert inside.all("base") == [{"href": "about:srcdoc"}]  # links stay inside


def test_parts_of_a_result_show_themselves_as_text() -> None:
    found = notebook_result(full_page())

    assert repr(found.components).splitlines()[2].split() == [
        "Dense",
        "partial",
        "2.5",
        "/",
        "5",
        "the",
        "sign",
        "is",
        "wrong",
    ]
    assert repr(found.components["Dense"]).startswith(
        "Dense  2.5 / 5\npartial: the sign is wrong\n1 of 2 checks passed"
    )


def test_notebook_without_jinja_shows_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "grader.report.to_html", raising=False)
    monkeypatch.setitem(sys.modules, "jinja2", None)

    cell = notebook_result(hostile())._repr_html_()

    assert cell.startswith("<pre>")
    assert "<script" not in cell


def test_html_without_jinja_is_said_before_anything_is_graded(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['jinja2'] = None; from grader.commands.main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "reference", "--html", str(tmp_path / "report.html")]

    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "pip install 'beras-grader[report]'" in line
