"""The result as CSV (RFC 4180): one row a check, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from typing import Any

from grader.result import Result

COLUMNS = (
    "submission", "track", "component", "check", "title", "outcome", "points", "max_points", "not_judged",
    "diagnosis", "message", "file", "line", "edition",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would compute


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
    value = value.replace("\0", "")
    return f"'{value}" if value.startswith(FORMULA) else value
