"""`grade PATH [options]`: its options, and what it prints and writes of a result."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from grader.base.ends import temporary_folder
from grader.base.files import write_whole
from grader.homework import HOMEWORK, YEARS
from grader.judge import rubrics
from grader.report.writers import WRITERS
from grader.run.attempts import Attempt, from_gradescope, refused
from grader.run.grade import graded
from grader.run.outputs import Outputs
from grader.run.request import DEFAULT_SEED, Request, hidden_seed_of, plan, seed_of, year_spoken_of

if TYPE_CHECKING:
    from grader.result import Result
    from grader.rubric import Rubric
    from grader.run.session import Session

DESCRIPTION = f"Checks a {HOMEWORK.title} submission: every component against the reference, then training."
ONE, OTHER = HOMEWORK.examples
EPILOG = f"""\
examples:
  grade submission/                     everything
  grade hw2.zip --no-training           feedback in about a second
  {f"grade . --only {ONE} --only {OTHER}":<37} two components
  grade . --runs 5                      train with five seeds
  grade watch submission/               again whenever a file is saved
  grade show submission/                curves and digits of the last training
  grade explain softmax-over-batch      what a mistake is, and how to see it
  {f"grade try {ONE} submission/":<37} lines of Python that show what is wrong
  grade . -- -k gradient                further arguments go to pytest
  grade doctor                          what this machine has, and what it lacks

exit codes: 0 all points, 1 points lost, 2 the call or the environment is wrong, 3 the grader itself failed
"""


def main(arguments: list[str]) -> int:
    """Grades one submission and says so; returns the exit code. Raises UsageError."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser().parse_args(arguments[:split])
    request = request_of(options)
    if options.list:
        print(listing(*plan(request, year_spoken_of(request.edition, request.rubric))))
        return 0
    outputs = Outputs(files_of(options), options.jsonl)
    if is_refused(request, options.gradescope):
        return 2
    with (
        temporary_folder("beras-grade-") as scratch,
        graded(request, scratch, outputs, arguments[split + 1 :], options.quiet) as (session, signals),
    ):
        return report(options, outputs, session, signals)


def request_of(options: argparse.Namespace) -> Request:
    """What these options ask for. Raises UsageError."""
    named = vars(options)
    attempt = Attempt(options.attempt) if named.get("attempt") else Attempt()
    if named.get("metadata"):
        attempt, fault = from_gradescope(options.metadata)
        print(*(["grade: " + fault] if fault else []), sep="\n", end="\n" if fault else "", file=sys.stderr)
    shared = ("edition", "track", "rubric", "data", "key", "isolation", "user", "runs", "full", "fast_core")
    return Request(
        str(options.path),
        only=tuple(options.only),
        training=not named.get("no_training"),
        seed=seed_of(options.seed),
        hidden_seed=hidden_seed_of(options.hidden_seed),
        attempt=attempt,
        **{name: named[name] for name in shared if name in named},
    )


