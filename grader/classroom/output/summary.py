"""The last lines of a class on the terminal: how many, how well, what is left, and where it all is."""

from __future__ import annotations

import shlex
from pathlib import Path

from grader.classroom.class_list import Ledger
from grader.classroom.output.files import PAIRS
from grader.classroom.people.roster import Roster
from grader.classroom.study.groups import Group
from grader.classroom.study.similarity import Similarity
from grader.submission.contents import shown

GRADEBOOK = "gradebook.sqlite"
DEFAULT_BOOK = Path("graded") / GRADEBOOK  # where `grade misconception new` looks for it


def summary(
    told: Ledger,
    shared: list[Group],
    roster: Roster | None,
    alike: Similarity | None,
    folder: Path,
    book: Path,
    stopped: bool,
) -> str:
    """book: the gradebook."""
    scores = sorted(line.score for line in told.graded if line.score is not None and not line.second)
    lines = []
    if scores:
        middle = scores[len(scores) // 2] if len(scores) % 2 else sum(scores[len(scores) // 2 - 1 :][:2]) / 2
        lines.append(f"{len(scores)} graded: median {middle:g} of {told.max_score:g}, {scores[0]:g} to {scores[-1]:g}")
    for state in ("stopped", "ungradable", "failed", "not graded yet"):
        named = [line for line in told.lines if line.state == state]
        for line in named[:5]:
            reason = f": {line.row.reason}" if line.row is not None and line.row.reason else ""
            lines.append(f"{state}  {shown(line.name)}{reason}")
        if len(named) > 5:
            lines.append(f"{state}  and {len(named) - 5} more")
    changed = [line for line in told.lines if line.changes]
    if changed:
        lines.append(f"{len(changed)} grades are not as they were judged: {folder / 'grades.csv'} says why")
    if told.unmet:
        lines.append(f"adjustments of nobody here: {', '.join(map(shown, told.unmet[:5]))}")
    twins = [line for line in told.lines if line.alike]
    if twins:
        lines.append(f"{len(twins)} hand-ins have the very same contents as another")
    if shared:
        several = "s" if len(shared) > 1 else ""
        lines.append(f"{len(shared)} shared mistake{several} that no misconception explains:")
        lines += [f"  {group.id}  {len(group.names)} hand-ins, {checks_text(group)}" for group in shared[:5]]
        lines += [f"  and {len(shared) - 5} more"] * (len(shared) > 5)
        elsewhere = "" if book == DEFAULT_BOOK else f" --gradebook {shlex.quote(str(book))}"
        lines.append(f"  to name one: grade misconception new --from {shared[0].id}{elsewhere}")
    if roster is not None:
        lines.append(f"on the roster: {len(roster.people)}, of them {len(told.absent)} handed in nothing")
        if told.strangers:
            names = ", ".join(shown(line.name) for line in told.strangers[:5])
            lines.append(f"not on the roster: {names}" + " and more" * (len(told.strangers) > 5))
    if alike is not None:
        lines.append(f"{len(alike.pairs)} pairs of {alike.compared} hand-ins compared: {folder / PAIRS[0]}")
        for pair in alike.pairs[:3]:
            names, shares = f"{shown(pair.one.name)} and {shown(pair.other.name)}", pair.shares
            lines.append(f"  {names}: {shares[0]:.0%} and {shares[1]:.0%} of their own code in common")
    lines += [f"left alone  {shown(name)}: {why}" for name, why in list(told.others.items())[:5]]
    lines += ["stopped; the same command goes on from here"] if stopped else []
    page = folder / "report.html"
    return "\n".join([*lines, f"see {page if page.is_file() else folder / 'grades.csv'}"])


def checks_text(group: Group) -> str:
    """The checks that a group got wrong, in short."""
    first, *more = group.checks
    return first + f" and {len(more)} more" * bool(more)
