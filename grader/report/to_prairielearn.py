"""PrairieLearn's results.json, at most 1 MB: https://prairielearn.readthedocs.io (external grading)

Every test has points and max_points: one without would switch off the display of points for all.
"""

from __future__ import annotations

import json

from grader.base.cuts import fitting, shortened
from grader.report.details import component_text, summary_line
from grader.result import Result

LIMIT = 1_000_000  # bytes


def to_prairielearn(result: Result) -> str:
    share = result.score / result.max_score if result.max_score else float(result.exit_code == 0)

    def write(cut: int | None) -> str:
        tests = [
            {
                "name": part.name,
                "description": part.outcome,
                "points": part.points,
                "max_points": part.max_points,
                "message": part.why,
                "output": shortened(component_text(part), cut),
            }
            for part in result.components
        ]
        found = {
            "gradable": True,
            "score": round(min(max(share, 0.0), 1.0), 6),
            "message": summary_line(result),
            "output": "\n".join(result.notes + result.warnings),
            "tests": tests,
        }
        return json.dumps(found) + "\n"

    return fitting(write, LIMIT)
