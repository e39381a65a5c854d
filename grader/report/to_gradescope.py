"""Gradescope's results.json: https://gradescope-autograders.readthedocs.io/en/latest/specs/

One test a component. It is rewritten while the run goes on, so that a run that is killed has left what it found:
components that wait are there with no points, and the maxima always sum to the same.
"""

from __future__ import annotations

import json
from typing import Any

from grader.report.details import component_text, summary_line
from grader.report.result import ComponentResult, Result


def to_gradescope(result: Result) -> str:
    found = {
        "score": result.score,
        "execution_time": result.seconds,
        "output": "\n".join([summary_line(result), *result.notes]),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "tests": [test(str(number), part) for number, part in enumerate(result.components, 1)],
        "extra_data": {"seed": result.seed, "track": result.track, "complete": result.complete},
    }
    return json.dumps(found, indent=2) + "\n"


def test(number: str, part: ComponentResult) -> dict[str, Any]:
    """A component as a test; one without points only informs."""
    found: dict[str, Any] = {
        "number": number,
        "name": part.name,
        "status": "passed" if part.is_fine else "failed",
        "output": component_text(part),
        "visibility": "visible",
    }
    return found | ({"score": part.points, "max_score": part.max_points} if part.max_points else {})
