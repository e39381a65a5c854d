"""Runs a class: what is not in the gradebook yet is graded, several at a time, and recorded as it arrives.

Whatever ends a run, the next one goes on where it was. A unit whose process was lost is done again; one that changed
meanwhile counts as what was graded of it; one that came near a time limit is graded once more when all is quiet.
"""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.classroom.gradebook import Gradebook
from grader.classroom.jobs.local import Ended, Executor, Unit
from grader.classroom.jobs.settings import Terms
from grader.classroom.outcome import HandInOutcome
from grader.classroom.people.handins import HandIn

MOST_LOST = 3  # times that a hand-in's process may be lost; then it is likely what ends it
YARDSTICK_EVERY = 20  # hand-ins that train; a twentieth of the time goes into knowing what the rest of it means
YARDSTICKS = 3  # of which the median counts: the latest
ROUNDS = 3  # of looking for hand-ins without a result; they change while the class is graded
LOOK_SECONDS = 1.0
YARDSTICK = "(the reference)"
Listener = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class KeyedHandIn:
    """A hand-in of this run, with the digest of its contents and the key of its result."""

    handin: HandIn
    digest: str
    key: str


@dataclass
class ClassRun:
    """One run over a class. `chosen`: what is to be graded if it is not yet; `again`: even if it is."""

    gradebook: Gradebook
    terms: Terms
    terms_digest: str
    entries: dict[str, KeyedHandIn]
    chosen: set[str]
    again: set[str] = field(default_factory=set)
    reference: Path | None = None
    listeners: list[Listener] = field(default_factory=list)
    attempts: dict[int, int] = field(default_factory=dict)
    number: int = 0
    done: int = 0
    trained: int = 0
    started: float = field(default_factory=time.monotonic)
    # CPU seconds of the reference, the latest last, by machine, year and model
    cpu: dict[tuple[str, int, str], deque[float]] = field(default_factory=dict)

    def tell(self, event: str, **data: Any) -> None:
        for listener in self.listeners:
            listener({"event": event, **data})

    # --- what is to be done -------------------------------------------------------------------------------------

    def record_faults(self) -> None:
        """What cannot be graded as it was handed in needs no worker to say so."""
        rows = self.gradebook.rows()
        for entry in self.entries.values():
            if entry.handin.fault and entry.key not in rows:
                outcome = HandInOutcome("ungradable", entry.digest, entry.handin.fault)
                self.gradebook.record(entry.key, self.terms_digest, outcome)

    def missing(self) -> list[KeyedHandIn]:
        """Chosen hand-ins without a result that counts, one of each key."""
        rows = self.gradebook.rows()
        found: dict[str, KeyedHandIn] = {}
        for name in sorted(self.chosen):
            entry = self.entries[name]
            row = rows.get(entry.key)
            if not entry.handin.fault and (row is None or not row.is_final or name in self.again):
                found.setdefault(entry.key, entry)
        return list(found.values())

    # --- doing it -----------------------------------------------------------------------------------------------

    def grade(self, open_executor: Callable[[], Executor], alone: bool = True) -> None:
        """Grades what is missing. alone: can the executor give a hand-in the machine for itself?"""
        self.record_faults()
        todo = self.missing()
        self.tell("start", handins=len(self.entries), missing=len(todo), terms=self.terms.plain())
        second_looks = self.second_looks() if alone else []
        if todo or second_looks:
            executor = open_executor()
            try:
                for _ in range(ROUNDS):
                    if not todo:
                        break
                    self.work_through(executor, todo)
                    self.again.clear()
                    failed = {key for key, row in self.gradebook.rows().items() if not row.is_final}
                    todo = [entry for entry in self.missing() if entry.key not in failed]
                if alone:
                    self.look_again(executor)
            finally:
                executor.close()

    def work_through(self, executor: Executor, todo: list[KeyedHandIn]) -> None:
        """Keeps the executor busy until all is done."""
        waiting = self.units(todo, executor.slots)
        under_way: dict[int, KeyedHandIn | None] = {}
        again: deque[tuple[Unit, KeyedHandIn | None]] = deque()
        total, self.done, self.started = len(todo), 0, time.monotonic()
        exhausted = False
        while True:
            while len(under_way) < executor.slots and not (exhausted and not again):
                following = again.popleft() if again else next(waiting, None)
                if following is None:
                    exhausted = True
                    continue
                unit, entry = following
                under_way[unit.number] = entry
                executor.start(unit)
            if not under_way:
                return
            for ended in executor.wait(LOOK_SECONDS):
                entry = under_way.pop(ended.unit.number)
                if ended.outcome is None and self.is_worth_another(ended):
                    again.append((ended.unit, entry))
                elif entry is None:
                    self.take_yardstick(ended)
                else:
                    self.done += 1
                    self.take(entry, ended.outcome or gave_up(ended), total)

    def units(self, todo: list[KeyedHandIn], slots: int) -> Iterator[tuple[Unit, KeyedHandIn | None]]:
        """One unit a hand-in. The reference is trained first, as often as there is company, and now and then after."""
        for _ in range(slots if self.reference else 0):
            yield self.yardstick(), None
        for count, entry in enumerate(todo, 1):
            yield self.unit(entry), entry
            if self.reference and count % YARDSTICK_EVERY == 0:
                yield self.yardstick(), None

    def unit(self, entry: KeyedHandIn) -> Unit:
        self.number += 1
        return Unit(self.number, entry.handin.name, entry.handin.path, self.terms)

    def yardstick(self) -> Unit:
        assert self.reference is not None
        self.number += 1
        return Unit(self.number, YARDSTICK, self.reference, self.terms.for_yardstick())

    def is_worth_another(self, ended: Ended) -> bool:
        """Notes a loss; a hand-in whose process is lost time and again is given up."""
        count = self.attempts[ended.unit.number] = self.attempts.get(ended.unit.number, 0) + 1
        self.note(ended.unit.name, f"{ended.lost}; {'graded again' if count < MOST_LOST else 'given up'}")
        return count < MOST_LOST

    # --- recording it -------------------------------------------------------------------------------------------

    def take(self, entry: KeyedHandIn, outcome: HandInOutcome, total: int) -> None:
        """Records an outcome under the key of what was really graded."""
        name = entry.handin.name
        outcome.digest = outcome.digest or entry.digest
        key = entry.key
        if outcome.digest != entry.digest:
            key = self.terms.key_of(outcome.digest, self.terms_digest)
            self.entries[name] = KeyedHandIn(entry.handin, outcome.digest, key)
            self.gradebook.rekey(name, outcome.digest, key)
            self.note(name, "changed after the run had begun; what was graded is the later state")
        self.compare_with_reference(outcome)
        self.gradebook.record(key, self.terms_digest, outcome, replace=name in self.again)
        result = outcome.result or {}
        passed = time.monotonic() - self.started
        self.tell(
            "hand-in",
            name=name,
            state=outcome.state,
            reason=outcome.reason,
            score=result.get("score"),
            max_score=result.get("max_score"),
            seconds=outcome.seconds,
            done=self.done,
            of=total,
            left_seconds=round(passed / self.done * (total - self.done), 1),
        )

    def note(self, handin: str, text: str) -> None:
        self.gradebook.note(handin, text)
        self.tell("note", name=handin, note=text)

    # --- training, fairly timed ---------------------------------------------------------------------------------

    def take_yardstick(self, ended: Ended) -> None:
        """What the reference needs under the load that there is."""
        outcome = ended.outcome
        if outcome is None or outcome.result is None:
            return
        for trained in outcome.result["training"]:
            cpu = cpu_to_threshold(trained)
            if cpu:
                year, model = outcome.result["edition"], trained["model"]
                self.cpu.setdefault((outcome.machine, year, model), deque(maxlen=YARDSTICKS)).append(cpu)
                self.gradebook.record_yardstick(model, trained["wall_seconds"], cpu, year)

    def compare_with_reference(self, outcome: HandInOutcome) -> None:
        """CPU time against the reference's: other programs on the machine slow both, and wall clocks tell nothing."""
        for trained in outcome.result["training"] if outcome.result is not None else ():
            cpu, year = cpu_to_threshold(trained), outcome.result["edition"] if outcome.result else 0
            reference = self.cpu.get((outcome.machine, year, trained["model"]))
            if cpu and reference:
                trained["ratio_to_reference"] = round(cpu / statistics.median(reference), 2)

    # --- verdicts of the clock ----------------------------------------------------------------------------------

    def second_looks(self) -> list[KeyedHandIn]:
        """Chosen hand-ins with checks that ended near a time limit, on a machine that had other things to do."""
        close = self.gradebook.close_calls()
        by_key = {self.entries[name].key: self.entries[name] for name in sorted(self.chosen)}
        return [entry for key, entry in by_key.items() if key in close]

    def look_again(self, executor: Executor) -> None:
        """Grades close calls once more, one by one, with the machine to themselves; that counts."""
        entries = self.second_looks()
        if entries:
            self.tell("note", name="", note=f"{len(entries)} came near a time limit: each is graded once more, alone")
        for entry in entries:
            name, before = entry.handin.name, self.gradebook.close_calls()[entry.key]
            unit = self.unit(entry)
            executor.start(unit)
            ended: list[Ended] = []
            while not ended:
                ended = executor.wait(LOOK_SECONDS)
            outcome = ended[0].outcome
            if outcome is None or outcome.digest not in ("", entry.digest):
                continue  # the first result stands; what changed is found by the next run
            outcome.digest = entry.digest
            self.compare_with_reference(outcome)
            self.gradebook.record(entry.key, self.terms_digest, outcome, replace=True, alone=True)
            still = "again" if outcome.close else "and within it this time"
            self.note(name, f"{before} came near a time limit: graded once more, alone, {still}")


def gave_up(ended: Ended) -> HandInOutcome:
    return HandInOutcome("failed", reason=f"{ended.lost}, {MOST_LOST} times; see the notes in the gradebook")


def cpu_to_threshold(trained: dict[str, Any]) -> float | None:
    """CPU seconds to the accuracy that counts, None where that was not reached or is not known."""
    goals = [each for each in trained["milestones"] if each["accuracy"] == trained["threshold"]]
    if goals:
        return goals[0]["cpu_seconds"] if goals[0]["cpu_seconds"] is None else float(goals[0]["cpu_seconds"])
    return float(trained["cpu_seconds"]) if trained["outcome"] == "passed" and trained["cpu_seconds"] else None
