"""Trials: a submission that is asked with one of its functions changed.

The worker gets the student's own text, a little changed, and never anything else: nothing that it could keep would be
worth keeping. What it answers is judged as ever, and told to nobody.
"""

from __future__ import annotations

from grader.ask.client import RemoteWorker
from grader.ask.observer import Observer, Request
from grader.ask.probe import Probe
from grader.ask.response import Response
from grader.diagnose.repair.edit import Edit
from grader.diagnose.repair.edits import edits_of, edits_of_constants
from grader.diagnose.repair.outside import reaching_outside
from grader.diagnose.repair.text import Text
from grader.submission.places import Places
from grader.submission.source import USUAL_BYTES

MOST_LOST = 3  # workers that a change may cost: one that hangs or fills the memory
Line = tuple[str, int]


class Trials:
    """Trials of the changes of one component. left: how many may be tried. `close` ends its worker."""

    def __init__(self, observer: Observer, places: Places, component: str, most: int) -> None:
        self.observer, self.places, self.component, self.left = observer, places, component, most
        self.worker: RemoteWorker | None = None
        self.hidden = False
        self.lost = 0
        self.base: tuple[Edit, ...] = ()  # that every trial makes as well
        self.judged: dict[tuple[object, ...], bool] = {}  # whether an edit, with those, makes an answer right
        self.tried: set[tuple[Edit, ...]] = set()
        self.traced: dict[tuple[str, int], set[Line]] = {}
        self.place = places[component]
        self.module = places.modules.get(self.place.home)
        self.file = places.path(self.place.home)
        self.text = self._text()

    def _text(self) -> Text | None:
        """The module that a component is in; None where it is not one that somebody wrote by hand."""
        module = self.module
        if module is None or module.source_error is not None or module.gaps or module.faults:
            return None
        try:
            content = module.path.read_bytes()
            return Text(content.decode()) if len(content) <= USUAL_BYTES else None
        except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
            return None

    def edits(self, probes: list[Probe], seed: int) -> list[Edit]:
        """The edits of lines that run in each of these probes: others cannot make all of them right.

        Those of the component itself come before those of its module's other classes. A function that reaches files or
        processes is left as it is.
        """
        if self.text is None:
            return []
        ran = [self.lines(probe, seed) for probe in probes]
        everywhere = set.intersection(*ran) if ran else set()
        given = {self.places[each].name for each in self.places.edition.given} - {self.place.name}
        outside = reaching_outside(self.text.module, (*self.places.modules, *self.places.edition.loaders))
        functions = [
            each for each in self.text.functions()
            if each.name.partition(".")[0] not in given and each.node.name not in outside
        ]  # fmt: skip
        found = edits_of_constants(self.text, functions, self.file, everywhere)
        for function in functions:
            found += edits_of(self.text, function, self.file, everywhere)
        own = [edit for edit in found if self._is_own(edit.function)]
        others = [edit for edit in found if not self._is_own(edit.function)]
        return [edit for part in (own, others) for edit in sorted(part, key=lambda edit: (edit.kind, edit.rank))]

    def _is_own(self, name: str) -> bool:
        """Does a student write it for this component, and not for another one of the module?"""
        methods = self.places.edition.parts.get(self.component, ())
        around, _, last = name.rpartition(".")
        return around == self.place.name and (not methods or last in methods or last == "__init__")

    def lines(self, probe: Probe, seed: int) -> set[int]:
        """Those of the component's module that run in a probe."""
        if (probe.name, seed) not in self.traced:
            self.traced[probe.name, seed] = self._traced(probe, seed)
        return {line for file, line in self.traced[probe.name, seed] if file == self.file}

    def _traced(self, probe: Probe, seed: int) -> set[Line]:
        _, worker = self.observer.tried(probe, seed, None, [("trace", {})])
        if worker is None:
            return set()
        try:
            lines = worker.ask("traced")
        finally:
            worker.close()
        known = (each for each in lines if isinstance(each, list) and len(each) == 2) if isinstance(lines, list) else ()
        return {(str(file), line) for file, line in known if type(line) is int}

    def allowed(self, edits: list[Edit], costs: int, spared: int) -> list[Edit]:
        """As many of these as may be tried, which are then counted.

        costs: as much as so many others, each. spared: so many are left for later.
        """
        known = [edit for edit in edits if (*self.base, edit) in self.tried]
        new = [edit for edit in edits if (*self.base, edit) not in self.tried][: max(self.left - spared, 0) // costs]
        self.left -= len(new) * costs
        self.tried |= {(*self.base, edit) for edit in new}
        return known + new

    def asked(self, edit: Edit | None, probe: Probe, seed: int, fresh: bool = False) -> Response | None:
        """What the probe sees with an edit, beside those of `base`; None where too many workers were lost by such.

        fresh: in a worker of its own.
        """
        if self.lost >= MOST_LOST or self.text is None:
            return None
        hidden = self.observer.is_hidden(probe)
        if self.worker is not None and (fresh or hidden != self.hidden):
            self.close()
        self.hidden = hidden
        changes = self._changes([*self.base, *([edit] if edit else [])])
        seen, self.worker = self.observer.tried(probe, seed, self.worker, changes)
        self.lost += self.worker is None
        return seen

    def _changes(self, edits: list[Edit]) -> list[Request]:
        """The requests that make these edits, one for each function or constant."""
        assert self.text is not None
        functions = {each.name: each for each in reversed([*self.text.functions()])}
        found: list[Request] = []
        for name in dict.fromkeys(edit.function for edit in edits):
            pieces = [piece for edit in edits if edit.function == name for piece in edit.pieces]
            what = {"module": self.place.home, "name": name}
            if name in functions:
                found.append(("exchange", what | {"source": self.text.alone(functions[name], pieces)}))
            else:
                found.append(("assign", what | {"number": float(pieces[-1][2])}))
        return found

    def close(self) -> None:
        if self.worker is not None:
            self.worker.close()
            self.worker = None