def is_refused(request: Request, results: Path | None) -> bool:
    """Is this attempt one more than the rubric grades? Says so, in Gradescope's results as well. Raises UsageError."""
    if request.attempt.now is None:
        return False
    rules = rubrics.load(request.rubric, year_spoken_of(request.edition, request.rubric)).attempts
    again = request.attempt.next_graded(rules)
    if again is None:
        return False
    if results is not None:
        write_whole(results, refused(request.attempt, rules, again).encode())
    print(f"grade: not graded: {rules.limit} are graded; the next one from {again.isoformat()} on", file=sys.stderr)
    return True


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="grade",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument(
        "path", metavar="PATH", nargs="?", default=".", help="folder or .zip with the submission (default: this folder)"
    )
    add_grading_options(found)
    found.add_argument("--no-training", action="store_true", help="leave out training")
    found.add_argument("--full", action="store_true", help="train all epochs, also beyond the threshold")
    found.add_argument(
        "--fast-core",
        action=argparse.BooleanOptionalAction,
        help="train with vectorised compose methods where the given ones loop over the batch and do the same "
        "(default: the rubric's fast_core, true)",
    )
    found.add_argument("--runs", metavar="N", type=int, default=1, help="train with N seeds (default 1)")
    found.add_argument(
        "--attempt",
        metavar="N",
        type=int,
        help="which attempt of somebody's this is: the rubric's [reveal] shows less in the first ones (default: all)",
    )
    found.add_argument(
        "--metadata",
        metavar="FILE",
        type=Path,
        help="Gradescope's submission_metadata.json, with the earlier attempts, which the rubric's [attempts] limits",
    )
    found.add_argument(
        "--format",
        choices=["table", *(name for name, writer in WRITERS.items() if not writer.appends)],
        metavar="FORMAT",
        default="table",
        help="what to print: %(choices)s (default table)",
    )
    found.add_argument("--list", action="store_true", help="list components, checks and points, and stop")
    found.add_argument(
        "-v", "--verbose", action="store_true", help="show every check and every message in full, with lines to paste"
    )
    found.add_argument("-q", "--quiet", action="store_true", help="print the last line only")
    found.add_argument("--version", action="version", version=version())
    add_options(found)
    return found


def add_grading_options(found: argparse.ArgumentParser) -> None:
    """What is graded, and how: these are the same wherever a submission is graded."""
    found.add_argument(
        "--edition",
        metavar="YEAR",
        type=int,
        choices=YEARS,
        help="take it for the edition of this year: %(choices)s (default: told by what is in it)",
    )
    found.add_argument(
        "--homework",
        metavar="FOLDER",
        help="grade another homework: a folder with homework.toml (docs/homework.md); any command takes it",
    )
    found.add_argument("--track", metavar="TRACK", help="1470 or 2470 (default: the rubric's)")
    found.add_argument(
        "--only",
        metavar="COMPONENT",
        action="extend",
        nargs="+",
        default=[],
        help="grade these components only",
    )
    found.add_argument(
        "--seed",
        metavar="N",
        help=f"seed of the questions, or 'fresh' for a random one (default {DEFAULT_SEED})",
    )
    found.add_argument(
        "--hidden-seed",
        metavar="N",
        help="seed of the rubric's hidden checks, which the result does not tell, or 'fresh' (default: the same)",
    )
    found.add_argument(
        "--rubric",
        metavar="NAME|FILE",
        type=Path,
        help="points, tolerances and limits: a file, or the name course-2022 (default: the built-in rubric)",
    )
    found.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        help="folder with the files that models are trained on (default: data/mnist)",
    )
    found.add_argument(
        "--key",
        metavar="FILE",
        type=Path,
        help="compare with an answer key (default: with reference/, if there is one)",
    )
    found.add_argument(
        "--isolation",
        choices=["auto", "strict", "landlock", "basic", "none"],
        default="auto",
        help="how far the submission is shut in (default auto: the strictest that works here; see grade doctor)",
    )
    found.add_argument(
        "--user",
        metavar="NAME",
        help="for root: run the submission as this user where it has no namespaces (strict); else it runs as nobody",
    )


def add_options(found: argparse.ArgumentParser) -> None:
    """One option a writer."""
    group = found.add_argument_group("for platforms and people", "Files are written whole or not at all.")
    for name, writer in WRITERS.items():
        group.add_argument(f"--{name}", metavar="FILE", type=Path, help=writer.help)
    group.add_argument(
        "--annotations", action="store_true", help="print GitHub annotations, and fence everything else in"
    )
    group.add_argument("--jsonl", metavar="FILE", type=Path, help="what happens, while it happens, as lines of JSON")


def files_of(options: argparse.Namespace) -> dict[str, Path]:
    """The files that are to be written, by the name of their writer."""
    given = {name: vars(options).get(name.replace("-", "_")) for name in WRITERS}
    return {name: path for name, path in given.items() if path is not None}


