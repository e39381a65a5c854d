"""The result as GitHub-flavoured Markdown: for a comment on a pull request, and for the summary of a job.

What a submission says appears in code blocks, or escaped: it makes no markup, calls nobody by @name, and closes no
fence.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from grader.base.cuts import fitting, shortened
from grader.homework import HOMEWORK
from grader.report.details import blocks, points, share_text, summary_line, to_mend_first
from grader.result import ComponentResult, Outcome, Result, TrainingResult

COMMENT = 65_536  # characters that GitHub takes in a comment; counted as bytes here, which are no fewer
SUMMARY = 1 << 20  # bytes of a step's summary; beyond it GitHub shows none
MARKS = {
    "passed": "✅",
    "partial": "🟡",
    "blocked": "⏸️",
    "not on this track": "➖",
    "not finished": "⏸️",
    "not graded": "⏸️",
}
MARKUP = re.compile(r"([\\`*_\[\]|~$])")
CALLS = re.compile("([@#])")
UNSEEN = "\u200b"  # behind @ and # it keeps a person from being called and an issue from being linked


def to_markdown(result: Result) -> str:
    """For a comment."""
    return fitting(lambda cut: page(result, cut), COMMENT)


def to_summary(result: Result, room: int = SUMMARY) -> str:
    """For the summary of a job, which takes `room` more bytes."""
    return fitting(lambda cut: page(result, cut), min(room, SUMMARY))


def page(result: Result, cut: int | None) -> str:
    """Everything, with at most `cut` characters of each message; a cut of 0 leaves the table alone."""
    share = f" ({share_text(result)})" if result.max_score else ""
    parts = [f"## {HOMEWORK.title}: {result.score:g} of {result.max_score:g} points{share}", text(summary_line(result))]
    parts += [f"> {text(note)}" for note in result.notes + result.warnings] if cut != 0 else []
    parts.append(table(result.components))
    if cut != 0:
        in_order = enumerate(to_mend_first(result.components))
        lost = [block for place, part in in_order for block in details(part, cut, place == 0)]
        parts += ["### What cost points", *lost] if lost else []
    trained = [each for each in result.training if each.accuracy]
    parts += ["### Training", trainings(trained)] if trained else []
    if cut is not None:
        parts.append("_Messages are cut to fit in here; the terminal and the HTML report show them in full._")
    return "\n\n".join(parts) + "\n"


def table(parts: list[ComponentResult]) -> str:
    rows = ["| | component | outcome | points | why |", "|---|---|---|--:|---|"]
    for part in parts:
        cells = [mark(part), part.name, part.outcome, points(part), shortened(part.why, 300)]
        rows.append("| " + " | ".join(text(cell) for cell in cells) + " |")
    return "\n".join(rows)


def mark(part: ComponentResult) -> str:
    return (
        MARKS[Outcome.BLOCKED] if part.outcome == Outcome.PASSED and part.not_judged else MARKS.get(part.outcome, "❌")
    )


def details(part: ComponentResult, cut: int | None, unfolded: bool) -> Iterator[str]:
    """Each cause that lost points, folded but for the first one of all."""
    for place, (head, message) in enumerate(blocks(part)):
        name, _, title = head.partition("\n")
        addresses = [address for label, told in message.parts if label == "read" for address in told.split("\n")]
        body = [code(shortened(message.brief(), cut)), *(f"<{address}>" for address in addresses)]
        body += [code(shortened(message.script, cut), "python")] if message.script else []
        summary = f"<b>{html.escape(' '.join(name.split()))}</b>: {html.escape(title.strip())}"
        tag = "<details open>" if unfolded and place == 0 else "<details>"
        yield "\n\n".join([f"{tag}<summary>{summary}</summary>", *body, "</details>"])


def trainings(trained: list[TrainingResult]) -> str:
    rows = ["| model | outcome | test accuracy | epochs | milestones |", "|---|---|--:|--:|---|"]
    for each in trained:
        reached = ", ".join(f"{goal.accuracy:.0%} in {goal.wall_seconds:.2f} s" for goal in each.milestones)
        cells = [each.model, each.outcome, f"{max(each.accuracy):.2%}", str(len(each.accuracy)), reached]
        rows.append("| " + " | ".join(text(cell) for cell in cells) + " |")
    return "\n".join(rows)


def text(line: str) -> str:
    """One line of plain text, which no character of it turns into markup."""
    return CALLS.sub(rf"\1{UNSEEN}", html.escape(MARKUP.sub(r"\\\1", " ".join(line.split())), quote=False))


def code(content: str, language: str = "text") -> str:
    """A block of code, with a fence longer than every row of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{content}\n{fence}"
