"""The pages of `grade explain` as files that link to each other, for students who have no command line.

Each page is called after its code, CODE.html, whatever version of the grader wrote it: reports link to it by that name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from markupsafe import Markup

from grader.report import pictures
from grader.report.page import html
from grader.report.to_html import template

CODE = re.compile(r"<code>([\w.-]+)</code>")
COMMAND = re.compile(r"`grade explain CODE[^`]*` says more about one:")


def site(
    texts: Mapping[str, str], components: Mapping[str, str], mistakes: Mapping[str, Collection[str]]
) -> dict[str, str]:
    """Every file by its name. texts: Markdown by code; components: Markdown by component. All begin with `# title`.

    mistakes: the codes that go wrong in one component.
    """
    everything = {**components, **texts}
    files = {address(name): name for name in everything}
    found = {file: written(text, everything) for file, name in files.items() for text in [everything[name]]}
    anywhere = set(texts).difference(*mistakes.values())
    parts = [(name, address(name), mistakes[name]) for name in components] + [("In any component", "", anywhere)]
    lists = [
        (name, file, [(address(code), title(texts[code]), code) for code in sorted(codes)])
        for name, file, codes in parts
    ]
    heading = "What is asked, and what often goes wrong"
    return {**found, "index.html": rendered(heading, Markup(), home=False, lists=lists)}


def address(name: str) -> str:
    """The file of a page."""
    return f"{name}.html"


def title(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ").strip()


def written(text: str, known: Mapping[str, str]) -> str:
    """One page. Codes that have a page are links to it."""
    body = html(COMMAND.sub("Each has a page:", text.partition("\n")[2]), "h2")
    linked = CODE.sub(lambda code: link(code) if code[1] in known else code[0], body)
    return rendered(title(text), Markup(linked))


def link(code: re.Match[str]) -> str:
    return f'<a href="{address(code[1])}">{code[0]}</a>'


def rendered(title: str, body: Markup, home: bool = True, lists: object = ()) -> str:
    page = template("explain_page.html").render(title=title, body=body, home=home, lists=lists, shades=pictures.SHADES)
    return page.strip() + "\n"
