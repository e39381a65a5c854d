"""Classroom 50's result.json, `classroom50/result/v1`.

https://github.com/foundation50/classroom50/wiki/Advanced-Autograding

Points are whole numbers there, ours have two decimals: everything is in hundredths, for every student alike. The runner
adds `owner` and `assignment_type`, and sets `datetime` to the time of the submission.
"""

from __future__ import annotations

import json
from typing import Any

from grader.base.cuts import shortened
from grader.report.details import component_text
from grader.result import ComponentResult, Result

SCALE = 100
OUTPUT = 4_000  # characters of a test's output: the release that shows it should stay readable


def to_classroom50(result: Result) -> str:
    platform = result.platform
    tests = [test(part) for part in result.components]
    found = {
        "schema": "classroom50/result/v1",
        "classroom": platform.get("CLASSROOM", ""),
        "assignment": platform.get("ASSIGNMENT", ""),
        "submission": platform.get("SUBMISSION_TAG", ""),
        "commit": platform.get("COMMIT_URL", ""),
        "release": platform.get("RELEASE_URL", ""),
        "review": platform.get("REVIEW_URL") or platform.get("COMMIT_URL", ""),
        "datetime": result.started,
        "graded_at": result.started,
        "score": sum(each["score"] for each in tests),
        "max-score": sum(each["max-score"] for each in tests),
        "tests": tests,
    }
    return json.dumps(found, indent=2) + "\n"


def test(part: ComponentResult) -> dict[str, Any]:
    return {
        "test-name": part.name,
        "passed": part.is_fine,
        "score": whole(part.points),
        "max-score": whole(part.max_points),
        "outcome": part.outcome,
        "output": shortened(component_text(part), OUTPUT),
    }


def whole(points: float) -> int:
    return round(points * SCALE)
