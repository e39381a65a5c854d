"""The command line: `grade PATH [options]`; every other command is a module of grader/commands.

Exit codes: 0 all points of what was graded, 1 points lost, 2 the call or the environment is wrong, 3 the grader itself
failed, 130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import gc
import importlib
import io
import os
import secrets
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from grader.base import blas
from grader.base.cache import unchanged
from grader.base.ends import check_machine, lacks_files, stoppable, temporary_folder
from grader.base.errors import UsageError, is_full
from grader.homework import FIRST_YEAR, HOMEWORK, VARIABLE, YEARS, Edition, edition, is_training, opened
from grader.report.writers import WRITERS
from grader.run.outputs import Outputs, add_options

if TYPE_CHECKING:
    from grader.ask.answers import Answers
    from grader.homework import Dataset
    from grader.result import Result
    from grader.rubric import Rubric
    from grader.run.session import Session

    Conclude = Callable[[argparse.Namespace, Outputs, Session, list[int]], int]

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
DEFAULT_SEED = 1470
SEED_BITS = 31
HIDDEN_SEED_BITS = 128  # who has seen some hidden questions must not find the others by trying seeds
# A command and the module whose `main(arguments)` runs it; a folder of that name is graded as ./NAME
COMMANDS = {
    "watch": "grader.commands.watch",
    "show": "grader.commands.show",
    "try": "grader.commands.try_",
    "explain": "grader.commands.explain",
    "key": "grader.commands.key",
    "doctor": "grader.commands.doctor",
    "pack": "grader.commands.pack",
    "class": "grader.commands.class_",
    "template": "grader.commands.template",
    "misconception": "grader.commands.misconception",
}


def program() -> int:
    """`grade` as a process of its own, whose BLAS and whose end are the grader's to choose; returns its exit code."""
    # Here NumPy compares small arrays, and a thread of BLAS waits for work in a loop: on the submission's core
    for name, threads in blas.variables(1).items():
        os.environ.setdefault(name, threads)
    code = main()
    gc.freeze()  # or Python would look through all that was ever imported once more before it ends
    return code


def homework_of(arguments: list[str]) -> tuple[Path | None, list[str]]:
    """The folder that `--homework` names, and the other arguments."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    found = argparse.ArgumentParser(prog="grade", add_help=False, allow_abbrev=False)
    found.add_argument("--homework", type=Path)
    named, rest = found.parse_known_args(arguments[:split])
    return named.homework, [*rest, *arguments[split:]]


def start_with(folder: Path, arguments: list[str]) -> NoReturn:
    """This command in the same process anew, of another homework: one is read when modules are imported."""
    os.environ[VARIABLE] = str(opened(folder.resolve()).folder)
    os.execv(sys.executable, [sys.executable, "-m", "grader", *arguments])


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code and never lets a traceback out, but of the grader's own faults."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    open_streams()
    came: list[int] = []
    try:
        check_machine()
        folder, others = homework_of(arguments)
        if folder is not None:
            start_with(folder, others)
        with stoppable() as came:
            if arguments and arguments[0] in COMMANDS:
                command = importlib.import_module(COMMANDS[arguments[0]])
                return int(command.main(arguments[1:]))
            return grade_command(arguments)
    except UsageError as error:
        # Names of files come from the submission, and GitHub reads ##[ as a command anywhere in a line
        print(f"grade: {str(error).replace('##[', '#[')}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"grade: {signal.Signals(came[0]).name if came else 'interrupted'}", file=sys.stderr)
        return 128 + (came[0] if came else signal.SIGINT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except Exception as error:  # noqa: BLE001  the last resort: said as the grader's fault, with all that helps to mend it
        if is_full(error):
            print(f"grade: no room is left in {tempfile.gettempdir()}; free some, or set TMPDIR", file=sys.stderr)
            return 2
        if lacks_files(error):
            print("grade: no more files can be opened on this machine, or by this user: see ulimit -n", file=sys.stderr)
            return 2
        print("grade: the grader itself failed; this says nothing about the submission\n", file=sys.stderr)
        traceback.print_exc()
        return 3


def open_streams() -> None:
    """Standard streams that were closed on purpose (>&-) lead nowhere; else the next file would take their place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
        if getattr(sys, name) is None:
            stream = open(number, "w" if number else "r", closefd=False)  # noqa: SIM115  open to the end
            setattr(sys, name, stream)


# --- grade PATH -------------------------------------------------------------------------------------------------


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
        action="append",
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
        help="for root: run the submission as this user, where it has no namespaces of its own (strict)",
    )


def version() -> str:
    from grader.base.version import GRADER_VERSION

    return f"grade {GRADER_VERSION}"


def grade_command(arguments: list[str], conclude: Conclude | None = None) -> int:
    """Grades one submission; `conclude` makes something of the session, by default it prints the result."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    pytest_arguments = arguments[split + 1 :]
    options = parser().parse_args(arguments[:split])
    if options.list:
        print(listing(*plan(options, edition(options.edition or FIRST_YEAR))))
        return 0
    if options.runs < 1:
        raise UsageError("--runs takes a whole number from 1 up")
    with temporary_folder("beras-grade-") as scratch:
        return run(options, scratch, pytest_arguments, conclude or report)


def plan(options: argparse.Namespace, year: Edition) -> tuple[Rubric, str, tuple[str, ...]]:
    """By what rules, on which track, and what is graded of this year's edition. Raises UsageError."""
    from grader.judge import rubrics

    rubric = rubrics.load(options.rubric, year)
    if getattr(options, "fast_core", None) is not None:
        rubric = replace(rubric, fast_core=options.fast_core)
    track = options.track or rubric.default_track
    if track not in rubric.points:
        raise UsageError(f"--track {track}: the rubric has the tracks {', '.join(rubric.points)}")
    return rubric, track, chosen(options, year.components)


