"""The result as JSON; result.schema.json says what is in it."""

from __future__ import annotations

import json
import re

from grader.result import Result

# A row of numbers goes on one line. No string has a line break in JSON, so none can look like a row.
ROW = re.compile(r"\[\n\s+((?:[^\[\]{}\"\n]+\n\s+)*[^\[\]{}\"\n]+)\n\s+\]")


def to_json(result: Result) -> str:
    text = json.dumps(result, default=vars, indent=2, ensure_ascii=False, allow_nan=False)
    return ROW.sub(lambda row: "[" + " ".join(row[1].split()) + "]", text) + "\n"
