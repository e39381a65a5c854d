"""What is to be said of trainings beside their rows; it costs nothing."""

from __future__ import annotations

from collections.abc import Mapping

from grader.ask.subject import Subject
from grader.run.training_run import Run


def notes_of(runs: Mapping[str, Run], dialect: type[Subject]) -> list[str]:
    """That trainings went faster than the hand-in's own core would have, and what somebody should look at."""
    suspicions = [f"{name} {run.suspicion}" for name, run in runs.items() if run.suspicion]
    replaced = {name: run for name, run in runs.items() if run.fast_core}
    if not replaced:
        return suspicions
    slow = dialect.what_is_slow(sorted({method for run in replaced.values() for method in run.fast_core}))
    faster = (
        f"{' and '.join(replaced)} used vectorised methods in place of {slow}: on small arrays "
        "both return the same, to the last bit (--no-fast-core trains with the given ones)"
    )
    return [faster, *suspicions]
