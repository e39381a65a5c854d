"""A local gradient of a wrong shape is one mistake, and what is composed of it has no shape of its own."""

from __future__ import annotations

from collections.abc import Sequence

from grader.judge.verdict import FINE, Verdict


def tell_by_local_gradient(verdicts: Sequence[Verdict]) -> None:
    """Has checks that fail by the shape of a local gradient told by the check that looked at it. After diagnosis."""
    wrong = [each for each in verdicts if each.judged and each.outcome not in FINE and each.because is None]
    telling = next((each for each in wrong if has_misfit(each) and each.diagnosis), None)
    for verdict in wrong:
        if telling is not None and not has_misfit(verdict) and is_of_shapes(verdict):
            verdict.because = telling


def has_misfit(verdict: Verdict) -> bool:
    return any(not local.fits for local in verdict.seen.locals)


def is_of_shapes(verdict: Verdict) -> bool:
    """Is it a shape that is wrong, or shapes that do not fit?"""
    return "shapes-do-not-fit" in verdict.diagnosis or any(each.kind == "shape" for each in verdict.differences)