def run(
    options: argparse.Namespace,
    scratch: Path,
    pytest_arguments: list[str],
    conclude: Conclude,
    names: tuple[str, ...] | None = None,
) -> int:
    """One grading, from opening the submission to what is made of its result.

    names: the components to grade, where that is not what the options say.
    """
    from grader import isolation
    from grader.submission.opening import open_submission

    outputs = Outputs(options)
    submission = open_submission(Path(options.path), scratch, options.edition)
    rubric, track, components = plan(options, submission.edition)
    components = names or components
    level = isolation.choose(options.isolation, options.user)
    if not level.limited:
        print("grade: warning: --isolation none runs the submission unfenced and without limits", file=sys.stderr)
    data = data_for(options, components)
    made_up = HOMEWORK.probe_folder()
    made_up, data = isolation.shown(level, made_up, data, scratch)
    readable = (data.public,) if data else ()
    with contextlib.ExitStack() as at_the_end:
        at_the_end.enter_context(unchanged(level.guards_cache))
        with contextlib.ExitStack() as unless_grading:
            # It imports NumPy while this process does
            zygote = isolation.start(submission.root, level, (*((Path(made_up),) if made_up else ()), *readable))
            unless_grading.callback(zygote.close)
            from grader.ask.answers import answers_of
            from grader.report.progress import Progress
            from grader.run.grading import Grading

            seed = seed_of(options.seed)
            answers = answers_of(options.key, made_up, seed, submission.edition, level.guards_cache)
            hidden_seed = hidden_seed_of(options.hidden_seed, answers)
            grading = Grading(
                submission, rubric, answers, made_up, seed, track, components, level, readable, hidden_seed, zygote
            )
            unless_grading.pop_all()
        at_the_end.callback(answers.save)
        at_the_end.callback(grading.close)
        grading.start()  # workers start while pytest is imported
        from grader.run.pytest_plugin import run_checks
        from grader.run.session import Session

        reference = submission.edition.reference
        yardstick = reference if data and reference.is_dir() else None
        session = Session(grading, data, options.full, options.runs, yardstick, str(options.path))
        at_the_end.callback(session.close)
        progress = Progress(sys.stderr, options.quiet)
        # Saved first, told afterwards: what was said to be graded is safe
        session.listeners += [*outputs.listeners(lambda: session.result(complete=False)), progress]
        with stoppable() as signals:
            try:
                run_checks(session, pytest_arguments)
            finally:
                progress.close()
            return conclude(options, outputs, session, signals)


def data_for(options: argparse.Namespace, components: tuple[str, ...]) -> Dataset | None:
    """The data that models are trained on, where any is. Raises UsageError."""
    if not any(map(is_training, components)):
        return None
    return HOMEWORK.dataset().load(options.data, Path(options.path))


def hidden_seed_of(text: str | None, answers: Answers) -> int | None:
    """The seed of hidden checks; None where it is that of all others. Raises UsageError."""
    from grader.ask.answers import KeyAnswers

    key = answers if isinstance(answers, KeyAnswers) else None
    if text is None:
        return key.hidden_seed if key is not None else None
    seed = seed_of(text, "--hidden-seed", HIDDEN_SEED_BITS)
    if key is not None:
        key.check_seed(seed, "--hidden-seed")
    return seed


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


def chosen(options: argparse.Namespace, known: tuple[str, ...]) -> tuple[str, ...]:
    """The components to grade. Raises UsageError for a name that is none."""
    names = [name for group in options.only for name in group]
    by_lower = {name.lower(): name for name in known}
    for name in names:
        if name.lower() not in by_lower:
            near = difflib.get_close_matches(name.lower(), by_lower, 1, 0.5)
            hint = f"did you mean {by_lower[near[0]]}?" if near else "grade --list names them all"
            raise UsageError(f"--only {name}: there is no such component; {hint}")
    wanted = {by_lower[name.lower()] for name in names} or set(known)
    left = [name for name in known if name in wanted and not (options.no_training and name.startswith("training."))]
    if not left:
        raise UsageError(f"--only {' '.join(names)} --no-training: nothing is left to grade")
    return tuple(left)


def seed_of(text: str | None, option: str = "--seed", bits: int = SEED_BITS) -> int:
    """The seed of this run. Raises UsageError."""
    if text is None:
        return DEFAULT_SEED
    if text == "fresh":
        return secrets.randbits(bits)
    if not text.isdecimal() or len(text) > len(str(2**bits)) or int(text) >= 2**bits:
        raise UsageError(f"{option} {text}: must be a whole number from 0 to {2**bits - 1}, or 'fresh'")
    return int(text)


def listing(rubric: Rubric, track: str, components: tuple[str, ...]) -> str:
    """Components with their points and checks."""
    from fractions import Fraction

    from grader.ask.probe import all_probes
    from grader.judge.hidden import training_check
    from grader.judge.scoring import decimal, worths

    lines = []
    for name in components:
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
