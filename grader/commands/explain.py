"""`grade explain [CODE]`: the page of one misconception or relation; without a code, all of them by name."""

from __future__ import annotations

import argparse
import difflib
import sys

from grader.ask.answers import KEY, KeyAnswers
from grader.base.errors import UsageError
from grader.diagnose import pages
from grader.explain.examples import explain
from grader.homework import FIRST, YEARS, edition


def main(arguments: list[str]) -> int:
    """Prints the page of one code, or lists all of them. Raises UsageError for a code that is none."""
    parser = argparse.ArgumentParser(prog="grade explain", description="Explains a code that a verdict names.")
    parser.add_argument(
        "code", metavar="CODE", nargs="?", help="for example softmax-over-batch; without one, all are listed"
    )
    parser.add_argument(
        "--edition", type=int, choices=YEARS, default=FIRST.year, help=f"in the words of a year; default {FIRST.year}"
    )
    options = parser.parse_args(arguments)
    year = edition(options.edition)
    if options.code is None:
        print("\n".join(f"{code}  {pages.title(code, year)}" for code in pages.codes(year)))
        return 0
    if not pages.text(options.code, year):
        near = difflib.get_close_matches(options.code.lower(), pages.codes(year), 1)
        hint = f"did you mean {near[0]}?" if near else "`grade explain` lists them all"
        raise UsageError(f"explain {options.code}: there is no such code; {hint}")
    examples = KeyAnswers(KEY).key.about["examples"] if not year.reference.is_dir() and KEY.is_file() else None
    sys.stdout.write(explain(options.code, examples, year))
    return 0
