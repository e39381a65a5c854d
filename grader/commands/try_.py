"""`grade try COMPONENT [PATH]`: the shortest lines that show what is wrong with a component, to run or to paste."""

from __future__ import annotations

import argparse
import sys

from grader.base.ends import temporary_folder
from grader.base.errors import UsageError
from grader.commands.grade import parser, request_of
from grader.homework import HOMEWORK
from grader.report.details import ordered
from grader.result import Outcome, Result, is_training
from grader.run.grade import graded
from grader.run.outputs import Outputs

DESCRIPTION = f"""\
Prints Python that shows what is wrong with a component, as short as there is. Run it in the folder of the code:

  grade try {HOMEWORK.examples[0]} > show.py && python show.py

Further options are those of `grade`, such as --seed and --edition.
"""


def main(arguments: list[str]) -> int:
    """Prints the lines; 0 where there are some, 1 where nothing is wrong that lines could show. Raises UsageError."""
    found = argparse.ArgumentParser(
        prog="grade try", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    found.add_argument("component", metavar="COMPONENT", help="as grade --list names it")
    found.add_argument("path", metavar="PATH", nargs="?", default=".", help="the submission (default: this folder)")
    options, others = found.parse_known_args(arguments)
    name = options.component
    if is_training(name):
        raise UsageError(f"try {name}: no few lines show a training; grade -v says all there is")
    request = request_of(parser().parse_args([options.path, "--only", name, "--no-training", *others]))
    with (
        temporary_folder("beras-grade-") as scratch,
        graded(request, scratch, Outputs({}), quiet=True) as (session, _),
    ):
        result = session.result()
    script = telling_lines(result)
    if not script:
        right = all(part.outcome == Outcome.PASSED for part in result.components)
        said = (
            "nothing is wrong with it" if right else f"no lines show it; grade {options.path} --only {name} says more"
        )
        print(f"grade: {name}: {said}", file=sys.stderr)
        return 1
    print(script)
    return 0


def telling_lines(result: Result) -> str:
    """The lines of the mistake that costs most; of checks that show the same one, the fewest. '' for none."""
    for _, found in ordered(result.components):
        for first, others in found:
            scripts = [each.told.script for each in (first, *others) if each.told.script]
            if scripts:
                return min(scripts, key=lambda script: script.count("\n"))
    return ""
