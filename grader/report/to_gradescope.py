"""Gradescope's results.json: https://gradescope-autograders.readthedocs.io/en/latest/specs/

One test a component. It is rewritten while the run goes on, so that a run that is killed has left what it found:
components that wait are there with no points, and the maxima always sum to the same.

Hidden checks of a component are a test of their own, shown when the rubric says. As long as one is not visible,
Gradescope hides the student's total, so the text for the whole submission tells the points of the public checks alone.
"""

from __future__ import annotations

import json
from typing import Any

from grader.report.details import component_text, ordered, public_line, summary_line
from grader.result import ComponentResult, Outcome, Result, halves


def to_gradescope(result: Result) -> str:
    tests: list[dict[str, Any]] = []
    shut = result.hidden_points and result.hidden_on_gradescope != "visible"
    shown = [halves(part)[0] for part in result.components] if shut else result.components
    first = [part.name for part, _ in ordered(shown)]
    for number, part in enumerate(result.components, 1):
        public, hidden = halves(part)
        if public.probes or not hidden:
            tests.append(test(str(number), public, "visible"))
        if hidden:
            tests.append(test(f"{number}.1", hidden, result.hidden_on_gradescope))
    told = [public_line(result) if shut else summary_line(result)]
    told += [f"mend first: {', then '.join(first)}"] if first else []
    found = {
        "score": result.score,
        "execution_time": result.seconds,
        "output": "\n".join([*told, *result.notes, *result.warnings]),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "tests": tests,
        "leaderboard": leaderboard(result),
        "extra_data": {
            "seed": result.seed,
            "track": result.track,
            "edition": result.edition,
            "complete": result.complete,
            "attempt": result.attempt,
            **({"graded_at": result.graded_at} if result.graded_at else {}),
        },
    }
    return json.dumps(found, indent=2) + "\n"


def leaderboard(result: Result) -> list[dict[str, Any]]:
    """Of each model the best test accuracy, and the seconds of CPU time to the one that is asked for, once it is there.

    Gradescope shows it where the assignment has a leaderboard, and nowhere else.
    """
    rows: list[dict[str, Any]] = []
    for training in result.training:
        if training.accuracy:
            share = round(100 * max(training.accuracy), 2)
            rows.append({"name": f"{training.model}: test accuracy, %", "value": share, "order": "desc"})
        for goal in training.milestones:
            if goal.accuracy == training.threshold:
                seconds = goal.wall_seconds if goal.cpu_seconds is None else goal.cpu_seconds
                name = f"{training.model}: seconds to {training.threshold:.0%}"
                rows.append({"name": name, "value": round(seconds, 2), "order": "asc"})
    return rows


def test(number: str, part: ComponentResult, visibility: str) -> dict[str, Any]:
    """A component as a test; one without points only informs."""
    hidden = any(probe.hidden for probe in part.probes)
    found: dict[str, Any] = {
        "number": number,
        "name": f"{part.name} (hidden checks)" if hidden else part.name,
        "output": component_text(part),
        "visibility": visibility,
    }
    if part.counts or part.outcome == Outcome.PASSED:  # else neither green nor red: nobody had to write it
        found["status"] = "passed" if part.is_fine else "failed"
    return found | ({"score": part.points, "max_score": part.max_points} if part.max_points or part.points else {})
