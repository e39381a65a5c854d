"""What one training with one seed came to: the accuracy after each epoch, the time that it took, why it stopped."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from grader.ask.client import Fault
from grader.base.message import Message
from grader.result import Milestone, Outcome

TEST = 10_000  # images
LITTLE = 200  # examples
TOO_GOOD = 0.85  # of accuracy after them; one epoch teaches 0.55 to 0.75, thirty of them up to 0.78
FAR_BELOW = 0.25  # of accuracy; single layers that reach 80 % lose up to 0.12


@dataclass
class Run:
    """One training with one seed."""

    outcome: Outcome = Outcome.PASSED
    message: Message = field(default_factory=Message)
    before: float | None = None
    accuracy: list[float] = field(default_factory=list)
    epochs: int = 0  # that the model asks for, and examples in a batch
    batch_size: int = 0
    loss: list[float | None] = field(default_factory=list)
    after_little: float = 0.0  # the accuracy of a second model that was given next to nothing to learn from
    moved: float = 0.0  # the accuracy on digits that were moved by a pixel, by now
    predicted: np.ndarray | None = None  # the class of each test digit, as the model has it by now
    epoch_seconds: list[float] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    wall_seconds: float = 0.0
    cpu_seconds: float | None = None
    cpu_aside: float = 0.0  # CPU seconds of what was asked beside the training
    cpu_at_fit: float = 0.0  # CPU seconds when the first epoch began, where the limit of training begins
    fault: Fault | None = None
    fast_core: list[str] = field(default_factory=list)  # methods of the given core that were replaced
    unwritten: tuple[str, ...] = ()  # functions that were called and are not written yet, as MODULE:NAME
    blocked_by: str = ""  # the component or the file whose fault stopped it, where that is another's

    @property
    def suspicion(self) -> str:
        """What somebody should look at: a model that does far worse on digits that were moved by a pixel, or that knows
        digits after next to nothing; '' elsewhere.
        """
        if self.after_little > TOO_GOOD:
            return (
                f"is right on {self.after_little:.1%} of the test digits after {LITTLE} examples, which teach "
                "some 70 %: somebody should look whether it brings weights that were trained before"
            )
        if not self.accuracy or self.accuracy[-1] - self.moved <= FAR_BELOW:
            return ""
        return (
            f"is right on {self.accuracy[-1]:.1%} of the test digits, but on {self.moved:.1%} of digits moved by "
            "a pixel, where networks lose some 10 %: somebody should look whether it knows these images"
        )

    @property
    def still_rising(self) -> bool:
        """Was the later half of the epochs better than all before, by more than 10,000 digits leave to chance?"""
        values = [self.before or 0.0, *self.accuracy]
        half = len(values) // 2
        best = max(values[half:])
        return best - max(values[:half]) > math.sqrt(best * (1 - best) / TEST)

    @property
    def seconds_of_epochs(self) -> float:
        """What the epochs so far took of the limit."""
        return sum(self.epoch_seconds) if self.cpu_seconds is None else max(self.cpu_seconds - self.cpu_at_fit, 0.0)

    def seconds_to(self, accuracy: float) -> float | None:
        return next((each.wall_seconds for each in self.milestones if each.accuracy == accuracy), None)


def reached(run: Run, goal: float) -> float | None:
    """Seconds to the threshold, None where it was not reached."""
    return run.wall_seconds if run.accuracy and max(run.accuracy) > goal and run.outcome == Outcome.PASSED else None
