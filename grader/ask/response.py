"""What comes back when a submission is asked a probe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.ask.client import Fault
from grader.ask.local_gradients import Local
from grader.ask.notes import Call, Note
from grader.ask.probe import NotAsked, Observation


@dataclass
class Response:
    """What became of asking a submission: an observation, or the reason why there is none."""

    observation: Observation | None = None
    fault: Fault | None = None
    not_asked: NotAsked | None = None
    broken: str = ""  # the grader's own failure, a traceback
    fresh: bool = True  # in a worker that served no other probe before
    orphaned: bool = False  # the worker ended together with what it was forked from
    convention: str = ""
    needs: tuple[str, ...] = ()  # probes of other code that the answer rests on, beside what its probe always needs
    notes: tuple[Note, ...] = ()
    locals: tuple[Local, ...] = ()  # gradients, as the methods returned them
    last_call: Call | None = None
    unwritten: tuple[str, ...] = ()  # functions that were called and are not written yet, as MODULE:NAME
    inputs: tuple[np.ndarray, ...] = ()
    output: str = ""
    seconds: float = 0.0
