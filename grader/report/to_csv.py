"""The result as CSV (RFC 4180): one row a check, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from grader.base.text import printable
from grader.result import Result

COLUMNS = (
    "submission", "track", "component", "check", "title", "outcome", "points", "max_points", "not_judged",
    "diagnosis", "message", "file", "line", "edition",
)  # fmt: skip
# How a cell begins that a spreadsheet would compute. Where a semicolon or a tab separates cells, one begins behind each
FORMULA = re.compile(r"(^|[;\t\n])(?=\s*[=+\-@＝＋－＠﹢﹣﹦﹫−])")

MOST_CHARACTERS = 10_000  # of a cell; spreadsheets take 32,767


def to_csv(result: Result) -> str:
    stream = io.StringIO()
    rows = csv.DictWriter(stream, COLUMNS)
    rows.writeheader()
    for row in result.rows():
        whole = {"submission": result.submission, "track": result.track, **row, "edition": result.edition}
        rows.writerow({name: cell(value) for name, value in whole.items()})
    return stream.getvalue()


def cell(value: Any) -> Any:
    """Text that a spreadsheet takes for text."""
    if not isinstance(value, str):
        return "" if value is None else value
    return FORMULA.sub(r"\1'", printable(value, MOST_CHARACTERS))
