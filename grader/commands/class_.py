"""`grade class FOLDER`: grades every hand-in of a class, side by side, into a gradebook that keeps what is done."""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import hashlib
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from grader.base.attempts import AttemptRules, moment
from grader.base.ends import stoppable
from grader.base.errors import UsageError
from grader.base.machine import cores, has_room
from grader.base.paths import CHECKOUT
from grader.classroom import adjustments
from grader.classroom.adjustments import Policy
from grader.classroom.class_list import Ledger, ledger
from grader.classroom.gradebook import Gradebook
from grader.classroom.jobs.local import Executor, LocalExecutor
from grader.classroom.jobs.settings import Terms, named_file, reference_folder, years_of
from grader.classroom.output.files import ClassOutputs
from grader.classroom.output.progress import ClassProgress
from grader.classroom.output.summary import GRADEBOOK, summary
from grader.classroom.people.handins import Found, HandIn, find
from grader.classroom.people.roster import Roster, match, names_of
from grader.classroom.people.roster import read as read_roster
from grader.classroom.schedule import ClassRun, KeyedHandIn
from grader.classroom.study.groups import WrongAnswers, groups
from grader.classroom.study.similarity import Similarity, read_codes, similarity
from grader.classroom.study.student_code import GivenCode, given, given_in
from grader.homework import FIRST, FIRST_YEAR, HOMEWORK, YEARS, Edition, edition
from grader.judge.rubrics import load as load_rubric
from grader.packing.template import make_edition
from grader.report.to_jsonl import EventLog
from grader.result import OWN_CHECKS, is_training
from grader.rubric import SETUP_SECONDS, located, year_of
from grader.run.request import DEFAULT_SEED, chosen, hidden_seed_of, seed_of
from grader.submission.archives import digest_of
from grader.submission.contents import shown

EPILOG = """\
examples:
  grade class submissions/                        all of them, into graded/
  grade class submissions/ --roster canvas.csv    with names, and grades for the platform
  grade class submissions/ --only alice 'b*'      some; the others keep what they have
  grade class submissions/ --regrade alice        once more, whatever the gradebook says
  grade class submissions/ --shard 2/4 --output graded-2/   one of four machines
  grade class submissions/ --merge graded-*/gradebook.sqlite
  grade class submissions/ --executor dask --scheduler tcp://HOST:8786   on a cluster
  grade class submissions/ --similarity           and which hand-ins look alike

Run it again to go on where it was stopped. docs/class.md says more.
exit codes: 0 everything is graded, 1 some hand-ins could not be, 2 the call or the environment is wrong,
130 interrupted
"""
TEMPLATE = CHECKOUT / "student_template"
SPARE_SECONDS = 300.0  # beside trainings: the checks of a hand-in that hangs in every component
SHARD = re.compile(r"([1-9]\d*)/([1-9]\d*)")


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="grade class",
        description="Grades a class: folders or .zip files, as Gradescope, Canvas or Moodle export them.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = found.add_argument
    add("folder", metavar="FOLDER", type=Path, help="the folder of hand-ins")
    add("--output", metavar="DIR", type=Path, default=Path("graded"), help="where everything goes (default graded/)")
    add("--gradebook", metavar="FILE", type=Path, help=f"the gradebook (default {GRADEBOOK} in the output)")
    add("--roster", metavar="FILE", type=Path, help="CSV of the people in the class, as a platform exports it")
    add(
        "--title",
        metavar="TEXT",
        default=HOMEWORK.title,
        help="the assignment's column in CSV files (default %(default)s)",
    )
    which = found.add_argument_group("which hand-ins", "names, and patterns such as 'a*'")
    which.add_argument("--only", metavar="NAME", nargs="+", action="extend", default=[], help="grade these")
    which.add_argument("--skip", metavar="NAME", nargs="+", action="extend", default=[], help="do not grade these")
    which.add_argument(
        "--regrade", metavar="NAME", nargs="*", help="grade these again; without a name, all chosen ones"
    )
    which.add_argument("--shard", metavar="I/N", help="grade the I-th of N equal parts")
    which.add_argument("--merge", metavar="FILE", nargs="+", type=Path, default=[], help="take over other gradebooks")
    how = found.add_argument_group("how")
    how.add_argument(
        "--executor", choices=["local", "dask"], default="local", help="this machine (default), or a Dask cluster"
    )
    how.add_argument("--scheduler", metavar="ADDRESS", help="of the cluster, tcp://HOST:PORT; or its scheduler file")
    how.add_argument("--jobs", metavar="N", type=int, help="hand-ins at a time (default: one a core)")
    how.add_argument("--limit", metavar="SECONDS", type=float, help="time for one hand-in, on a full machine")
    how.add_argument("--jsonl", metavar="FILE", type=Path, help="what happens, while it happens, as lines of JSON")
    how.add_argument("-q", "--quiet", action="store_true", help="print the last lines only")
    people = found.add_argument_group("what people decide", "docs/class.md, The grade that counts")
    people.add_argument("--adjust", metavar="FILE", type=Path, help="CSV of points that people give, with reasons")
    people.add_argument(
        "--due", metavar="TIME", help="when it was due, as in 2026-11-20T23:59 (of this machine's zone)"
    )
    people.add_argument("--grace", metavar="MINUTES", type=float, default=0.0, help="that cost nothing (default 0)")
    people.add_argument(
        "--late", metavar="PERCENT", type=float, default=0.0, help="of all points, for each day begun after --due"
    )
    people.add_argument("--attempts", choices=["best", "last"], default="best", help="which of several counts")
    alike = found.add_argument_group("hand-ins that look alike")
    alike.add_argument("--similarity", action="store_true", help="compare the code of all hand-ins, each with each")
    alike.add_argument("--template", metavar="DIR", type=Path, help="the code that was given (default: of each year)")
    what = found.add_argument_group("what is graded", "as in `grade PATH`")
    what.add_argument(
        "--edition", metavar="YEAR", type=int, choices=YEARS, help="of all hand-ins (default: told by what is in each)"
    )
    what.add_argument("--track", metavar="TRACK")
    what.add_argument("--component", metavar="NAME", nargs="+", action="extend", default=[])
    what.add_argument("--no-training", action="store_true")
    what.add_argument("--full", action="store_true")
    what.add_argument("--runs", metavar="N", type=int, default=1)
    what.add_argument("--seed", metavar="N", help=f"(default {DEFAULT_SEED}; a class has one seed, so no 'fresh')")
    what.add_argument("--hidden-seed", metavar="N", help="seed of hidden checks (default: that of all others)")
    what.add_argument("--rubric", metavar="NAME|FILE", type=Path)
    what.add_argument("--data", metavar="DIR", type=Path)
    what.add_argument("--key", metavar="FILE", type=Path)
    what.add_argument("--isolation", choices=["auto", "strict", "landlock", "basic"], default="auto")
    what.add_argument("--user", metavar="NAME", help="for root: whom hand-ins run as where they have no namespaces")
    return found


