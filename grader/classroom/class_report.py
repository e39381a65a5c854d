"""The class as one HTML page: it looks like a student's report, fetches nothing and runs no script."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from grader.classroom.gradebook import Gradebook
from grader.classroom.ledger import Ledger
from grader.classroom.pace import races
from grader.classroom.statistics import BINS, statistics
from grader.report import pictures
from grader.report.page_blocks import page
from grader.report.to_html import template


def class_report(ledger: Ledger, gradebook: Gradebook, title: str, written: dict[str, str]) -> str:
    """written: the students' pages that exist, by file name."""
    numbers = statistics(ledger, gradebook)
    by_result = {state: name for name, state in sorted(written.items())}
    links = {}
    for line in ledger.graded:
        assert line.row is not None
        file = by_result.get(f"{line.row.id} {line.row.key}")
        if file is not None:
            links[line.name] = f"students/{quote(file)}"
    text = template("class_report.html", Path(__file__).parent).render(
        ledger=ledger,
        numbers=numbers,
        races=races(ledger, gradebook),
        title=title,
        links=links,
        pages=[found for each in numbers.mistakes if (found := page(each.code)) is not None],
        edges=[ledger.max_score * edge / BINS for edge in range(BINS + 1)],
        shades=pictures.SHADES,
    )
    return text.strip() + "\n"
