"""The pages that `grade explain CODE` prints: one Markdown file for each misconception and each relation.

The first line of a page is `# title`; the title is also the headline of a verdict. People may edit the pages without
touching code.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from grader.base.paths import BERAS

MISCONCEPTIONS = BERAS / "misconceptions"
RELATION_PAGES = Path(__file__).parent
RELATIONS = frozenset(path.stem for path in RELATION_PAGES.glob("*.md"))


@cache
def text(code: str) -> str:
    """The page of a code, '' where there is none."""
    for folder in (MISCONCEPTIONS, RELATION_PAGES):
        path = folder / f"{code}.md"
        if code.replace("-", "").isalnum() and path.is_file():
            return path.read_text(encoding="utf-8")
    return ""


def title(code: str) -> str:
    """The page's title, '' where there is no page."""
    return text(code).partition("\n")[0].lstrip("# ").strip()


def codes() -> list[str]:
    """Every code that has a page."""
    return sorted(path.stem for folder in (MISCONCEPTIONS, RELATION_PAGES) for path in folder.glob("*.md"))