def main(arguments: list[str]) -> int:
    """Grades a class. Raises UsageError."""
    options = parser().parse_args(arguments)
    check_where(options)
    terms = terms_of(options)
    policy = policy_of(options, terms.load_rubric(terms.usual).attempts)
    adjusted = adjustments.read(options.adjust) if options.adjust is not None else []
    handed_out = given_code(options) if options.similarity else None
    progress = ClassProgress(sys.stderr, options.quiet)
    path = options.gradebook or options.output / GRADEBOOK
    roster = read_roster(options.roster) if options.roster is not None else None
    found = find(options.folder)
    log = event_log(options.jsonl)
    with held(path) as former, stoppable() as signals:
        gradebook = Gradebook(path, progress.remark)
        try:
            run = prepared(options, gradebook, terms, found, roster)
            run.listeners += [each for each in (log, progress) if each is not None]
            if former:
                run.note("", f"the last run (process {former}) was ended from outside; what it had recorded counts")
            code = 0
            try:
                run.grade(lambda: open_executor(options, terms, run))
            except KeyboardInterrupt:
                code = 128 + (signals[0] if signals else signal.SIGINT)
            finally:
                progress.close()
            if news := gradebook.adjust(adjusted):
                run.note("", f"{news} adjustment{'s' * (news > 1)} of {shown(options.adjust)} taken down")
            told = ledger(gradebook, run.entries, found.others, roster, policy)
            shared = groups(gradebook, told.names)
            alike = looked_alike(handed_out, gradebook, told, progress) if handed_out and not code else None
            ClassOutputs(options.output, gradebook, progress.remark).write(
                told, shared, options.title, (alike, handed_out) if alike and handed_out else None
            )
            run.tell("groups", groups=[asdict(group) for group in shared])
            run.tell("end", exit_code=code or exit_code(told))
            print(summary(told, shared, roster, alike, options.output, path, stopped=bool(code)))
            return code or exit_code(told)
        finally:
            gradebook.close()
            if log is not None:
                log.close()


