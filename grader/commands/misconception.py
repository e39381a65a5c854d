"""`grade misconception new --from GROUP`: begins a misconception with what hand-ins of a class share."""

from __future__ import annotations

import argparse
import difflib
import re
from pathlib import Path

from grader.ask import patches
from grader.ask.reference import read_sources
from grader.base.errors import UsageError
from grader.classroom.gradebook import Gradebook
from grader.classroom.study.groups import Group, groups, names_of_results, wrong_checks, year_of
from grader.classroom.study.skeleton import skeleton
from grader.diagnose import pages
from grader.homework import FIRST, Edition, edition
from grader.submission.contents import shown

GRADEBOOK = Path("graded") / "gradebook.sqlite"
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NEXT = """\
{patch}
{page}
Now
  1. make the mistake in the patch, and fill in what is marked TODO
  2. grade explain {code}{of_year}
  3. add a chaff with the same mistake in other words, and run the tests (CONTRIBUTING.md, "Add a misconception")
  4. grade the class again: the group's hand-ins are then told {code}"""


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="grade misconception", description="Misconceptions, for those who write them.")
    new = found.add_subparsers(dest="command", required=True, metavar="new").add_parser(
        "new", help="begin one", description="Writes the skeleton of a misconception: a page, and a patch."
    )
    new.add_argument("name", metavar="NAME", nargs="?", help="what is wrong, such as adam-no-bias-correction")
    new.add_argument("--from", dest="group", metavar="GROUP", required=True, help="a group that `grade class` found")
    new.add_argument("--gradebook", metavar="FILE", type=Path, default=GRADEBOOK, help=f"(default {GRADEBOOK})")
    return found


def main(arguments: list[str]) -> int:
    """Writes both files. Raises UsageError."""
    options = parser().parse_args(arguments)
    if not options.gradebook.is_file():
        raise UsageError(f"--gradebook {shown(options.gradebook)}: there is no such gradebook; `grade class` makes one")
    gradebook = Gradebook(options.gradebook)
    try:
        group = chosen(groups(gradebook, names_of_results(gradebook)), options.group)
        probes = wrong_checks(gradebook, group)
        year = list(edition(year_of(gradebook, group)).told_by.values())[-1]  # in whose words mistakes are written
    finally:
        gradebook.close()
    if not year.reference.is_dir():
        raise UsageError(f"misconception new: there is no reference/ in {year.reference.parent} to make a mistake in")
    code = options.name or group.id
    page, patch = free_places(code, year)
    made = skeleton(group, probes, read_sources(year.reference), year)
    for path, text in ((patch, made.patch), (page, made.page)):
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{shown(path)}: cannot be written ({error.strerror})") from None
    of_year = f" --edition {year.year}" if year is not FIRST else ""
    print(NEXT.format(patch=shown(patch), page=shown(page), code=code, of_year=of_year))
    return 0


def chosen(found: list[Group], wanted: str) -> Group:
    """The group of that name. Raises UsageError."""
    by_id = {group.id: group for group in found}
    if wanted in by_id:
        return by_id[wanted]
    if not found:
        raise UsageError(f"--from {wanted}: no hand-ins of this gradebook share a mistake that has no name yet")
    near = difflib.get_close_matches(wanted, by_id, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(list(by_id)[:10])}"
    raise UsageError(f"--from {wanted}: there is no such group; {hint}")


def free_places(code: str, year: Edition) -> tuple[Path, Path]:
    """Where the page and the patch of a new misconception go, in the words of a year. Raises UsageError."""
    if not CODE.fullmatch(code):
        raise UsageError(f"misconception new {code}: a name has small letters, digits, and hyphens between words")
    below = list(year.told_by)[-1]
    places = pages.MISCONCEPTIONS / below / f"{code}.md", patches.MISCONCEPTIONS / below / f"{code}.toml"
    taken = [path for path in (*places, patches.VARIANTS / below / f"{code}.toml") if path.exists()]
    if taken or pages.text(code, year):
        raise UsageError(f"misconception new {code}: that name is taken; see `grade explain {code}`")
    return places
