"""Where the command begins: while it is loaded, too, Ctrl-C ends it in one line."""

from __future__ import annotations

import os
import signal
import sys


def program() -> int:
    """`grade` as a process of its own; returns its exit code."""
    try:
        from grader.commands import main

        code = main.program()
        sys.stdout.flush()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said; the interpreter takes a moment to end
        return code
    except KeyboardInterrupt:
        print("grade: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
