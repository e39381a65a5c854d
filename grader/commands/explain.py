"""`grade explain [CODE|COMPONENT]`: the page of a misconception, a relation or a component; without one, all codes.

With `--site DIR` all pages are written as HTML files that link to each other.
"""

from __future__ import annotations

import argparse
import difflib
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from grader.ask.answers import KEY, KeyAnswers
from grader.base.columns import wrap
from grader.base.errors import UsageError
from grader.base.files import write_whole
from grader.diagnose import pages
from grader.explain.component import component_page
from grader.explain.examples import explain, mistakes_of
from grader.homework import FIRST, YEARS, Edition
from grader.judge import rubrics
from grader.result import is_training
from grader.rubric import Rubric
from grader.run.request import year_spoken_of

CODE = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
NEW = re.compile(r"$|[-#|`>]|\d+\.|    ")  # how a line begins that is not the rest of the one above


def main(arguments: list[str]) -> int:
    """Prints one page, or lists all codes. Raises UsageError for what has no page."""
    parser = argparse.ArgumentParser(
        prog="grade explain", description="Explains a code that a verdict names, or what is asked of a component."
    )
    parser.add_argument(
        "code",
        metavar="CODE",
        nargs="?",
        help="for example softmax-over-batch, or a component; without one, all codes are listed",
    )
    parser.add_argument(
        "--edition",
        type=int,
        choices=YEARS,
        help=f"in the words of a year; default the rubric's, the answer key's, else {FIRST.year}",
    )
    parser.add_argument("--site", metavar="DIR", type=Path, help="write every page into a folder, as HTML")
    parser.add_argument("--rubric", metavar="NAME|FILE", type=Path, help="points and hidden checks of components")
    options = parser.parse_args(arguments)
    year = year_spoken_of(options.edition, options.rubric)
    if options.site is not None:
        if options.code is not None:
            raise UsageError(f"explain {options.code} --site: a site has every page; leave out {options.code}")
        return write_site(options.site, rubrics.load(options.rubric, year), year)
    if options.code is None:
        print("\n".join(f"{code}  {pages.title(code, year)}" for code in pages.codes(year)))
        return 0
    component = year.component_like(options.code)
    if component in year.components and not is_training(component):
        show(component_page(component, rubrics.load(options.rubric, year), mistakes_in(component, year)))
        return 0
    if not pages.text(options.code, year):
        known = {name.lower(): name for name in (*pages.codes(year), *year.components)}
        near = difflib.get_close_matches(options.code.lower(), known, 1)
        hint = f"did you mean {known[near[0]]}?" if near else "`grade explain` lists them all"
        raise UsageError(f"explain {options.code}: there is no such code; {hint}")
    show(explain(options.code, examples_of(year), year))
    return 0


def show(page: str) -> None:
    """Prints a page; on a terminal no line of it is longer than a line there."""
    sys.stdout.write(fitted(page, shutil.get_terminal_size().columns) if sys.stdout.isatty() else page)


def fitted(page: str, width: int) -> str:
    """Markdown whose paragraphs and list items are filled anew, to so many columns; code and tables are left alone."""
    parts = CODE.split(page)
    return "".join(part if CODE.match(part) else "\n".join(filled(part.split("\n"), width)) for part in parts)


def filled(lines: Sequence[str], width: int) -> Iterator[str]:
    for line in joined(lines):
        yield from [line] if line.startswith(("|", "    ")) else wrap(line, width, 2 * line.startswith("- "))


def joined(lines: Sequence[str]) -> list[str]:
    """Lines of prose as paragraphs and list items, one line each."""
    found: list[str] = []
    for line in lines:
        goes_on = found and found[-1] and not found[-1].startswith(("#", "    ")) and not NEW.match(line)
        if goes_on:
            found[-1] += f" {line.strip()}"
        else:
            found.append(line)
    return found


def examples_of(year: Edition) -> Mapping[str, Sequence[str]] | None:
    """What the examples of pages give, where they cannot be worked here."""
    return KeyAnswers(KEY).key.about["examples"] if not year.reference.is_dir() and KEY.is_file() else None


def write_site(folder: Path, rubric: Rubric, year: Edition) -> int:
    """Writes every page. Raises UsageError."""
    try:
        from grader.report.site import site
    except ModuleNotFoundError as error:
        raise UsageError(f"--site needs the package {error.name}: pip install 'beras-grader[report]'") from None
    examples = examples_of(year)
    texts = {code: explain(code, examples, year) for code in pages.codes(year)}
    asked = [name for name in year.components if not is_training(name)]
    mistakes = {name: mistakes_in(name, year) & texts.keys() for name in asked}
    found = site(texts, {name: component_page(name, rubric, mistakes[name]) for name in asked}, mistakes)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in found.items():
            write_whole(folder / name, text.encode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(f"--site {folder}: cannot be written ({error.strerror})") from None
    print(f"{folder / 'index.html'}: {len(texts)} mistakes and {len(asked)} components, a page each")
    return 0


def mistakes_in(component: str, year: Edition) -> set[str]:
    """The codes of the known mistakes of a component, by the reference or, where there is none, by the answer key."""
    if year.reference.is_dir():
        return {each.page for each in mistakes_of(year).values() if each.component == component}
    key = KeyAnswers(KEY) if KEY.is_file() else None
    if key is None or key.year != year.year:
        return set()
    return {key.page(code) for code in key.misconceptions(component)}
