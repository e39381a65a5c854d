"""A grading of a few checks that a test makes up: what comes back is said beforehand, and no process is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader import rubric
from grader.ask.client import Fault, Frame
from grader.ask.probe import Observation, Probe
from grader.ask.response import Response
from grader.homework import FIRST
from grader.run import questions
from grader.run.grading import Grading
from grader.submission.opening import open_submission

RIGHT = np.array([1.5, 2.5, 4.5, 8.5])
SOURCES = {
    "Beras/layers.py": "class Dense:\n    def forward(self, x):\n        return x @ self.w\n",
    "Beras/activations.py": "class Softmax:\n    def forward(self, x):\n        return np.exp(x)\n",
    "assignment.py": "def get_simple_model_components():\n    return SimpleNamespace(model=1, epochs=2)\n",
    "Beras/losses.py": "class CrossEntropyLoss:\n    def forward(self, p, y):\n        return -np.log(p)\n",
}
STUB = "raise NotImplementedError"


def check(name: str, **about: Any) -> Probe:
    """A check of the name COMPONENT/SLUG."""
    component, _, slug = name.partition("/")
    return Probe(component, slug, f"what {slug} is about", lambda *_: {}, **about)


def right(**about: Any) -> Response:
    return Response({"y": RIGHT}, **about)


def wrong(**about: Any) -> Response:
    return Response({"y": RIGHT + np.array([0.0, 0.0, 1.0, 0.25])}, **about)


def raised(frame: Frame, type_: str = "ValueError", message: str = "no such axis") -> Response:
    return Response(fault=Fault("raised", message, type_, (type_, "Exception"), (frame,)))


class Told:
    """Answers to every check but those that are `unknown`; it knows of no mistakes."""

    year = FIRST.year

    def __init__(self, unknown: tuple[str, ...] = ()) -> None:
        self.unknown = unknown

    def knows(self, probe: Probe, seed: int) -> bool:
        return probe.name not in self.unknown

    def expected(self, probe: Probe, seed: int) -> Observation:
        return {"y": RIGHT}

    def permitted(self, probe: Probe, seed: int) -> list[Observation]:
        return []

    def freedoms(self, component: str) -> list[tuple[str, ...]]:
        return [()]

    def misconceptions(self, component: str) -> list[str]:
        return []

    def slips(self, component: str) -> Iterator[dict[str, Any]]:
        return iter(())


class Canned:
    """An observer: what each check sees, by its name, and what it sees in a worker of its own; right answers else."""

    def __init__(self, saw: Mapping[str, Response], alone: Mapping[str, Response]) -> None:
        self.saw, self.alone = saw, alone
        self.asked: list[str] = []
        self.broken: dict[str, Fault] = {}
        self.unwritten: dict[str, list[str]] = {}
        self.refused: dict[str, set[tuple[str, int]]] = {}
        self.zygote = SimpleNamespace(level=SimpleNamespace(name="none at all"))

    def ask(self, probes: list[Probe]) -> None:
        self.asked += [probe.name for probe in probes if probe.name not in self.asked]

    def seen(self, probe: Probe) -> Response:
        self.ask([probe])
        return self.saw.get(probe.name) or right()

    def fresh(self, probe: Probe, seed: int | None = None) -> Response:
        return self.alone.get(probe.name) or self.seen(probe)

    def tried(self, *_: Any) -> tuple[Response, None]:
        return Response(), None  # no line of a canned submission runs

    def lines_refused(self) -> dict[str, set[tuple[str, int]]]:
        return self.refused

    def numpy_for_training(self) -> str:
        return "names"

    def refused_by_numpy(self, fault: Fault) -> str:
        return fault.message if "older NumPy" in fault.message else ""

    def note_refused(self, said: str, fault: Fault) -> None:
        self.refused[said] = {(fault.frames[-1].file, fault.frames[-1].line)}

    def living_zygote(self) -> None:
        raise AssertionError("no process is started here")

    def close(self) -> None:
        """Nothing runs."""


def graded(
    folder: Path,
    *checks: Probe,
    saw: Mapping[str, Response] = {},
    alone: Mapping[str, Response] = {},
    sources: Mapping[str, str] = {},
    unknown: tuple[str, ...] = (),
    components: tuple[str, ...] = FIRST.components,
    track: str = "2470",
    hidden_seed: int | None = None,
    **changes: Any,
) -> Grading:
    """The grading of a hand-in with these sources beside SOURCES. changes: of the rubric."""
    for name, text in {**SOURCES, **sources}.items():
        path = folder / "hand-in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    submission = open_submission(folder / "hand-in", folder, FIRST.year)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(questions, "all_probes", lambda _: checks)
        asked = questions.Questions(
            submission.places, replace(rubric.load(), **changes), Told(unknown), 1, components, hidden_seed
        )
    return Grading(submission, asked, Canned(dict(saw), dict(alone)), track)  # type: ignore[arg-type]
