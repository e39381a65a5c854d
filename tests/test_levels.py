"""A verdict does not depend on the level of isolation: overlays are graded at two levels, and the results compared.

Overlays about imports are compared every time, of the others each week another few, so that all have their turn.
"""

from __future__ import annotations

import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from overlays import Graded, build, grade, grading_options, names
from test_overlays import TRAINING_CHAFFS

from grader.homework import FIRST
from grader.isolation.levels import BASIC, choose

STRICTEST = choose().name
WEEK = int(time.time() / (7 * 24 * 3600))
TURNS = 160  # weeks until every other overlay has been compared
ABOUT_IMPORTS = ("import-", "numpy-", "syntax-", "system-")

pytestmark = pytest.mark.skipif(BASIC.name == STRICTEST, reason="only one level of isolation works here")


def has_its_turn(name: str) -> bool:
    return name.startswith(ABOUT_IMPORTS) or zlib.crc32(name.encode()) % TURNS == WEEK % TURNS


CHOSEN = [
    (kind, name)
    for kind in ("wheats", "chaffs")
    for name in names(kind)
    if has_its_turn(name) and name not in TRAINING_CHAFFS
]


def verdicts(graded: Graded) -> dict[str, Any]:
    """All of a result but for the level."""
    return {name: value for name, value in graded.comparable().items() if name != "isolation"}


@pytest.mark.parametrize(("kind", "name"), CHOSEN)
def test_verdict_is_the_same_at_two_levels(kind: str, name: str, folder: Path) -> None:
    submission = build(kind, name, folder)

    options = grading_options(kind, name, folder, FIRST.components)

    basic, strictest = (grade(submission, *options, "--isolation", level) for level in (BASIC.name, STRICTEST))

    assert (basic.result["isolation"], strictest.result["isolation"]) == (BASIC.name, STRICTEST)
    assert verdicts(strictest) == verdicts(basic)
    assert strictest.exit_code == basic.exit_code