def event_log(path: Path | None) -> EventLog | None:
    if path is None:
        return None
    try:
        return EventLog(path)
    except OSError as error:
        raise UsageError(f"--jsonl {path}: cannot be written ({error.strerror})") from None


def check_where(options: argparse.Namespace) -> None:
    """Raises UsageError where options about the machine contradict each other."""
    if (options.executor == "dask") != (options.scheduler is not None):
        raise UsageError("--executor dask and --scheduler ADDRESS go together: the address of a Dask scheduler")
    if options.executor == "dask" and options.jobs is not None:
        raise UsageError(
            "--jobs is for this machine; on a cluster each thread of a worker grades one hand-in at a time"
        )


def policy_of(options: argparse.Namespace, rules: AttemptRules) -> Policy:
    """What lateness costs, and which attempts count. Raises UsageError."""
    due = moment(options.due) if options.due is not None else None
    if options.due is not None and due is None:
        raise UsageError(f"--due {options.due}: is no time, as in 2026-11-20T23:59 or 2026-11-20T23:59+01:00")
    if options.due is None and (options.late or options.grace):
        raise UsageError("--late and --grace need --due TIME")
    if not 0 <= options.late <= 100:
        raise UsageError(f"--late {options.late:g}: must be a percentage from 0 to 100")
    if not 0 <= options.grace <= 60 * 24 * 366:
        raise UsageError(f"--grace {options.grace:g}: must be minutes, up to a year of them")
    return Policy(due, timedelta(minutes=options.grace), options.late, options.attempts, rules)


def terms_of(options: argparse.Namespace) -> Terms:
    """How every hand-in is graded. Raises UsageError."""
    years = [edition(options.edition)] if options.edition else list(map(edition, YEARS))
    of_years = [
        load_rubric(None if options.rubric and year_of(options.rubric) != each.year else options.rubric, each)
        for each in years
    ]
    tracks = dict.fromkeys(track for each in of_years for track in each.points)
    if options.track is not None and options.track not in tracks:
        raise UsageError(f"--track {options.track}: the rubrics have the tracks {', '.join(tracks)}")
    if options.runs < 1:
        raise UsageError("--runs takes a whole number from 1 up")
    for option, text in (("--seed", options.seed), ("--hidden-seed", options.hidden_seed)):
        if text == "fresh":
            why = "a class that is gone on with needs the seed that it began with; give a number"
            raise UsageError(f"{option} fresh: {why}")
    known = tuple(dict.fromkeys(name for each in years for name in each.components))
    known += (OWN_CHECKS,) if any(each.own_checks for each in of_years) else ()
    components = chosen(options.component, not options.no_training, known, "--component")
    return Terms(
        track=options.track or "",
        components=components,
        seed=seed_of(options.seed),
        runs=options.runs,
        full=options.full,
        rubric=named_file(options.rubric and located(options.rubric), "--rubric"),
        data=named_file(options.data, "--data"),
        key=named_file(options.key, "--key"),
        isolation=options.isolation,
        user=options.user or "",
        year=options.edition or 0,
        hidden_seed=hidden_seed_of(options.hidden_seed),
    )


def open_executor(options: argparse.Namespace, terms: Terms, run: ClassRun) -> Executor:
    """Where hand-ins are graded. Raises UsageError."""
    rubric = terms.load_rubric(terms.usual)
    years = [terms.year] if terms.year else YEARS
    trainings = max(sum(is_training(name) for name in terms.components_of(edition(year))) for year in years)
    # Rest as well as work, should it come to that; what a busy machine stops before its end is graded again, alone
    limit = options.limit or SPARE_SECONDS + trainings * terms.runs * 2 * (
        rubric.limits["training_seconds"] + SETUP_SECONDS
    )
    if options.executor == "dask":
        from grader.classroom.cluster.executor import Cluster

        handins = (entry.handin.path for entry in run.entries.values() if not entry.handin.fault)
        those = [terms.usual] if terms.year else dict.fromkeys(years_of(handins)) or [FIRST]
        return Cluster(terms, those, options.scheduler, limit, lambda text: run.note("", text))
    jobs = options.jobs if options.jobs is not None else cores()
    if jobs < 1:
        raise UsageError("--jobs takes a whole number from 1 up")
    need = rubric.limits["training_memory_mb" if trainings else "check_memory_mb"]
    return LocalExecutor(terms, jobs, limit, lambda: has_room(need))


# --- which hand-ins -----------------------------------------------------------------------------------------------


