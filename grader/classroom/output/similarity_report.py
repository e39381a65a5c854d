"""The page that shows pairs of hand-ins side by side, and the table of pairs. They show evidence and decide nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.base.errors import UsageError
from grader.classroom.class_list import Line
from grader.classroom.output import lms
from grader.classroom.study.similarity import Pair, Side, Similarity, read_functions, side_by_side
from grader.classroom.study.student_code import Function, GivenCode
from grader.report import pictures
from grader.report.to_csv import cell
from grader.report.to_html import template

SHOWN = 30  # pairs with their code; the others are in the table
MOST_LINES = 150  # of one function
KEPT = 40  # hand-ins whose code is kept in memory, as some are in many pairs


def similarity_report(found: Similarity, handed_out: Mapping[int, GivenCode], title: str) -> str:
    @lru_cache(maxsize=KEPT)
    def read(name: str) -> list[Function]:
        try:
            return read_functions(by_name[name], handed_out)
        except UsageError:  # it was there a moment ago
            return []

    by_name = {code.name: code.line for pair in found.pairs for code in (pair.one, pair.other)}
    pairs = [lines_of_pair(pair, found, lambda line: read(line.name)) for pair in found.pairs[:SHOWN]]
    text = template("similarity.html", Path(__file__).parent).render(
        title=title, found=found, pairs=pairs, more=found.pairs[SHOWN:], shades=pictures.SHADES
    )
    return text.strip() + "\n"


def lines_of_pair(pair: Pair, found: Similarity, read: Callable[[Line], list[Function]]) -> dict[str, Any]:
    rows = [([cut(side) for side in left], cut(right)) for left, right in side_by_side(pair, found.common, read)]
    return {"pair": pair, "rows": rows}


def cut(side: Side) -> Side:
    """A function that is not too long to look at."""
    return Side(side.file, side.name, side.line, side.lines[:MOST_LINES])


def similarity_table(found: Similarity) -> str:
    """A row for each pair."""
    rows = [["hand-in", "and", "share of the first", "share of the second", "the same rare wrong answers"]]
    for pair in found.pairs:
        shares = [f"{share:.3f}" for share in pair.shares]
        texts = [pair.one.name, pair.other.name, *shares, "; ".join(pair.answers)]
        rows.append([cell(text) for text in texts])
    return lms.written(rows)
