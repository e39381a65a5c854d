"""Which attempt of somebody's a hand-in is, and what becomes of one that is not graded.

https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/: Gradescope tells of earlier ones, with
the results of the latest. In these the grader left which attempts it graded, so that those it refused do not count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.base.attempts import AttemptRules, moment
from grader.submission.contents import shown

AT_MOST = 2**24  # bytes of a platform's file


@dataclass(frozen=True)
class Attempt:
    """One attempt. number: 1 for the first that is graded; 0 where nobody counts, and everything is shown.

    now: when it came. graded: when those came that were graded before it, as far as that is known.
    before: the platform's results of the attempt before.
    """

    number: int = 0
    now: datetime | None = None
    graded: tuple[datetime, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)

    def next_graded(self, rules: AttemptRules) -> datetime | None:
        """When an attempt is graded again, if this one is not."""
        return rules.next_graded(self.graded, self.now) if self.now is not None else None

    def graded_with_this(self, rules: AttemptRules) -> list[str]:
        """The times of graded attempts that the next one has to know of."""
        times = sorted([*self.graded, *([self.now] if self.now is not None else [])])
        return [each.isoformat() for each in times[-rules.most :]] if rules.most else []


def from_gradescope(path: Path) -> tuple[Attempt, str]:
    """The attempt that Gradescope's submission_metadata.json tells of, and what is wrong with the file, if anything is.

    A file that tells nothing is no reason not to grade: it counts as the first attempt.
    """
    try:
        with open(path, encoding="utf-8") as file:
            data = json.loads(file.read(AT_MOST))
        now = moment(data["created_at"])
        earlier = [each for each in data["previous_submissions"] if not each.get("autograder_error")]
        times = [moment(each["submission_time"]) for each in earlier]
        before: Mapping[str, Any] = next((each["results"] for each in reversed(earlier) if each.get("results")), {})
        left = before.get("extra_data") or {}
        number = int(left.get("attempt", len(earlier)))
        if "graded_at" in left:
            times = [moment(each) for each in left["graded_at"]]
    except OSError as error:
        return Attempt(1), f"{shown(path)}: cannot be read ({error.strerror}); this counts as the first attempt"
    except (ValueError, KeyError, TypeError, AttributeError):
        return Attempt(1), f"{shown(path)}: tells of no attempts; this counts as the first one"
    return Attempt(number + 1, now, tuple(each for each in times if each is not None), before), ""


def refused(attempt: Attempt, rules: AttemptRules, again: datetime) -> str:
    """Gradescope's results of an attempt that is not graded: those of the one before, and when the next one is."""
    when = again.astimezone(attempt.now.tzinfo if attempt.now else None).strftime("%Y-%m-%d %H:%M (UTC%z)")
    told = f"Not graded: {rules.limit} are graded. Hand in again from {when} on."
    found = dict(attempt.before)
    left = dict(found.get("extra_data") or {})
    output = str(found.get("output", ""))
    if left.get("refused"):
        output = output.partition("\n\n")[2]
    if found:
        told += " Below is what the last graded attempt earned, which counts."
    found |= {
        "output": f"{told}\n\n{output}",
        "output_format": "text",
        "score": found.get("score", 0),
        "extra_data": {**left, "attempt": attempt.number - 1, "refused": True},
    }
    return json.dumps(found, indent=2) + "\n"
