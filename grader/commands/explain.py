"""`grade explain [CODE|COMPONENT]`: the page of a misconception, a relation or a component; without one, all codes."""

from __future__ import annotations

import argparse
import difflib
import sys

from grader.ask.answers import KEY, KeyAnswers
from grader.base.errors import UsageError
from grader.diagnose import pages
from grader.explain.component import component_page
from grader.explain.examples import explain, mistakes_of
from grader.homework import FIRST, YEARS, Edition, edition
from grader.judge import rubrics
from grader.result import is_training


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
        "--edition", type=int, choices=YEARS, default=FIRST.year, help=f"in the words of a year; default {FIRST.year}"
    )
    options = parser.parse_args(arguments)
    year = edition(options.edition)
    if options.code is None:
        print("\n".join(f"{code}  {pages.title(code, year)}" for code in pages.codes(year)))
        return 0
    component = year.component_like(options.code)
    if component in year.components and not is_training(component):
        sys.stdout.write(component_page(component, rubrics.load(None, year), mistakes_in(component, year)))
        return 0
    if not pages.text(options.code, year):
        known = {name.lower(): name for name in (*pages.codes(year), *year.components)}
        near = difflib.get_close_matches(options.code.lower(), known, 1)
        hint = f"did you mean {known[near[0]]}?" if near else "`grade explain` lists them all"
        raise UsageError(f"explain {options.code}: there is no such code; {hint}")
    examples = KeyAnswers(KEY).key.about["examples"] if not year.reference.is_dir() and KEY.is_file() else None
    sys.stdout.write(explain(options.code, examples, year))
    return 0


def mistakes_in(component: str, year: Edition) -> set[str]:
    """The codes of the known mistakes of a component, by the reference or, where there is none, by the answer key."""
    if year.reference.is_dir():
        return {each.page for each in mistakes_of(year).values() if each.component == component}
    key = KeyAnswers(KEY) if KEY.is_file() else None
    if key is None or key.year != year.year:
        return set()
    return {key.page(code) for code in key.misconceptions(component)}
