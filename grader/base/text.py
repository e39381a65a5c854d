"""Text of a submission's, made fit to stand in a report: bounded, on one line, and nothing that a terminal obeys.

Whatever comes from a submission passes here once, where it enters. So no line of a report is anybody's but the
grader's, and no report grows with what somebody hands in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

CONTROL_CHARACTERS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
NAME_CHARACTERS = 100  # of a name; no honest one is as long


def printable(text: str, limit: int = 2_000) -> str:
    """Safe to show, line by line: no control characters, no terminal escapes, bounded."""
    text = CONTROL_CHARACTERS.sub("�", text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def one_line(text: str, limit: int = NAME_CHARACTERS) -> str:
    """The same on one line, so that no line of a report is anybody's but the grader's."""
    return printable(" ".join(text[: 4 * limit].split()), limit)


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them: `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
