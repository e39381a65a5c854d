"""The pages that `grade explain CODE` prints: one Markdown file for each misconception and each relation.

The first line of a page is `# title`; the title is also the headline of a verdict. People may edit the pages without
touching code. They are written for the first edition, and in folders below for some of the later ones; where a year has
no page of its own, that of another year is shown in its words.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from grader.diagnose.pages import words
from grader.homework import FIRST, HOMEWORK, YEARS, Edition, edition

MISCONCEPTIONS = HOMEWORK.folder / "misconceptions"
RELATION_PAGES = Path(__file__).parent
RELATIONS = frozenset(path.stem for path in RELATION_PAGES.glob("*.md"))


@cache
def text(code: str, year: Edition = FIRST) -> str:
    """The page of a code, '' where there is none; one that only other years have is shown as it is there."""
    if not code.replace("-", "").isalnum():
        return ""
    others = dict(found for other in YEARS for found in edition(other).told_by.items())
    for below, of in {**dict(list(year.told_by.items())[::-1]), **others}.items():
        path = MISCONCEPTIONS / below / f"{code}.md"
        if path.is_file():
            return shown(path, of, year)
    path = RELATION_PAGES / f"{code}.md"
    return shown(path, FIRST, year) if path.is_file() else ""


def shown(path: Path, of: Edition, year: Edition) -> str:
    """A page in the words of a year, without the points of a list that say nothing there."""
    page = path.read_text(encoding="utf-8")
    return words.translated(words.of_interest(page, year, codes(year)), of, year)


def title(code: str, year: Edition = FIRST) -> str:
    """The page's title, '' where there is no page."""
    return text(code, year).partition("\n")[0].lstrip("# ").strip()


@cache
def codes(year: Edition = FIRST) -> list[str]:
    """Every code that a verdict of a year can name."""
    mistakes = {path.stem for below in year.told_by for path in (MISCONCEPTIONS / below).glob("*.md")}
    return sorted((mistakes - year.impossible) | RELATIONS)
