"""What comes back when a submission is asked a probe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.ask.client import Fault
from grader.ask.local_gradients import Local, alike
from grader.ask.notes import Call, Note
from grader.ask.probe import NotAsked, Observation, Probe


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

    def part(self, probe: Probe) -> Response:
        """What this check saw, where its function observed for several."""
        if self.observation is None:
            return replace(self)
        found = probe.part_of(self.observation)
        if isinstance(found, Fault):
            return replace(self, observation=None, fault=found)
        return replace(self, observation=found)

    def misfit(self, actual: Any) -> Local | None:
        """The local gradient that came back in place of what it should have been multiplied to, if one did."""
        if not isinstance(actual, np.ndarray):
            return None
        found = (each for each in self.locals if not each.fits and isinstance(each.value, np.ndarray))
        return next((each for each in found if alike(each.value, actual)), None)

    @property
    def unfit(self) -> Local | None:
        """The first local gradient that no upstream gradient passes through."""
        return next((each for each in self.locals if not each.fits), None)

    def made_too_early(self) -> str:
        """How a gradient lost the batch before it met the upstream gradient; '' where it did not."""
        found = (local.made_too_early(x) for local in self.locals for x in self.inputs)
        return next(filter(None, found), "")