def prepared(
    options: argparse.Namespace, gradebook: Gradebook, terms: Terms, found: Found, roster: Roster | None
) -> ClassRun:
    """The run that these options ask for, with the gradebook ready for it."""
    for other in options.merge:
        print(f"{shown(other)}: {gradebook.merge(other)} new results taken over", file=sys.stderr)
    own = terms.digest()
    entries = {handin.name: entry_of(handin, terms, own) for handin in found.handins}
    gradebook.enrol((name, str(each.handin.path), each.digest, each.key) for name, each in entries.items())
    people = match(roster, found.handins) if roster is not None else {}
    names = {handin.name: names_of(handin, people.get(handin.name, ())) for handin in found.handins}
    wanted = set(selected(names, options.only, "--only")) if options.only else set(entries)
    wanted -= set(selected(names, options.skip, "--skip"))
    if options.shard is not None:
        wanted &= shard(sorted(entries), options.shard)
    again: set[str] = set()
    if options.regrade is not None:
        again = set(selected(names, options.regrade, "--regrade")) if options.regrade else set(wanted)
        again &= wanted
    return ClassRun(
        gradebook, terms, own, entries, wanted, again, reference_folder(terms, [each.path for each in found.handins])
    )


def entry_of(handin: HandIn, terms: Terms, own: str) -> KeyedHandIn:
    try:
        digest = digest_of(handin.path)
    except UsageError:  # told by whoever tries to open it
        digest = hashlib.sha256(f"unreadable {handin.name}".encode("utf-8", "surrogateescape")).hexdigest()
    return KeyedHandIn(handin, digest, terms.key_of(digest, own))


def selected(names: Mapping[str, Sequence[str]], patterns: list[str], option: str) -> Iterator[str]:
    """The hand-ins that patterns name, of which `names` has every name. Raises UsageError."""
    for pattern in patterns:
        matching = [handin for handin, each in names.items() if any(matches(name, pattern) for name in each)]
        if not matching:
            raise UsageError(f"{option} {pattern}: no hand-in has that name")
        yield from matching


def matches(name: str, pattern: str) -> bool:
    pattern = pattern.rstrip("/")
    return name == pattern or fnmatch.fnmatchcase(name.casefold(), pattern.casefold())


def shard(names: list[str], text: str) -> set[str]:
    """The I-th of N parts, the same wherever it is computed. Raises UsageError."""
    found = SHARD.fullmatch(text)
    if not found or int(found[1]) > int(found[2]):
        raise UsageError(f"--shard {text}: must be I/N with I from 1 to N, such as 2/4")
    return set(names[int(found[1]) - 1 :: int(found[2])])


# --- around a run -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def held(gradebook: Path) -> Iterator[str]:
    """One run at a time on one gradebook; the system lets go of it however a run ends. Raises UsageError.

    Gives the process number of the last run if that could not come to its end, else ''.
    """
    import fcntl

    try:
        gradebook.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(f"{gradebook}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise UsageError(f"{gradebook.parent}: cannot be written to ({error.strerror})") from None
    try:
        number = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(
                f"{gradebook}: another run is at work on it (process {number}); wait for it, or give this one "
                "an --output of its own"
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        try:
            yield number
        finally:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def given_code(options: argparse.Namespace) -> dict[int, GivenCode]:
    """What was handed out, by year. Raises UsageError where hand-ins could not be compared in the end."""
    try:
        import jinja2  # noqa: F401  what the page is made with
    except ModuleNotFoundError:
        raise UsageError("--similarity needs the package jinja2: pip install 'beras-grader[similarity]'") from None
    if options.template is not None:
        return dict.fromkeys(YEARS, given(options.template))
    if options.edition:
        return dict.fromkeys(YEARS, given_in_year(edition(options.edition)))
    return {year: given_in_year(edition(year)) for year in YEARS}


def given_in_year(year: Edition) -> GivenCode:
    """The template of a year. Raises UsageError."""
    if year.year == FIRST_YEAR:
        return given(TEMPLATE)
    return given_in({path: text.encode() for path, text in make_edition(year.folder).items()}, year.title)


def looked_alike(
    handed_out: dict[int, GivenCode], gradebook: Gradebook, told: Ledger, progress: ClassProgress
) -> Similarity:
    """Compares the code of all hand-ins."""
    found = Similarity()

    def tell(count: int, total: int) -> None:
        if progress.live or count == total:
            progress.say(f"reading code: {count} of {total}")

    codes = read_codes(told, handed_out, found, tell)
    progress.close()
    return similarity(codes, WrongAnswers.read(gradebook, told.names), found)


def exit_code(told: Ledger) -> int:
    return 1 if told.troubled else 0
