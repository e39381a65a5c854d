"""Trials: a submission that is asked with one of its functions changed.

The worker gets the student's own text, a little changed, and never anything else: nothing that it could keep would be
worth keeping. What it answers is judged as ever, and told to nobody.
"""

from __future__ import annotations

from grader.ask.client import RemoteWorker
from grader.ask.observer import Observer
from grader.ask.probe import Probe
from grader.ask.response import Response
from grader.diagnose.repair.edit import Edit
from grader.diagnose.repair.edits import edits_of
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

        A function that reaches files or processes is left as it is.
        """
        if self.text is None:
            return []
        ran = [self._lines(probe, seed) for probe in probes]
        everywhere = {line for file, line in set.intersection(*ran) if file == self.file} if ran else set()
        given = {self.places[each].name for each in self.places.edition.given} - {self.place.name}
        outside = reaching_outside(self.text.module, (*self.places.modules, *self.places.edition.loaders))
        found: list[Edit] = []
        for function in self.text.functions():
            if function.name.partition(".")[0] not in given and function.node.name not in outside:
                found += edits_of(self.text, function, self.file, everywhere)
        return sorted(found, key=lambda edit: (edit.kind, edit.rank))

    def _lines(self, probe: Probe, seed: int) -> set[Line]:
        _, worker = self.observer.tried(probe, seed, None, [("trace", {})])
        if worker is None:
            return set()
        try:
            lines = worker.ask("traced")
        finally:
            worker.close()
        known = (each for each in lines if isinstance(each, list) and len(each) == 2) if isinstance(lines, list) else ()
        return {(str(file), line) for file, line in known if type(line) is int}

    def allowed(self, edits: list[Edit], costs: int) -> list[Edit]:
        """As many of these as may be tried, which are then counted. costs: as much as so many others, each."""
        found = edits[: self.left // costs]
        self.left -= len(found) * costs
        return found

    def asked(self, edit: Edit, probe: Probe, seed: int, fresh: bool = False) -> Response | None:
        """What the probe sees with an edit; None where too many workers were lost by such.

        fresh: in a worker of its own.
        """
        if self.lost >= MOST_LOST or self.text is None:
            return None
        hidden = self.observer.is_hidden(probe)
        if self.worker is not None and (fresh or hidden != self.hidden):
            self.close()
        self.hidden = hidden
        function = next(each for each in self.text.functions() if each.name == edit.function)
        changed = {
            "module": self.place.home,
            "name": edit.function,
            "source": self.text.alone(function, edit.pieces),
        }
        seen, self.worker = self.observer.tried(probe, seed, self.worker, [("exchange", changed)])
        self.lost += self.worker is None
        return seen

    def close(self) -> None:
        if self.worker is not None:
            self.worker.close()
            self.worker = None
