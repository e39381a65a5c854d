"""`grade try COMPONENT [PATH]`: the shortest lines that show what is wrong with a component, to run or to paste."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from grader.base.errors import UsageError
from grader.commands.main import grade_command
from grader.homework import HOMEWORK
from grader.report.details import ordered

if TYPE_CHECKING:
    from grader.run.outputs import Outputs
    from grader.run.session import Session

DESCRIPTION = f"""\
Prints Python that shows what is wrong with a component, as short as there is. Run it in the folder of the code:

  grade try {HOMEWORK.examples[0]} > show.py && python show.py

Further options are those of `grade`, such as --seed and --edition.
"""


def main(arguments: list[str]) -> int:
    """Prints the lines; 0 where there are some, 1 where nothing is wrong that lines could show. Raises UsageError."""
    parser = argparse.ArgumentParser(
        prog="grade try", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("component", metavar="COMPONENT", help="as grade --list names it")
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="the submission (default: this folder)")
    options, others = parser.parse_known_args(arguments)
    if options.component.startswith("training."):
        raise UsageError(f"try {options.component}: no few lines show a training; grade -v says all there is")
    command = [options.path, "--only", options.component, "--no-training", "--quiet", *others]
    return grade_command(command, printed)


def printed(options: argparse.Namespace, outputs: Outputs, session: Session, signals: list[int]) -> int:
    """The lines of the mistake that costs most, else of any that has some."""
    causes = [first for _, found in ordered(session.result().components) for first, _ in found]
    scripts = [first.told.script for first in causes if first.told.script]
    if not scripts:
        name = options.only[0][0]
        print(
            f"grade: {name}: no lines show anything wrong; grade {options.path} --only {name} says more",
            file=sys.stderr,
        )
        return 1
    print(scripts[0])
    return 0
