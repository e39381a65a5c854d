"""What becomes of one unit of work: plain data, as it comes back from wherever it was done."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

STATES = ("graded", "stopped", "ungradable", "failed")


@dataclass
class HandInOutcome:
    """The outcome of grading one hand-in.

    state   graded; stopped: at its time limit, with what was graded until then; ungradable: nothing in it can be
            graded, which is the student's to mend; failed: the grader's own fault, to be tried again
    digest  of what was graded, which need not be what was found when the run began
    close   checks whose time limit decided, or nearly so: worth a second look on a quiet machine
    machine where it was graded, '' for this one: times are compared with the reference's on the same
    fingerprints  of wrong answers, as rows of plain data (grader/classroom/jobs/fingerprint.py); kept apart from the
            result, which students see
    """

    state: str
    digest: str = ""
    reason: str = ""
    result: dict[str, Any] | None = None
    seconds: float = 0.0
    close: list[str] = field(default_factory=list)
    fingerprints: list[list[Any]] = field(default_factory=list)
    machine: str = ""

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def outcome_of(plain: Any) -> HandInOutcome:
    """The outcome that a unit of work sent. Raises ValueError where it is none."""
    if not isinstance(plain, dict) or plain.get("state") not in STATES:
        raise ValueError("this is no outcome of a unit of work")
    try:
        return HandInOutcome(**plain)
    except TypeError as error:
        raise ValueError(f"this is no outcome of a unit of work ({error})") from None
