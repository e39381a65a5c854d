"""What the actions of GitHub Classroom pass on: JSON in base64, the output `result` of a step.

https://github.com/classroom-resources/autograding-grading-reporter sums the tests' scores; versions of it that count
passed tests instead show another number in the log, and report this sum all the same.
"""

from __future__ import annotations

import base64
import json
from math import ceil
from typing import Any

from grader.report.details import STOPPED, component_text
from grader.result import ComponentResult, Result

OUTPUT = 500  # characters


def to_github_classroom(result: Result) -> str:
    tests = [test(place, part) for place, part in enumerate(result.components)]
    bad = [each["status"] for each in tests if each["status"] != "pass"]
    found = {
        "version": 3,
        "status": "error" if result.grader_failed or not result.complete else "fail" if bad else "pass",
        "max_score": ceil(result.max_score),  # a whole number; without hidden checks there are fractions
        "tests": tests,
    }
    text = json.dumps(found, separators=(",", ":"))
    return base64.b64encode(text.encode("ascii")).decode("ascii") + "\n"


def test(place: int, part: ComponentResult) -> dict[str, Any]:
    status = "pass" if part.is_fine else "error" if part.outcome in STOPPED else "fail"
    file, line = next(((probe.file, probe.line) for probe in part.probes if probe.file), ("", 0))
    found: dict[str, Any] = {
        "name": part.name,
        "status": status,
        "test_code": "",
        "task_id": place,
        "filename": file,
        "line_no": line,
        "duration": round(sum(probe.seconds for probe in part.probes), 3),
        "score": part.points,
        "output": component_text(part)[:OUTPUT],
    }
    return found if status == "pass" else found | {"message": part.message or part.outcome}
