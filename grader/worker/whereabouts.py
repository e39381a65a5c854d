"""Says which line a worker is at, when the grader asks: also in a call of C that never comes back.

Python's own handler writes the stack into the worker's output, at once and without running any Python. The submission
may write there as well, so the grader takes no words from it: ask/whereabouts.py reads a file and a line.
"""

from __future__ import annotations

import contextlib
import faulthandler
import signal

SIGNAL = getattr(signal, "SIGUSR2", signal.SIGTERM)


def listen(output: int) -> None:
    """From here on the signal makes this process write its stack into a descriptor."""
    with contextlib.suppress(AttributeError, OSError, RuntimeError, ValueError):  # a system that has no such signals
        faulthandler.register(SIGNAL, file=output, all_threads=False, chain=False)
