"""Drives one grading down the road: from a request to a session that has graded all of it.

The order of what happens at first is chosen for speed: the zygote loads NumPy while this process does. So nothing that
needs NumPy is imported at the top of this module; tests/benchmarks/grading.py shows what that is worth.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader import isolation
from grader.base.cache import unchanged
from grader.base.ends import stoppable
from grader.homework import HOMEWORK
from grader.result import is_training
from grader.run import record
from grader.run.outputs import Outputs
from grader.run.request import Request, plan
from grader.submission.opening import open_submission

if TYPE_CHECKING:
    from grader.ask.answers import Answers
    from grader.homework import Dataset
    from grader.isolation import Zygote
    from grader.run.session import Session


@contextmanager
def graded(
    request: Request,
    scratch: Path,
    outputs: Outputs,
    pytest_arguments: Sequence[str] = (),
    quiet: bool = False,
    names: tuple[str, ...] | None = None,
    ready: Zygote | None = None,
) -> Iterator[tuple[Session, list[int]]]:
    """Grades; in the `with` block all is known, and what was started still lives.

    scratch: an empty folder. outputs: are kept up to date meanwhile. quiet: no progress on standard error.
    names: the components to grade, where that is not what the request says. ready: where somebody waits, what workers
    may be forked from, of an empty folder `submission` in scratch; it is closed in any case. Yields the session, and
    the signals that ended it early. Raises UsageError.
    """
    record.tell("folder", str(scratch))
    submission = open_submission(Path(request.path), scratch, request.edition)
    rubric, track, components = plan(request, submission.edition)
    components = names or components
    level = isolation.choose_for_strangers(request.isolation, request.user)
    if not level.limited:
        print("grade: warning: --isolation none runs the submission unfenced and without limits", file=sys.stderr)
    data = data_for(request, components)
    made_up = HOMEWORK.probe_folder()
    made_up, data = isolation.visible_data(level, made_up, data, scratch)
    readable = (data.public,) if data else ()
    with ExitStack() as at_the_end:
        at_the_end.enter_context(unchanged(level.guards_cache))
        with ExitStack() as unless_grading:
            # It imports NumPy while this process does
            zygote = isolation.start(submission.root, level, (*((Path(made_up),) if made_up else ()), *readable), ready)
            unless_grading.callback(zygote.close)
            from grader.ask.answers import answers_of
            from grader.report.progress import Progress
            from grader.run.grading import Grading, observer_of
            from grader.run.questions import Questions

            seed = request.seed
            answers = answers_of(request.key, made_up, seed, submission.edition, level.guards_cache)
            hidden_seed = hidden_seed_for(request, answers)
            questions = Questions(submission.places, rubric, answers, seed, components, hidden_seed)
            observer = observer_of(submission, questions, made_up, level, readable, zygote)
            grading = Grading(submission, questions, observer, track)
            unless_grading.pop_all()
        at_the_end.callback(answers.save)
        at_the_end.callback(grading.close)
        grading.start()  # workers start while pytest is imported
        from grader.run import plain
        from grader.run.session import Session

        reference = submission.edition.reference
        yardstick = reference if data and reference.is_dir() else None
        session = Session(grading, data, request.full, request.runs, yardstick, request.path, attempt=request.attempt)
        at_the_end.callback(session.close)
        _ = session.own_checks  # what does not run is told before anything is asked
        progress = Progress(sys.stderr, quiet)
        # Saved first, told afterwards: what was said to be graded is safe
        session.listeners += [
            *outputs.listeners(lambda: session.result(complete=False)),
            record.listener(session),
            progress,
        ]
        if ready is None:
            from grader.run.pytest_plugin import run_checks
        with stoppable() as signals:
            try:
                if ready is None:
                    run_checks(session, list(pytest_arguments))
                else:
                    plain.run_checks(session)
            finally:
                progress.close()
            yield session, signals


def data_for(request: Request, components: tuple[str, ...]) -> Dataset | None:
    """The data that models are trained on, where any is. Raises UsageError."""
    if not any(map(is_training, components)):
        return None
    return HOMEWORK.dataset().load(request.data, Path(request.path))


def hidden_seed_for(request: Request, answers: Answers) -> int | None:
    """The seed of hidden checks; None where it is that of all others. Raises UsageError."""
    from grader.ask.answers import KeyAnswers

    key = answers if isinstance(answers, KeyAnswers) else None
    if request.hidden_seed is None:
        return key.hidden_seed if key is not None else None
    if key is not None:
        key.check_seed(request.hidden_seed, "--hidden-seed")
    return request.hidden_seed
