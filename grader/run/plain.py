"""The checks of a session one after the other, without pytest: for who waits at a terminal and gives it no arguments.

To begin, pytest takes a good part of the time from saving a file to a verdict. What it adds, a net under checks that
hang for longer than their own limit, is Ctrl-C here.
"""

from __future__ import annotations

from grader.result import is_training
from grader.run.session import Session


def run_checks(session: Session) -> None:
    """Runs every check of a session, or those until somebody interrupts it. Raises UsageError."""
    session.begin()
    try:
        for name in session.grading.questions.components:
            if is_training(name) and session.data is not None:
                session.train(name)
            session.finish(name)
    except KeyboardInterrupt:
        session.interrupted = True
