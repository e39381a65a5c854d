"""The pages of `grade explain` as HTML, for reports."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from grader.diagnose import pages
from grader.homework import FIRST, Edition

HEADING = "h5"  # of a page's sections in a report, which has four levels above them


@dataclass
class Page:
    """One code, explained. body: HTML, in which all that the page says is escaped."""

    code: str
    title: str
    body: Markup


def page(code: str, edition: Edition = FIRST) -> Page | None:
    """The page of a code in an edition, None where there is none."""
    text = pages.text(code, edition)
    if not text:
        return None
    title, _, rest = text.partition("\n")
    return Page(code, title.lstrip("# ").strip(), html(rest))


@cache
def html(text: str, heading: str = HEADING) -> Markup:
    """CommonMark as HTML. Tags in the text are text, and code can be reached with the keyboard."""
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = heading
        if token.type == "fence":
            token.info = ""
    found = markdown.renderer.render(tokens, markdown.options, {})
    return Markup(found.replace("<pre>", '<pre tabindex="0" role="group" aria-label="code">'))
