"""The pages of `grade explain` as a site, and the links to it from reports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from overlays import build
from warm_grade import grade_warm

from grader.diagnose import pages
from grader.homework import FIRST, edition


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "explain"
    done = grade_warm("explain", "--site", str(folder))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{folder}/index.html: ")
    return folder


def test_every_code_and_component_has_a_page_and_every_link_leads_to_one(site: Path) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in site.iterdir()}

    components = [name for name in FIRST.components if name not in FIRST.trainings]
    assert set(texts) == {f"{name}.html" for name in ("index", *pages.codes(), *components)}
    assert len({name.casefold() for name in texts}) == len(texts), "some systems take two for one"
    links = {name: set(re.findall(r'href="([^#"]+)"', text)) for name, text in texts.items()}
    assert set().union(*links.values()) <= set(texts)
    assert links["index.html"] == set(texts) - {"index.html"}
    assert "softmax-over-batch.html" in links["Softmax.html"]
    of_softmax = texts["index.html"].partition(">Softmax</a></h2>")[2].partition("<h2>")[0]
    assert "softmax-over-batch.html" in of_softmax
    assert "dense-no-bias.html" not in of_softmax
    assert not any("<script" in text or "grade explain CODE" in text for text in texts.values())


def test_page_has_the_text_and_the_worked_example_of_the_command(site: Path) -> None:
    printed = grade_warm("explain", "softmax-over-batch").stdout

    text = (site / "softmax-over-batch.html").read_text(encoding="utf-8")

    title, *sections = re.findall(r"^#+ (.*)$", printed, re.MULTILINE)
    assert f"<h1>{title}</h1>" in text
    assert all(f"<h2>{section}</h2>" in text for section in sections)
    assert "with this mistake:" in text


def test_reports_link_to_the_site_of_the_rubric(tmp_path: Path) -> None:
    rubric = tmp_path / "rubric.toml"
    rubric.write_text('explain_site = "https://example.edu/beras"\n' + FIRST.rubric.read_text(encoding="utf-8"))
    hidden = tmp_path / "hidden.toml"
    hidden.write_text(rubric.read_text().replace("\nhidden = []", '\nhidden = ["Softmax"]'))
    submission = build("chaffs", "softmax-over-batch", tmp_path)
    address = "https://example.edu/beras/softmax-over-batch.html"
    names = ("html", "markdown", "gradescope", "json")
    files = [option for name in names for option in (f"--{name}", str(tmp_path / name))]

    done = grade_warm(str(submission), "--only", "Softmax", "--rubric", str(rubric), *files)

    assert done.returncode == 1, done.stderr
    assert f'<a href="{address}"' in (tmp_path / "html").read_text(encoding="utf-8")
    assert f"<{address}>" in (tmp_path / "markdown").read_text(encoding="utf-8")
    assert address in (tmp_path / "gradescope").read_text(encoding="utf-8")
    done = grade_warm(str(submission), "--only", "Softmax", "--rubric", str(hidden), "-v")
    assert address in done.stdout, "of hidden checks students see the codes, too"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("softmax-over-batch", "--site", "x"), "a site has every page"),
        (("--site", "/proc/nowhere"), "--site /proc/nowhere: cannot be written"),
    ],
)
def test_wrong_call_is_one_line(arguments: tuple[str, ...], says: str) -> None:
    done = grade_warm("explain", *arguments)

    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_site_of_a_year_speaks_its_words(tmp_path: Path) -> None:
    done = grade_warm("explain", "--site", str(tmp_path), "--edition", "2026")

    assert done.returncode == 0, done.stderr
    year = edition(2026)
    assert (tmp_path / f"{year.component_like('SequentialModel')}.html").is_file()
