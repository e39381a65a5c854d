"""`grade key build`: freezes the answers of a year's reference/ into a file, to grade with where there is none."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from grader import rubric
from grader.ask import answer_key
from grader.ask.answers import LiveAnswers
from grader.base.errors import UsageError
from grader.homework import FIRST, HOMEWORK, YEARS
from grader.judge import rubrics
from grader.run.freeze import frozen_in_sight
from grader.run.request import DEFAULT_SEED, HIDDEN_SEED_BITS, seed_of


def main(arguments: list[str]) -> int:
    """Builds a key. Raises UsageError where there is no reference/, or the file cannot be written."""
    parser = argparse.ArgumentParser(
        prog="grade key", description="Answer keys: grade where there is no reference/, with the same verdicts."
    )
    build = parser.add_subparsers(dest="command", required=True).add_parser(
        "build", help="freeze the answers of reference/"
    )
    build.add_argument("-o", "--output", metavar="FILE", type=Path, default=Path("answers.key"))
    build.add_argument("--seed", metavar="N", help=f"seed of the questions (default {DEFAULT_SEED})")
    build.add_argument(
        "--rubric", metavar="NAME|FILE", type=Path, help="which checks are hidden (default: the built-in)"
    )
    build.add_argument(
        "--edition", metavar="YEAR", type=int, choices=YEARS, help="of the course (default: the rubric's, else 2022)"
    )
    build.add_argument("--hidden-seed", metavar="N", help="seed of hidden checks, or 'fresh' (default: the same)")
    options = parser.parse_args(arguments)
    year = rubric.year_meant(options.edition, options.rubric)
    if not year.reference.is_dir():
        raise UsageError(f"key build: there is no reference/ in {year.reference.parent} to take the answers from")
    seed = seed_of(options.seed)
    hidden = rubrics.load(options.rubric, year).hidden
    hidden_seed = seed_of(options.hidden_seed, "--hidden-seed", HIDDEN_SEED_BITS) if options.hidden_seed else seed
    with np.errstate(all="ignore"):
        answers = LiveAnswers(HOMEWORK.probe_folder(), year)
        key = frozen_in_sight(answers, seed, hidden=hidden, hidden_seed=hidden_seed if hidden else None)
    try:
        answer_key.save(key, options.output)
    except OSError as error:
        raise UsageError(f"key build: {options.output} cannot be written ({error.strerror})") from None
    mistakes, size = len(key.about["mistakes"]), options.output.stat().st_size / 1e6
    apart = f", for hidden checks {hidden_seed}," if hidden else ""
    of_year = f" of {year.year}" if year is not FIRST else ""
    answered = f"the answers{of_year} for seed {seed}{apart or ','}"
    print(f"{options.output}: {answered} with {mistakes} known mistakes, {size:.1f} MB")
    return 0
