"""`grade template --edition YEAR -o DIR`: the code that students start from, and its handout. Never the solution."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.base.errors import UsageError
from grader.homework import FIRST_YEAR, HOMEWORK, YEARS, edition
from grader.packing.template import HANDOUT, template_of
from grader.submission.contents import reason, shown


def main(arguments: list[str]) -> int:
    """Writes one template. Raises UsageError where there is no reference/, or the folder is not empty."""
    if not HOMEWORK.is_built_in:
        raise UsageError("template: there is one of the built-in homework only, not with --homework")
    parser = argparse.ArgumentParser(prog="grade template", description="Writes what students of a year start from.")
    parser.add_argument(
        "--edition",
        metavar="YEAR",
        type=int,
        choices=YEARS,
        default=FIRST_YEAR,
        help="of the course: %(choices)s (default %(default)s)",
    )
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help="a new or empty folder")
    options = parser.parse_args(arguments)
    year, target = edition(options.edition), options.output
    if not year.reference.is_dir():
        raise UsageError(f"template: there is no {year.reference} to make it from; run it in a full checkout")
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise UsageError(f"template -o {shown(target)}: is not an empty folder; name a new one")
        files = template_of(year)
        for name, text in files.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"template -o {shown(target)}: cannot be written ({reason(error)})") from None
    print(f"{shown(target)}: the template of {year.title}, {len(files)} files; begin with {HANDOUT}")
    return 0