def version() -> str:
    from grader.base.version import GRADER_VERSION

    return f"grade {GRADER_VERSION}"


def report(options: argparse.Namespace, outputs: Outputs, session: Session, signals: list[int]) -> int:
    """Writes and prints the result, as far as it goes; returns the exit code."""
    from grader.run.last_training import remember

    result = session.result(complete=not session.interrupted)
    code = result.exit_code if result.complete else 128 + (signals[0] if signals else signal.SIGINT)
    points = {"score": result.score, "max_score": result.max_score, "not_judged": result.not_judged}
    session.tell("end", **points, complete=result.complete, exit_code=int(code))
    faults = outputs.write(result)
    remember(Path(options.path), result)
    try:
        show(options, result)
    except OSError as error:  # a closed pipe or terminal, a full disk
        faults.append(f"standard output: not everything could be printed ({error.strerror})")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    with contextlib.suppress(OSError):
        for fault in faults:
            print(f"grade: {fault}", file=sys.stderr)
        if not result.complete:
            why = signal.Signals(signals[0]).name if signals else "interrupted"
            print(f"grade: {why}, not graded: {', '.join(result.unfinished) or 'nothing'}", file=sys.stderr)
    return code if not result.complete else 2 if faults else code


def show(options: argparse.Namespace, result: Result) -> None:
    """Prints the result; for GitHub also its annotations, and nothing else that could be taken for a command."""
    from grader.report.to_annotations import fence, to_annotations

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may know fewer characters
    on_github = options.annotations or (options.format == "table" and "GITHUB_ACTIONS" in os.environ)
    with fence(sys.stdout) if on_github else contextlib.nullcontext():
        if options.format == "table":
            from grader.report.to_table import to_table, wants_colour

            sys.stdout.write(to_table(result, options.verbose, options.quiet, wants_colour(sys.stdout)))
        else:
            sys.stdout.write(WRITERS[options.format](result))
    if options.annotations:
        sys.stdout.write(to_annotations(result))
    sys.stdout.flush()


def listing(rubric: Rubric, track: str, components: tuple[str, ...]) -> str:
    """Components with their points and checks."""
    from fractions import Fraction

    from grader.ask.probe import all_probes
    from grader.judge import own_checks
    from grader.judge.hidden import training_check
    from grader.judge.scoring import decimal, worths
    from grader.result import OWN_CHECKS

    lines = []
    for name in components:
        if name == OWN_CHECKS:
            lines.append(f"{name}  ({decimal(sum(rubric.own_checks.values(), Fraction(0))):g} points)")
            mark = ", hidden" * own_checks.are_hidden(rubric)
            titles = own_checks.titles(rubric).items()
            lines += [f"  {name}/{one}: {title}  ({decimal(rubric.own_checks[one]):g}{mark})" for one, title in titles]
            continue
        points = rubric.points[track].get(name)
        worth = f"{decimal(points or Fraction(0)):g} points"
        if name in rubric.extensions:
            worth = f"extension, a bonus of {decimal(bonus):g}" if (bonus := rubric.bonus.get(name)) else "extension"
        lines.append(f"{name}  ({'not on this track' if points is None else worth})")
        checks = [(probe.name, probe.title) for probe in all_probes(rubric.edition) if probe.component == name]
        if name in rubric.thresholds:
            checks.append(
                (
                    training_check(name),
                    f"test accuracy above {rubric.thresholds[name]:.0%} on all of {HOMEWORK.data_name}",
                )
            )
        marks = (("hidden", rubric.hidden), ("extension", rubric.extension_checks))
        worth_of = worths(name, rubric, track) | ({training_check(name): Fraction(points or 0)} if points else {})
        for check, title in checks:
            each = decimal(worth_of.get(check, Fraction(0)))
            told = ([f"{each:g}"] if each else []) + [mark for mark, those in marks if check in those]
            lines.append(f"  {check}: {title}" + (f"  ({', '.join(told)})" if told else ""))
    return "\n".join(lines)
