"""Hidden checks: which they are, and what a student may see of one.

The rubric names them. They are asked with a seed of their own, in workers of their own, and judged and diagnosed apart
from the public ones: so nothing that is public depends on what is hidden, and an edition without the answers to hidden
checks gives the same public verdicts.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase

from grader.base.errors import UsageError
from grader.homework import Edition

NOT_HERE = "hidden: not asked here, but where the work is handed in"


def check_names(edition: Edition) -> list[str]:
    """Every check by its name, COMPONENT/CHECK, those of training included."""
    from grader.ask.probe import all_probes  # NumPy comes with it, while a worker may start

    return [*(probe.name for probe in all_probes(edition)), *map(training_check, edition.trainings)]


def training_check(training: str) -> str:
    """The name of the one check of a training."""
    return f"{training}/accuracy"


def matching(patterns: Sequence[str], where: str, edition: Edition, further: Sequence[str] = ()) -> frozenset[str]:
    """The checks that are meant by names of components, names of checks, or patterns of either.

    Raises UsageError for one that means nothing; where: what the line begins with. further: checks of no probe.
    """
    if not patterns:
        return frozenset()
    names, found = [*check_names(edition), *further], set()
    for pattern in patterns:
        meant = {name for name in names if fnmatchcase(name, pattern) or fnmatchcase(name.partition("/")[0], pattern)}
        if not meant:
            known = [*names, *dict.fromkeys(name.partition("/")[0] for name in names)]
            near = difflib.get_close_matches(pattern, known, 1)
            hint = f"did you mean {near[0]}?" if near else "grade --list names them all"
            raise UsageError(f'{where}, "{pattern}": there is no such component or check; {hint}')
        found |= meant
    return frozenset(found)
