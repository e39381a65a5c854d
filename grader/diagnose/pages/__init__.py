"""The pages that `grade explain CODE` prints: one Markdown file for each misconception and each relation.

The first line of a page is `# title`; the title is also the headline of a verdict. People may edit the pages without
touching code. Those of the folder `later` are of the later years, in the words of the latest; where there is none, the
page of the first edition is shown in the words of the year.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from grader.diagnose.pages import words
from grader.homework import FIRST, HOMEWORK, LATEST, Edition

MISCONCEPTIONS = HOMEWORK.folder / "misconceptions"
LATER = MISCONCEPTIONS / "later"
RELATION_PAGES = Path(__file__).parent
RELATIONS = frozenset(path.stem for path in RELATION_PAGES.glob("*.md"))


@cache
def text(code: str, edition: Edition = FIRST) -> str:
    """The page of a code, '' where there is none; one that only other years have is shown as it is there."""
    if not code.replace("-", "").isalnum():
        return ""
    own, later = (MISCONCEPTIONS, FIRST), (LATER, LATEST)
    for folder, year in (own, later) if edition is FIRST else (later, own):
        path = folder / f"{code}.md"
        if path.is_file():
            page = path.read_text(encoding="utf-8")
            return page if edition is FIRST else words.translated(page, year, edition)
    path = RELATION_PAGES / f"{code}.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def title(code: str, edition: Edition = FIRST) -> str:
    """The page's title, '' where there is no page."""
    return text(code, edition).partition("\n")[0].lstrip("# ").strip()


def codes(edition: Edition = FIRST) -> list[str]:
    """Every code that a verdict of a year can name."""
    folders = (MISCONCEPTIONS,) if edition is FIRST else (MISCONCEPTIONS, LATER)
    mistakes = {path.stem for folder in folders for path in folder.glob("*.md")}
    return sorted((mistakes - edition.impossible) | RELATIONS)
