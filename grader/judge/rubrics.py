"""A rubric whose names of checks have become the checks that they mean: which are hidden, which cost
nothing, and what each weighs.

The file itself is read by grader/rubric.py, which knows no check.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from grader import rubric
from grader.base.errors import UsageError
from grader.homework import FIRST, HOMEWORK, Edition
from grader.judge import own_checks
from grader.judge.hidden import matching
from grader.result import OWN_CHECKS
from grader.rubric import Rubric


def load(path: Path | None = None, edition: Edition = FIRST) -> Rubric:
    """Reads and checks a rubric. Raises UsageError with one line that says what is wrong and where."""
    return resolved(rubric.load(path, edition), str(rubric.located(path, edition)))


def check(data: dict[str, Any], source: str, edition: Edition = FIRST) -> Rubric:
    """The rubric that parsed TOML describes. Raises UsageError."""
    return resolved(rubric.check(data, source, edition), source)


def resolved(found: Rubric, source: str) -> Rubric:
    """The same with checks for names. Raises UsageError for a name that means none."""
    own_checks.read(found, source)
    own = own_checks.names(found)
    hidden = matching(sorted(found.hidden), f"rubric {source}, [visibility], hidden", found.edition, own)
    if hidden.intersection(own) not in (frozenset(), frozenset(own)):
        raise UsageError(f'rubric {source}, [visibility], hidden: "{OWN_CHECKS}" is hidden as a whole, or not at all')
    weights: dict[str, int] = {}
    for pattern, weight in found.weights.items():  # a later one overrides
        weights |= dict.fromkeys(matching([pattern], f"rubric {source}, [weights]", found.edition), weight)
    reveal: dict[str, int] = {}
    for pattern, attempt in found.attempts.reveal.items():
        reveal |= dict.fromkeys(matching([pattern], f"rubric {source}, [reveal]", found.edition, own), attempt)
    attempts = replace(found.attempts, reveal=reveal)
    return replace(
        found, hidden=hidden, weights=weights, attempts=attempts, extension_checks=extension_checks(found, source)
    )


def extension_checks(found: Rubric, source: str) -> frozenset[str]:
    """The checks that are named, and those of other components that cannot be asked without an extension."""
    if not found.extension_checks and found.extensions <= set(HOMEWORK.extensions):  # which no other component needs
        return frozenset()
    from grader.ask.probe import all_probes  # NumPy comes with it, while a worker may start

    named = matching(sorted(found.extension_checks), f"rubric {source}, extensions", found.edition)
    needing = {each.name for each in all_probes(found.edition) if found.extensions & set(each.needed_components)}
    return named | needing
