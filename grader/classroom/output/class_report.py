"""The class as one HTML page: it looks like a student's report, fetches nothing and runs no script."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from grader.classroom.class_list import Ledger
from grader.classroom.gradebook import Gradebook
from grader.classroom.study.groups import Example
from grader.classroom.study.pace import races
from grader.classroom.study.statistics import BINS, Statistics, statistics
from grader.report import pictures
from grader.report.page import page
from grader.report.to_html import check, template

ORDERS = ("full", "separates", "name", "lowest", "highest")  # of tables, beside the one that they are given in


def class_report(
    ledger: Ledger,
    gradebook: Gradebook,
    shared: list[Example],
    title: str,
    written: dict[str, str],
    similarity: bool = False,
) -> str:
    """shared: the unknown mistakes. written: the students' pages that exist, by file name. similarity: there is a page
    of pairs beside this one."""
    numbers = statistics(ledger, gradebook)
    by_result = {state: name for name, state in sorted(written.items())}
    links = {}
    for line in ledger.graded:
        file = by_result.get(line.page)
        if file is not None:
            links[line.name] = f"students/{quote(file)}"
    text = template("class_report.html", Path(__file__).parent).render(
        ledger=ledger,
        numbers=numbers,
        races=races(ledger, gradebook),
        title=title,
        links=links,
        called={line.name: line.who for line in ledger.lines},
        similarity=similarity,
        orders=ORDERS,
        places=places(ledger, numbers),
        groups=[shown_group(each) for each in shared],
        pages=[found for each in numbers.mistakes if (found := page(each.code)) is not None],
        edges=[ledger.max_score * edge / BINS for edge in range(BINS + 1)],
        shades=pictures.SHADES,
    )
    return text.strip() + "\n"


def places(ledger: Ledger, numbers: Statistics) -> dict[str, list[str]]:
    """For each row of a table its place in each order, as a style: the page sorts without a script."""
    lines = [(line.who.casefold(), line.score if line.score is not None else -1.0) for line in ledger.lines]
    checks = [(each.name, -(each.separates if each.separates is not None else -2.0)) for each in numbers.checks]
    return {
        "components": styles(full=[full / asked for _, full, asked, _ in numbers.components]),
        "checks": styles(separates=[by for _, by in checks], name=[name for name, _ in checks]),
        "handins": styles(
            name=[who for who, _ in lines],
            lowest=[score for _, score in lines],
            highest=[-score for _, score in lines],
        ),
    }


def styles(**keys: list[Any]) -> list[str]:
    """One style a row: its place by each key, equal ones as they come."""
    found: list[list[str]] = [[] for _ in next(iter(keys.values()))]
    for name, values in keys.items():
        for place, row in enumerate(sorted(range(len(values)), key=values.__getitem__)):
            found[row].append(f"--{name}: {place}")
    return ["; ".join(each) for each in found]


def shown_group(each: Example) -> dict[str, Any]:
    """A group with what its example answered, a cause told once."""
    told: dict[tuple[str, ...], str] = {}
    return {
        "group": each.group,
        "headline": each.headline,
        "example": each.name,
        "checks": [check(probe, told) for probe in each.probes],
    }
